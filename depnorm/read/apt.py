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
_MAX_RAW = 200


def parse_apt(data: bytes, path: str) -> SpecFile:
    """The packages of an apt.txt, as repo2docker reads it: `#` starts a comment, blanks separate packages.

    `spec` is what follows the name (`=1.2-3`, `/bookworm`), `subdir` an architecture. What apt-get would not take as
    the name of a package to install (an option, a removal, anything the shell would act on) is a problem DN308.
    """
    text = decode(data)
    items = [*encoding_problems(text, path, rule="DN308"), *_read(physical_lines(text.text), path)]
    return assemble(items, path=path, file_format=SpecFormat.APT, encoding=text.encoding)


def _read(lines: list[str], path: str) -> Iterator[Item]:
    for number, raw in enumerate(lines, 1):
        for word in raw.partition("#")[0].split():
            yield _package(word, Location(path=path, line=number), raw)


def _package(word: str, location: Location, raw: str) -> Dependency | Problem:
    match = _PACKAGE.fullmatch(word)
    # `vim+` is an order to apt-get, `g++` the name of a package.
    if match is None or (word.endswith("+") and not word.endswith("++")):
        return _refusal(word, location, raw)
    if word.endswith("-"):
        message = f"`{word}` asks apt-get to remove {word.rstrip('-')}"
        return Problem(location=location, raw=raw, message=message, hint=_HINT, rule="DN308")
    return Dependency(
        ecosystem=Ecosystem.APT,
        name=match["name"],
        location=location,
        raw=raw,
        spec=match["pin"] or "",
        subdir=(match["architecture"] or "").removeprefix(":") or None,
    )


def _refusal(word: str, location: Location, raw: str) -> Problem:
    message = f"{word[:_MAX_RAW]!r} is not the name of a Debian package and is never passed on"
    if word.startswith("-"):
        message = f"{word[:_MAX_RAW]!r} is an option of apt-get; apt.txt holds only packages"
    return Problem(location=location, raw=raw, message=message, hint=_HINT, rule="DN308")
