"""Lines that name a package of the repository itself: they wait for it, for an index would give a stranger's."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import depnorm
from depnorm.model import Plan, RunEnvironmentPip, RunPip, StageKind

MakeRepository = Callable[[Mapping[str, str]], Path]
LIBB = {"libb/pyproject.toml": '[project]\nname = "Corp_LibB"\nversion = "1"\n'}
SETUP = {"libb/setup.py": "from setuptools import setup\nsetup(name=open('NAME').read())\n"}
ROOT = {"pyproject.toml": '[project]\nname = "corp.own"\nversion = "1"\n'}


def asked_early(plan: Plan) -> list[str]:
    """The names of what installs before the repository is there."""
    early = [stage for stage in plan.stages if stage.kind is StageKind.EARLY]
    return sorted(package.name or "" for stage in early for package in stage.packages)


def without(plan: Plan) -> Mapping[str, tuple[int, ...]]:
    """The lines that the early command leaves out."""
    (early,) = (each.step for each in plan.stages if each.kind is StageKind.EARLY)
    assert isinstance(early, RunPip)
    return early.commands[0].without


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({**ROOT, "requirements.txt": "some-dep\n-e .\ncorp-own\n"}, {"requirements.txt": (2, 3)}),
        ({**ROOT, "requirements.txt": "some-dep\nCorp_Own[viz]>=1\n-e .\n"}, {"requirements.txt": (2, 3)}),
        ({**ROOT, "requirements.txt": "some-dep\ncorp-own \\\n  >=1\n.\n"}, {"requirements.txt": (2, 3, 4)}),
        ({**LIBB, "requirements.txt": "corp-libb\nsome-dep\n./libb\n"}, {"requirements.txt": (1, 3)}),
        ({**SETUP, "requirements.txt": "corp-libb\nsome-dep\ncorp-libb @ file:./libb\n"}, {"requirements.txt": (1, 3)}),
        (
            {**SETUP, "requirements.txt": "corp-libb\nsome-dep\n-e file:libb#egg=corp-libb\n"},
            {"requirements.txt": (1, 3)},
        ),
        (
            {**LIBB, "requirements.txt": "-r base.txt\n-e ./libb\n", "base.txt": "corp-libb\nsome-dep\n"},
            {"requirements.txt": (2,), "base.txt": (1,)},
        ),
    ],
)
def test_a_name_of_the_repository_waits_for_it(
    make_repository: MakeRepository, files: Mapping[str, str], expected: Mapping[str, tuple[int, ...]]
) -> None:
    """However the line spells it, and in whichever file: it goes late with the line that provides it."""
    plan = depnorm.plan(make_repository(files))
    assert asked_early(plan) == ["some-dep"]
    assert without(plan) == expected


def test_nothing_is_early_where_every_line_names_the_repository(make_repository: MakeRepository) -> None:
    """Two lines, both for one project of the repository."""
    plan = depnorm.plan(make_repository({**LIBB, "requirements.txt": "corp-libb\n./libb\n"}))
    assert not [stage for stage in plan.stages if stage.kind is StageKind.EARLY]


def test_a_wheel_of_the_repository_installs_early_with_its_name(make_repository: MakeRepository) -> None:
    """A closed set of files provides the name, so nothing asks an index."""
    lines = "corp-w\n./corp_w-1-py3-none-any.whl\n"
    plan = depnorm.plan(make_repository({"corp_w-1-py3-none-any.whl": "", "requirements.txt": lines}))
    assert without(plan) == {}


def test_a_project_that_no_line_installs_keeps_its_name_on_the_index(make_repository: MakeRepository) -> None:
    """Nothing provides it, so pip would ask the index for it in the user's own command, too."""
    plan = depnorm.plan(make_repository({**LIBB, "requirements.txt": "corp-libb\nsome-dep\n"}))
    assert asked_early(plan) == ["corp-libb", "some-dep"]


def test_what_a_project_declares_is_not_asked_of_an_index_by_a_name_of_a_line(make_repository: MakeRepository) -> None:
    """`NAME @ file:` names a project whose own files do not."""
    declared = '[project]\nname = "demo"\nversion = "1"\ndependencies = ["corp-libb", "some-dep"]\n'
    files = {**SETUP, "pyproject.toml": declared, "requirements.txt": "-e .\ncorp-libb @ file:./libb\n"}
    assert asked_early(depnorm.plan(make_repository(files))) == ["some-dep"]


@pytest.mark.parametrize("own", ["corp-libb", "Corp.LibB[viz]>=1", "-r base.txt"])
@pytest.mark.parametrize(
    ("text", "early"),
    [
        ("dependencies: [python, pip, pip: [some-dep, '{own}', -e ./libb]]\n", None),
        ("dependencies:\n- python\n- pip\n- pip:\n  - some-dep\n  - {own}\n  - -e ./libb\n", ("some-dep",)),
    ],
)
def test_a_pip_section_waits_for_names_of_the_repository(
    make_repository: MakeRepository, own: str, text: str, early: tuple[str, ...] | None
) -> None:
    """Lines of an environment file, and files that they include."""
    files = {**LIBB, "base.txt": "corp-libb\n", "environment.yml": text.format(own=own)}
    plan = depnorm.plan(make_repository(files))
    found = {stage.kind: stage.step.lines for stage in plan.stages if isinstance(stage.step, RunEnvironmentPip)}
    assert found.get(StageKind.EARLY) == early
    assert found[StageKind.LATE] == ("some-dep", own, "-e ./libb")
