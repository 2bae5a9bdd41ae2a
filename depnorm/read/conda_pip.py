"""The `pip:` lists of environment.yml, as conda hands them to pip (conda/env/installers/pip.py)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from depnorm.model import Location, Option
from depnorm.read.conda_items import LONG_LINE, Item, Reading
from depnorm.read.requirements import parse_requirement_lines
from depnorm.read.yaml_document import Kind, Node


def read_pip_lists(reading: Reading, pip_lists: Sequence[tuple[Node, Node]]) -> None:
    """Read the lists of an environment, each given with its key. All are read, though conda installs only the last."""
    read: set[int] = set()  # an alias repeats a list: it is read once
    for number, (key, value) in enumerate(pip_lists, 1):
        if number < len(pip_lists):
            reading.problem(key, "conda installs only the last of several pip: lists", "Join the lists into one.")
        if value.kind is not Kind.SEQUENCE:
            message = "conda expects a list of requirements here, and takes a text apart into its letters"
            reading.problem(key, message, "Begin each requirement with a dash.", end=value.end)
        elif id(value.children) not in read:
            read.add(id(value.children))
            _read_pip_list(reading, value)


def _read_pip_list(reading: Reading, pip: Node) -> None:
    lines: list[tuple[int, str]] = []
    lasts: list[int] = []
    for item in pip.children:
        if not item.is_text:
            reading.problem(item, "conda stops at an item of pip: that is no text", "Quote it, or write a requirement.")
            continue
        for number, last, text in _requirement_lines(reading, item):
            lines.append((number, text))
            lasts.append(last)
            if text.strip():
                reading.options.append(_written(reading, number, last, text))
        reading.report_selector(item)
    found = parse_requirement_lines(lines, reading.path)
    indexes = {number: index for index, (number, _) in reversed(list(enumerate(lines)))}
    reading.dependencies += [_with_raw(reading, item, indexes, lasts) for item in found.dependencies]
    reading.references += [_with_raw(reading, item, indexes, lasts) for item in found.references]
    reading.options += [_with_raw(reading, item, indexes, lasts) for item in found.options]
    reading.problems += [_with_raw(reading, item, indexes, lasts) for item in found.problems]


def _written(reading: Reading, first: int, last: int, text: str) -> Option:
    """The line as it will stand in pip's requirements file: what installs the list without conda writes it again."""
    raw = reading.source.raw(first, last)
    raw = text if len(raw) > LONG_LINE else raw
    return Option(name="pip-requirement", value=text, location=Location(path=reading.path, line=first), raw=raw)


def _requirement_lines(reading: Reading, item: Node) -> Iterator[tuple[int, int, str]]:
    """The lines conda writes for an item into pip's requirements file, with the first and last line they come from."""
    first, last = reading.lines_of(item.start, item.end)
    for index, text in enumerate(item.value.split("\n")):
        number = min(first + 1 + index, last)
        yield (number, number, text) if item.literal else (first, last, text)


def _with_raw(reading: Reading, item: Item, indexes: dict[int, int], lasts: list[int]) -> Item:
    """The item with the physical lines of the file as its raw text; a backslash may join several items to one."""
    line = item.location.line
    last = _last_line(item.raw, indexes.get(line, 0), lasts, line)
    raw = reading.source.raw(line, last)
    return replace(item, raw=item.raw if len(raw) > LONG_LINE else raw)


def _last_line(raw: str, start: int, lasts: list[int], line: int) -> int:
    return max([line, *lasts[start : start + raw.count("\n") + 1]])
