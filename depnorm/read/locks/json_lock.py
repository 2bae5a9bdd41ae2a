"""Lock files in JSON: an object whose members hold the packages by name, and a little beside it."""

from collections.abc import Callable, Iterable, Iterator

from depnorm.model import Location, Option, Problem, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, encoding_problems, with_line_feeds
from depnorm.read.json_lines import JsonDocument, JsonError, Member
from depnorm.read.locks.piece import PackageReader, Piece, read_pieces, repeated, runs_beside, unreadable
from depnorm.read.text import decode


def parse_json_lock(
    data: bytes,
    path: str,
    *,
    file_format: SpecFormat,
    header: Callable[["JsonLock"], Iterator[Item]],
    packages: Callable[["JsonLock", Member], PackageReader | None],
) -> SpecFile:
    """Read the members of each table for which `packages` has a reader, and what stands beside them with `header`."""
    text = decode(data)
    source = with_line_feeds(text.text)
    items: list[Item] = list(encoding_problems(text, path))
    try:
        lock = JsonLock(JsonDocument(source), path)
    except JsonError as error:
        items += unreadable(source, path, error, error.line, "JSON")
    else:
        for member in lock.document.members:
            read = packages(lock, member)
            if read is not None:
                items += read_pieces(lock.pieces(member), read)
        items += repeated(items)
        items += lock.repeated()
        items += lock.beside(items)
        items += header(lock)
    return assemble(items, path=path, file_format=file_format, encoding=text.encoding)


class JsonLock:
    """A JSON object with the lines of its members and of their members."""

    def __init__(self, document: JsonDocument, path: str) -> None:
        self.document = document
        self._path = path

    def member(self, key: str) -> Member | None:
        """The last member called `key`, which is the one that counts."""
        return next((each for each in reversed(self.document.members) if each.key == key), None)

    def piece(self, member: Member | None) -> Piece:
        """A member with its text; without one, the first line."""
        if member is None:
            return Piece(value=None, location=Location(path=self._path, line=1), raw=self.document.lines(1, 1))
        return Piece(
            value=member.value,
            location=Location(path=self._path, line=self.document.line(member.start)),
            raw=self.document.text(member),
            key=member.key,
        )

    def repeated(self) -> Iterator[Problem]:
        """A problem for each member whose key is there already: its tools read one of the two."""
        seen = set()
        for member in self.document.members:
            if member.key in seen:
                yield self.piece(member).problem(f"{member.key[:80]!r} is a key for the second time")
            seen.add(member.key)

    def pieces(self, member: Member) -> Iterator[Piece]:
        """The members of a member; one that is no object is a piece itself."""
        if not isinstance(member.value, dict):
            yield self.piece(member)
            return
        yield from (self.piece(each) for each in self.document.members_of(member))

    def beside(self, items: Iterable[Item]) -> Iterator[Option]:
        """An option for each run of lines that no item holds, named after the member it is in."""
        for first, last in runs_beside(self.document.all_lines, items):
            yield self._option(first, last)

    def _option(self, first: int, last: int) -> Option:
        name = next((m.key for m in reversed(self.document.members) if self.document.line(m.start) <= last), "document")
        location = Location(path=self._path, line=first)
        return Option(name=name[:80], value="", location=location, raw=self.document.lines(first, last))
