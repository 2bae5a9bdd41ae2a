"""Which paths `.dockerignore` leaves out of the build context.

Source: Docker's documentation of .dockerignore and moby/patternmatcher: patterns are matched against the whole path
from the context's root and against each of its parents; the last line that matches wins; `!` takes back; `**` is
any number of directories.
"""

import fnmatch
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_PATTERNS = 2_000
MAX_PATTERN_LENGTH = 1_000
_PLAIN_BANG = re.compile(r"\[!([^\]]+)\]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: the matchers of its path segments (None for `**`), and whether it takes paths back."""

    segments: tuple[re.Pattern[str] | None, ...]
    takes_back: bool

    def matches(self, path: tuple[str, ...]) -> bool:
        """Whether the pattern matches the whole path; linear in pattern length times path length."""
        reached = {0}
        for matcher in self.segments:
            if matcher is None:
                reached = set(range(min(reached, default=len(path) + 1), len(path) + 1))
            else:
                reached = {at + 1 for at in reached if at < len(path) and matcher.fullmatch(path[at])}
        return len(path) in reached


@dataclass(frozen=True, slots=True)
class DockerIgnore:
    """The patterns of a `.dockerignore`, in file order."""

    patterns: tuple[Pattern, ...] = ()

    def hides(self, path: str) -> bool:
        """Whether `path` (relative to the context, POSIX style) is left out of the build context."""
        parts = tuple(posixpath.normpath(path).split("/"))
        hidden = False
        for pattern in self.patterns:
            if hidden == pattern.takes_back and any(pattern.matches(parts[:end]) for end in range(1, len(parts) + 1)):
                hidden = not pattern.takes_back
        return hidden


def parse_dockerignore(text: str) -> DockerIgnore:
    """The patterns of a `.dockerignore`; lines that cannot be a path pattern are passed over, as Docker would fail."""
    return DockerIgnore(tuple(_patterns(text.removeprefix("\ufeff"))))


def _patterns(text: str) -> Iterator[Pattern]:
    for line in text.splitlines()[:MAX_PATTERNS]:
        pattern = line.strip()
        if not pattern or line.startswith("#") or len(pattern) > MAX_PATTERN_LENGTH:
            continue
        takes_back = pattern.startswith("!")
        path = posixpath.normpath(pattern.removeprefix("!").strip()).strip("/")
        if path and path != ".":
            yield Pattern(tuple(_segment(segment) for segment in path.split("/")), takes_back)


def _segment(segment: str) -> re.Pattern[str] | None:
    if segment == "**":
        return None
    # Go negates a class with ^ and takes ! as itself; fnmatch the other way round.
    translated = _PLAIN_BANG.sub(r"[\1!]", segment).replace("[^", "[!")
    try:
        return re.compile(fnmatch.translate(translated))
    except re.error:
        return re.compile(re.escape(segment))
