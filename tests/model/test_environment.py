"""Markers of strangers, evaluated for a Target."""

from pathlib import Path

import pytest

import depnorm
from depnorm.model import marker_environment, marker_holds

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
