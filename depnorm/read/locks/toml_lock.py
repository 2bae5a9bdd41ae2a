"""Lock files in TOML: an array of packages, and a little beside it."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from depnorm.model import Dependency, Location, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, encoding_problems, with_line_feeds
from depnorm.read.locks.piece import PackageReader, Piece, read_pieces, repeated
from depnorm.read.project import unreadable_toml
from depnorm.read.text import decode
from depnorm.read.toml_lines import Span, TomlDocument, TomlError, parse_toml

MAX_LOCK_CHARACTERS = 4_000_000
"""Of a lock file in TOML: the largest of public repositories have two million."""


def parse_toml_lock(
    data: bytes,
    path: str,
    *,
    file_format: SpecFormat,
    array: str,
    header: Callable[["TomlLock"], Iterator[Item]],
    reader: Callable[["TomlLock"], PackageReader],
    source: Callable[[Dependency], str | None] = lambda _item: None,
) -> SpecFile:
    """Read the tables of `array`, each with what `reader` gives, and what stands beside them with `header`.

    `source` tells packages apart that are alike in all else.
    """
    text = decode(data)
    lines = with_line_feeds(text.text)
    items: list[Item] = list(encoding_problems(text, path))
    try:
        lock = TomlLock(parse_toml(lines, MAX_LOCK_CHARACTERS), lines, path, array)
    except TomlError as error:
        items += unreadable_toml(lines, path, error)
    else:
        items += read_pieces(lock.pieces(), reader(lock))
        items += repeated(items, source)
        items += lock.beside(items)
        items += header(lock)
    return assemble(items, path=path, file_format=file_format, encoding=text.encoding)


class TomlLock:
    """A TOML document whose `array` holds the packages."""

    def __init__(self, document: TomlDocument, source: str, path: str, array: str) -> None:
        self.document = document
        self._lines = source.split("\n")
        self._path = path
        self._array = array

    def piece(self, *key: str) -> Piece:
        """What stands at a path of keys, None where nothing does, as a piece of its own."""
        return self._piece(self.document.value(*key), self.document.span(*key))

    def pieces(self) -> Iterator[Piece]:
        """The packages, each with its own tables (`[package.dependencies]` of `[[package]]`)."""
        value = self.document.value(self._array)
        spans = self._own_spans()
        if isinstance(value, list) and len(spans) == len(value):
            yield from (self._piece(item, span) for item, span in zip(value, spans, strict=True))
        elif isinstance(value, list):
            yield from (self._piece(item, span) for item, span in self.document.items(self._array))
        elif value is not None:
            yield self._piece(value, self.document.span(self._array))

    def beside(self, items: Iterable[Item]) -> Iterator[Item]:
        """An option for every table that no package holds, named after it."""
        held = {(item.location.line, item.raw.count("\n") + 1) for item in items}
        covered = {line for first, height in held for line in range(first, first + height)}
        for name, span in self.document.tables:
            if not covered.issuperset(range(span.line, span.line + span.raw.count("\n") + 1)):
                yield self._piece(None, span).option(name)

    def _belongs(self, name: str) -> bool:
        return name == self._array or name.startswith(f"{self._array}.")

    def _own_spans(self) -> list[Span]:
        """For each header of the array, the lines up to the next table that is not part of it."""
        ends = [*self.document.tables, ("", Span(line=len(self._lines) + 1, raw=""))]
        spans: list[Span] = []
        first = None
        for (name, span), (following, after) in pairwise(ends):
            first = span.line if name == self._array else first if self._belongs(name) else None
            if first is not None and (following == self._array or not self._belongs(following)):
                raw = "\n".join(self._lines[first - 1 : after.line - 1]).rstrip()
                spans.append(Span(line=first, raw=raw))
                first = None
        return spans

    def _piece(self, value: object, span: Span) -> Piece:
        return Piece(value=value, location=Location(path=self._path, line=span.line), raw=span.raw)
