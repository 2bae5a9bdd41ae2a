"""R source text to tokens, as R 4.x cuts it (R's `src/main/gram.y`, function `token`).

Newlines are tokens here; the parser, which knows the brackets around them, decides which of them end a statement.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class TokenKind(StrEnum):
    """The kinds of tokens, in R's words where its error messages name them."""

    NUMBER = "numeric constant"
    STRING = "string constant"
    SYMBOL = "symbol"
    KEYWORD = "keyword"
    OPERATOR = "operator"
    NEWLINE = "end of line"
    END = "end of input"
    ERROR = "input"


class Token(NamedTuple):
    """A piece of the text. `value` is a string's content, a symbol's name, and otherwise the text itself."""

    kind: TokenKind
    value: str
    line: int
    end_line: int


KEYWORDS = frozenset(
    [
        "function",
        "while",
        "repeat",
        "for",
        "if",
        "in",
        "else",
        "next",
        "break",
        "NULL",
        "TRUE",
        "FALSE",
        "NA",
        "Inf",
        "NaN",
        "NA_integer_",
        "NA_real_",
        "NA_character_",
        "NA_complex_",
    ]
)
# Unicode's blanks without the non-breaking ones, which R rejects.
_BLANK = r"[ \t\f\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]+"
_TOKEN = re.compile(
    rf"""
    (?P<blank>{_BLANK})
  | (?P<comment>\#[^\n]*)
  | (?P<newline>\n)
  | (?P<raw>[rR](?P<quote>["'])(?P<dashes>-*)(?P<open>[\[({{]))
  | (?P<number>0[xX](?:[0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?[Li]?
      | (?!0[xX])(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]+|(?![eE]))[Li]?)
  | (?P<symbol>(?:[^\W\d_]|\.(?![0-9]))[\w.]*)
  | (?P<string>"(?:[^"\\]++|\\.)*+"|'(?:[^'\\]++|\\.)*+')
  | (?P<backtick>`(?:[^`\\]++|\\.)*+`)
  | (?P<operator>
      <<-|->>|:::|\|>|<-|->|<=|>=|==|!=|&&|\|\||::|:=|\*\*|=>|\[\[|%[^%\n]*%|[-+*/^<>=!&|~?:$@(){{}}\[\],;\\_])
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    "operator": TokenKind.OPERATOR,
    "symbol": TokenKind.SYMBOL,
    "newline": TokenKind.NEWLINE,
    "number": TokenKind.NUMBER,
}
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<byte>[0-9a-fA-F]{1,2})"
    r"|u(?:\{(?P<braced>[0-9a-fA-F]{1,4})\}|(?P<short>[0-9a-fA-F]{1,4}))"
    r"|U(?:\{(?P<wide_braced>[0-9a-fA-F]{1,8})\}|(?P<wide>[0-9a-fA-F]{1,8}))|(?P<other>.))",
    re.DOTALL,
)
_PLAIN_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_KEPT_ESCAPES = frozenset("\\\"'` \n")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_MAX_CODE_POINT = 0x10FFFF
_MAX_OCTAL = 0o377


class BadEscapeError(ValueError):
    """A backslash sequence that R's parser rejects; its message is R's."""


def tokenize(text: str, *, ascii_only: bool = False) -> Iterator[Token]:
    """The tokens of `text`, comments and blanks left out, with an END at the end or an ERROR where R stops.

    `ascii_only` is for text that is not UTF-8: R takes it in comments and rejects it anywhere else.
    """
    position, line, end = 0, 1, len(text)
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            yield _error(text, position, line)
            return
        group = match.lastgroup
        position = match.end() if group != "raw" else _end_of_raw(text, match)
        if group in {"blank", "comment"}:
            continue
        token = _token(group or "", text[match.start() : position], line)
        if ascii_only and not text[match.start() : position].isascii():
            token = Token(TokenKind.ERROR, "invalid multibyte character", line, line)
        yield token
        if token.kind is TokenKind.ERROR:
            return
        line = token.end_line + (group == "newline")
    yield Token(TokenKind.END, "", line, line)


def _end_of_raw(text: str, match: re.Match[str]) -> int:
    """Where a raw string such as `r"---(...)---"` ends; 0 when it does not."""
    closing = _CLOSING[match["open"]] + match["dashes"] + match["quote"]
    start = text.find(closing, match.end())
    return start + len(closing) if start >= 0 else 0


def _error(text: str, position: int, line: int) -> Token:
    unfinished = text[position] in "\"'`"
    return Token(TokenKind.ERROR, "INCOMPLETE_STRING" if unfinished else "input", line, line)


def _token(group: str, source: str, line: int) -> Token:
    """The token of one match; only strings have more than one line."""
    if group in _KINDS:
        kind = TokenKind.KEYWORD if source in KEYWORDS else _KINDS[group]
        return Token(kind, "^" if source == "**" else source, line, line)
    end_line = line + source.count("\n")
    if group == "raw":
        return _raw_string(source, line, end_line)
    kind = TokenKind.SYMBOL if group == "backtick" else TokenKind.STRING
    try:
        return Token(kind, unescape(source[1:-1]), line, end_line)
    except BadEscapeError as error:
        return Token(TokenKind.ERROR, str(error), line, end_line)  # R tells the line of the end


def _raw_string(source: str, line: int, end_line: int) -> Token:
    if not source:
        return Token(TokenKind.ERROR, "INCOMPLETE_STRING", line, line)
    dashes = len(source) - 2 - len(source[2:].lstrip("-"))
    return Token(TokenKind.STRING, source[3 + dashes : -(2 + dashes)], line, end_line)


def unescape(body: str) -> str:
    """The content of a quoted string whose source between the quotes is `body`; raises `BadEscapeError` as R would."""
    if "\\" not in body:
        return body
    kinds = {match.lastgroup for match in _ESCAPE.finditer(body)}
    if kinds & {"octal", "byte"} and kinds - {"octal", "byte", "other"}:
        raise BadEscapeError("mixing Unicode and octal/hex escapes in a string is not allowed")
    return _ESCAPE.sub(_replacement, body)


def _replacement(match: re.Match[str]) -> str:
    if other := match["other"]:
        if other in _KEPT_ESCAPES:
            return other
        if other in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[other]
        if other in "xuU":
            raise BadEscapeError(f"'\\{other}' used without hex digits in a character string")
        raise BadEscapeError(f"'\\{other}' is an unrecognized escape in a character string")
    octal = match["octal"]
    digits = next(filter(None, (match[name] for name in ("byte", "braced", "short", "wide_braced", "wide"))), "")
    code = int(octal, 8) if octal else int(digits, 16)
    if code == 0:
        raise BadEscapeError("nul character not allowed")
    if code > (_MAX_OCTAL if octal else _MAX_CODE_POINT):
        raise BadEscapeError(f"'{match.group()}' is outside the range of characters")
    return chr(code)
