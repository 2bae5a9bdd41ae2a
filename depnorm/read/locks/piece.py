"""The piece of a lock file that is one package, and what becomes of it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from depnorm.model import Dependency, Ecosystem, Location, Option, PathBase, Problem, ReferenceKind, RepoReference
from depnorm.read.assemble import Item, physical_lines
from depnorm.read.locks.fields import FieldError

_MAX_SHOWN = 80
_LOCAL_REPOSITORY = re.compile(r"[a-z]{2,8}\+(?:file:|[./~])", re.IGNORECASE)
REMAKE = "Make the file anew with the tool that wrote it."
LOCAL_URL = re.compile(r"file:|(?![a-z][a-z0-9+.-]*:)", re.IGNORECASE)
"""How a URL begins that is a path of a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One element of a lock file: what it says, where, and its text, all of its lines."""

    value: object
    location: Location
    raw: str
    key: str = ""

    @property
    def table(self) -> Mapping[str, object]:
        """What it says; raises `FieldError` for anything but a table."""
        if not isinstance(self.value, dict) or not all(isinstance(name, str) for name in self.value):
            raise FieldError(f"expected a table, found {type(self.value).__name__}")
        return self.value

    def problem(self, message: str, hint: str = REMAKE) -> Problem:
        """A problem of this piece."""
        return Problem(location=self.location, raw=self.raw, message=message, hint=hint)

    def option(self, name: str, value: str = "") -> Option:
        """An option that this piece sets."""
        return Option(name=name, value=value, location=self.location, raw=self.raw)

    def reference(self, kind: ReferenceKind, target: str, marker: str | None = None) -> RepoReference:
        """A path of this piece: relative to the lock file, in all of these formats."""
        return RepoReference(
            kind=kind, target=target, location=self.location, raw=self.raw, base=PathBase.FILE, marker=marker
        )


PackageReader = Callable[[Piece], Iterable[Item]]


def read_pieces(pieces: Iterable[Piece], read: PackageReader) -> Iterator[Item]:
    """What `read` makes of each piece; one that it cannot understand is a problem DN301 that holds its text."""
    for piece in pieces:
        try:
            items = list(read(piece))
        except FieldError as error:
            yield piece.problem(f"{_title(piece)}{error}")
        else:
            yield from items
            yield from _local_repositories(piece, items)


def _local_repositories(piece: Piece, items: Iterable[Item]) -> Iterator[RepoReference]:
    """The reference that `git+file:…` is: a repository on the machine that made the lock."""
    for item in items:
        if isinstance(item, Dependency) and item.url and _LOCAL_REPOSITORY.match(item.url):
            yield piece.reference(ReferenceKind.PATH, item.url, item.marker)


def runs_beside(lines: Sequence[str], items: Iterable[Item]) -> Iterator[tuple[int, int]]:
    """First and last of each run of lines that no item holds, blank lines and comments left out."""
    held = {(item.location.line, item.raw.count("\n") + 1) for item in items}
    covered = {line for first, height in held for line in range(first, first + height)}
    first = None
    for number, line in enumerate([*lines, ""], 1):
        is_free = number not in covered and bool(line.strip()) and not line.lstrip().startswith("#")
        if is_free and first is None:
            first = number
        elif not is_free and first is not None:
            yield first, number - 1
            first = None


def unreadable(source: str, path: str, error: ValueError, line: int, language: str) -> Iterator[Item]:
    """The problem where a file that is not in its language breaks, and the whole text, unread."""
    lines = physical_lines(source) or [""]
    line = min(max(line, 1), len(lines))
    yield Problem(
        location=Location(path=path, line=line),
        raw=lines[line - 1],
        message=f"is not valid {language}, so every tool rejects the whole file: {error}",
        hint=REMAKE,
    )
    yield Option(name="unread", value="", location=Location(path=path, line=1), raw=source.rstrip("\n"))


def repeated(
    items: Iterable[Item], source: Callable[[Dependency], str | None] = lambda _item: None
) -> Iterator[Problem]:
    """A problem for each package that the file lists for the second time, same group, marker, platform and `source`."""
    seen: set[tuple[str | None, ...]] = set()
    for item in items:
        if isinstance(item, Dependency) and item.name is not None:
            key = (*_identity(item), source(item))
            if key in seen:
                yield Problem(
                    location=item.location,
                    raw=item.raw,
                    message=f"{item.name} is listed for the second time, and which one counts nothing tells",
                    hint=REMAKE,
                )
            seen.add(key)


def _identity(item: Dependency) -> tuple[str | None, ...]:
    # Two versions of one name are for different environments, except in a lock that lists each platform by itself.
    many = item.ecosystem is Ecosystem.PYPI and item.subdir is None
    return (item.ecosystem, item.name, item.spec if many else None, item.url, item.marker, item.subdir, item.group)


def _title(piece: Piece) -> str:
    name = piece.key
    if not name and isinstance(piece.value, dict):
        name = piece.value.get("name", "")
    return f"{name[:_MAX_SHOWN]}: " if isinstance(name, str) and name.isprintable() and name else ""
