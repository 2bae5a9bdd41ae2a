"""A shell script cut into simple commands: by its own rules of quoting, and without evaluating anything."""

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MAX_DEPTH = 50

_TOKEN = re.compile(
    r"""
      (?P<quoted>'[^']*' | "(?:[^"\\]|\\.)*" | \\.)
    | (?P<heredoc><<-?[ \t]*(?:'[^'\n]+'|"[^"\n]+"|\\?[A-Za-z0-9_.-]+))
    | (?P<comment>(?:(?<=\s)|^)\#[^\n]*)
    | (?P<open>\$?\() | (?P<close>\))
    | (?P<redirection>[<>]&\d*-? | &>>?)
    | (?P<separator>&&|\|\||;;|[;&|]|\n)
    | (?P<text>[^'"\\<>\#()$;&|\n]+|.)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_HEREDOC_WORD = re.compile(r"<<-?[ \t]*['\"\\]?(?P<word>[^'\"\n]+)")
_REDIRECTION = re.compile(r"\d*(?:&?>{1,2}|<)&?(?P<target>.*)", re.DOTALL)
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=", re.ASCII)
# Words that stand before a command without changing what it is.
_PREFIXES = frozenset(
    {"sudo", "exec", "time", "env", "command", "nohup", "then", "do", "else", "elif", "if", "while", "until", "!", "{"}
)
_PREFIX_OPTIONS = re.compile(r"-[EHniv]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One simple command: its first line (from 1), source text, words without quotes, how deep in parentheses."""

    line: int
    text: str
    words: tuple[str, ...]
    depth: int = 0

    @property
    def program(self) -> str:
        """The name of the program, without its directory."""
        return self.words[0].rpartition("/")[2] if self.words else ""


def split_commands(source: str) -> Iterator[Command]:
    """The commands of a script whose newlines are line feeds, in order; here-documents belong to their command."""
    builder = _Builder(source)
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        assert match is not None  # noqa: S101  the last alternative matches any character
        position = builder.take(match)
        if builder.finished is not None:
            yield builder.finished
            builder.finished = None
    builder.finish(len(source))
    if builder.finished is not None:
        yield builder.finished


def find_comments(source: str) -> Iterator[tuple[int, str]]:
    """The comments of a script whose newlines are line feeds, each with its line; a here-document holds none."""
    builder = _Builder(source)
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        assert match is not None  # noqa: S101  the last alternative matches any character
        if match.lastgroup == "comment":
            yield builder.line, match.group()
        position = builder.take(match)


class _Builder:
    """Collects the tokens of one command after another."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.line = 1
        self.depth = 0
        self.start: int | None = None
        self.start_line = 1
        self.start_depth = 0
        self.heredocs: list[str] = []
        self.finished: Command | None = None

    def take(self, match: re.Match[str]) -> int:
        """Account for one token; gives the position of the next one."""
        kind, text, end = match.lastgroup, match.group(), match.end()
        if kind in ("separator", "open", "close"):
            if text == "\n" and self.heredocs:
                end = self._skip_heredocs(end)
                text = self.source[match.start() : end]
                self.finish(end)
            else:
                self.finish(match.start())
            self.depth = min(max(0, self.depth + (kind == "open") - (kind == "close")), _MAX_DEPTH)
        elif kind == "comment":
            self.finish(match.start())
        elif self.start is None and text.strip():
            self.start, self.start_line, self.start_depth = match.start(), self.line, self.depth
        if kind == "heredoc" and (word := _HEREDOC_WORD.match(text)):
            self.heredocs.append(word["word"])
        self.line += text.count("\n")
        return end

    def finish(self, end: int) -> None:
        """End the command that began, if one did."""
        if self.start is not None:
            text = self.source[self.start : end].strip()
            self.finished = Command(line=self.start_line, text=text, words=_words(text), depth=self.start_depth)
        self.start = None

    def _skip_heredocs(self, position: int) -> int:
        for word in self.heredocs:
            match = re.compile(rf"^\t*{re.escape(word)}$", re.MULTILINE).search(self.source, position)
            position = match.end() if match else len(self.source)
        self.heredocs = []
        return position


def _words(text: str) -> tuple[str, ...]:
    try:
        words = shlex.split(text, comments=False)
    except ValueError:  # a quote that never ends
        words = text.split()
    words = list(_without_redirections(words))
    while words and (words[0] in _PREFIXES or _ASSIGNMENT.match(words[0])):
        is_prefix = words.pop(0) in _PREFIXES
        while is_prefix and words and _PREFIX_OPTIONS.fullmatch(words[0]):
            words.pop(0)
    return tuple(words)


def _without_redirections(words: Iterable[str]) -> Iterator[str]:
    waiting = iter(words)
    for word in waiting:
        match = _REDIRECTION.fullmatch(word)
        if match is None:
            yield word
        elif not match["target"]:
            next(waiting, None)  # `> file`: the file is no argument
