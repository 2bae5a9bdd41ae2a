"""apt.txt: Debian packages, one a line."""

import re
from collections.abc import Iterator

from depnorm.model import Dependency, Ecosystem, Location, Problem, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, encoding_problems, physical_lines
from depnorm.read.text import decode

# A package name (Debian policy 5.6.1), then what apt-get accepts behind it: an architecture, then a version or release.
_PACKAGE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9+.-]+)(?P<architecture>:[a-z0-9-]+)?"
    r"(?P<pin>=[A-Za-z0-9][A-Za-z0-9.+:~-]*|/[A-Za-z0-9][A-Za-z0-9.+_-]*)?"
)
_HINT = "Write one Debian package name a line, such as `libgdal-dev`."
_INSTALLERS = frozenset({"apt", "apt-get", "aptitude", "sudo"})
_MAX_SHOWN = 100


def parse_apt(data: bytes, path: str) -> SpecFile:
    """The packages of an apt.txt, as repo2docker reads it: `#` starts a comment, blanks separate packages.

    `spec` is what follows the name (`=1.2-3`, `/bookworm`), `subdir` an architecture. A line with anything on it that
    is not the name of a package to install (an option, a removal, a command) is a problem DN308 as a whole.
    """
    text = decode(data)
    items = [*encoding_problems(text, path), *_read(physical_lines(text.text), path)]
    return assemble(items, path=path, file_format=SpecFormat.APT, encoding=text.encoding)


def find_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of an apt.txt, each with its line."""
    for number, raw in enumerate(physical_lines(text), 1):
        _, sign, comment = raw.partition("#")
        if sign:
            yield number, sign + comment


def _read(lines: list[str], path: str) -> Iterator[Item]:
    for number, raw in enumerate(lines, 1):
        location = Location(path=path, line=number)
        words = raw.partition("#")[0].split()
        if refusal := _refusal(words):
            yield Problem(location=location, raw=raw, message=refusal, hint=_HINT, rule="DN308")
        else:
            yield from (_package(word, location, raw) for word in words)


def _package(word: str, location: Location, raw: str) -> Dependency:
    match = _PACKAGE.fullmatch(word)
    assert match is not None  # noqa: S101  _refusal came first
    return Dependency(
        ecosystem=Ecosystem.APT,
        name=match["name"],
        location=location,
        raw=raw,
        spec=match["pin"] or "",
        subdir=(match["architecture"] or "").removeprefix(":") or None,
    )


def _refusal(words: list[str]) -> str | None:
    """Why a line is no list of packages: a single word that is none makes the whole line suspect."""
    if "install" in words and not _INSTALLERS.isdisjoint(words):
        return "is a command, not a list of packages, and is never run"
    return next((reason for word in words if (reason := _why_no_package(word))), None)


def _why_no_package(word: str) -> str | None:
    shown = repr(word[:_MAX_SHOWN])
    if word.startswith("-"):
        return f"{shown} is an option of apt-get; apt.txt holds only packages"
    # `vim+` is an order to apt-get, `g++` the name of a package.
    if _PACKAGE.fullmatch(word) is None or (word.endswith("+") and not word.endswith("++")):
        return f"{shown} is not the name of a Debian package, so nothing on this line is passed on"
    if word.endswith("-"):
        return f"{shown} asks apt-get to remove {word.rstrip('-')}"
    return None
