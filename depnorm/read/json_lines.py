"""JSON with line numbers, for files whose second level is a table of packages (Pipfile.lock, renv.lock)."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class JsonError(ValueError):
    """A text that is no JSON object; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """`"key": value` of an object: its value, the offset of its key and the one behind its value."""

    key: str
    value: object
    start: int
    value_start: int
    end: int


class JsonDocument:
    """A JSON object and the lines it stands on. Raises `JsonError` where the text is none."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lines = source.split("\n")
        self._starts = [0, *(match.end() for match in re.finditer("\n", source))]
        try:
            value = json.loads(source)
        except json.JSONDecodeError as error:
            raise JsonError(error.msg, error.lineno) from error
        except (ValueError, RecursionError) as error:  # numbers of thousands of digits; nesting beyond reason
            raise JsonError("holds what no lock file holds: nesting or a number beyond reason", 1) from error
        if not isinstance(value, dict):
            raise JsonError(f"expected an object, found {type(value).__name__}", 1)
        self.members = tuple(self._members(self._blank(0)))

    def members_of(self, member: Member) -> tuple[Member, ...]:
        """The members of a member's value, none for anything but an object. A key may be there twice."""
        return tuple(self._members(member.value_start)) if isinstance(member.value, dict) else ()

    def line(self, offset: int) -> int:
        """The number of the line, from 1, that holds the character at `offset`."""
        return bisect_right(self._starts, offset)

    def text(self, member: Member) -> str:
        """The text of a member, from its key to the end of its value."""
        return self._source[member.start : member.end]

    def lines(self, first: int, last: int) -> str:
        """Lines `first` to `last`, joined by a line feed."""
        return "\n".join(self._lines[first - 1 : last])

    @property
    def all_lines(self) -> Sequence[str]:
        """All lines."""
        return self._lines

    def _members(self, start: int) -> Iterator[Member]:
        """The members of the object at `start`, which is known to be well formed."""
        at = self._blank(start + 1)
        while self._source[at] != "}":
            key, behind = _DECODER.raw_decode(self._source, at)
            value_start = self._blank(self._blank(behind) + 1)
            value, end = _DECODER.raw_decode(self._source, value_start)
            yield Member(key=key, value=value, start=at, value_start=value_start, end=end)
            at = self._blank(end)
            if self._source[at] == ",":
                at = self._blank(at + 1)

    def _blank(self, at: int) -> int:
        match = _BLANK.match(self._source, at)
        return match.end() if match else at
