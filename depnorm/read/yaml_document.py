"""YAML text to nodes that know where they stand. Nothing is ever constructed from a tag.

Built from the parser's events instead of its nodes: an alias then stands where it is written (a composed node stands at
its anchor), no depth of nesting recurses, and an alias shares its anchor's children, so nothing expands.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

MAX_NODES = 50_000
MAX_DEPTH = 64

_COMMENT_CHARACTERS = 200
_MESSAGE_CHARACTERS = 200
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_STANDARD = "tag:yaml.org,2002:"
# What YAML's safe constructor knows; any other tag is an error to the tools that use it.
_SAFE_TAGS = frozenset(
    _STANDARD + name
    for name in "null bool int float binary timestamp omap pairs set str seq map merge value".split()  # noqa: SIM905  one line
)


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
        return self.kind is Kind.SCALAR and self.tag == _STANDARD + "str"

    @property
    def is_null(self) -> bool:
        """Whether nothing is written there, or `null`, or `~`."""
        return self.kind is Kind.SCALAR and self.tag == _STANDARD + "null"

    def pairs(self) -> Iterator[tuple["Node", "Node"]]:
        """Keys and values of a mapping; those merged in with `<<` follow its own, unless a key is there already."""
        merged: dict[int, Node] = {}  # by identity: a mapping merged a thousand times is read once
        seen = set()
        for key, value in zip(self.children[::2], self.children[1::2], strict=True):
            if key.tag == _STANDARD + "merge":
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

    def last_line(self, start: int, end: int) -> int:
        """The last line with content among the characters from `start` up to `end`."""
        return self.line(start + max(len(self.text[start:end].rstrip()) - 1, 0))

    def raw(self, first: int, last: int) -> str:
        """Lines `first` to `last`, joined by a line feed."""
        return "\n".join(self.lines[first - 1 : last])

    def slice(self, start: int, end: int) -> str:
        """The characters from `start` up to `end`, at least one, their lines joined by a line feed."""
        return "\n".join(_LINE_BREAK.split(self.text[start : max(end, start + 1)].rstrip()))

    def rest_of_line(self, offset: int) -> str:
        """What follows `offset` on its line, at most 200 characters of it."""
        return _LINE_BREAK.split(self.text[offset : offset + _COMMENT_CHARACTERS], maxsplit=1)[0]


def parse_yaml(text: str) -> Document:
    """The document of `text`, its root None where it is empty. Never raises; more than one document is `broken`."""
    builder = _Builder()
    try:
        for event in _events(text):
            builder.take(event)
            if builder.broken:
                return Document(broken=builder.broken)
    except RecursionError:
        return Document(broken=Complaint(message="it is nested too deeply", offset=0))
    except Exception as error:  # noqa: BLE001  beside YAMLError, hostile text makes the parser leak ValueError, KeyError …
        return Document(broken=_complaint(error))
    return Document(root=builder.root, complaints=tuple(builder.complaints))


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415  heavy; only YAML files need it
    from ruamel.yaml.nodes import ScalarNode  # noqa: PLC0415

    yaml = YAML(typ="safe", pure=True)
    for event in yaml.parse(text):
        name = type(event).__name__
        tag = str(event.tag) if getattr(event, "tag", None) else ""
        if name == "ScalarEvent" and tag in {"", "!"}:
            tag = str(yaml.resolver.resolve(ScalarNode, event.value, (event.implicit[0], event.implicit[1])))
        yield name, event, tag


def _complaint(error: Exception) -> Complaint:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    message = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error) or type(error).__name__
    offset = mark.index if mark else getattr(error, "position", 0)
    return Complaint(
        message=" ".join(str(message)[:_MESSAGE_CHARACTERS].split()), offset=offset if isinstance(offset, int) else 0
    )


class _Builder:
    """Events to nodes, without recursion."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.complaints: list[Complaint] = []
        self.broken: Complaint | None = None
        self._open: list[Node] = []
        self._anchors: dict[str, Node] = {}
        self._nodes = 0

    def take(self, item: tuple[str, Any, str]) -> None:
        name, event, tag = item
        match name:
            case "AliasEvent":
                self._alias(event)
            case "ScalarEvent":
                self._add(
                    Node(
                        kind=Kind.SCALAR,
                        tag=tag,
                        value=event.value,
                        literal=event.style == "|",
                        start=event.start_mark.index,
                        end=event.end_mark.index,
                    ),
                    event,
                )
            case "SequenceStartEvent" | "MappingStartEvent":
                kind = Kind.SEQUENCE if name == "SequenceStartEvent" else Kind.MAPPING
                tag = tag if tag not in {"", "!"} else _STANDARD + ("seq" if kind is Kind.SEQUENCE else "map")
                node = Node(kind=kind, tag=tag, start=event.start_mark.index, end=event.end_mark.index)
                self._add(node, event)
                self._open.append(node)
            case "SequenceEndEvent" | "MappingEndEvent":
                self._close(event)
            case "DocumentStartEvent" if self.root:
                self._break("expected one document, found another", event)
        if self._nodes > MAX_NODES or len(self._open) > MAX_DEPTH:
            self._break(f"it has more than {MAX_NODES} nodes, or more than {MAX_DEPTH} within each other", event)

    def _alias(self, event: Any) -> None:
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            self._break("found an alias whose anchor is missing", event)
        else:
            self._place(replace(anchor, start=event.start_mark.index, end=event.end_mark.index))

    def _add(self, node: Node, event: Any) -> None:
        if node.tag not in _SAFE_TAGS:
            self.complaints.append(Complaint(message="found a tag that is not of plain YAML", offset=node.start))
        if event.anchor:
            self._anchors[event.anchor] = node
        self._place(node)

    def _place(self, node: Node) -> None:
        self._nodes += 1
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node

    def _close(self, event: Any) -> None:
        node = self._open.pop()
        node.end = event.end_mark.index
        keys = sorted((k for k in node.children[::2] if k.kind is Kind.SCALAR), key=lambda k: (k.tag, k.value, k.start))
        if node.kind is Kind.MAPPING:
            self.complaints += [
                Complaint(message="found a key for the second time", offset=second.start)
                for first, second in pairwise(keys)
                if (first.tag, first.value) == (second.tag, second.value)
            ]

    def _break(self, message: str, event: Any) -> None:
        self.broken = self.broken or Complaint(message=message, offset=event.start_mark.index)
