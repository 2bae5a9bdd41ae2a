"""The part of YAML that most environment files are made of, line by line.

That is block lists, block mappings and scalars of one line. Where a text holds anything else (flow style, anchors,
tags, block scalars, numbers, null, scalars of several lines, an error), all of it is left to the parser for the whole
of YAML. What is read here has the nodes which that one makes of it, to the character: the tests compare the two.
"""

import re

from depnorm.read.yaml_node import MAPPING, SEQUENCE, TEXT, Kind, Node

_MAX_LINES = 5_000
_MAX_LINE = 1_000
_MAX_DEPTH = 16

_CHARACTERS = re.compile(r"[\r\n -~\u00a1-\u1fff\u2070-\ud7ff]*")
_NOTHING = re.compile(r" *(?:#.*)?\r?")
_WORD = r"(?:[^\s:#]|:(?=\S))(?:[^\s:]|:(?=\S))*+"
_LINE = re.compile(
    r"(?P<indent> *)(?P<dash>- +)?(?:(?P<key>[A-Za-z_][A-Za-z0-9_.-]*+):(?: +|(?=\r?$)))?"
    rf"(?:(?P<plain>(?=[A-Za-z0-9_./$+\\]|-[A-Za-z-]){_WORD}(?: ++{_WORD})*+)"
    r"|'(?P<single>[^'\r]*+)'|\"(?P<double>[^\"\\\r]*+)\")?"
    r" *(?:(?<= )#.*)?\r?"
)
# What YAML takes for a truth value, null, a number or a date; and a little more.
_TYPED = re.compile(r"true|false|null|[-+]?\.?[0-9][0-9_.,:eExXoOa-fA-FtTzZ +-]*|[-+]?\.(?:inf|nan)", re.IGNORECASE)


def parse_plain_yaml(text: str) -> Node | None:
    """The root of the document, None where the text is empty or not all as plain as that."""
    if not _CHARACTERS.fullmatch(text) or text.count("\r") != text.count("\r\n"):
        return None
    lines = text.split("\n")
    if len(lines) > _MAX_LINES:
        return None
    building = _Building()
    offset = 0
    for line in lines:
        if not _NOTHING.fullmatch(line) and (len(line) > _MAX_LINE or not building.take(line, offset)):
            return None
        offset += len(line) + 1
    return building.finish(len(text))


class _Building:
    """The open collections with their columns, outermost first; the last key may wait for its value."""

    def __init__(self) -> None:
        self._open: list[tuple[int, Node]] = []
        self._keys: list[set[str]] = []
        self._waits = False

    def take(self, line: str, offset: int) -> bool:
        """Read a line; gives whether it is plain, at a column where it can be."""
        match = _LINE.fullmatch(line)
        if match is None:
            return False
        column = match.end("indent")
        if match["dash"]:
            if not self._enter(Kind.SEQUENCE, column, offset + column):
                return False
            column = match.end("dash")
            if match["key"] and not self._begin(Kind.MAPPING, column, offset + column):
                return False
        elif not (match["key"] and self._enter(Kind.MAPPING, column, offset + column)):
            return False
        return (not match["key"] or self._key(match["key"], offset + column)) and self._value(match, offset)

    def finish(self, end: int) -> Node | None:
        """The root, None without one."""
        if not self._open or self._waits:
            return None
        root = self._open[0][1]
        self._close(0, end)
        return root

    def _enter(self, kind: Kind, column: int, start: int) -> bool:
        """Make the collection the innermost one that has an entry at this column."""
        if not self._open:
            return kind is Kind.MAPPING and column == 0 and self._begin(kind, column, start)
        parent = self._open[-1][0]
        if self._waits:
            self._waits = False
            return (column > parent or (column == parent and kind is Kind.SEQUENCE)) and self._begin(
                kind, column, start
            )
        depth = len(self._open)
        while depth and (self._open[depth - 1][0] > column or self._is_inner_list(depth, kind, column)):
            depth -= 1
        self._close(depth, start)
        return bool(self._open) and self._open[-1][0] == column and self._open[-1][1].kind is kind

    def _is_inner_list(self, depth: int, kind: Kind, column: int) -> bool:
        """Whether the list at this column is the value of a key at the same column, of which another one follows."""
        at, node = self._open[depth - 1]
        return kind is Kind.MAPPING and at == column and node.kind is Kind.SEQUENCE

    def _begin(self, kind: Kind, column: int, start: int) -> bool:
        node = Node(kind=kind, tag=MAPPING if kind is Kind.MAPPING else SEQUENCE, start=start, end=start)
        if self._open:
            self._open[-1][1].children.append(node)
        self._open.append((column, node))
        self._keys.append(set())
        return len(self._open) <= _MAX_DEPTH

    def _close(self, depth: int, end: int) -> None:
        for _, node in self._open[depth:]:
            node.end = end
        del self._open[depth:], self._keys[depth:]

    def _key(self, key: str, start: int) -> bool:
        """Add a key; gives whether it is text, and a new one."""
        node = Node(kind=Kind.SCALAR, tag=TEXT, start=start, end=start + len(key), value=key)
        self._open[-1][1].children.append(node)
        self._waits = True
        is_new = key not in self._keys[-1]
        self._keys[-1].add(key)
        return is_new and not _TYPED.fullmatch(key)

    def _value(self, match: re.Match[str], offset: int) -> bool:
        """Add the scalar of a line; gives whether it is text."""
        style = match.lastgroup
        if style not in {"plain", "single", "double"}:
            return bool(match["key"])
        quote = style != "plain"
        value = match[style]
        start, end = match.span(style)
        node = Node(kind=Kind.SCALAR, tag=TEXT, start=offset + start - quote, end=offset + end + quote, value=value)
        self._open[-1][1].children.append(node)
        self._waits = False
        return quote or not _TYPED.fullmatch(value)
