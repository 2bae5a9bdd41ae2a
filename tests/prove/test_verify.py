"""`depnorm verify` for real, in virtual environments of this machine's own Python, from the real index."""

import json
import platform
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import depnorm
from depnorm import cli
from depnorm.errors import UsageError
from depnorm.library.verify import verify_plan
from depnorm.model import Plan, RunPip, Stage, StageKind
from depnorm.model.verification import DifferenceKind
from depnorm.report.display import Display
from depnorm.report.formats import Format, SchemaName, format_verification
from depnorm.report.schema import json_schema

PYTHON = "{}.{}".format(*sys.version_info)
PROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "mine"
version = "1"
dependencies = ["idna<3.8"]
[tool.setuptools]
py-modules = ["mine"]
"""
Change = Callable[[Stage], Stage]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a pin, a project of its own, and what that declares."""
    root = tmp_path_factory.mktemp("repository")
    (root / "requirements.txt").write_text("six==1.16.0\n-e .\n", encoding="utf-8")
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (root / "mine.py").write_text("import idna\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEPNORM_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a pin alone: what a doctored plan does wrong shows without a project, too."""
    root = tmp_path_factory.mktemp("pinned")
    (root / "requirements.txt").write_text("six==1.16.0\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def plan(pinned: Path) -> Plan:
    return depnorm.plan(pinned, lock=True, python=PYTHON)


def test_a_plan_installs_what_the_plain_commands_do(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No difference, without a lock: exit code 0, and a document as `depnorm schema verify` describes it."""
    assert cli.run(["verify", str(root), "--python", PYTHON, "--declared", "--format", "json"]) == 0
    output = capsys.readouterr()
    document = json.loads(output.out)
    Draft202012Validator(json_schema(SchemaName.VERIFY)).validate(document)
    assert document["differences"] == []
    assert "plain: " in output.err  # progress


def changed(plan: Plan, change: Change) -> Plan:
    return replace(plan, stages=tuple(change(stage) for stage in plan.stages))


def another(stage: Stage) -> Stage:
    if stage.kind is not StageKind.EARLY or not isinstance(stage.step, RunPip):
        return stage
    commands = tuple(replace(each, requirements=("attrs==23.2.0",)) for each in stage.step.commands)
    return replace(stage, step=replace(stage.step, commands=commands))


def failing(stage: Stage) -> Stage:
    if stage.kind is not StageKind.EARLY or not isinstance(stage.step, RunPip):
        return stage
    commands = tuple(replace(each, requirements=("no-such-package-of-depnorm",)) for each in stage.step.commands)
    return replace(stage, step=replace(stage.step, commands=commands))


def test_a_package_too_many_is_a_difference(pinned: Path, plan: Plan) -> None:
    """What a doctored plan brings beside the plain set is named with its version.

    That it is for another patch release is told: its lock may hold what this machine's Python does not take.
    """
    other = replace(plan, target=replace(plan.target, python_patch=f"{PYTHON}.99"))
    found = verify_plan(changed(other, another), pinned)
    assert [(each.kind, each.name, each.plain, each.staged) for each in found.comparison.differences] == [
        (DifferenceKind.PACKAGE, "attrs", "", "23.2.0"),
        (DifferenceKind.IMPORT, "attr", "", "can be imported"),
        (DifferenceKind.IMPORT, "attrs", "", "can be imported"),
    ]
    assert not found.is_equal
    assert any(f"{PYTHON}.99" in each for each in found.not_compared)


def test_verify_locks_for_the_python_that_is_there(root: Path) -> None:
    """What that one takes pip takes, and so does the plan; it is said in words, with what was compared."""
    found = depnorm.verify(root, python=PYTHON)
    assert found.python == found.plan.target.python_patch == platform.python_version()
    assert found.plan.target.base_image == f"python:{PYTHON}-slim"
    assert not found.not_compared
    text = format_verification(found, Format.TEXT, Display(width=100))
    assert "No difference." in text
    assert f"on Python {platform.python_version()}, with" in " ".join(text.split())
    assert "Compared: " in text


def test_a_step_that_fails_is_the_difference(pinned: Path, plan: Plan) -> None:
    """The step is named, the end of what it printed is kept, and nothing else is compared."""
    found = verify_plan(changed(plan, failing), pinned)
    (difference,) = found.comparison.differences
    assert difference.kind is DifferenceKind.INSTALL
    assert difference.plain == "succeeds"
    assert "no-such-package-of-depnorm" in found.log


def test_a_python_that_is_not_there_is_told(root: Path) -> None:
    """With the way that needs none on this machine."""
    with pytest.raises(UsageError) as caught:
        depnorm.verify(root, python="3.99", lock=False)
    assert "3.99" in str(caught.value)
    assert "--engine docker" in caught.value.hint


def test_nothing_of_pip_is_nothing_to_compare(tmp_path: Path) -> None:
    """A repository of R alone is told what compares it."""
    (tmp_path / "install.R").write_text('install.packages("R6")\n', encoding="utf-8")
    (tmp_path / "runtime.txt").write_text("r-4.2-2024-01-10\n", encoding="utf-8")
    with pytest.raises(UsageError, match="pip installs nothing"):
        depnorm.verify(tmp_path, lock=False)
