"""Which Python a repository gets."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import depnorm

MakeRepository = Callable[[Mapping[str, str]], Path]


def project(bound: str) -> str:
    return f'[project]\nname = "x"\nrequires-python = "{bound}"\n'


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
