"""R's operators by precedence, and the expressions that are single tokens (gram.y)."""

from depnorm.read.r.lexer import KEYWORD, NUMBER, STRING, SYMBOL, Token
from depnorm.read.r.nodes import Constant, Jump, Name, Node, Placeholder

# How tightly binary operators bind, loosest first (gram.y); `%any%` and the native pipe share a level.
BINDING = {
    "=": 2, "?": 3, "<-": 5, "<<-": 5, ":=": 5, "->": 6, "->>": 6, "~": 7, "|": 8, "||": 8, "&": 9, "&&": 9,
    "==": 11, "!=": 11, "<": 11, ">": 11, "<=": 11, ">=": 11, "+": 12, "-": 12, "*": 13, "/": 13, "|>": 14, ":": 16,
    "^": 18, "%": 14,
}  # fmt: skip
COMPARISON = 11
RIGHT_ASSOCIATIVE = frozenset({"=", "<-", "<<-", ":=", "^"})
UNARY = {"?": 3, "~": 8, "!": 10, "-": 17, "+": 17}
BODY = 2  # what follows `if (…)`, `function(…)`
ARGUMENT = 3  # an argument: `=` is not an assignment there
_LITERALS: dict[str, float | bool | None] = {
    "TRUE": True, "FALSE": False, "Inf": float("inf"), "NaN": float("nan"), "NULL": None, "NA": None,
    "NA_integer_": None, "NA_real_": None, "NA_character_": None, "NA_complex_": None,
}  # fmt: skip


def leaf(token: Token) -> Node | None:
    """The expression that a single token is, None for one that is none."""
    kind, value, line, end_line, sign = token
    if kind is SYMBOL:
        return Name(line=line, end_line=end_line, name=value)
    if kind is STRING:
        return Constant(line=line, end_line=end_line, value=value)
    if kind is NUMBER:
        return Constant(line=line, end_line=end_line, value=_number(value))
    if kind is KEYWORD and value in _LITERALS:
        return Constant(line=line, end_line=end_line, value=_LITERALS[value])
    if kind is KEYWORD and value in {"next", "break"}:
        return Jump(line=line, end_line=end_line, word=value)
    return Placeholder(line=line, end_line=end_line) if sign == "_" else None


def _number(source: str) -> float | None:
    """The value of a numeric constant, None for a complex one."""
    digits = source.rstrip("L")
    if digits.endswith("i"):
        return None
    if digits[:2] in {"0x", "0X"}:
        try:
            return float.fromhex(digits.lower().replace("x.", "x0."))  # R takes 0x.p1, too
        except OverflowError:
            return float("inf")
    return float(digits)
