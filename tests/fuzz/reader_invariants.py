"""What holds for whatever bytes a reader is given."""

import time
from collections.abc import Callable, Mapping

from depnorm.model import Dependency, Option, Problem, RepoReference, SpecFile, SpecFormat
from depnorm.read.assemble import physical_lines
from depnorm.read.dockerignore import parse_dockerignore, unread_lines
from depnorm.read.formats import READERS, parse
from depnorm.read.text import decode
from depnorm.report.as_json import inspect_json

BUSY = 5
SECONDS_PER_BYTE = BUSY / 100_000
"""Of processor time: that of a quiet machine, and as much more as others on it may cost (`tests/builders/patience.py`).
"""
LEAST_SECONDS = BUSY
PATHS = ("data/big.csv", "src/a.py", "a", ".git", "binder/requirements.txt", "a/b/c/d/e/f/g.txt", "[x]", "é/\n")
COMMENTS: Mapping[SpecFormat, tuple[str, ...]] = {SpecFormat.SETUP_CFG: ("#", ";")}
# pip splits where Python's splitlines does, R not at a carriage return by itself, the others as any editor does.
PIP_FORMATS = frozenset({SpecFormat.REQUIREMENTS, SpecFormat.CONSTRAINTS})

Target = Callable[[bytes], None]


class BrokenPromiseError(AssertionError):
    """A reader that does not keep what it promises."""


def read_promises(data: bytes, path: str, file_format: SpecFormat) -> SpecFile:
    """Read `data`; raises `BrokenPromiseError` where the spec file is not faithful to it, or took too long."""
    start = time.process_time()
    spec_file = parse(data, path, file_format)
    _soon(time.process_time() - start, len(data))
    is_faithful(spec_file, data)
    inspect_json([spec_file])
    return spec_file


def is_faithful(spec_file: SpecFile, data: bytes) -> None:
    """Raises `BrokenPromiseError` where a line with content is in no item, or an item is not what the file says."""
    lines = _lines(data, spec_file.format)
    for item in spec_file.items():
        _verbatim(item, lines)
    _nothing_lost(spec_file, lines)


def hides_promises(data: bytes) -> None:
    """Read `data` as a .dockerignore and ask it for some paths, in the same time."""
    start = time.process_time()
    text = decode(data).text
    patterns = parse_dockerignore(text)
    if any(not 1 <= line <= text.count("\n") + 1 for line, _ in unread_lines(text)):
        raise BrokenPromiseError("a line that is not in the file")
    for path in PATHS:
        patterns.hides(path)
    _soon(time.process_time() - start, len(data))


def targets(paths: Mapping[str, str]) -> dict[str, Target]:
    """Every reader by the name of its format, as a function of bytes; `paths` gives the name of the file it reads."""
    return {
        **{each.value: _target(each, paths.get(each.value, each.value)) for each in READERS},
        "dockerignore": hides_promises,
    }


def _target(file_format: SpecFormat, path: str) -> Target:
    def read(data: bytes) -> None:
        read_promises(data, path, file_format)

    return read


def _soon(seconds: float, size: int) -> None:
    if seconds > max(LEAST_SECONDS, size * SECONDS_PER_BYTE):
        raise BrokenPromiseError(f"{size} bytes took {seconds:.1f} s")


def _lines(data: bytes, file_format: SpecFormat) -> list[str]:
    text = decode(data).text
    if file_format is SpecFormat.R_SCRIPT:
        return text.removesuffix("\n").replace("\r\n", "\n").split("\n")
    return text.splitlines() if file_format in PIP_FORMATS else physical_lines(text)


def _verbatim(item: Dependency | RepoReference | Option | Problem, lines: list[str]) -> None:
    line, height = item.location.line, item.raw.count("\n") + 1
    if line == 0:
        if item.raw:
            raise BrokenPromiseError(f"about the whole file, but has a text: {item!r}")
    elif line > max(len(lines), 1):
        raise BrokenPromiseError(f"behind the last line, {len(lines)}: {item!r}")
    elif item.raw not in "\n".join(lines[line - 1 : line - 1 + height]):
        raise BrokenPromiseError(f"not verbatim: {item!r}")


def _nothing_lost(spec_file: SpecFile, lines: list[str]) -> None:
    covered: set[int] = set()
    for item in spec_file.items():
        covered.update(range(item.location.line, item.location.line + item.raw.count("\n") + 1))
    comments = COMMENTS.get(spec_file.format, ("#",))
    blank = "\\" if spec_file.format in PIP_FORMATS else "\0"  # a continuation of nothing
    for number, line in enumerate(lines, 1):
        text = line.strip("\ufeff\0").strip().strip(blank)
        if text and number not in covered and not text.startswith(comments):
            raise BrokenPromiseError(f"line {number} is lost: {line!r}")
