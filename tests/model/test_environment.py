"""Markers of strangers, evaluated for a Target."""

import json
import subprocess
from pathlib import Path

import pytest

import depnorm
from depnorm.model import marker_environment, marker_holds, patch_release
from depnorm.model.environment import PATCHES
from depnorm.resolve.uv_command import find_uv

ENVIRONMENT = {**marker_environment("3.12", "manylinux_2_28_x86_64"), "extra": ""}


@pytest.mark.parametrize(
    ("marker", "answer"),
    [
        ("sys_platform == 'linux'", True),
        ("python_version < '3'", False),
        ("extra == 'x'", False),
        ("sys_platform", None),
        ("os_name ~= 'x'", None),
        ("'x' in extras", None),
        ("'x' in dependency_groups", None),
        (f"python_version < '{'9' * 5000}'", None),
    ],
)
def test_a_marker_holds_or_nothing_can_tell(marker: str, answer: bool | None) -> None:  # noqa: FBT001
    """What packaging raises about some of them is no error of ours."""
    assert marker_holds(marker, ENVIRONMENT) is answer


@pytest.mark.parametrize("marker", ["'x' in extras", "'x' in dependency_groups", f"python_version < '{'9' * 5000}'"])
def test_a_plan_survives_what_nothing_can_tell(marker: str, tmp_path: Path) -> None:
    """The line may hold, so that it stays in the plan, and nothing that it might exclude is shared."""
    (tmp_path / "requirements.txt").write_text(f"numpy<2; {marker}\npandas\n", encoding="utf-8")
    made = depnorm.plan(tmp_path)
    assert {each.name for stage in made.stages for each in stage.packages} >= {"numpy", "pandas"}
    assert not any(stage.key for stage in made.stages)
    depnorm.check(tmp_path)


def test_uv_knows_each_patch_release() -> None:
    """A typing error in the table would ask every resolver for a Python that never was."""
    listing = (find_uv(), "python", "list", "--all-versions", "--offline", "--no-config", "--output-format", "json")
    found = subprocess.run(listing, capture_output=True, text=True, check=True)
    known = {each["version"] for each in json.loads(found.stdout) if each["implementation"] == "cpython"}
    minors = {version.rpartition(".")[0] for version in known}
    assert {patch_release(minor) for minor in PATCHES if minor in minors} <= known
    assert {"3.10", "3.11", "3.12", "3.13"} <= PATCHES.keys() & minors


@pytest.mark.parametrize(
    ("python", "full", "minor"),
    [
        ("3.11", "3.11.14", "3.11"),
        ("3.11.2", "3.11.2", "3.11"),
        ("3.99", "3.99.0", "3.99"),
        ("3.9.0rc1", "3.9.0rc1", "3.9"),
    ],
)
def test_markers_see_the_patch_release(python: str, full: str, minor: str) -> None:
    """The same one that versions are chosen for."""
    environment = marker_environment(python, "manylinux_2_28_x86_64")
    assert (environment["python_full_version"], environment["implementation_version"]) == (full, full)
    assert environment["python_version"] == minor
