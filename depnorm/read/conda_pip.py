"""The `pip:` lists of environment.yml, as conda hands them to pip (conda/env/installers/pip.py)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from depnorm.model import Location, Option
from depnorm.read.conda_items import LONG_LINE, Item, Reading
from depnorm.read.requirements import parse_requirement_lines
from depnorm.read.yaml_node import Kind, Node

SHARED_CHARACTERS = 200
"""Of a long item that holds several requirements `raw` is its beginning, but for one option that has all of it."""


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
    owns: list[str] = []
    for item in pip.children:
        if not item.is_text:
            reading.problem(item, "conda stops at an item of pip: that is no text", "Quote it, or write a requirement.")
            continue
        source = reading.source.slice(item.start, item.end)
        beginning = source.partition("\n")[0][:SHARED_CHARACTERS] if "\n" in item.value else source
        for index, (number, last, text) in enumerate(_requirement_lines(reading, item)):
            own = text if item.literal else beginning
            lines.append((number, text))
            lasts.append(last)
            owns.append(own)
            if text.strip():
                reading.options.append(_written(reading, number, last, text, own if index or item.literal else source))
        reading.report_selector(item)
    found = parse_requirement_lines(lines, reading.path)
    indexes = {number: index for index, (number, _) in reversed(list(enumerate(lines)))}
    place = _Places(reading=reading, indexes=indexes, lasts=lasts, owns=owns)
    reading.dependencies += [place.with_raw(item) for item in found.dependencies]
    reading.references += [place.with_raw(item) for item in found.references]
    reading.options += [place.with_raw(item) for item in found.options]
    reading.problems += [place.with_raw(item) for item in found.problems]


def _written(reading: Reading, first: int, last: int, text: str, own: str) -> Option:
    """The line as it will stand in pip's requirements file: what installs the list without conda writes it again."""
    raw = _raw(reading, first, last, own)
    return Option(name="pip-requirement", value=text, location=Location(path=reading.path, line=first), raw=raw)


def _raw(reading: Reading, first: int, last: int, own: str) -> str:
    """The lines, or where they are long only the item's own part: there may be thousands of items on them."""
    return own if reading.source.length(first, last) > LONG_LINE else reading.source.raw(first, last)


def _requirement_lines(reading: Reading, item: Node) -> Iterator[tuple[int, int, str]]:
    """The lines conda writes for an item into pip's requirements file, with the first and last line they come from."""
    first, last = reading.lines_of(item.start, item.end)
    for index, text in enumerate(item.value.split("\n")):
        number = min(first + 1 + index, last)
        yield (number, number, text) if item.literal else (first, last, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where the requirements of a list stand: by the index of each, its last line and its own part of the text."""

    reading: Reading
    indexes: dict[int, int]
    lasts: list[int]
    owns: list[str]

    def with_raw(self, item: Item) -> Item:
        """The item with the physical lines of the file as its raw text; a backslash may join several items to one."""
        first = item.location.line
        index = self.indexes.get(first, 0)
        last = self._last_line(item.raw, index, first)
        return replace(item, raw=_raw(self.reading, first, last, self.owns[index]))

    def _last_line(self, raw: str, index: int, first: int) -> int:
        return max([first, *self.lasts[index : index + raw.count("\n") + 1]])
