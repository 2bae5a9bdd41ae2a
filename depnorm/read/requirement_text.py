"""The lines of a requirements file as pip sees them: continuations joined, comments gone, each with its source.

The rules are those of `join_lines` and `ignore_comments` in pip/_internal/req/req_file.py. They are written again here,
in linear time (pip's comment pattern takes quadratic time on a long run of spaces) and keeping the physical lines.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from depnorm.model import (
    Dependency,
    Ecosystem,
    Location,
    Option,
    PathBase,
    Problem,
    ReferenceKind,
    RepoReference,
    canonical_name,
)
from depnorm.model.redact import redact

REJECTED = "DN301"
"""pip refuses the line, and with it the file."""
ELSEWHERE = "DN304"
"""A path that exists only on its author's machine."""
IGNORED = "DN306"
"""pip accepts the line, but ignores a part of it."""
LOCAL_IN_INTENT = "DN114"
"""The line means a path of the repository, but pip refuses to read it so."""
CREDENTIALS = "DN401"
INSECURE = "DN403"

_MAX_QUOTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementLine:
    """One logical line: `text` is what pip parses, `raw` its physical lines joined by a line feed.

    `swallowed` is true where a comment ends in a backslash, so that the lines after it belong to the comment.
    """

    location: Location
    raw: str
    text: str
    swallowed: bool = False

    def problem(self, message: str, hint: str = "", *, rule: str = REJECTED) -> Problem:
        """A problem of this line."""
        return Problem(location=self.location, raw=self.raw, message=message, hint=hint, rule=rule)

    def option(self, name: str, value: str = "") -> Option:
        """An option of this line."""
        return Option(name=name, value=value, location=self.location, raw=self.raw)

    def dependency(
        self,
        name: str | None,
        *,
        spec: str = "",
        extras: tuple[str, ...] = (),
        marker: str | None = None,
        url: str | None = None,
        editable: bool = False,
        hashes: tuple[str, ...] = (),
    ) -> Dependency:
        """A dependency of this line; `name` need not be canonical."""
        return Dependency(
            ecosystem=Ecosystem.PYPI,
            name=None if name is None else canonical_name(name),
            location=self.location,
            raw=self.raw,
            spec=spec,
            extras=extras,
            marker=marker,
            url=url,
            editable=editable,
            hashes=hashes,
        )

    def reference(
        self,
        kind: ReferenceKind,
        target: str,
        *,
        base: PathBase = PathBase.WORKING_DIRECTORY,
        extras: tuple[str, ...] = (),
        marker: str | None = None,
    ) -> RepoReference:
        """A reference of this line."""
        return RepoReference(
            kind=kind, target=target, location=self.location, raw=self.raw, base=base, extras=extras, marker=marker
        )


def logical_line(number: int, line: str, following: Iterator[tuple[int, str]], path: str) -> RequirementLine | None:
    """The logical line that begins with a numbered physical one; its continuations are taken from `following`.

    None where it has no content.
    """
    return _joined(continued_lines(number, line, following), path)


def continued_lines(number: int, line: str, following: Iterator[tuple[int, str]]) -> list[tuple[int, str]]:
    """A numbered physical line and those, taken from `following`, that continue it."""
    physical = [(number, line)]
    while line.endswith("\\") and not _is_comment(line):
        continued = next(following, None)
        if continued is None:
            break
        physical.append(continued)
        line = continued[1]
    return physical


def find_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a requirements file, each with its line as pip counts them."""
    for number, line in enumerate(text.splitlines(), start=1):
        start = comment_start(line)
        if start < len(line):
            yield number, line[start:]


def refuses(items: Iterable[Dependency | RepoReference | Option | Problem]) -> bool:
    """Whether pip refuses the line that `items` are of."""
    return any(isinstance(item, Problem) and item.rule in {REJECTED, LOCAL_IN_INTENT} for item in items)


def quoted(text: str) -> str:
    """A short form of source text for a message: one line, without the user part of URLs."""
    text = redact(re.sub(r"\s+", " ", text[: 10 * _MAX_QUOTED]).strip())
    if len(text) > _MAX_QUOTED:
        text = text[:_MAX_QUOTED] + "…"
    mark = "'" if '"' in text else '"'
    return mark + "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text) + mark


def _joined(physical: list[tuple[int, str]], path: str) -> RequirementLine | None:
    number, raw = physical[0]
    if len(physical) == 1 and not raw.endswith("\\"):
        text = raw[: comment_start(raw)].strip()
        return RequirementLine(location=Location(path=path, line=number), raw=raw, text=text) if text else None
    parts = [_part(line) for _, line in physical]
    joined = "".join(parts)
    end = comment_start(joined)
    text = joined[:end].strip()
    swallowed = _swallows(parts, end)
    if not text and not swallowed:
        return None
    raw = "\n".join(line for _, line in physical)
    return RequirementLine(location=Location(path=path, line=number), raw=raw, text=text, swallowed=swallowed)


def _part(line: str) -> str:
    """What a physical line adds to the logical one: a comment is set off, so that it stays one."""
    if _is_comment(line):
        return " " + line
    return line.strip("\\") if line.endswith("\\") else line


def _is_comment(line: str) -> bool:
    return "#" in line and line.lstrip().startswith("#")


def comment_start(line: str) -> int:
    """Where the comment begins: the first `#` at the start or behind white space."""
    position = line.find("#")
    while position > 0 and not line[position - 1].isspace():
        position = line.find("#", position + 1)
    return len(line) if position < 0 else position


def _swallows(parts: list[str], comment: int) -> bool:
    end = 0
    for index, part in enumerate(parts):
        end += len(part)
        if comment < end:
            return any(rest.strip() and not rest.lstrip().startswith("#") for rest in parts[index + 1 :])
    return False
