"""What a reader yields, item by item, and the spec file that becomes of it."""

import re
from collections.abc import Iterable, Iterator

from depnorm.model import Dependency, Location, Option, Problem, RepoReference, SpecFile, SpecFormat
from depnorm.read.text import Text

Item = Dependency | RepoReference | Option | Problem

_NEWLINE = re.compile(r"\r\n|\r|\n")


def physical_lines(text: str) -> list[str]:
    """The lines of a text as Python's `open` sees them (universal newlines); no line for a final newline."""
    lines = _NEWLINE.split(text)
    return lines[:-1] if lines[-1] == "" else lines


def with_line_feeds(text: str) -> str:
    """The text with every newline spelled as one line feed."""
    return _NEWLINE.sub("\n", text)


def assemble(items: Iterable[Item], *, path: str, file_format: SpecFormat, encoding: str) -> SpecFile:
    """The spec file that holds `items`, each kind in the order of its lines."""
    ordered = sorted(items, key=lambda item: item.location.line)
    return SpecFile(
        path=path,
        format=file_format,
        encoding=encoding,
        dependencies=tuple(item for item in ordered if isinstance(item, Dependency)),
        references=tuple(item for item in ordered if isinstance(item, RepoReference)),
        options=tuple(item for item in ordered if isinstance(item, Option)),
        problems=tuple(item for item in ordered if isinstance(item, Problem)),
    )


def encoding_problems(text: Text, path: str) -> Iterator[Problem]:
    """A problem DN302 where a file is not in UTF-8 without a byte order mark, for formats that allow nothing else."""
    if text.damaged or text.encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii"):
        encoding = "bytes that are not UTF-8" if text.damaged else text.encoding
        message = f"is encoded as {encoding}; its tools read UTF-8 without a byte order mark"
        yield Problem(location=Location(path=path), raw="", message=message, hint="Save it as UTF-8.", rule="DN302")
