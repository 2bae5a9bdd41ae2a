"""What the README shows is what happens."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
WIDTH = 120


def shown(command: str) -> str:
    """The output that the README shows below a command, without its indentation."""
    _, _, rest = README.partition(f"    $ {command}\n")
    block = re.match(r"(?:(?:    .*)?\n)+", rest)
    assert block, command
    lines = [line.removeprefix("    ") for line in block.group().splitlines()]
    output = "\n".join(lines).split("\n$ ")[0]
    return output.strip("\n")


@pytest.mark.parametrize(
    "command",
    [
        "depnorm plan corpus/notebooks-and-package/repo",
        "cat corpus/notebooks-and-package/repo/requirements.txt",
        "cat corpus/untidy/repo/requirements.txt",
        "depnorm fix corpus/untidy/repo --diff",
        "depnorm diff corpus/notebooks-and-package/repo corpus/plain-scipy/repo",
    ],
)
def test_the_examples_are_real(command: str) -> None:
    """The inputs and outputs are those of the samples."""
    environment = {**os.environ, "COLUMNS": str(WIDTH), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(command.split(), cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert shown(command) == done.stdout.strip("\n")


def test_the_first_example_stands_at_the_top() -> None:
    """A real input and the real output within forty lines."""
    end = README.partition("Next: depnorm dockerfile")[0]
    assert end.count("\n") < 40


def test_the_library_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctests of the README, from the root of the project."""
    monkeypatch.chdir(ROOT)
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert results.attempted > 0
    assert results.failed == 0
