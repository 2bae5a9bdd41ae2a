"""A YAML document as nodes that know where they stand in their text."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

_STANDARD = "tag:yaml.org,2002:"
NULL, TEXT, SEQUENCE, MAPPING, MERGE = (_STANDARD + name for name in ("null", "str", "seq", "map", "merge"))

_COMMENT_CHARACTERS = 200
_LINE_BREAK = re.compile(r"\r\n|\n|\r")


class Kind(StrEnum):
    """The three kinds of node (YAML 1.2, 3.2.1.1)."""

    SCALAR = "scalar"
    SEQUENCE = "sequence"
    MAPPING = "mapping"


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """A node. `start` and `end` are offsets of characters; `children` of a mapping alternate keys and values."""

    kind: Kind
    tag: str
    start: int
    end: int
    value: str = ""
    literal: bool = False
    children: list["Node"] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        """Whether it is a string to YAML, not a number, a date, a truth value or null."""
        return self.kind is Kind.SCALAR and self.tag == TEXT

    @property
    def is_null(self) -> bool:
        """Whether nothing is written there, or `null`, or `~`."""
        return self.kind is Kind.SCALAR and self.tag == NULL

    def pairs(self) -> Iterator[tuple["Node", "Node"]]:
        """Keys and values of a mapping; those merged in with `<<` follow its own, unless a key is there already."""
        merged: dict[int, Node] = {}  # by identity: a mapping merged a thousand times is read once
        seen = set()
        for key, value in zip(self.children[::2], self.children[1::2], strict=True):
            if key.tag == MERGE:
                merged |= {id(m.children): m for m in ([value] if value.kind is Kind.MAPPING else value.children)}
            else:
                seen.add(key.value)
                yield key, value
        for mapping in (node for node in merged.values() if node.kind is Kind.MAPPING):
            for key, value in zip(
                mapping.children[::2], mapping.children[1::2], strict=False
            ):  # open if it holds itself
                if key.value not in seen:
                    seen.add(key.value)
                    yield key, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What YAML (or its safe constructor) objects to, and the offset of the character where."""

    message: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The one document of a text. `broken` says why nothing could be read; `complaints` are what a loader rejects."""

    root: Node | None = None
    complaints: tuple[Complaint, ...] = ()
    broken: Complaint | None = None


class Source:
    """The physical lines of a text, and which of them a range of characters covers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = _LINE_BREAK.split(text)
        self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def line(self, offset: int) -> int:
        """The number of the line, from 1, that holds the character at `offset`."""
        return bisect_right(self._starts, offset)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last line with content among the characters from `start` up to `end`."""
        first = self.line(start)
        if first == len(self._starts) or end <= self._starts[first]:
            return first, first
        return first, self.line(start + max(len(self.text[start:end].rstrip()) - 1, 0))

    def raw(self, first: int, last: int) -> str:
        """Lines `first` to `last`, joined by a line feed."""
        return self.lines[first - 1] if first == last else "\n".join(self.lines[first - 1 : last])

    def length(self, first: int, last: int) -> int:
        """How many characters lines `first` to `last` have, their ends included, without a look at them."""
        return (self._starts[last] if last < len(self._starts) else len(self.text)) - self._starts[first - 1]

    def slice(self, start: int, end: int) -> str:
        """The characters from `start` up to `end`, at least one, their lines joined by a line feed."""
        return "\n".join(_LINE_BREAK.split(self.text[start : max(end, start + 1)].rstrip()))

    def rest_of_line(self, offset: int) -> str:
        """What follows `offset` on its line, at most 200 characters of it."""
        number = self.line(offset)
        column = offset - self._starts[number - 1]
        return self.lines[number - 1][column : column + _COMMENT_CHARACTERS]
