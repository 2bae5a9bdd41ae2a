"""What several lines say of one package."""

from pathlib import Path

import pytest

import depnorm


def said(directory: Path, *lines: str) -> list[tuple[str, str]]:
    """The findings of a requirements file with these lines, and what to do about each."""
    path = directory / "requirements.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [(finding.rule, finding.hint) for finding in depnorm.check(path)]


@pytest.mark.parametrize(
    ("one", "other"),
    [(">=2", "<1"), (">=2", "<2"), (">2", "<=2"), ("~=1.4", "<1.4"), (">=1,<2", ">=2"), ("==1.0", ">=2")],
)
def test_ranges_without_a_common_version(tmp_path: Path, one: str, other: str) -> None:
    """No version satisfies both lines, in either order."""
    for lines in ((f"a{one}", f"a{other}"), (f"a{other}", f"a{one}")):
        assert [rule for rule, _ in said(tmp_path, *lines)] == ["DN202"]


@pytest.mark.parametrize(
    ("one", "other", "hint"),
    [
        (">=2", "<=2", "Write one line: `a>=2,<=2`."),
        (">=1", "<3", "Write one line: `a>=1,<3`."),
        ("!=1.5", ">=1", "Write one line: `a!=1.5,>=1`."),
        (">=1", "", "Keep one line; `depnorm fix` does that."),
        (">=1", ">=1", "Keep one line; `depnorm fix` does that."),
    ],
)
def test_lines_that_agree(tmp_path: Path, one: str, other: str, hint: str) -> None:
    """The hint says what to write, and names `fix` only where that merges the two."""
    assert said(tmp_path, f"a{one}", f"a{other}") == [("DN201", hint)]
