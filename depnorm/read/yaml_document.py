"""YAML text to nodes that know where they stand. Nothing is ever constructed from a tag.

Built from the parser's events instead of its nodes: an alias then stands where it is written (a composed node stands at
its anchor), no depth of nesting recurses, and an alias shares its anchor's children, so nothing expands. What most
files are made of needs no parser for the whole of YAML: `yaml_plain` reads it several times faster, or leaves it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from depnorm.model.quiet_import import process_kept
from depnorm.read.yaml_node import MAPPING, MERGE, NULL, SEQUENCE, TEXT, Complaint, Document, Kind, Node, Source
from depnorm.read.yaml_plain import parse_plain_yaml

MAX_NODES = 10_000
MAX_DEPTH = 64

_COMMENT = re.compile(r"(?:(?<=[ \t\r\n])|\A\ufeff?)#[^\r\n]*")
_MESSAGE_CHARACTERS = 200
_STANDARD = "tag:yaml.org,2002:"
# What YAML's safe constructor knows, by the kind of node it makes of it; any other tag is an error to it.
_KINDS = {
    **dict.fromkeys(
        (_STANDARD + name for name in ("bool", "int", "float", "binary", "timestamp", "value")), Kind.SCALAR
    ),
    **dict.fromkeys((NULL, TEXT, MERGE), Kind.SCALAR),
    **dict.fromkeys((SEQUENCE, _STANDARD + "omap", _STANDARD + "pairs"), Kind.SEQUENCE),
    **dict.fromkeys((MAPPING, _STANDARD + "set"), Kind.MAPPING),
}


def parse_yaml(text: str) -> Document:
    """The document of `text`, its root None where it is empty. Never raises; more than one document is `broken`."""
    plain = parse_plain_yaml(text)
    return Document(root=plain) if plain else parse_whole_yaml(text)


def find_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a YAML text, each with its line: what a `#` begins outside of scalars (YAML 1.2, 6.6).

    None where the text is broken: what is a scalar in it is not known.
    """
    document = parse_yaml(text)
    if document.root is None or document.broken:
        return
    spans = sorted(_scalar_spans(document.root))
    source = Source(text)
    position = 0
    while match := _COMMENT.search(text, position):
        before = bisect_right(spans, (match.start(), len(text)))
        start, end = spans[before - 1] if before else (0, 0)
        is_inside = start <= match.start() < end
        if not is_inside:
            yield source.line(match.start()), match.group()
        position = end if is_inside else match.end()


def _scalar_spans(root: Node) -> Iterator[tuple[int, int]]:
    """Where each scalar begins and ends. What an alias repeats is looked at once."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if node.kind is Kind.SCALAR:
            yield node.start, node.end
        elif id(node.children) not in seen:
            seen.add(id(node.children))
            waiting += node.children


def parse_whole_yaml(text: str) -> Document:
    """The same by ruamel.yaml, which knows all of YAML."""
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
    with process_kept("ruamel.yaml"):
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
                tag = tag if tag not in {"", "!"} else SEQUENCE if kind is Kind.SEQUENCE else MAPPING
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
        if _KINDS.get(node.tag) is not node.kind:
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
        if node.kind is Kind.MAPPING:
            self.complaints += _misused_keys(node)

    def _break(self, message: str, event: Any) -> None:
        self.broken = self.broken or Complaint(message=message, offset=event.start_mark.index)


def _misused_keys(mapping: Node) -> Iterator[Complaint]:
    keys = sorted((k for k in mapping.children[::2] if k.kind is Kind.SCALAR), key=lambda k: (k.tag, k.value, k.start))
    for first, second in pairwise(keys):
        if (first.tag, first.value) == (second.tag, second.value):
            yield Complaint(message="found a key for the second time", offset=second.start)
    for key, value in zip(mapping.children[::2], mapping.children[1::2], strict=True):
        if key.kind is Kind.MAPPING or any(part.kind is not Kind.SCALAR for part in key.children):
            yield Complaint(message="found a mapping or a list of lists as a key", offset=key.start)
        merged = value.children if value.kind is Kind.SEQUENCE else [value]
        if key.tag == MERGE and any(each.kind is not Kind.MAPPING for each in merged):
            yield Complaint(message="expected a mapping to merge", offset=value.start)
