"""The stages of a locked conda environment: shared ones, the rest, the pip section, what waits, and the check."""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from depnorm.library.analysis import analyze_repository
from depnorm.model import (
    Artifact,
    Builder,
    CreateEnvironment,
    Ecosystem,
    InstallConda,
    InstallEnvironmentWheels,
    LeftOut,
    LeftOutKind,
    Lock,
    LockedPackage,
    Mode,
    Plan,
    RunEnvironmentPip,
    Stage,
    StageKind,
    Target,
    VerifyEnvironment,
)
from depnorm.prove.plain import beyond_python, plain_plan
from depnorm.read.choice import choose_spec_files
from depnorm.read.repository import open_repository
from depnorm.report.as_json import plan_json
from depnorm.report.display import Display
from depnorm.report.formats import PlanFormat, format_plan
from depnorm.share.catalog import load_catalog
from depnorm.share.conda import share_conda_lock
from depnorm.share.split import HEAVY_BYTES
from depnorm.stages import plan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]
ENVIRONMENT = "channels: [conda-forge]\ndependencies:\n  - python=3.11\n  - numpy\n"
PIP = ENVIRONMENT + "  - pip\n  - pip:\n    - six\n"


def conda(name: str, *requires: str, size: int = 1) -> LockedPackage:
    filename = f"{name}-1-0.conda"
    digest = sha256(filename.encode()).hexdigest()
    url = f"https://example.org/conda-forge/noarch/{filename}"
    artifact = Artifact(filename=filename, sha256=digest, size=size, url=url)
    return LockedPackage(ecosystem=Ecosystem.CONDA, name=name, version="1", artifact=artifact, requires=requires)


SIX = LockedPackage(
    ecosystem=Ecosystem.PYPI,
    name="six",
    version="1.16.0",
    artifact=Artifact(filename="six-1.16.0-py2.py3-none-any.whl", sha256="0" * 64, size=11),
)
PYTHON = Artifact(
    filename="python-3.11.9-0.conda",
    sha256="1" * 64,
    size=5,
    url="https://example.org/c/linux-64/python-3.11.9-0.conda",
)
PACKAGES = (
    conda("blas", size=HEAVY_BYTES),
    conda("numpy", "python", "blas"),
    conda("pip", "python"),
    LockedPackage(ecosystem=Ecosystem.CONDA, name="python", version="3.11.9", artifact=PYTHON),
)
PLAIN = Lock(ecosystem=Ecosystem.CONDA, packages=PACKAGES, as_of="2026-10-01")
WITH_PIP = Lock(ecosystem=Ecosystem.CONDA, packages=(*PACKAGES, SIX), as_of="2026-10-01")


def planned(root: Path, lock: Lock, *, max_layers: int = 8, soft: bool = False) -> Plan:
    repository, catalog = open_repository(root), load_catalog()
    analysis = analyze_repository(repository, choose_spec_files(repository), catalog)
    target = Target(base_image="example.org/miniforge:1", python=analysis.python)
    sharing = share_conda_lock(analysis, catalog, lock, target, max_layers=max_layers, tools="x")
    return plan_repository(analysis, sharing, target, repo_dir="/home/jovyan", always_soft=soft)


def kinds(plan: Plan) -> list[str]:
    return [stage.kind.value for stage in plan.stages]


def only(plan: Plan, kind: StageKind) -> Stage:
    (stage,) = (each for each in plan.stages if each.kind is kind)
    return stage


def test_a_locked_environment_is_checked_before_the_copy(make_repository: MakeRepository) -> None:
    """Python, what is heavy, the rest; nothing is solved in the image, and a README change runs the copy alone."""
    plan = planned(make_repository({"environment.yml": ENVIRONMENT}), PLAIN)
    assert plan.choice.builder is Builder.CONDA
    assert plan.mode is Mode.LOCKED
    assert plan.as_of == "2026-10-01"
    assert kinds(plan) == ["base", "shared", "shared", "own", "verify", "copy"]
    assert [stage.name for stage in plan.stages if stage.kind is StageKind.SHARED] == ["conda python", "blas"]
    assert not any(isinstance(stage.step, CreateEnvironment) for stage in plan.stages)


def test_the_own_step_is_given_the_whole_lock_in_link_order(make_repository: MakeRepository) -> None:
    """It lists its own packages, and links all that is not there: what a heavy layer had to leave, too."""
    own = only(planned(make_repository({"environment.yml": ENVIRONMENT}), PLAIN), StageKind.OWN)
    assert isinstance(own.step, InstallConda)
    assert [each.name for each in own.step.packages] == ["blas", "python", "numpy", "pip"]
    assert [each.name for each in own.packages] == ["numpy", "pip"]
    assert all(each.why for each in own.packages)
    assert own.bytes == 2


def test_only_heavy_layers_leave_what_has_scripts(make_repository: MakeRepository) -> None:
    """The layer of Python is closed, so that it installs all of it."""
    plan = planned(make_repository({"environment.yml": ENVIRONMENT}), PLAIN)
    steps = {stage.name: stage.step for stage in plan.stages if isinstance(stage.step, InstallConda)}
    alone = {name: step.alone for name, step in steps.items() if isinstance(step, InstallConda)}
    assert alone == {"conda python": False, "blas": True, "locked conda packages": False}


