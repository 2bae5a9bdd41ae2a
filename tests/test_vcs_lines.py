"""Lines that pip fetches with git, and images without it: the plan says so before the build does."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import depnorm

MakeRepository = Callable[[Mapping[str, str]], Path]
GIT = "six\ntool @ git+https://git.example.org/me/tool@v1\n"


@pytest.mark.parametrize(
    ("files", "options", "lines"),
    [
        ({"requirements.txt": GIT}, {}, [2]),
        ({"requirements.txt": "-e git+https://git.example.org/x.git#egg=x\nhg+https://hg.example.org/y\n"}, {}, [1, 2]),
        ({"requirements.txt": GIT, "apt.txt": "git\n"}, {}, []),
        ({"requirements.txt": GIT}, {"base_image": "debian:12"}, []),
        ({"requirements.txt": GIT}, {"base_image": "docker.io/library/python:3.12-alpine"}, [2]),
        ({"requirements.txt": GIT}, {"base_image": "python:3.12"}, []),
        ({"environment.yml": "dependencies:\n  - pip\n  - pip:\n    - git+https://git.example.org/x\n"}, {}, []),
        ({"requirements.txt": "tool @ https://git.example.org/tool.tar.gz\n"}, {}, []),
        ({"requirements.txt": "-e git+file:.#egg=x\n"}, {}, []),  # DN114 says what is wrong with it
    ],
)
def test_a_finding_where_the_image_has_no_such_program(
    make_repository: MakeRepository, files: Mapping[str, str], options: dict[str, Any], lines: list[int]
) -> None:
    """Of images that are known; what apt.txt brings is there."""
    plan = depnorm.plan(make_repository(files), **options)
    found = [each for each in plan.findings if each.rule == "DN311"]
    assert [each.line for each in found] == lines
    assert all("apt.txt" in each.hint for each in found)


def test_check_knows_no_image(make_repository: MakeRepository) -> None:
    """It has nothing to say of programs."""
    assert not [each for each in depnorm.check(make_repository({"requirements.txt": GIT})) if each.rule == "DN311"]
