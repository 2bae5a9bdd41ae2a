"""The index of a repository of R packages: `src/contrib/PACKAGES`, read as `available.packages()` reads it.

What it says comes from strangers: a name or a version that R does not allow is in no package here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from depnorm.model.cran import BASE_PACKAGES

STRONG = ("Depends", "Imports", "LinkingTo")
"""What `install.packages()` brings with a package, unless it is told otherwise."""
_FIELDS = frozenset({*STRONG, "Package", "Version", "Suggests", "Priority", "OS_type"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,98}[A-Za-z0-9]", re.ASCII)
_VERSION = re.compile(r"\d{1,9}(?:[.-]\d{1,9}){0,8}", re.ASCII)
_NEED = re.compile(r"\s*([A-Za-z0-9.]+)\s*(?:\(\s*([<>=!]=|[<>])\s*([\w.-]+)\s*\))?", re.ASCII)
_CONSTRAINT = re.compile(r"([<>=!]=|[<>])([\w.-]+)", re.ASCII)
_ANY_PATCH = 10**9
"""R 4.2 stands for the last patch of it, which is what images are tagged by."""


def parse_version(text: str) -> tuple[int, ...] | None:
    """A version as R orders them (`numeric_version`), None for what is none."""
    return tuple(map(int, re.split("[.-]", text))) if _VERSION.fullmatch(text) else None


def satisfies(version: tuple[int, ...], constraints: str) -> bool:
    """Whether a version is one that `>=1.2,<2` allows; no version is one of a constraint that R cannot read."""
    return all(_holds(version, part) for part in constraints.split(",") if part)


def _holds(version: tuple[int, ...], constraint: str) -> bool:
    match = _CONSTRAINT.fullmatch(constraint)
    limit = parse_version(match[2]) if match else None
    if match is None or limit is None:
        return False
    order = (version > limit) - (version < limit)
    return {"==": order == 0, "!=": order != 0, ">=": order >= 0, "<=": order <= 0, ">": order > 0, "<": order < 0}[
        match[1]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A package that another one needs; `constraint` is `>=1.2`, empty for any version."""

    name: str
    constraint: str = ""


@dataclass(frozen=True)
class IndexEntry:
    """One package of the index, by the fields of its DESCRIPTION."""

    fields: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its name, one that R allows."""
        return self.fields["Package"]

    @property
    def version(self) -> str:
        """Its version as it is written, one that R allows."""
        return self.fields["Version"]

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Its version as R orders them."""
        return parse_version(self.version) or ()

    @property
    def is_recommended(self) -> bool:
        """Whether R brings it, in some version of its own."""
        return self.fields.get("Priority") == "recommended"

    def needs(self, *fields: str) -> Iterator[Need]:
        """What these fields name but R itself and what R always brings, each once."""
        yield from dict.fromkeys(each for each in self._named(*fields) if each.name not in {"R", *BASE_PACKAGES})

    def fits(self, r_version: tuple[int, ...]) -> bool:
        """Whether `available.packages()` offers it to this R, on Unix."""
        needs = all(satisfies(r_version, each.constraint) for each in self._named("Depends") if each.name == "R")
        return needs and self.fields.get("OS_type", "unix") == "unix"

    def _named(self, *fields: str) -> Iterator[Need]:
        for part in ",".join(self.fields.get(field, "") for field in fields).split(","):
            match = _NEED.match(part)
            if match and (match[1] == "R" or _NAME.fullmatch(match[1])):
                yield Need(name=match[1], constraint=f"{match[2]}{match[3]}" if match[2] else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The packages of a repository by name, each in all versions that it lists."""

    entries: Mapping[str, tuple[IndexEntry, ...]]
    r_version: tuple[int, ...]

    def find(self, name: str) -> IndexEntry | None:
        """The newest version that there is for this R."""
        fitting = [each for each in self.entries.get(name, ()) if each.fits(self.r_version)]
        return max(fitting, key=lambda each: each.order, default=None)


def parse_index(text: str, r_version: str) -> Index:
    """The index that a PACKAGES file holds, for an R of this version (`4.2` or `4.2.1`)."""
    entries: dict[str, list[IndexEntry]] = {}
    for fields in _paragraphs(text):
        if _NAME.fullmatch(fields.get("Package", "")) and _VERSION.fullmatch(fields.get("Version", "")):
            entries.setdefault(fields["Package"], []).append(IndexEntry(fields))
    return Index(entries={name: tuple(found) for name, found in entries.items()}, r_version=_patched(r_version))


def _patched(r_version: str) -> tuple[int, ...]:
    parts = parse_version(r_version) or ()
    return (*parts, _ANY_PATCH) if len(parts) <= 2 else parts  # noqa: PLR2004  X.Y


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    """The records of a Debian control file, with the fields that count."""
    fields: dict[str, list[str]] = {}
    last = ""
    for line in (*text.replace("\r\n", "\n").split("\n"), ""):  # R sees no other line ends
        if not line.strip():
            if fields:
                yield {name: " ".join(values) for name, values in fields.items()}
            fields, last = {}, ""
        elif line[0] in " \t":
            if last in fields:
                fields[last].append(line.strip())
        else:
            last, _, value = line.partition(":")
            if last in _FIELDS:
                fields[last] = [value.strip()]
