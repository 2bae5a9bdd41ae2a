"""The YAML of a conda-lock.yml with the lines of its packages.

PyYAML's C parser, as conda-lock has it: these files have 50,000 lines, for which a parser in Python takes a minute.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MAX_NODES = 300_000
"""YAML nodes of a lock file; one package of one platform has 50."""
MAX_DEPTH = 32
_MAX_MESSAGE = 200


class YamlError(ValueError):
    """A text that cannot be read as YAML within the limits; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(" ".join(message[:_MAX_MESSAGE].split()))
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlLines:
    """A mapping, the first and last line of each member and of each element of `package`, and of repeated keys."""

    content: Mapping[str, object]
    members: Mapping[str, tuple[int, int]]
    packages: tuple[tuple[int, int], ...]
    repeated: tuple[tuple[int, str], ...]


class _Lines:
    """Marks to lines, from 1: YAML has more kinds of line ends (U+2028, U+0085) than an editor."""

    def __init__(self, source: str) -> None:
        self._ends = [match.start() for match in re.finditer("\n", source)]

    def of(self, mark: Any) -> int:
        return bisect_left(self._ends, mark.index) + 1


def load_yaml(source: str) -> YamlLines:
    """The mapping of `source`; raises `YamlError`, also for an alias, which conda-lock never writes."""
    import yaml  # noqa: PLC0415  only conda-lock.yml needs it

    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    lines = _Lines(source)
    try:
        _refuse_excess(yaml.parse(source, Loader=loader_class), lines)
        loader = loader_class(source)
        root = loader.get_single_node()
        content = loader.construct_document(root) if root is not None else None
    except YamlError:
        raise
    except Exception as error:  # beside YAMLError, scalars make the constructor leak ValueError, KeyError …
        raise _yaml_error(error, lines) from error
    if not isinstance(content, dict):
        raise YamlError(f"expected a mapping, found {type(content).__name__}", 1)
    last = max(source.rstrip().count("\n") + 1, 1)
    named = [(key.value, key, value) for key, value in root.value]
    spans = _spans([lines.of(key.start_mark) for _, key, _ in named], last)
    members = {name: span for (name, _, _), span in zip(named, spans, strict=True)}
    package = next((value for name, _, value in reversed(named) if name == "package"), None)
    items = package.value if package is not None and package.id == "sequence" else []
    spans = _spans([lines.of(item.start_mark) for item in items], members["package"][1]) if items else []
    told = content.get("package")
    if not isinstance(told, list) or len(told) != len(spans):  # a tag made something else of it
        spans = [members["package"]] * len(told) if isinstance(told, list) else []
    return YamlLines(
        content={str(key): value for key, value in content.items()},
        members=members,
        packages=tuple(spans),
        repeated=tuple(_repeated(root, lines)),
    )


def _refuse_excess(events: Iterator[Any], lines: _Lines) -> None:
    depth = 0
    for nodes, event in enumerate(events):
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if name == "AliasEvent":
            raise YamlError("found an alias, which conda-lock does not write", lines.of(event.start_mark))
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            raise YamlError(
                f"it has more than {MAX_NODES} nodes, or more than {MAX_DEPTH} within each other",
                lines.of(event.start_mark),
            )


def _yaml_error(error: Exception, lines: _Lines) -> YamlError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    message = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error) or type(error).__name__
    return YamlError(str(message), lines.of(mark) if mark else 1)


def _spans(starts: list[int], last: int) -> list[tuple[int, int]]:
    """Each up to the line before the next; on one line together, each that line."""
    ends = [max(following - 1, start) for start, following in zip(starts, [*starts[1:], last + 1], strict=True)]
    return list(zip(starts, ends, strict=True))


def _repeated(root: Any, lines: _Lines) -> Iterator[tuple[int, str]]:
    """Line and name of every key that its mapping has already."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        children = node.value if isinstance(node.value, list) else []
        if node.id == "mapping":
            seen = set()
            for key, _ in children:
                if isinstance(key.value, str):
                    if key.value in seen:
                        yield lines.of(key.start_mark), key.value
                    seen.add(key.value)
            children = [value for _, value in children]
        waiting += children
