"""conda's explicit lists: `@EXPLICIT` and one URL a line, as `conda list --explicit` and conda-lock write them."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from depnorm.model import Dependency, Ecosystem, Location, Problem, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, encoding_problems, physical_lines
from depnorm.read.locks.piece import LOCAL_URL, Piece
from depnorm.read.pep508 import path_kind
from depnorm.read.text import decode

_MARK = "@EXPLICIT"
_MAX_LINE = 4_096
_PACKAGE = re.compile(
    r"(?P<base>[^#\s]*)/(?P<subdir>[a-z0-9_-]+)/(?P<file>(?P<name>[a-z0-9_][a-z0-9_.-]*)-(?P<version>[A-Za-z0-9_.+!]+)"
    r"-(?P<build>[A-Za-z0-9_.+]+)\.(?:conda|tar\.bz2))(?:#(?P<hash>(?:sha256:)?[0-9a-f]{32,64}))?"
)
_HINT = "Write it as `conda list --explicit --md5` does."


def parse_conda_explicit(data: bytes, path: str) -> SpecFile:
    """The packages of an explicit list: `==version`, channel (a URL), subdir, build, URL and hash."""
    text = decode(data)
    items: list[Item] = list(encoding_problems(text, path))
    is_marked = False
    for number, line in enumerate(physical_lines(text.text), 1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        piece = Piece(value=None, location=Location(path=path, line=number), raw=line)
        if entry == _MARK:
            is_marked = True
            items.append(piece.option("explicit"))
        elif is_marked:
            items += _read_line(entry, piece)
        else:
            items.append(piece.problem(f"stands before {_MARK}, so conda takes it for a match spec", _HINT))
    if not is_marked and not any(isinstance(item, Problem) for item in items):
        items.append(Problem(location=Location(path=path), raw="", message=f"has no line {_MARK}", hint=_HINT))
    return assemble(items, path=path, file_format=SpecFormat.CONDA_EXPLICIT_LOCK, encoding=text.encoding)


def _read_line(entry: str, piece: Piece) -> Iterator[Item]:
    match = _PACKAGE.fullmatch(unquote(entry)) if len(entry) <= _MAX_LINE else None
    if match is None or not entry.isprintable():
        yield piece.problem("is not the URL of a conda package", _HINT)
        return
    url, digest = entry.partition("#")[0], match["hash"]
    yield Dependency(
        ecosystem=Ecosystem.CONDA,
        name=match["name"],
        location=piece.location,
        raw=piece.raw,
        spec=f"=={match['version']}",
        url=url,
        hashes=() if digest is None else (digest if digest.startswith("sha256:") else f"md5:{digest}",),
        channel=match["base"],
        subdir=match["subdir"],
        build=match["build"],
    )
    if LOCAL_URL.match(url):
        yield piece.reference(path_kind(url), url)
