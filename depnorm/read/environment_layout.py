"""The layout of the lists in environment.yml, where each entry stands on lines of its own."""

import re
from collections.abc import Iterator
from itertools import pairwise

from depnorm.model import Ecosystem, Location
from depnorm.model.layout import Layout, Piece
from depnorm.read.assemble import Item
from depnorm.read.match_spec import MatchedSpec, parse_match_spec
from depnorm.read.requirements import parse_requirement_lines
from depnorm.read.yaml_document import parse_yaml
from depnorm.read.yaml_node import Kind, Node, Source

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_DASH = re.compile(r"\s*-\s+")
_QUOTES = frozenset("'\"")


def environment_layouts(text: str, path: str) -> tuple[Layout, ...]:
    """The layout of each `pip:` list and of `dependencies`, each of the whole text.

    A list in brackets has none, nor has one that an alias repeats or in which two entries share a line: such a list
    stays as it is written (`lists_without_layout`).
    """
    return tuple(layout for _, layout in _lists(text, path) if layout)


def lists_without_layout(text: str, path: str) -> tuple[int, ...]:
    """The lines on which the lists of two entries and more begin that have no layout."""
    return tuple(line for line, layout in _lists(text, path) if layout is None)


def _lists(text: str, path: str) -> Iterator[tuple[int, Layout | None]]:
    document = parse_yaml(text)
    if document.root is None or document.complaints or document.root.kind is not Kind.MAPPING:
        return
    lists = [value for key, value in document.root.pairs() if key.value == "dependencies" and _is_list(value)]
    nested = [pip for each in lists for item in each.children for pip in _pip_lists(item)]
    source = _Lines(text, path)
    for node, pip in (*((each, True) for each in nested), *((each, False) for each in lists)):
        layout = source.layout(node, pip=pip)
        if layout or len(node.children) > 1:
            yield source.line(node), layout


def _pip_lists(item: Node) -> Iterator[Node]:
    if item.kind is Kind.MAPPING:
        yield from (value for key, value in item.pairs() if key.value == "pip" and _is_list(value))


def _is_list(node: Node) -> bool:
    return node.kind is Kind.SEQUENCE and bool(node.children)


class _Lines:
    """A text by its physical lines, and which of them the entries of a list take."""

    def __init__(self, text: str, path: str) -> None:
        self._path = path
        self._source = Source(text)
        self._lines = _LINE.findall(text)

    def line(self, node: Node) -> int:
        """The line on which a node begins."""
        return self._source.line(node.start)

    def layout(self, node: Node, *, pip: bool) -> Layout | None:
        spans = [(self._source.line(each.start), self._last_line(each)) for each in node.children]
        if any(second[0] <= first[1] for first, second in pairwise(spans)):
            return None
        if not all(_DASH.fullmatch(self._before(each)) for each in node.children):
            return None
        first = spans[0][0] - 1
        while first and _is_comment(self._lines[first - 1]):
            first -= 1
        befores = [first, *(last for _, last in spans)]
        pieces = [
            self._piece(each, before, span, pip=pip)
            for each, before, span in zip(node.children, befores, spans, strict=False)
        ]
        head, tail = self._lines[:first], self._lines[spans[-1][1] :]
        ecosystem = Ecosystem.PYPI if pip else Ecosystem.CONDA
        return Layout(head="".join(head), pieces=tuple(pieces), tail="".join(tail), ecosystem=ecosystem)

    def _last_line(self, node: Node) -> int:
        """The last line with content; the end of a collection is where the next one begins."""
        if node.kind is Kind.SCALAR:
            return self._source.span(node.start, node.end)[1]
        return max([self._source.line(node.start), *map(self._last_line, node.children)])

    def _before(self, node: Node) -> str:
        """What stands before a node on its line."""
        return self._source.text[self._start_of_line(node) : node.start]

    def _start_of_line(self, node: Node) -> int:
        before = max(self._source.text.rfind(end, 0, node.start) for end in "\r\n")
        return before + 1

    def _piece(self, node: Node, before: int, span: tuple[int, int], *, pip: bool) -> Piece:
        text = "".join(self._lines[span[0] - 1 : span[1]])
        start, end = node.start - self._start_of_line(node), node.end - self._start_of_line(node)
        if text[start] in _QUOTES:
            start, end = start + 1, end - 1
        simple = node.is_text and text[start:end] == node.value and "#" not in node.value
        return Piece(
            above=tuple(self._lines[before : span[0] - 1]),
            text=text,
            start=start,
            end=end if simple else start,
            items=self._items(node.value, span[0], pip=pip) if simple else (),
            movable=simple,
        )

    def _items(self, value: str, line: int, *, pip: bool) -> tuple[Item, ...]:
        if pip:
            return tuple(parse_requirement_lines([(line, value)], self._path).items())
        spec = parse_match_spec(value)
        location = Location(path=self._path, line=line)
        return (spec.dependency(location, value),) if isinstance(spec, MatchedSpec) else ()


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")
