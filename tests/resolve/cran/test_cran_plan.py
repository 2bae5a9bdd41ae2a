"""Plans of repositories whose R packages are locked."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from cran_repository import RUNTIME, Snapshots, published

import depnorm
from depnorm import cli
from depnorm.errors import UnsupportedError
from depnorm.model import Ecosystem, Mode, StageKind

MakeRepository = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def snapshots(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Snapshots]:
    with published(monkeypatch, tmp_path / "cache") as served:
        yield served


def test_a_plan_holds_the_lock(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """Each package is in one stage at its version: a shared layer whose packages are all locked, then the own one."""
    assert snapshots
    script = 'install.packages(c("tidyverse", "alpha"))\n'
    root = make_repository({"install.R": script, **RUNTIME})
    plan = depnorm.plan(root, lock=True)
    assert plan.mode is Mode.LOCKED
    assert [stage.kind.value for stage in plan.stages] == ["base", "shared", "own", "verify", "copy"]
    found = {
        stage.name: {each.name: each.version for each in stage.packages} for stage in plan.stages if stage.packages
    }
    assert found == {
        "tidyverse": {"dplyr": "1.1.4", "ggplot2": "3.4.4", "tidyverse": "2.0.0"},
        "locked R packages": {"alpha": "1.2.3", "beta": "1.10", "delta": "2.0", "gamma": "0.9-1"},
    }


def test_a_shared_step_is_that_of_any_plan(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """The text and the key of a shared layer of R packages do not tell a locked plan from a declared one."""
    assert snapshots
    root = make_repository({"install.R": 'install.packages("tidyverse")\n', **RUNTIME})
    blocks = [
        next(block for block in depnorm.dockerfile(root, lock=lock).split("\n\n") if block.startswith("# shared"))
        for lock in (True, False)
    ]
    assert blocks[0] == blocks[1]
    assert "tidyverse" in blocks[0]


def test_a_layer_that_brings_more_is_refused(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """A layer of which one package is asked for is not taken where it brings another that nobody locked."""
    assert snapshots
    plan = depnorm.plan(make_repository({"install.R": 'install.packages("dplyr")\n', **RUNTIME}), lock=True)
    (decision,) = plan.layers
    assert (decision.admitted, decision.why) == (False, "it brings tidyverse, which is not in the lock")
    (own,) = (stage for stage in plan.stages if stage.kind is StageKind.OWN)
    assert own.packages[0].why == "layer tidyverse: it brings tidyverse, which is not in the lock"


@pytest.mark.parametrize(
    ("script", "kinds", "own"),
    [
        ('install.packages("beta")\nlibrary(beta)\n', ["base", "own", "verify", "copy"], {"beta", "delta"}),
        ('install.packages("beta")\nIRkernel::installspec()\n', ["base", "own", "early", "verify", "copy"], {"delta"}),
        ('install.packages("beta")\nremotes::install_local()\n',
         ["base", "own", "copy", "late", "verify"], {"beta", "delta"}),
        ('install.packages("beta")\ninstall.packages(Sys.getenv("X"))\n',
         ["base", "own", "early", "copy", "late", "verify"], {"beta", "delta"}),
    ],
)  # fmt: skip
def test_the_script_runs_where_the_lock_does_not_stand_for_it(
    snapshots: Snapshots, make_repository: MakeRepository, script: str, kinds: list[str], own: set[str]
) -> None:
    """A script that does nothing but install locked packages need not run; any other does, and nothing comes twice."""
    assert snapshots
    plan = depnorm.plan(make_repository({"install.R": script, **RUNTIME}), lock=True)
    assert [stage.kind.value for stage in plan.stages] == kinds
    (stage,) = (each for each in plan.stages if each.kind is StageKind.OWN)
    assert {each.name for each in stage.packages} == own
    versions = [each.version for stage in plan.stages for each in stage.packages if each.name == "beta"]
    assert versions == ["1.10"]


def test_a_plan_that_proves_nothing_is_refused(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """Where all is left out, a locked plan is an error that names it."""
    assert snapshots
    root = make_repository({"install.R": "source(Sys.getenv('X'))\n", **RUNTIME})
    with pytest.raises(UnsupportedError, match="no R package here can be locked"):
        depnorm.plan(root, lock=True)


def test_two_ecosystems(
    snapshots: Snapshots, make_repository: MakeRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a repository with Python and R either is locked; a plan needs to know the Python of the image."""
    assert snapshots
    files = {"install.R": 'install.packages("delta")\n', "requirements.txt": "six\n", **RUNTIME}
    root = make_repository(files)
    assert cli.run(["lock", str(root), "--ecosystem", "cran"]) == 0
    output = capsys.readouterr()
    assert set(json.loads(output.out)["Packages"]) == {"delta"}
    assert "1 package, as of 2024-01-10" in output.err
    with pytest.raises(UnsupportedError, match="the base image decides which Python"):
        depnorm.plan(root, lock=True)
    (root / "runtime.txt").unlink()
    with pytest.raises(UnsupportedError, match="nothing here is installed by R"):
        depnorm.lock(root, ecosystem=Ecosystem.CRAN)


def test_a_package_that_needs_nothing_is_planned(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """The repository's own package is never locked; where that is all there is, nothing is left unproven."""
    assert snapshots
    plan = depnorm.plan(make_repository({"DESCRIPTION": "Package: mine\nVersion: 1\n", **RUNTIME}), lock=True)
    assert (plan.mode, [each.name for each in plan.left_out]) == (Mode.LOCKED, ["mine"])
