"""Which Python a repository gets."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import depnorm
from depnorm.model import patch_release

R = "r-4.2-2024-01-10\n"
MakeRepository = Callable[[Mapping[str, str]], Path]


def project(bound: str) -> str:
    return f'[project]\nname = "x"\nrequires-python = "{bound}"\n'


BOUND = project(">=3.13")


@pytest.mark.parametrize(
    ("files", "option", "expected", "told"),
    [
        ({}, None, "3.12", False),
        ({}, "3.11", "3.11", False),
        ({"runtime.txt": "python-3.10"}, None, "3.10", False),
        ({"runtime.txt": "python-3.10"}, "3.11", "3.10", True),
        ({"runtime.txt": "python-3.7"}, None, "3.7", True),
        ({"pyproject.toml": project(">=3.13")}, None, "3.13", False),
        ({"pyproject.toml": project("<3.12")}, None, "3.11", False),
        ({"pyproject.toml": project("<3.12")}, "3.10", "3.10", False),
        ({"pyproject.toml": project("<3.12")}, "3.13", "3.11", True),
        ({"pyproject.toml": project(">=3.12"), "runtime.txt": "python-3.10"}, None, "3.10", True),
        ({"pyproject.toml": project("nonsense")}, None, "3.12", False),
        ({"environment.yml": "dependencies: [python=3.9]"}, None, "3.9", False),
    ],
)
def test_python(
    make_repository: MakeRepository, *, files: Mapping[str, str], option: str | None, expected: str, told: bool
) -> None:
    """runtime.txt and environment.yml decide; requires-python bounds the rest; a contradiction is DN009."""
    plan = depnorm.plan(make_repository({"requirements.txt": "idna\n", **files}), python=option)
    assert plan.target.python == expected
    assert ("DN009" in {finding.rule for finding in plan.findings}) is told


@pytest.mark.parametrize(
    ("python", "base_image", "patch", "image"),
    [
        (None, None, patch_release("3.12"), "python:3.12-slim"),
        ("3.11", None, patch_release("3.11"), "python:3.11-slim"),
        ("3.11.4", None, "3.11.4", "python:3.11.4-slim"),
        (None, "python:3.12.3-slim", "3.12.3", "python:3.12.3-slim"),
        (None, "example.org:5000/library/python:3.12.3", "3.12.3", "example.org:5000/library/python:3.12.3"),
        ("3.12.1", "python:3.12.3", "3.12.1", "python:3.12.3"),
        (None, "python:3.11.3-slim", "3.11.3", "python:3.11.3-slim"),
        (None, "python:3.11-slim", patch_release("3.11"), "python:3.11-slim"),
        ("3.12", "python:3.11.3-slim", patch_release("3.12"), "python:3.11.3-slim"),
        (None, "python:3.11alpha", patch_release("3.12"), "python:3.11alpha"),
        (None, "mypython:3.12.3", patch_release("3.12"), "mypython:3.12.3"),
        (None, "python:3.13.0rc1", "3.13.0", "python:3.13.0rc1"),
    ],
)
def test_the_patch_release(
    make_repository: MakeRepository, python: str | None, base_image: str | None, patch: str, image: str
) -> None:
    """--python and the tag of an official image tell it, if they are of that Python; else it is the documented one."""
    plan = depnorm.plan(make_repository({"requirements.txt": "idna\n"}), python=python, base_image=base_image)
    assert (plan.target.python_patch, plan.target.base_image) == (patch, image)


@pytest.mark.parametrize(
    "files", [{"environment.yml": "dependencies: [python=3.9]"}, {"install.R": "", "runtime.txt": R}]
)
def test_conda_and_an_r_image_decide_themselves(make_repository: MakeRepository, files: Mapping[str, str]) -> None:
    """No patch release is known before they are asked."""
    assert depnorm.plan(make_repository(files)).target.python_patch is None


def test_no_patch_release_of_another_python(make_repository: MakeRepository) -> None:
    """runtime.txt decides, so that the image has another Python than the one asked for, and that is told."""
    files = {"requirements.txt": "idna\n", "runtime.txt": "python-3.10"}
    plan = depnorm.plan(make_repository(files), python="3.11.4")
    assert (plan.target.python_patch, plan.target.base_image) == (patch_release("3.10"), "python:3.10-slim")
    assert "DN009" in {finding.rule for finding in plan.findings}


@pytest.mark.parametrize(
    ("files", "python", "why"),
    [
        ({"runtime.txt": "python-3.10"}, None, "3.10, as runtime.txt says"),
        ({"pyproject.toml": BOUND}, None, "3.13, the catalog's default within requires-python of pyproject.toml"),
        ({}, "3.10", "3.10, as --python says"),
    ],
)  # fmt: skip
def test_a_base_image_with_another_python_is_told(
    make_repository: MakeRepository, *, files: Mapping[str, str], python: str | None, why: str
) -> None:
    """The build would stop in it: the base stage looks for the Python of the plan."""
    repository = make_repository({"requirements.txt": "idna\n", **files})
    plan = depnorm.plan(repository, python=python, base_image="python:3.11-slim")
    assert [finding.message for finding in plan.findings if finding.rule == "DN012"] == [
        f"--base-image python:3.11-slim has Python 3.11, and the plan is for {why}"
    ]


@pytest.mark.parametrize(
    ("files", "image"),
    [
        ({"runtime.txt": "python-3.11"}, "python:3.11.9-slim"),
        ({"runtime.txt": "python-3.11"}, "example.org/team/python:2024.11"),
        ({"runtime.txt": "python-3.11"}, "example.org/team/python:1.0"),
        ({"runtime.txt": "python-3.11"}, "python:3"),
        ({"runtime.txt": "python-3.11"}, "python:3.9alpha"),
        ({"runtime.txt": "python-3.11"}, "python@sha256:" + "0" * 64),
        ({"environment.yml": "dependencies: [python=3.10]"}, "python:3.9-slim"),
        ({"install.R": "", "runtime.txt": R}, "python:3.9-slim"),
    ],
)
def test_a_base_image_that_says_nothing_else_is_fine(
    make_repository: MakeRepository, files: Mapping[str, str], image: str
) -> None:
    """Dates and versions of applications are no Pythons; conda and an R image bring their own."""
    repository = make_repository({"requirements.txt": "idna\n", **files})
    told = {finding.rule for finding in depnorm.plan(repository, base_image=image).findings}
    assert not told & {"DN009", "DN012"}


def test_the_first_option_that_fits_counts(make_repository: MakeRepository) -> None:
    """What requires-python excludes is passed over, and told."""
    repository = make_repository({"requirements.txt": "idna\n", "pyproject.toml": project(">=3.11")})
    plan = depnorm.plan(repository, python="3.10", base_image="python:3.13-slim@sha256:" + "0" * 64)
    assert plan.target.python == "3.13"
    assert [finding.rule for finding in plan.findings] == ["DN009"]
