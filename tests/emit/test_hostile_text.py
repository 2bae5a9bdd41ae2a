"""Text of a repository never becomes an instruction, a flag or a shell word.

The oracles: BuildKit's own parser reads every Dockerfile, and a real shell runs every RUN that holds the repository's
text, with commands that only record their words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from unicodedata import category

import dockerfile  # type: ignore[import-not-found]  # an extension module without stubs
import pytest
from hostile_repositories import (
    CONTROLS,
    HARMLESS,
    MARK,
    PRINTABLE,
    REPOSITORIES,
    SETUP,
    TEXTS,
    Files,
    file_name,
)
from hypothesis import given
from hypothesis import strategies as st
from shell_run import Sandbox, read_shell

import depnorm
from depnorm.errors import DepnormError

MARKED = re.compile(MARK, re.IGNORECASE)
LAYER = re.compile(r"layer-[a-z-]+-[0-9a-f]{12}")  # the catalog's, by name and key
# In COPY, a builder expands variables, takes quotes away, and then takes a source for a pattern: what that would change
# is escaped, in a class of its own where it is special in patterns (DOCKERFILE reference; Go's filepath.Match).
SOURCE = re.compile(r"""(?:[^\\$'"*?\[^!<]|\\[$'"]|\[\\\\(?:[*?\[^!< ]|\\\\)\])+""")
DESTINATION = re.compile(r"""(?:[^\\$'"]|\\[\\$'"])+""")
OPTIONS: list[depnorm.PlanOptions] = [{}, {"layers": "link"}, {"fallback": "always"}, {"all_specs": True}]


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction as BuildKit's parser sees it."""

    name: str
    flags: tuple[str, ...]
    values: tuple[str, ...]
    is_json: bool

    @property
    def shape(self) -> str:
        """What no repository may have a say in: all but the words of a shell in quotes, and the strings in JSON."""
        values = "JSON" if self.is_json else " ".join(self.values)
        if self.name == "RUN":
            values = read_shell(self.values[0]).skeleton
        return LAYER.sub("LAYER", " ".join((self.name, *self.flags, values)))


def write(root: Path, files: Files) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return root


def parse(text: str) -> list[Instruction]:
    commands = dockerfile.parse_string(text)
    assert not [command for command in commands if command.heredocs or command.sub_cmd]
    return [Instruction(each.cmd.upper(), each.flags, each.value, each.json) for each in commands]


def rendered(files: Files, root: Path, options: depnorm.PlanOptions) -> str | None:
    """The Dockerfile; None where depnorm says on purpose that there is none."""
    try:
        return depnorm.dockerfile(write(root, files), **options)
    except DepnormError:
        return None


@cache
def known_shapes() -> frozenset[str]:
    """The shapes of all instructions of repositories that mean no harm."""
    with TemporaryDirectory() as directory:
        roots = (Path(directory) / str(number) for number in count())
        cases = [(make(text), OPTIONS[0]) for make in REPOSITORIES.values() for text in HARMLESS]
        cases += [(make(HARMLESS[0]), options) for make in REPOSITORIES.values() for options in OPTIONS]
        texts = [rendered(files, next(roots), options) for files, options in cases]
        return frozenset(instruction.shape for text in texts if text for instruction in parse(text))


@cache  # most texts do not get as far as a Dockerfile
def check(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, each of which has a shape that harmless repositories bring about, too."""
    assert text.startswith("# depnorm, ")  # so no directive (# syntax=, # escape=) can follow
    assert not [c for c in text if category(c) in {"Cc", "Cs", "Zl", "Zp"} and c not in "\n\t"]
    instructions = parse(text)
    assert instructions[0].name == "FROM"
    assert not {each.shape for each in instructions} - known_shapes()
    assert not [each.shape for each in instructions if MARKED.search(each.shape)]
    for each in instructions:
        if each.name == "COPY" and each.is_json:
            assert all(map(SOURCE.fullmatch, each.values[:-1]))
            assert DESTINATION.fullmatch(each.values[-1])
    return instructions


def marked_runs(instructions: list[Instruction]) -> Iterator[str]:
    """The shell text that holds the repository's."""
    for each in instructions:
        if each.name == "RUN" and MARKED.search(each.values[0]):
            yield each.values[0]


def execute(text: str, sandbox: Sandbox) -> None:
    """Run the text of a RUN: every marked word arrives as it is written, and none does anything."""
    # Commands behind && run where all succeed, those behind || where all fail.
    runs = [sandbox.run(text, status=status) for status in (0, 1)]
    arrived = "\n".join(word for run in runs for word in (*run.words, run.written))
    assert not [word for word in read_shell(text).words if MARKED.search(word) and word not in arrived]
    assert not [run.said for run in runs if "not found" in run.said or "yntax" in run.said]
    assert not list(sandbox.root.rglob(MARK))


@pytest.mark.parametrize("place", REPOSITORIES)
def test_no_text_becomes_an_instruction_a_flag_or_a_word(place: str, tmp_path: Path) -> None:
    """Each text at each place: instructions and flags are as without it, and the shell takes it for data."""
    cases = [(text, OPTIONS[0]) for text in TEXTS] + list(zip(PRINTABLE[::4], cycle(OPTIONS[1:]), strict=False))
    made, sandbox = 0, Sandbox(tmp_path / "root")
    sandbox.prepare()
    for number, (text, options) in enumerate(cases):
        found = rendered(REPOSITORIES[place](text), tmp_path / str(number), options)
        made += found is not None
        for script in marked_runs(check(found)) if found else ():
            execute(script, sandbox)
    assert made > len(PRINTABLE)


PIECES = st.sampled_from([*PRINTABLE, *CONTROLS, *"'\"\\$`#;&|<>(){}[]*?!~ \t\n\r", MARK, "\\\n", "'\\''", "\u2028"])


@given(st.sampled_from(sorted(REPOSITORIES)), st.lists(PIECES, min_size=1, max_size=5).map("".join))
def test_no_mixture_becomes_an_instruction_a_flag_or_a_word(place: str, text: str) -> None:
    """The same for texts put together at random."""
    with TemporaryDirectory() as directory:
        found = rendered(REPOSITORIES[place](text), Path(directory, "repository"), OPTIONS[0])
        scripts = list(marked_runs(check(found))) if found else []
        if scripts:
            sandbox = Sandbox(Path(directory, "root"))
            sandbox.prepare()
            for script in scripts:
                execute(script, sandbox)


@pytest.mark.parametrize("option", ["base_image", "repo_dir", "python", "catalog", "as_of", "subdir"])
def test_no_option_becomes_an_instruction(option: str, tmp_path: Path) -> None:
    """What a service takes from a form is refused unless it is plain; a directory of any name can be built."""
    for number, text in enumerate(TEXTS):
        name = file_name(text)
        value = {"repo_dir": f"/srv/{text}", "subdir": name, "base_image": f"python:{text}"}.get(option, text)
        files = {f"{name}/requirements.txt": "-r a.txt\n-e .\n", f"{name}/a.txt": "six\n", f"{name}/setup.py": SETUP}
        files |= {} if option == "subdir" else {"requirements.txt": "numpy\n"}
        found = rendered(files, tmp_path / str(number), cast("depnorm.PlanOptions", {option: value}))
        if option == "subdir":
            assert found
            assert not list(marked_runs(check(found)))
        else:
            assert found is None or re.fullmatch(r"[\w-]+", text)


def test_a_name_that_is_no_text_is_refused_or_data(tmp_path: Path) -> None:
    """File names are bytes; those that are not UTF-8 cannot be in a Dockerfile, which is UTF-8."""
    name = b"\xff\xfe$(id)zqx".decode("utf-8", "surrogateescape")
    files = {"requirements.txt": "--find-links wheels\n-e .\nsix\n", f"wheels/{name}.whl": "", "setup.py": SETUP}
    found = rendered(files, tmp_path, OPTIONS[0])
    assert found is not None
    assert not list(marked_runs(check(found)))
