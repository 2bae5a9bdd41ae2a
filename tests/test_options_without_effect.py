"""Options that are about wheels, where conda or R installs: the plan says in one note that they change nothing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import depnorm

MakeRepository = Callable[[Mapping[str, str]], Path]
CONDA = {"environment.yml": "dependencies:\n  - python=3.11\n"}
R = {"runtime.txt": "r-4.2-2024-01-10\n", "install.R": 'install.packages("beta")\n'}
PYTHON = {"requirements.txt": "numpy\n"}


@pytest.mark.parametrize(
    ("files", "options", "expected"),
    [
        (CONDA, {}, []),
        (CONDA, {"slim": True}, ["--slim: without effect, for conda installs here"]),
        (CONDA, {"installer": "mamba"}, ["--installer mamba: without effect, for it installs what is locked"]),
        (R, {"slim": True, "installer": "uv"}, ["--slim, --installer uv: without effect, for R installs here"]),
        ({**R, "requirements.txt": "numpy\n"}, {"slim": True}, []),
        (PYTHON, {"slim": True, "installer": "uv"}, []),
    ],
)
def test_a_note(
    make_repository: MakeRepository, files: Mapping[str, str], options: dict[str, Any], expected: list[str]
) -> None:
    """It names the options, and who installs instead."""
    plan = depnorm.plan(make_repository(files), **options)
    found = [each.message for each in plan.findings if each.rule == "DN206"]
    assert len(found) == len(expected)
    assert all(message.startswith(text) for message, text in zip(found, expected, strict=True))
