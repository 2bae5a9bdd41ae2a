"""How far long work is: each line once, and it says what is done."""

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from depnorm import cli
from depnorm.cli.progress import show_progress

ONE = [("one resolution", 0, 1), ("one resolution", 1, 1)]
WHEELS = [("what wheels require: a.whl", 1, 2), ("what wheels require: b.whl", 2, 2)]


def told(steps: Iterable[tuple[str, int, int]], capsys: pytest.CaptureFixture[str]) -> list[str]:
    show = show_progress()
    for step in steps:
        show(*step)
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        (ONE, ["one resolution"]),
        ([ONE[0], *WHEELS[:1], ONE[1]], ["one resolution", "1/2 what wheels require: a.whl"]),
        ([ONE[0], ("a.whl", 1, 1), ONE[1]], ["one resolution", "a.whl"]),
        (WHEELS, ["1/2 what wheels require: a.whl", "2/2 what wheels require: b.whl"]),
        ([("what wheels write: a.whl", 1, 1)], ["what wheels write: a.whl"]),
        ([("x", step, 100) for step in range(101)], ["0/100 x", "100/100 x"]),
        ([("red\x1b[31m", 1, 2)], ["1/2 red\\x1b[31m"]),
    ],
)
def test_each_line_stands_once(
    steps: Iterable[tuple[str, int, int]], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A single step is told when it begins; of many steps a line now and then is enough."""
    assert told(steps, capsys) == lines


def test_a_terminal_has_one_line_that_ends_empty(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is over leaves nothing behind."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    show = show_progress()
    for step in (*ONE, *WHEELS):
        show(*step)
    shown = capsys.readouterr().err
    assert "\n" not in shown
    assert shown.split("\r\x1b[K")[1:] == ["one resolution", "", "1/2 what wheels require: a.whl", ""]


def test_an_error_does_not_stand_behind_progress(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a terminal the line that told progress makes way."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert cli.run(["plan", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("\r\x1b[Kdepnorm: error: ")
