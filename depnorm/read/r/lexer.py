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


NUMBER, STRING, SYMBOL, KEYWORD, OPERATOR, NEWLINE, END, ERROR = (
    TokenKind  # an eighth of the time that TokenKind.X takes
)


class Token(NamedTuple):
    """A piece of the text. `value` is a string's content, a symbol's name, and otherwise the text itself.

    `sign` tells operators apart, brackets included: their text, `%` for any `%op%`, and "" for all other tokens.
    """

    kind: TokenKind
    value: str
    line: int
    end_line: int
    sign: str = ""


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
_BLANK = r"[ \t\f\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]++"
_SKIPPED = rf"(?:{_BLANK}|\#[^\n]*+)*+"  # comments too
_RAW = r"\(.*?\)(?P=dashes)(?P=quote)|\[.*?\](?P=dashes)(?P=quote)|\{.*?\}(?P=dashes)(?P=quote)"
# The commonest first. Newlines with nothing between them are one token. The last alternative is what R does not know.
_TOKEN = re.compile(
    rf"""{_SKIPPED}(?:
    (?P<operator>
      <<-|->>|:::|\|>|<-|->|<=|>=|==|!=|&&|\|\||::|:=|\*\*|=>|\[\[|%[^%\n]*%|[-+*/^<>=!&|~?:$@(){{}}\[\],;\\_])
  | (?P<raw>[rR](?P<quote>["'])(?P<dashes>-*+)(?:{_RAW}))
  | (?P<broken>[rR]["']-*+[\[({{])
  | (?P<symbol>(?:[^\W\d_]|\.(?![0-9]))[\w.]*+)
  | (?P<string>"(?:[^"\\]++|\\.)*+"|'(?:[^'\\]++|\\.)*+')
  | (?P<newline>\n(?:{_SKIPPED}\n)*+)
  | (?P<number>0[xX](?:[0-9a-fA-F]*+\.[0-9a-fA-F]*+[pP][+-]?[0-9]+|[0-9a-fA-F]++(?:[pP][+-]?[0-9]+)?)[Li]?
      | (?!0[xX])(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]+|(?![eE]))[Li]?)
  | (?P<backtick>`(?:[^`\\]++|\\.)*+`)
  | (?P<unknown>)
    )""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"#[^\n]*")
_WORDS = dict.fromkeys(KEYWORDS, KEYWORD)
_LAST = frozenset({END, ERROR})
_new = tuple.__new__  # what a NamedTuple's constructor calls, in half its time
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<byte>[0-9a-fA-F]{1,2})"
    r"|u(?:\{(?P<braced>[0-9a-fA-F]{1,4})\}|(?P<short>[0-9a-fA-F]{1,4}))"
    r"|U(?:\{(?P<wide_braced>[0-9a-fA-F]{1,8})\}|(?P<wide>[0-9a-fA-F]{1,8}))|(?P<other>.))",
    re.DOTALL,
)
_PLAIN_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_KEPT_ESCAPES = frozenset("\\\"'` \n")
_MAX_CODE_POINT = 0x10FFFF
_MAX_OCTAL = 0o377


class BadEscapeError(ValueError):
    """A backslash sequence that R's parser rejects; its message is R's."""


def tokenize(text: str, *, ascii_only: bool = False) -> list[Token]:
    """The tokens of `text`, comments and blanks left out, with an END at the end or an ERROR where R stops.

    `ascii_only` is for text that is not UTF-8: R takes it in comments and rejects it anywhere else.
    """
    tokens: list[Token] = []
    line = 1
    for match in _TOKEN.finditer(text):
        group = match.lastgroup
        source = match[group or ""]
        if ascii_only and group != "newline" and not source.isascii():  # newlines have comments between them
            tokens.append(Token(ERROR, "invalid multibyte character", line, line))
            break
        if group == "operator":
            tokens.append(_operator(source, line))
        elif group == "symbol":
            tokens.append(_new(Token, (_WORDS.get(source, SYMBOL), source, line, line, "")))
        elif group == "newline":
            tokens.append(_new(Token, (NEWLINE, "\n", line, line, "")))
            line += source.count("\n")
        else:
            token = _other(group or "", source, line, match)
            tokens.append(token)
            if token.kind in _LAST:
                break
            line = token.end_line
    return tokens


def find_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of `text`, each with its line, up to where R stops."""
    line, counted = 1, 0
    for match in _TOKEN.finditer(text):
        group = match.lastgroup or ""
        end = match.end() if group == "newline" else match.start(group)
        for comment in _COMMENT.finditer(text, match.start(), end):
            line += text.count("\n", counted, comment.start())
            counted = comment.start()
            yield line, comment.group()
        if group in {"unknown", "broken"}:
            return


def _operator(source: str, line: int) -> Token:
    if source[0] == "%":
        return Token(OPERATOR, source, line, line, "%")
    sign = "^" if source == "**" else source
    return _new(Token, (OPERATOR, sign, line, line, sign))


def _other(group: str, source: str, line: int, match: re.Match[str]) -> Token:
    """A token that is seldom, or that may go over several lines."""
    if group == "number":
        return Token(NUMBER, source, line, line)
    if group == "unknown":
        return _unknown(match, line)
    if group == "broken":
        return Token(ERROR, "INCOMPLETE_STRING", line, line)
    end_line = line + source.count("\n")
    if group == "raw":
        frame = len(match["dashes"]) + 2
        return Token(STRING, source[frame + 1 : -frame], line, end_line)
    kind = SYMBOL if group == "backtick" else STRING
    try:
        return Token(kind, unescape(source[1:-1]), line, end_line)
    except BadEscapeError as error:
        return Token(ERROR, str(error), line, end_line)  # R tells the line of the end


def _unknown(match: re.Match[str], line: int) -> Token:
    """The end of the text, or what R rejects."""
    following = match.string[match.end() : match.end() + 1]
    if not following:
        return Token(END, "", line, line)
    return Token(ERROR, "INCOMPLETE_STRING" if following in "\"'`" else "input", line, line)


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
