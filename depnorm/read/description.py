"""DESCRIPTION of an R package to a spec file: Debian control format ("Writing R Extensions", 1.1)."""

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from depnorm.model import (
    Dependency,
    Ecosystem,
    Location,
    Option,
    Problem,
    ReferenceKind,
    RepoReference,
    SpecFile,
    SpecFormat,
)
from depnorm.read.assemble import Item, assemble, with_line_feeds
from depnorm.read.r.origins import PACKAGE_NAME, of_notation
from depnorm.read.text import decode

_FIELD = re.compile(r"(?P<name>[^\s:][^:]*):[ \t]*(?P<value>.*)")
_ENTRY = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9.]*)\s*(?:\(\s*(?P<operator>[<>=!]=|[<>])\s*(?P<version>[\w.-]+)\s*\))?"
)
_ALWAYS = ("Depends", "Imports", "LinkingTo")
_GROUPS = {"Suggests": "group:Suggests", "Enhances": "group:Enhances"}
_MALFORMED = 'Write packages as "name" or "name (>= 1.2)", with commas between them.'


@dataclass(frozen=True, slots=True)
class _Field:
    """A field: its name and its lines, without `Name:` in the first."""

    name: str
    line: int
    values: tuple[str, ...]
    raw: tuple[str, ...]

    def entries(self) -> Iterator[tuple[str, int, str]]:
        """Entries between commas, each with its line and the text of its lines."""
        starts = list(accumulate((len(value) + 1 for value in self.values), initial=0))
        for part in re.finditer(r"[^,]+", "\n".join(self.values)):
            entry = part.group().strip()
            if entry:
                offset = bisect(starts, part.start() + part.group().index(entry)) - 1
                end = offset + entry.count("\n")
                yield " ".join(entry.split()), self.line + offset, "\n".join(self.raw[offset : end + 1])


def parse_description(data: bytes, path: str) -> SpecFile:
    """What a DESCRIPTION declares.

    Depends, Imports and LinkingTo are what is always installed, Suggests and Enhances groups of that name, Remotes
    dependencies with a URL. Every field is an option beside that, R's own version the option `R`.
    """
    text = decode(data)
    lines = with_line_feeds(text.text).split("\n")
    items: list[Item] = []
    for field in _fields(lines, path, items):
        raw = "\n".join(field.raw)
        value = " ".join(" ".join(field.values).split())
        items.append(Option(name=field.name, value=value, location=Location(path=path, line=field.line), raw=raw))
        items.extend(_declared(field, path))
    return assemble(items, path=path, file_format=SpecFormat.DESCRIPTION, encoding=text.encoding)


def _fields(lines: list[str], path: str, problems: list[Item]) -> Iterator[_Field]:
    """The fields, in order; a line that belongs to none is a problem."""
    start = 0
    while start < len(lines):
        match = _FIELD.match(lines[start])
        if match is None:
            if lines[start].strip():
                problems.append(_malformed_line(lines[start], Location(path=path, line=start + 1)))
            start += 1
            continue
        end = start + 1
        while end < len(lines) and lines[end][:1] in {" ", "\t"} and lines[end].strip():
            end += 1
        values = (match["value"], *lines[start + 1 : end])
        yield _Field(match["name"].strip(), start + 1, values, tuple(lines[start:end]))
        start = end


def _malformed_line(line: str, location: Location) -> Problem:
    return Problem(
        location=location,
        raw=line,
        message=f"{line.strip()[:60]!r} is neither a field nor, without a blank in front, part of one",
        hint="Start a field with `Name:` and indent the lines that continue it.",
    )


def _declared(field: _Field, path: str) -> Iterator[Item]:
    for entry, line, raw in field.entries() if field.name in (*_ALWAYS, *_GROUPS, "Remotes") else ():
        location = Location(path=path, line=line)
        if field.name == "Remotes":
            yield _remote(entry, location, raw)
        else:
            yield _package(entry, location, raw, _GROUPS.get(field.name))


def _package(entry: str, location: Location, raw: str, group: str | None) -> Item:
    match = _ENTRY.fullmatch(entry)
    if match is None:
        return Problem(location=location, raw=raw, message=f"{entry[:60]!r} is not a package", hint=_MALFORMED)
    spec = f"{match['operator']}{match['version']}" if match["operator"] else ""
    if match["name"] == "R":
        return Option(name="R", value=spec, location=location, raw=raw)
    return Dependency(ecosystem=Ecosystem.CRAN, name=match["name"], location=location, raw=raw, spec=spec, group=group)


def _remote(entry: str, location: Location, raw: str) -> Item:
    """An entry of Remotes, in the notation of the remotes package (its vignette "Dependency resolution")."""
    kind, _, rest = entry.partition("::")
    if kind == "bioc" and "/" in rest:  # bioc::release/Biobase, bioc::3.18/Biobase
        entry = f"bioc::{rest.rpartition('/')[2].partition('#')[0]}"
    origin = of_notation(entry)
    if origin is None or (origin.name is not None and not PACKAGE_NAME.fullmatch(origin.name)):
        hint = "Write owner/repository, or a kind such as url:: or git:: before it."
        return Problem(location=location, raw=raw, message=f"{entry[:60]!r} is not a remote", hint=hint)
    if origin.local is not None:
        return RepoReference(kind=ReferenceKind.PATH, target=origin.local, location=location, raw=raw)
    return Dependency(
        ecosystem=Ecosystem.CRAN, name=origin.name, location=location, raw=raw, spec=origin.spec, url=origin.url,
        channel=origin.channel,
    )  # fmt: skip