@pytest.mark.parametrize("max_layers", [0, 1, 2])
def test_a_package_is_in_one_stage(max_layers: int, make_repository: MakeRepository) -> None:
    """Under any cap, the stages list the lock."""
    plan = planned(make_repository({"environment.yml": PIP}), WITH_PIP, max_layers=max_layers)
    listed = sorted((each.ecosystem, each.name) for stage in plan.stages for each in stage.packages)
    assert listed == sorted((each.ecosystem, each.name) for each in WITH_PIP.packages)


def test_the_pip_section_is_wheels_then_the_users_own_lines(make_repository: MakeRepository) -> None:
    """Exact wheels first; then the section as it is, which must not upgrade what the lock has."""
    plan = planned(make_repository({"environment.yml": PIP}), WITH_PIP)
    assert kinds(plan) == ["base", "shared", "shared", "own", "own", "early", "verify", "copy"]
    (wheels,) = (stage.step for stage in plan.stages if isinstance(stage.step, InstallEnvironmentWheels))
    assert wheels.packages == (SIX,)
    early = only(plan, StageKind.EARLY)
    assert early.step == RunEnvironmentPip(lines=("six",), directory="", upgrade=False)
    assert early.packages == ()


def test_what_the_lock_left_out_is_the_early_steps(make_repository: MakeRepository) -> None:
    """A package without a wheel is listed there, and the check lets it be."""
    left = LeftOut(
        ecosystem=Ecosystem.PYPI, name="docopt", version="0.6.2", kind=LeftOutKind.SOURCE, why="has no wheel"
    )
    lock = Lock(ecosystem=Ecosystem.CONDA, packages=WITH_PIP.packages, left_out=(left,))
    plan = planned(make_repository({"environment.yml": f"{PIP}    - docopt==0.6.2\n"}), lock)
    assert [each.name for each in only(plan, StageKind.EARLY).packages] == ["docopt"]
    check = only(plan, StageKind.VERIFY).step
    assert isinstance(check, VerifyEnvironment)
    assert (check.packages, check.file) == (lock.packages, "environment.yml")
    assert "docopt" in check.beside
    assert plan.left_out == (left,)


def test_lines_that_need_the_repository_wait_and_the_check_after_them(make_repository: MakeRepository) -> None:
    """`-e .` in the pip section: late, without an upgrade, then verified."""
    files = {"environment.yml": f"{PIP}    - -e .\n", "setup.py": "from setuptools import setup\nsetup(name='x')\n"}
    plan = planned(make_repository(files), WITH_PIP)
    assert kinds(plan)[-3:] == ["copy", "late", "verify"]
    late = only(plan, StageKind.LATE).step
    assert isinstance(late, RunEnvironmentPip)
    assert "-e ." in late.lines
    assert not late.upgrade


def test_fallback_always_repeats_the_pip_section(make_repository: MakeRepository) -> None:
    """The early one may fail; the late one is the same lines."""
    plan = planned(make_repository({"environment.yml": PIP}), WITH_PIP, soft=True)
    early, late = only(plan, StageKind.EARLY).step, only(plan, StageKind.LATE).step
    assert isinstance(early, RunEnvironmentPip)
    assert isinstance(late, RunEnvironmentPip)
    assert (early.soft, late.soft, early.lines) == (True, False, late.lines)


def test_the_plain_plan_is_the_users_file(make_repository: MakeRepository) -> None:
    """What a locked environment is compared with: `conda env create` from the file as it is."""
    plan = planned(make_repository({"environment.yml": PIP}), WITH_PIP)
    steps = [stage.step for stage in plain_plan(plan).stages]
    assert steps[2:] == [CreateEnvironment(text=None, file="environment.yml")]
    assert beyond_python(plan) == ("the conda environment and its pip section",)


def test_reports_tell_layers_bytes_and_reasons(make_repository: MakeRepository) -> None:
    """JSON, text and markdown: each layer with its size, each package of the repository's own with its reason."""
    plan = planned(make_repository({"environment.yml": PIP}), WITH_PIP)
    document = json.loads(plan_json(plan))
    assert document["mode"] == "locked"
    assert document["sharing"] == {"shared_bytes": HEAVY_BYTES + 5, "own_bytes": 13}
    stages = {stage["name"]: stage for stage in document["stages"]}
    assert stages["blas"]["bytes"] == HEAVY_BYTES
    assert stages["blas"]["key"]
    (python,) = stages["conda python"]["packages"]
    assert (python["ecosystem"], python["name"], python["version"]) == ("conda", "python", "3.11.9")
    assert all(each["why"] for each in stages["locked conda packages"]["packages"])
    for name in (PlanFormat.TEXT, PlanFormat.MARKDOWN):
        text = format_plan(plan, name, Display())
        assert "conda python" in text
        assert "locked wheels" in text
