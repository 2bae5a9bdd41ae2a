"""The comments of spec files that speak to depnorm, as each format has comments."""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module

from depnorm.model import Comment, Location, SpecFormat
from depnorm.read.assemble import physical_lines, with_line_feeds
from depnorm.read.text import decode

MAX_CHARACTERS = 1_000_000
"""Characters of a file in which comments are looked for below its head. Of lists of requirements all are."""

_FINDERS = {
    SpecFormat.REQUIREMENTS: "requirement_text",
    SpecFormat.CONSTRAINTS: "requirement_text",
    SpecFormat.CONDA: "yaml_document",
    SpecFormat.R_SCRIPT: "r.lexer",
    SpecFormat.APT: "apt",
    SpecFormat.PYPROJECT: "toml_lines",
    SpecFormat.SETUP_CFG: "setup_cfg",
    SpecFormat.SETUP_PY: "setup_py",
    SpecFormat.SHELL_SCRIPT: "shell_words",
    SpecFormat.PIPFILE: "toml_lines",
    SpecFormat.PYLOCK: "toml_lines",
    SpecFormat.UV_LOCK: "toml_lines",
    SpecFormat.POETRY_LOCK: "toml_lines",
}
"""The module of `depnorm.read` whose `find_comments` knows a format's comments; of others the head is looked at."""
_WITHOUT = frozenset({SpecFormat.RUNTIME, SpecFormat.DESCRIPTION, SpecFormat.PIPFILE_LOCK, SpecFormat.RENV_LOCK})
"""Formats without comments: their own tools stop at one (R's read.dcf does), or they are JSON."""
_LINES_OF_PIP = frozenset({SpecFormat.REQUIREMENTS, SpecFormat.CONSTRAINTS})

_IN_BYTES = re.compile(rb"epnorm(?:\s*:|\s+ignore)")
_SPEAKS = re.compile(r"[Dd]epnorm(?:\s*:|\s+ignore)")


def find_comments(data: bytes, path: str, file_format: SpecFormat) -> tuple[Comment, ...]:
    """The comments that name depnorm, in the order of their lines. Nearly all files have none, which is told at once.

    What is a comment is the reader's own idea: a `#` in a URL, in a quoted text or in a here-document begins none.
    """
    if not _IN_BYTES.search(data.replace(b"\0", b"") if b"\0" in data else data) or file_format in _WITHOUT:
        return ()
    text = decode(data).text
    lines = text.splitlines() if file_format in _LINES_OF_PIP else physical_lines(text)
    found = dict(_head(lines)) | dict(_found_by_reader(text, file_format))
    speaking = sorted((number, comment) for number, comment in found.items() if _SPEAKS.search(comment))
    return tuple(_comments(speaking, lines, path))


def _head(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The comments before all content, which are comments in every format that has any."""
    for number, line in enumerate(lines, 1):
        text = line.lstrip("\ufeff").strip()
        if text.startswith("#"):
            yield number, text
        elif text:
            return


def _found_by_reader(text: str, file_format: SpecFormat) -> Iterable[tuple[int, str]]:
    is_too_long = len(text) > MAX_CHARACTERS and file_format not in _LINES_OF_PIP
    if file_format not in _FINDERS or is_too_long:
        return ()
    source = text if file_format in _LINES_OF_PIP else with_line_feeds(text)
    found: Iterable[tuple[int, str]] = import_module(f"depnorm.read.{_FINDERS[file_format]}").find_comments(source)
    return found


def _comments(found: Iterable[tuple[int, str]], lines: list[str], path: str) -> Iterator[Comment]:
    following = _following_content(lines)
    first = following[0]
    for number, text in found:
        stands_alone = lines[number - 1].strip().endswith(text.strip()) and _is_comment(lines[number - 1])
        yield Comment(
            location=Location(path=path, line=number),
            text=text.strip(),
            about=following[number] if stands_alone else number,
            in_head=not first or number < first,
        )


def _following_content(lines: list[str]) -> list[int]:
    """For each number of lines the first line with content after so many of them, 0 where there is none."""
    following = [0] * (len(lines) + 1)
    for number in range(len(lines), 0, -1):
        has_content = lines[number - 1].strip() and not _is_comment(lines[number - 1])
        following[number - 1] = number if has_content else following[number]
    return following


def _is_comment(line: str) -> bool:
    return line.lstrip("\ufeff").lstrip().startswith(("#", ";"))
