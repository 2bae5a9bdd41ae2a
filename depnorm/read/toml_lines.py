"""TOML with line numbers: `tomllib` tells what a file says, this where it says it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# A file beyond these is refused before tomllib sees it: its time grows with the square of a dotted key's length, its
# memory with that length, and it recurses into nested arrays.
MAX_CHARACTERS = 1_000_000
MAX_KEY_DOTS = 30
"""Dots of one dotted key or table header."""
MAX_NESTING = 60
"""Arrays and inline tables within each other."""

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n]*)
    | (?P<string>\"{3}(?:[^"\\]|\\.|\"(?!""))*\"{3,5} | '{3}(?:[^']|'(?!''))*'{3,5}
        | "(?:[^"\\\n]|\\[^\n])*" | '[^'\n]*')
    | (?P<newline>\n)
    | (?P<mark>[\[\]{},=])
    | (?P<blank>[ \t]+)
    | (?P<bare>[^\s"'\#\[\]{},=]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING, _CLOSING = "[{", "]}"


class TomlError(ValueError):
    """A text that is not TOML, or beyond what is worth reading; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of the file: its first line (from 1) and its text."""

    line: int
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`key = value`: the full path of the key, the piece, and the pieces of the value's elements if it is an array."""

    path: tuple[str, ...]
    span: Span
    elements: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlDocument:
    """What a TOML file says (`data`), and where. `tables` are (name, piece from its header to the next header)."""

    data: Mapping[str, object]
    tables: tuple[tuple[str, Span], ...]
    entries: Mapping[tuple[str, ...], Entry]

    def value(self, *path: str) -> object:
        """What stands at a path of keys, None where nothing does."""
        here: object = self.data
        for key in path:
            if not isinstance(here, dict):
                return None
            here = here.get(key)
        return here

    def table(self, *path: str) -> Mapping[str, object]:
        """The table at a path, an empty one where there is none."""
        value = self.value(*path)
        return value if isinstance(value, dict) else {}

    def span(self, *path: str) -> Span:
        """The piece that holds a path: its own entry, or that of the inline table it is in, or its table's header."""
        for length in range(len(path), 0, -1):
            if entry := self.entries.get(path[:length]):
                return entry.span
        name = ".".join(path)
        headers = (span for header, span in self.tables if name == header or name.startswith(header + "."))
        return next(headers, Span(line=1, raw=""))

    def items(self, *path: str) -> Iterator[tuple[object, Span]]:
        """The elements of the array at a path, each with its own piece where it has one."""
        value = self.value(*path)
        if not isinstance(value, list):
            return
        entry = self.entries.get(path)
        known = entry is not None and len(entry.elements) == len(value)
        spans = entry.elements if entry is not None and known else (self.span(*path),) * len(value)
        yield from zip(value, spans, strict=True)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def parse_toml(text: str, max_characters: int = MAX_CHARACTERS) -> TomlDocument:
    """Read TOML whose newlines are line feeds; raises `TomlError`."""
    if len(text) > max_characters:
        raise TomlError(f"it is longer than {max_characters:,} characters", 1)
    tokens = list(_tokens(text))
    _refuse_excess(tokens)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(str(error), _error_line(str(error), text)) from error
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits
        raise TomlError(str(error), 1) from error
    layout = _Layout(text)
    for statement in _statements(tokens):
        layout.add(statement)
    return layout.document(data)


def find_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of TOML whose newlines are line feeds, each with its line."""
    return ((token.line, token.text) for token in _tokens(text) if token.kind == "comment")


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        yield _Token(match.lastgroup or "bare", match.group(), line, match.start())
        line += match.group().count("\n")


def _refuse_excess(tokens: list[_Token]) -> None:
    dots = depth = 0
    for token in tokens:
        if token.kind == "bare":
            dots += token.text.count(".")
        elif token.kind in ("mark", "newline"):
            dots = 0
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if dots > MAX_KEY_DOTS:
            raise TomlError(f"a key has more than {MAX_KEY_DOTS} dots", token.line)
        if depth > MAX_NESTING:
            raise TomlError(f"it has more than {MAX_NESTING} arrays or tables within each other", token.line)


def _error_line(message: str, text: str) -> int:
    match = re.search(r"at line (\d+)", message)
    return int(match.group(1)) if match else text.rstrip("\n").count("\n") + 1


def _statements(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """The tokens of each header and each key-value pair, without blanks and comments."""
    statement: list[_Token] = []
    depth = 0
    for token in tokens:
        if token.kind == "mark":
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if token.kind == "newline" and depth == 0:
            if statement:
                yield statement
            statement = []
        elif token.kind not in ("blank", "comment", "newline"):
            statement.append(token)
    if statement:
        yield statement


@dataclass(slots=True)
class _Layout:
    """Collects where the headers and entries of one file are."""

    text: str
    header: tuple[str, ...] = ()
    headers: list[tuple[str, _Token]] = field(default_factory=list)
    entries: dict[tuple[str, ...], Entry] = field(default_factory=dict)
    first: _Token | None = None

    def add(self, statement: list[_Token]) -> None:
        if statement[0].text == "[":
            source = self.text[statement[0].start : statement[-1].end]
            self.header = _key_path(source.strip("[]"))
            self.headers.append((".".join(self.header), statement[0]))
            return
        if not self.headers and self.first is None:
            self.first = statement[0]
        equals = next(index for index, token in enumerate(statement) if token.text == "=" and token.kind == "mark")
        path = self.header + _key_path(self.text[statement[0].start : statement[equals - 1].end])
        entry = Entry(
            path=path,
            span=self._span(statement[0], statement[-1]),
            elements=tuple(self._elements(statement[equals + 1 :])),
        )
        self.entries.setdefault(path, entry)

    def document(self, data: Mapping[str, object]) -> TomlDocument:
        starts = [("top-level", self.first)] if self.first else []
        starts += self.headers
        ends = [*(token.start for _, token in starts[1:]), len(self.text)]
        tables = tuple(
            (name, Span(line=token.line, raw=self.text[token.start : end].rstrip()))
            for (name, token), end in zip(starts, ends, strict=False)  # an empty file has an end, but no start
        )
        return TomlDocument(data=data, tables=tables, entries=self.entries)

    def _elements(self, value: list[_Token]) -> Iterator[Span]:
        if value[0].text != "[":
            return
        depth = 0
        element: list[_Token] = []
        for token in value[1:-1]:
            if token.kind == "mark":
                depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if token.text == "," and token.kind == "mark" and depth == 0:
                yield self._span(element[0], element[-1])
                element = []
            else:
                element.append(token)
        if element:
            yield self._span(element[0], element[-1])

    def _span(self, first: _Token, last: _Token) -> Span:
        return Span(line=first.line, raw=self.text[first.start : last.end])


def _key_path(source: str) -> tuple[str, ...]:
    """The parts of a dotted key, with tomllib's own idea of quotes and escapes."""
    node: object = tomllib.loads(f"{source} = 0")
    parts = []
    while isinstance(node, dict):
        ((part, node),) = node.items()
        parts.append(part)
    return tuple(parts)
