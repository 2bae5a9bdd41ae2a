"""The examples of a page in Markdown, each of a kind that says how it is tested.

An example is a block that is indented by four spaces, or fenced. What it begins with, or the language of its fence,
tells its kind; a block of no kind is in `CLAIMS`, with the test that tries it.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from textwrap import dedent

import yaml

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "depnorm/catalogs/README.md", "corpus/README.md", "tests/read/locks/README.md")
"""Pages whose examples are tested. One that is added to the project is added here."""
CLAIMS = {
    "# depnorm: ignore-file[": ("tests/test_readme_code_review.py", 'block("# depnorm: ignore-file")'),
    "from depnorm.integrations.repo2docker import": ("tests/integrations/test_operators_page.py", "in README"),
}
"""How blocks of no kind begin, and the test that tries them, with the words in it that do so."""
CLAIMED_PAGES = {"depnorm/integrations/README.md": "tests/integrations/test_operators_page.py"}
"""Pages with a test of their own, which names them and tries all that they show."""
HOW_TO_CLAIM = """no test tries this example. Make it one of these, or add how it begins to CLAIMS in {file}:
  `$ COMMAND` and below it what that prints: the command is run and compared
  `>>> EXPRESSION`: a doctest
  `depnorm …`: lines of a shell, whose options have to exist
  `python -m venv …`: a line that .ci/run runs
  YAML or TOML: it has to be valid
  ```text: a drawing, which nobody can try
"""
_LANGUAGES = {"console": "session", "pycon": "doctest", "sh": "commands", "bash": "commands"}


class Kind(StrEnum):
    """How an example is tested."""

    SESSION = "session"
    DOCTEST = "doctest"
    COMMANDS = "commands"
    INSTALLATION = "installation"
    YAML = "yaml"
    TOML = "toml"
    TEXT = "text"  # no example: a drawing, fenced as ```text


@dataclass(frozen=True)
class Block:
    """An example: page and line at which it begins, the language of its fence, and the text without indentation."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def first(self) -> str:
        """The line by which its kind is known."""
        return self.text.split("\n", 1)[0]

    @property
    def kind(self) -> Kind | None:
        """None where nothing tells."""
        if self.language:
            named = _LANGUAGES.get(self.language, self.language)
            return Kind(named) if named in [*Kind] else None
        for start, kind in _STARTS.items():
            if re.match(start, self.first):
                return kind
        return Kind.TOML if _is_toml(self.text) else Kind.YAML if _is_yaml(self.text) else None

    def commands(self) -> Iterator[str]:
        """The lines of a shell in it, continued ones as one."""
        yield from self.text.replace("\\\n", " ").splitlines()


_STARTS = {
    r"\$ ": Kind.SESSION,
    ">>> ": Kind.DOCTEST,
    r"python -m venv ": Kind.INSTALLATION,
    r"(depnorm|git .*\| depnorm) ": Kind.COMMANDS,
}


def _is_toml(text: str) -> bool:
    try:
        return bool(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return False


def _is_yaml(text: str) -> bool:
    """Text that YAML takes for one word or sentence says nothing."""
    try:
        return isinstance(yaml.safe_load(text), dict | list)
    except yaml.YAMLError:
        return False


def blocks(page: str, text: str) -> list[Block]:
    """The examples of a page, in order."""
    return [*_indented(page, _without_fences(text)), *_fenced(page, text)]


_FENCE = re.compile(
    r"^(?P<mark>`{3,}|~{3,})(?P<language>[\w-]*)[^\n]*\n(?P<text>.*?)^(?P=mark)[ \t]*$", re.MULTILINE | re.DOTALL
)


def _without_fences(text: str) -> str:
    return _FENCE.sub(lambda found: "-" + "\n" * found.group().count("\n"), text)


def _fenced(page: str, text: str) -> Iterator[Block]:
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 2
        yield Block(page=page, line=line, language=found["language"] or "none", text=found["text"].strip("\n"))


def _indented(page: str, text: str) -> Iterator[Block]:
    """Lines of four spaces after a blank line; what continues an item of a list is part of that item."""
    lines, inside, start, in_list = text.split("\n"), list[str](), 0, False
    for number, line in enumerate([*lines, "end"], 1):
        if line.startswith("    ") and (inside or (not in_list and (number == 1 or not lines[number - 2].strip()))):
            start = start if inside else number
            inside.append(line)
        elif not line.strip():
            inside += [""] if inside else []
        else:
            if inside:
                yield Block(page=page, line=start, language="", text=dedent("\n".join(inside)).strip("\n"))
                inside = []
            in_list = bool(re.match(r"\s*([*+-]|\d+[.)]) ", line)) or (in_list and line.startswith(" "))


def all_blocks() -> list[Block]:
    """Those of every page."""
    return [each for page in PAGES for each in blocks(page, (ROOT / page).read_text(encoding="utf-8"))]
