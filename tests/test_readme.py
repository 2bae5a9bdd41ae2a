"""What the README and the other pages show is what happens: every example is tried, and one that is not fails."""

import doctest
import gzip
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from readme_blocks import CLAIMED_PAGES, CLAIMS, HOW_TO_CLAIM, PAGES, ROOT, Block, Kind, all_blocks, blocks
from typer.core import TyperCommand

from depnorm import cli
from depnorm.cli.app import app

README = (ROOT / "README.md").read_text(encoding="utf-8")
WIDTH = 120
BLOCKS = all_blocks()
PROGRAMS = ("cat", "depnorm")
"""What a session may run: depnorm, and what shows a file of the project."""


def of_kind(kind: Kind) -> list[Block]:
    return [each for each in BLOCKS if each.kind is kind]


def sessions() -> Iterator[Any]:
    """Each command of each session, with what the page shows below it."""
    for block in of_kind(Kind.SESSION):
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield pytest.param(command, output, id=f"{block}: {command}")


def run(command: str) -> str:
    environment = {**os.environ, "COLUMNS": str(WIDTH), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    words = shlex.split(command)
    assert words[0] in PROGRAMS, f"a session shows what {' or '.join(PROGRAMS)} prints"
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in {0, cli.EXIT_FINDINGS}, done.stderr
    return done.stdout


@pytest.mark.parametrize(("command", "output"), [*sessions()])
def test_a_command_prints_what_is_shown(command: str, output: str) -> None:
    """To the letter; a blank line at the end is not shown."""
    told = [line.rstrip() for line in run(command).strip("\n").split("\n")]
    assert [line.rstrip() for line in output.strip("\n").split("\n")] == told


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_example_is_tried(block: Block) -> None:
    """By its kind, or by the test that claims how it begins."""
    if block.kind is not None:
        return
    claim = next((claim for start, claim in CLAIMS.items() if block.text.startswith(start)), None)
    assert claim is not None, f"{block}: {HOW_TO_CLAIM.format(file='tests/builders/readme_blocks.py')}\n{block.text}"
    test, words = claim
    assert words in (ROOT / test).read_text(encoding="utf-8"), f"{test} does not try {block}"


def test_no_claim_is_left_over() -> None:
    """A claim is of an example that is there."""
    assert [start for start in CLAIMS if not any(each.text.startswith(start) for each in BLOCKS)] == []


def test_every_page_is_looked_at() -> None:
    """A page that is added to the project is one of those whose examples are tried."""
    known = {*PAGES, *CLAIMED_PAGES, "CHANGELOG.md"}
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = [each for each in listed.stdout.splitlines() if "/repo/" not in each]
    assert [each for each in ours if each not in known] == []
    for page, test in CLAIMED_PAGES.items():
        assert page in (ROOT / test).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_examples_in_python_run(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctests of a page, one after the other, from the root of the project."""
    monkeypatch.chdir(ROOT)
    results = doctest.testfile(str(ROOT / page), module_relative=False)
    assert results.failed == 0
    assert bool(results.attempted) == any(each.page == page for each in of_kind(Kind.DOCTEST))


class Parsed(Exception):  # noqa: N818  no error: what ends a command before it begins
    """The arguments of a command were understood."""


def understand(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line parse, and do nothing."""

    def stop(*_: object) -> None:
        raise Parsed

    with monkeypatch.context() as patch:
        patch.setattr(TyperCommand, "invoke", stop, raising=False)
        with pytest.raises(Parsed):
            app(args=words, prog_name="depnorm", standalone_mode=False)


def commands() -> Iterator[Any]:
    """Each call of depnorm in the lines of a shell, in YAML, and in the text between back-ticks."""
    for block in (*of_kind(Kind.COMMANDS), *of_kind(Kind.INSTALLATION), *of_kind(Kind.YAML)):
        for line in block.commands():
            for found in re.findall(r"(?:^|[|&] *|/|run: |- |do )(depnorm [a-z][^|&;>]*)", line):
                yield pytest.param(found, id=f"{block}: {found}")


@pytest.mark.parametrize("command", [*commands()])
def test_the_options_of_a_command_exist(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line understands it; where it can run, another test does run it."""
    understand(shlex.split(command)[1:], monkeypatch)


@pytest.mark.parametrize("block", of_kind(Kind.INSTALLATION), ids=str)
def test_ci_runs_the_commands_that_install(block: Block) -> None:
    """CI takes them from the README: the first that ends with a plan, the first that ends with the tests."""
    run, journey = ((ROOT / ".ci" / name).read_text(encoding="utf-8") for name in ("run", "journey"))
    assert ".ci/journey" in run
    taken = re.findall(r"readme_command '?([\w ]+?)'?\)", run)
    taken += re.findall(r"python -m venv \.\*([\w ]+)\.\*", journey)
    assert taken == ["pytest", "depnorm plan"]
    assert [word for word in taken if word in block.text], f"{block}: .ci/run does not run it"
    firsts = [next(each for each in of_kind(Kind.INSTALLATION) if word in each.text) for word in taken]
    assert block in firsts


@pytest.mark.parametrize("block", of_kind(Kind.YAML), ids=str)
def test_yaml_is_valid(block: Block) -> None:
    """What is shown can be copied into a file."""
    assert yaml.safe_load(block.text)


def test_the_first_example_stands_at_the_top() -> None:
    """A real input and the real output within forty lines."""
    end = README.partition("Next: depnorm dockerfile")[0]
    assert end.count("\n") < 40


def test_the_commands_of_a_corpus_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of the section works on what the line before it wrote."""
    (block,) = [each for each in of_kind(Kind.COMMANDS) if each.page == "README.md" and "corpus facts" in each.first]
    for name in ("plain-scipy", "notebooks-and-package"):
        shutil.copytree(ROOT / "corpus" / name / "repo", tmp_path / "repositories" / name)
    closures = [
        {
            "id": f"r{number}",
            "declared": ["a"],
            "closure": [["a", "1.0"], ["b", f"{number % 2}.0"], [f"c{number}", "1"]],
        }
        for number in range(20)
    ]
    text = "".join(f"{json.dumps(each)}\n" for each in closures)
    (tmp_path / "closures.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    sizes = "name,version,installed_bytes\na,1.0,5000000\nb,0.0,4000000\n"
    (tmp_path / "package_sizes.csv").write_text(sizes, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for command in block.commands():
        code = cli.run(shlex.split(command)[1:])
        assert code == 0 or "rebuilds" in command  # which needs the history of a clone, and says so


def test_a_block_is_found_and_known() -> None:
    """Indented and fenced ones; what belongs to an item of a list, and prose, is none."""
    page = """Text:

    $ depnorm plan
    output

    after a blank line

* an item

      of two paragraphs

Text.

    - repo: x

```toml
a = 1
```

    neither this nor that
"""
    found = blocks("page.md", page)
    assert [(each.line, each.kind) for each in found] == [
        (3, Kind.SESSION),
        (14, Kind.YAML),
        (20, None),
        (17, Kind.TOML),
    ]
    assert found[0].text == "$ depnorm plan\noutput\n\nafter a blank line"
