"""The layout of a requirements file: which comments stand above which line."""

import re
from collections.abc import Iterator
from dataclasses import replace

from depnorm.model.layout import Layout, Piece
from depnorm.read.requirement_text import comment_start, continued_lines
from depnorm.read.requirements import parse_requirement_lines

_CONTINUED = "\\"
_OPTION = re.compile(r"\s-")


def requirement_layout(text: str, path: str) -> Layout:
    """The logical lines of a requirements file, each with the comments and blank lines above it.

    A comment at the top of the file that a blank line follows belongs to the file, not to the first requirement: so
    does pre-commit's requirements-txt-fixer. A physical line of pip's ends where `str.splitlines` ends it.
    """
    pieces: list[Piece] = []
    above: list[str] = []
    head = ""
    below: list[str] = []
    for number, lines in _groups(text):
        whole = "".join(lines)
        if pieces and not above and _is_indented_comment(whole):
            below.append(whole)
            continue
        if below:
            pieces[-1], below = _with_below(pieces[-1], below), []
        if not _has_content(lines):
            above += lines
            if not (pieces or head) and above[0].startswith("#") and not whole.strip():
                head, above = "".join(above), []
        else:
            pieces.append(_piece(tuple(above), whole, number, path))
            above = []
    if below:
        pieces[-1] = _with_below(pieces[-1], below)
    return Layout(head=head, pieces=tuple(pieces), tail="".join(above))


def odd_continuation(text: str) -> int | None:
    """The line of the first comment or blank line that a backslash ties to others, about which tools disagree."""
    for number, lines in _groups(text):
        for offset, line in enumerate(lines if len(lines) > 1 else ()):
            bare = line.splitlines()[0]
            if not bare.strip() or (comment_start(bare) < len(bare) and offset < len(lines) - 1):
                return number + offset
            if bare.lstrip().startswith("#"):
                return number + offset
    return None


def _with_below(piece: Piece, comments: list[str]) -> Piece:
    return replace(piece, text=piece.text + "".join(comments))


def _groups(text: str) -> Iterator[tuple[int, list[str]]]:
    """The physical lines of each logical line, with their ends, and the number of the first."""
    physical = text.splitlines(keepends=True)
    numbered = iter(enumerate((line.splitlines()[0] for line in physical), 1))
    for number, line in numbered:
        taken = continued_lines(number, line, numbered)
        yield number, physical[number - 1 : number - 1 + len(taken)]


def _is_indented_comment(line: str) -> bool:
    return line[0] in " \t" and line.lstrip().startswith("#")


def _has_content(lines: list[str]) -> bool:
    return len(lines) > 1 or bool(lines[0].strip() and not lines[0].lstrip().startswith("#"))


def _piece(above: tuple[str, ...], text: str, number: int, path: str) -> Piece:
    first = text.splitlines()[0]
    start = len(first) - len(first.lstrip())
    found = parse_requirement_lines(list(enumerate(text.splitlines(), number)), path)
    return Piece(above=above, text=text, start=start, end=_entry_end(first, start), items=tuple(found.items()))


def _entry_end(line: str, start: int) -> int:
    """Where the requirement on a physical line ends: before its options, its comment, or the sign of a continuation."""
    end = comment_start(line)
    option = _OPTION.search(line, start + 1, end)
    end = option.start() if option and not line.startswith("-", start) else end
    return start + len(line[start:end].rstrip().removesuffix(_CONTINUED).rstrip())
