"""R's operators by precedence, and the expressions that are single tokens (gram.y)."""

from depnorm.read.r.lexer import Token, TokenKind
from depnorm.read.r.nodes import Constant, Jump, Name, Node, Placeholder
from depnorm.read.r.tokens import is_operator

# How tightly operators bind, loosest first (gram.y); `%any%` and the native pipe share a level.
_BINDING = {
    "=": 2, "?": 3, "<-": 5, "<<-": 5, ":=": 5, "->": 6, "->>": 6, "~": 7, "|": 8, "||": 8, "&": 9, "&&": 9,
    "==": 11, "!=": 11, "<": 11, ">": 11, "<=": 11, ">=": 11, "+": 12, "-": 12, "*": 13, "/": 13, "|>": 14, ":": 16,
    "^": 18,
}  # fmt: skip
_SPECIAL = 14
COMPARISON = 11
RIGHT_ASSOCIATIVE = frozenset({"=", "<-", "<<-", ":=", "^"})
UNARY = {"?": 3, "~": 8, "!": 10, "-": 17, "+": 17}
BODY = 2  # what follows `if (…)`, `function(…)`
ARGUMENT = 3  # an argument: `=` is not an assignment there
_LITERALS: dict[str, float | bool | None] = {
    "TRUE": True, "FALSE": False, "Inf": float("inf"), "NaN": float("nan"), "NULL": None, "NA": None,
    "NA_integer_": None, "NA_real_": None, "NA_character_": None, "NA_complex_": None,
}  # fmt: skip


def binding(token: Token) -> int:
    """How tightly a binary operator binds, 0 for a token that is none."""
    if token.kind is not TokenKind.OPERATOR:
        return 0
    level = _BINDING.get(token.value, 0)
    return level or (_SPECIAL if token.value[0] == "%" else 0)


def leaf(token: Token) -> Node | None:
    """The expression that a single token is, None for one that is none."""
    span = {"line": token.line, "end_line": token.end_line}
    match token.kind:
        case TokenKind.SYMBOL:
            return Name(name=token.value, **span)
        case TokenKind.STRING:
            return Constant(value=token.value, **span)
        case TokenKind.NUMBER:
            return Constant(value=_number(token.value), **span)
        case TokenKind.KEYWORD if token.value in _LITERALS:
            return Constant(value=_LITERALS[token.value], **span)
        case TokenKind.KEYWORD if token.value in {"next", "break"}:
            return Jump(word=token.value, **span)
    return Placeholder(**span) if is_operator(token, "_") else None


def _number(source: str) -> float | None:
    """The value of a numeric constant, None for a complex one."""
    digits = source.rstrip("L")
    if digits.endswith("i"):
        return None
    if digits[:2] in {"0x", "0X"}:
        try:
            return float.fromhex(digits)
        except OverflowError:
            return float("inf")
    return float(digits)
