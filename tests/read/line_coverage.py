"""Whether every line of a file is in something that its reader found."""

from collections.abc import Iterable

from depnorm.model import SpecFile
from depnorm.read.assemble import physical_lines
from depnorm.read.text import decode


def uncovered_lines(data: bytes, spec_file: SpecFile, comments: Iterable[str] = ("#",)) -> list[tuple[int, str]]:
    """The lines, with their numbers, that are neither blank nor comments nor in the text of any item."""
    covered: set[int] = set()
    for item in spec_file.items():
        covered.update(range(item.location.line, item.location.line + item.raw.count("\n") + 1))
    lines = enumerate(physical_lines(decode(data).text), 1)
    prefixes = tuple(comments)
    return [(number, line) for number, line in lines if number not in covered and not _is_void(line, prefixes)]


def _is_void(line: str, prefixes: tuple[str, ...]) -> bool:
    text = line.strip()
    return not text or text.startswith(prefixes)
