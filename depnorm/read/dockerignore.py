"""Which paths `.dockerignore` leaves out of the build context.

Source: Docker's documentation of .dockerignore and moby/patternmatcher: patterns are matched against the whole path
from the context's root and against each of its parents; the last line that matches wins; `!` takes back; `**` is
any number of directories.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

MAX_PATTERNS = 2_000
"""Lines; those after them are not read."""
MAX_PATTERN_LENGTH = 1_000
"""Characters of a line; a longer one is not read."""
# `^` negates a class and `!` does not (Go's filepath.Match); what opens no class stands for itself.
_TOKEN = re.compile(r"\*+|\?|\[(?P<negated>\^?)(?P<members>[^\]]+)\]|\\?(?P<itself>.)", re.DOTALL)
_MEMBER = re.compile(r"(.)-(.)|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Lines in a row that do the same, as one expression, and whether they take paths back."""

    expression: re.Pattern[str]
    takes_back: bool


@dataclass(frozen=True, slots=True)
class DockerIgnore:
    """The patterns of a `.dockerignore`, in file order."""

    patterns: tuple[Patterns, ...] = ()

    def hides(self, path: str) -> bool:
        """Whether `path` (relative to the context, POSIX style) is left out of the build context.

        Time is linear in the number of patterns.
        """
        path = posixpath.normpath(path)
        for patterns in reversed(self.patterns):
            if patterns.expression.match(path):
                return not patterns.takes_back
        return False


def parse_dockerignore(text: str) -> DockerIgnore:
    """The patterns of a `.dockerignore`; lines that cannot be a path pattern are passed over, as Docker would fail."""
    return DockerIgnore(
        tuple(
            Patterns(re.compile("|".join(expression for _, expression in patterns), re.DOTALL), takes_back)
            for takes_back, patterns in groupby(_patterns(text.removeprefix("\ufeff")), key=lambda each: each[0])
        )
    )


def unread_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are beyond a limit, by number, each with a sentence that says which; of too many the first."""
    lines = text.split("\n")
    for number, line in enumerate(lines[:MAX_PATTERNS], start=1):
        if len(line.strip()) > MAX_PATTERN_LENGTH and not line.startswith("#"):
            yield number, f"is longer than {MAX_PATTERN_LENGTH:,} characters, so it was not read"
    if any(line.strip() for line in lines[MAX_PATTERNS:]):
        yield MAX_PATTERNS + 1, f"was not read, nor what follows it: the file has more than {MAX_PATTERNS:,} lines"


def _patterns(text: str) -> Iterator[tuple[bool, str]]:
    """Each pattern as an expression, with whether it takes paths back."""
    for line in text.split("\n")[:MAX_PATTERNS]:
        pattern = line.strip()
        if not pattern or line.startswith("#") or len(pattern) > MAX_PATTERN_LENGTH:
            continue
        path = posixpath.normpath(pattern.removeprefix("!").strip()).strip("/")
        if path and path != ".":
            yield pattern.startswith("!"), _expression(path.split("/"))


def _expression(segments: list[str]) -> str:
    """What matches a path, or one of its parents.

    What follows a `**` is looked for once, at the first place: a later one cannot help what comes after it. So it is
    an atomic group, and nothing is tried twice.
    """
    runs = [
        "/".join(map(_segment, run)) for is_any, run in groupby(segments, key=lambda each: each == "**") if not is_any
    ]
    if not runs:
        return ".*"
    *inner, last = runs
    end = "/" if segments[-1] == "**" else r"(?:/|\Z)"  # what is below `docs/**`, not a file called docs
    first, *others = [*(f"{each}/" for each in inner), last + end]
    if segments[0] == "**":
        first, others = "", [first, *others]
    return first + "".join(f"(?>(?:[^/]+/)*?{each})" for each in others)


def _segment(segment: str) -> str:
    """One segment; each part between two `*` is looked for once, at the first place, as `fnmatch` does it."""
    first, *parts = _between_stars(segment)
    *middle, last = parts or [""]
    found = "".join(rf"(?>[^/]*?{part})" for part in middle)
    return first + found + (rf"[^/]*{last}" if parts else "")


def _between_stars(segment: str) -> list[str]:
    parts = [""]
    for token in _TOKEN.finditer(segment):
        if token[0].startswith("*"):
            parts.append("")
        elif token[0] == "?":
            parts[-1] += "[^/]"
        elif token["members"]:
            parts[-1] += _class(token["members"], negated=bool(token["negated"]))
        else:
            parts[-1] += re.escape(token["itself"])
    return parts


def _class(members: str, *, negated: bool) -> str:
    """A class of characters; a range from high to low holds none."""
    found = "".join(
        f"{re.escape(member[1])}-{re.escape(member[2])}" if member[1] else re.escape(member[0])
        for member in _MEMBER.finditer(members)
        if not member[1] or member[1] <= member[2]
    )
    if not found:
        return "[^/]" if negated else "(?!)"
    return f"(?!/)[{'^' if negated else ''}{found}]"
