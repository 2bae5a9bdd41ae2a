"""`depnorm verify --engine docker`: both images built by a real engine, and compared."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import CONDA_BASE, PYTHON_BASE, R_BASE, Bench, output

import depnorm
from depnorm import cli
from depnorm.library.verify import verify_plan
from depnorm.model import InstallRPackages, Mode, Plan, RunPip, Stage, StageKind
from depnorm.model.verification import Difference, DifferenceKind, Engine, Verification

pytestmark = pytest.mark.engine

SAMPLES = Path(__file__).parents[2] / "corpus"


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("name", "base", "packages"),
    [
        ("python-package", PYTHON_BASE, {"toolz"}),
        ("conda-pip-section", CONDA_BASE, {"conda: geopandas", "conda: toolz"}),
        ("r-package-list", R_BASE, {"R: R6", "R: jsonlite"}),
    ],
)
def test_the_staged_image_is_the_plain_one(
    bench: Bench, name: str, base: str, packages: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python, conda with its pip section, R: the same packages, all of them can be loaded, and no image stays."""
    assert bench
    before = images()
    has_files = base != R_BASE
    python = "3.11" if base == PYTHON_BASE else None
    root = SAMPLES / name / "repo"
    # In the base image, conda-forge is the channel of the bench.
    monkeypatch.setenv("CONDA_CHANNEL_ALIAS", os.environ.get("ENGINE_CONDA_CHANNEL", "").rpartition("/")[0])
    found = depnorm.verify(root, engine=Engine.DOCKER, network="host", base_image=base, lock=has_files, python=python)
    assert found.comparison.differences == (), found.log
    assert packages <= found.plain.packages.keys()
    assert found.plain.imports
    assert not any(found.plain.imports.values())
    assert bool(found.plain.files) == has_files
    assert images() == before


@pytest.mark.parametrize(
    ("script", "layers"),
    [
        ('install.packages("tidyverse")\nlibrary(tidyverse)\n', ["tidyverse"]),
        ('install.packages(c("readr", "jsonlite"))\nsystem2("true")\n', []),
    ],
)
def test_a_locked_r_image_is_the_plain_one(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, layers: list[str]
) -> None:
    """With a layer that is all in the lock; without one that brings more, and with a script that runs all the same."""
    assert bench
    monkeypatch.setenv("DEPNORM_CRAN", os.environ["ENGINE_CRAN"])
    root = tmp_path / "repo"
    root.mkdir()
    (root / "install.R").write_text(f"{script}# {uuid4().hex}\n", encoding="utf-8")
    (root / "runtime.txt").write_text("r-4.2-2024-01-10\n", encoding="utf-8")
    found = depnorm.verify(root, engine=Engine.DOCKER, network="host", base_image=R_BASE)
    assert found.plan.mode is Mode.LOCKED
    assert [stage.name for stage in found.plan.stages if stage.kind is StageKind.SHARED] == layers
    assert found.comparison.differences == (), found.log
    lock = depnorm.lock(root)
    assert found.staged.packages == {f"R: {each.name}": each.version for each in lock.packages}
    assert set(found.staged.imports.values()) == {""}


def test_images_are_kept_on_demand(bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --keep the images stay, and their Dockerfiles are in the directory."""
    command = ("verify", str(SAMPLES / "python-package" / "repo"), "--engine", "docker", "--network", "host")
    options = ("--base-image", PYTHON_BASE, "--python", "3.11", "--declared")
    before = images()
    assert cli.run([*command, *options, "--keep", str(tmp_path / "kept")]) == 0
    made = images() - before
    bench.tags.extend(made)
    assert {tag.partition(":")[2].partition("-")[0] for tag in made} == {"plain", "staged"}
    assert {path.name for path in (tmp_path / "kept").glob("*.Dockerfile")} == {
        "plain.Dockerfile", "staged.Dockerfile",
    }  # fmt: skip
    assert "No difference." in capsys.readouterr().out


def images() -> set[str]:
    return set(output("docker", "images", "depnorm-verify", "--format", "{{.Repository}}:{{.Tag}}").split())


def verified(made: Plan, stages: Iterable[Stage], root: Path) -> Verification:
    """The plain image of a plan, and the staged one of these stages."""
    return verify_plan(replace(made, stages=tuple(stages)), root, engine=Engine.DOCKER, network="host")


def blank(stage: Stage) -> Stage:
    """The stage without the first line of the file that it installs."""
    if not isinstance(stage.step, RunPip):
        return stage
    commands = tuple(replace(each, without={"requirements.txt": (1,)}) for each in stage.step.commands)
    return replace(stage, step=replace(stage.step, commands=commands))


def test_a_missing_package_is_a_difference(bench: Bench, tmp_path: Path) -> None:
    """A plan that loses a line: its package is named with the version, and its import is missing."""
    assert bench
    (tmp_path / "requirements.txt").write_text("six==1.16.0\nidna\n", encoding="utf-8")
    made = depnorm.plan(tmp_path, python="3.11", base_image=PYTHON_BASE, max_layers=0)
    unchecked = (stage for stage in made.stages if stage.kind is not StageKind.VERIFY)
    assert verified(made, map(blank, unchecked), tmp_path).comparison.differences == (
        Difference(kind=DifferenceKind.PACKAGE, name="six", plain="1.16.0", staged=""),
        Difference(kind=DifferenceKind.IMPORT, name="six", plain="can be imported", staged=""),
    )


def test_a_step_that_fails_is_told_by_its_error(bench: Bench) -> None:
    """Of all that a builder prints, the line of R that says why."""
    assert bench
    root = SAMPLES / "r-package-list" / "repo"
    made = depnorm.plan(root, base_image=R_BASE)
    more = replace(made.stages[-1], kind=StageKind.LATE, step=InstallRPackages(packages=("no.such.package",)))
    found = verified(made, (*made.stages, more), root)
    (difference,) = found.comparison.differences
    assert difference.kind is DifferenceKind.INSTALL
    assert difference.plain == "succeeds"
    assert difference.staged.startswith("not installed: no.such.package")
