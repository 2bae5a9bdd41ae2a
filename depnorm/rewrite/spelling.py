"""One entry of a list in its canonical spelling (PEP 503, PEP 508, PEP 685; a conda spec without blanks)."""

import re
from dataclasses import replace

from depnorm.model import Dependency, Ecosystem, RepoReference
from depnorm.model.layout import Piece

_CLAUSE = re.compile(r"(===|==|~=|!=|<=|>=|<|>)\s*(.+)")
_AT = re.compile(r"[^@]*@\s*(\S+)(?:\s+;.*|\s*)")
_OPTION = re.compile(r"(-[a-z]|--[a-z-]+)(?:\s+|=|(?<=^-[a-z]))([^\s'\"\\]+)")
_SHORT = {"--requirement": "-r", "--constraint": "-c", "--editable": "-e"}
_LONG = {"-i": "--index-url", "-f": "--find-links"}
_RELEASE = re.compile(r"\d+")
_LOWER_FIRST = ("===", "==", "~=", ">=", ">", "!=", "<", "<=")


def spell(piece: Piece) -> Piece:
    """The piece with its entry in canonical spelling, or as it is where nothing is known to mean the same.

    Whoever calls this reads the entry again, and keeps the old one where it now means something else.
    """
    if _goes_on(piece):
        return piece
    spelled = _spelled(piece)
    before = piece.text[: piece.start] if piece.text[: piece.start].strip() else ""
    text = before + spelled + _without_blanks(piece.text[piece.end :])
    return replace(piece, text=text, start=len(before), end=len(before) + len(spelled))


def _goes_on(piece: Piece) -> bool:
    """Whether the requirement itself is continued on the next line, and not only its options."""
    rest = piece.text[piece.end :].lstrip(" \t")
    return rest.startswith("\\") and not rest[1:].lstrip().startswith("--")


def _without_blanks(rest: str) -> str:
    """What follows an entry, without the blanks at the end of a single line; those behind a backslash disarm it."""
    body = rest.rstrip("\r\n")
    return (
        rest if "\n" in body or "\r" in body or body.rstrip().endswith("\\") else body.rstrip(" \t") + rest[len(body) :]
    )


def _spelled(piece: Piece) -> str:
    dependencies = [item for item in piece.items if isinstance(item, Dependency)]
    references = [item for item in piece.items if isinstance(item, RepoReference)]
    if len(dependencies) == 1 and not references:
        return _requirement(dependencies[0], piece.entry)
    if not dependencies and len(piece.items) == 1:
        return _option(piece.entry)
    return piece.entry


def _requirement(dependency: Dependency, entry: str) -> str:
    if dependency.ecosystem is Ecosystem.CONDA:
        return _conda(dependency, entry)
    if dependency.name is None or dependency.editable or entry.startswith("-"):
        return _option(entry) if entry.startswith("-") else entry
    extras = f"[{','.join(sorted(dependency.extras))}]" if dependency.extras else ""
    if dependency.url is None:
        spec = dependency.spec if dependency.spec.startswith("===") else _ascending(dependency.spec)
        marker = f"; {dependency.marker}" if dependency.marker else ""
        return f"{dependency.name}{extras}{spec}{marker}"
    written = _AT.fullmatch(entry)
    if written is None:
        return entry
    marker = f" ; {dependency.marker}" if dependency.marker else ""
    return f"{dependency.name}{extras} @ {written.group(1)}{marker}"


def _ascending(spec: str) -> str:
    """The clauses of a specifier from the lowest version to the highest, each once."""
    clauses = list(dict.fromkeys(clause.strip() for clause in spec.split(",") if clause.strip()))
    return ",".join(sorted(clauses, key=_clause_order))


def _clause_order(clause: str) -> tuple[tuple[int, ...], int, str]:
    parsed = _CLAUSE.fullmatch(clause)
    if parsed is None:
        return (), 0, clause
    operator, version = parsed.groups()
    release = re.match(r"(?:\d+!)?[\d.]*", version.lower().removeprefix("v"))
    numbers = _RELEASE.findall(release.group()) if release else []
    return tuple(map(int, numbers)), _LOWER_FIRST.index(operator), version


def _option(entry: str) -> str:
    """An option with one value and a blank between them, by the name that pip's own files use: `-r base.txt`."""
    written = _OPTION.fullmatch(entry)
    if written is None:
        return entry
    name, value = written.groups()
    return f"{_LONG.get(name, _SHORT.get(name, name))} {value}"


def _conda(dependency: Dependency, entry: str) -> str:
    """A spec without blanks, in lower case: `Numpy >= 1.2` is `numpy>=1.2`; a build or brackets keep theirs."""
    if dependency.url or not dependency.name or any(sign in entry for sign in "[(#"):
        return entry
    channel, colons, rest = entry.rpartition("::")
    name = rest[: len(dependency.name)]
    if name.lower() != dependency.name:
        return entry
    version = rest[len(name) :].strip()
    joined = re.sub(r"\s*(,|\||===|==|~=|!=|<=|>=|<|>|=)\s*", r"\1", version)
    return channel + colons + dependency.name + joined if " " not in joined else entry
