"""R's grammar: tokens to statements, one at a time, as Rscript reads them.

Rscript parses a statement, runs it, and parses the next: what stands before a syntax error has run. So `parse` gives
the statements up to the first error, and the error.
"""

from collections import deque
from dataclasses import dataclass
from typing import NoReturn

from depnorm.read.r.lexer import Token, TokenKind, tokenize
from depnorm.read.r.nodes import (
    Argument,
    Assignment,
    Binary,
    Block,
    Call,
    Constant,
    For,
    Function,
    If,
    Index,
    Jump,
    Member,
    Name,
    Namespaced,
    Node,
    Parenthesis,
    Placeholder,
    Unary,
    While,
)

MAX_NESTING = 90  # expressions within expressions; R itself stops at 50 open brackets
_MAX_BRACKETS = 50  # R's CONTEXTSTACK_SIZE

# How tightly operators bind, loosest first (gram.y); `%any%` and the native pipe share a level.
_BINDING = {
    "=": 2, "?": 3, "<-": 5, "<<-": 5, ":=": 5, "->": 6, "->>": 6, "~": 7, "|": 8, "||": 8, "&": 9, "&&": 9,
    "==": 11, "!=": 11, "<": 11, ">": 11, "<=": 11, ">=": 11, "+": 12, "-": 12, "*": 13, "/": 13, "|>": 14, ":": 16,
    "^": 18,
}  # fmt: skip
_SPECIAL = 14
_COMPARISON = 11
_RIGHT_ASSOCIATIVE = frozenset({"=", "<-", "<<-", ":=", "^"})
_UNARY = {"?": 3, "~": 8, "!": 10, "-": 17, "+": 17}
_BODY = 2  # what follows `if (…)`, `function(…)`
_ARGUMENT = 3  # an argument: `=` is not an assignment there
_CLOSING = {"(": ")", "{": "}", "[": "]", "[[": "]"}
_LITERALS: dict[str, float | bool | None] = {
    "TRUE": True, "FALSE": False, "Inf": float("inf"), "NaN": float("nan"), "NULL": None, "NA": None,
    "NA_integer_": None, "NA_real_": None, "NA_character_": None, "NA_complex_": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxProblem:
    """Why R stops: `message` in R's words, `line` as R counts it, `start` where the unfinished statement starts."""

    message: str
    line: int
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The top-level statements that R can run, in order, and what stops it."""

    statements: tuple[Node, ...]
    problem: SyntaxProblem | None = None


class _Stop(Exception):  # noqa: N818  it never leaves this module
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def parse(text: str, *, ascii_only: bool = False) -> Script:
    """The statements of an R script. Never raises: a syntax error is the script's `problem`."""
    parser = _Parser(text, ascii_only=ascii_only)
    statements: list[Node] = []
    start = 1
    try:
        while (start := parser.next_statement_line()) > 0:
            statements.append(parser.statement())
    except _Stop as stop:
        problem = SyntaxProblem(message=stop.message, line=stop.line, start=max(start, 1))
        return Script(statements=tuple(statements), problem=problem)
    return Script(statements=tuple(statements))


def _is(token: Token, *operators: str) -> bool:
    return token.kind is TokenKind.OPERATOR and token.value in operators


def _binding(token: Token) -> int:
    if token.kind is not TokenKind.OPERATOR:
        return 0
    level = _BINDING.get(token.value, 0)
    return level or (_SPECIAL if token.value[0] == "%" else 0)


class _Parser:
    """A Pratt parser that pulls tokens as it goes, so that text after an error is never looked at."""

    def __init__(self, text: str, *, ascii_only: bool) -> None:
        self._tokens = tokenize(text, ascii_only=ascii_only)
        self._ahead: deque[Token] = deque()
        self._brackets: list[str] = []
        self._depth = 0
        self._last_line = 1  # of the token taken last
        self._lines = text.count("\n") + (not text.endswith("\n"))
        self._placeholders = 0  # `_`s that no pipe has filled yet

    # Tokens

    def _peek(self) -> Token:
        """The next token; newlines within parentheses and square brackets are none."""
        ahead = self._ahead
        while True:
            if not ahead:
                ahead.append(next(self._tokens))
            token = ahead[0]
            kind = token.kind
            if kind is TokenKind.ERROR:
                self._fail(token)
            if kind is not TokenKind.NEWLINE or not self._brackets or self._brackets[-1] == "{":
                return token
            ahead.popleft()

    def _take(self) -> Token:
        token = self._peek()
        if token.kind is TokenKind.END:
            self._fail(token)
        self._ahead.popleft()
        self._last_line = token.end_line
        return token

    def _skip_newlines(self) -> None:
        while self._peek().kind is TokenKind.NEWLINE:
            self._ahead.popleft()

    def _expect(self, value: str) -> Token:
        token = self._take()
        if token.kind not in {TokenKind.OPERATOR, TokenKind.KEYWORD} or token.value != value:
            self._fail(token)
        return token

    def _open(self, bracket: str) -> Token:
        token = self._expect(bracket)
        self._brackets.append(bracket)
        if len(self._brackets) > _MAX_BRACKETS:
            raise _Stop(f"more than {_MAX_BRACKETS} open brackets", token.line)
        return token

    def _close(self) -> Token:
        """Take the bracket that closes the last one opened; what follows it is read in the context around it."""
        bracket = self._brackets[-1]
        token = self._expect(_CLOSING[bracket])
        if bracket == "[[":
            token = self._expect("]")
        self._brackets.pop()
        return token

    def _fail(self, token: Token) -> NoReturn:
        if token.kind is TokenKind.END:
            raise _Stop("unexpected end of input", self._lines + 1)
        if token.kind is TokenKind.NEWLINE:
            raise _Stop("unexpected end of line", token.line + 1)
        if token.kind is TokenKind.ERROR:
            known = token.value in {"input", "INCOMPLETE_STRING"}
            raise _Stop(f"unexpected {token.value}" if known else token.value, token.line)
        named = token.kind in {TokenKind.KEYWORD, TokenKind.OPERATOR}
        raise _Stop(f"unexpected '{token.value}'" if named else f"unexpected {token.kind.value}", token.line)

    # Statements

    def next_statement_line(self) -> int:
        """The line where the next statement starts, 0 at the end of the script."""
        token = self._peek_statement()
        return 0 if token.kind is TokenKind.END else token.line

    def _peek_statement(self) -> Token:
        while not self._ahead or self._ahead[0].kind is TokenKind.NEWLINE:
            self._ahead.clear()
            self._ahead.append(next(self._tokens))
        return self._ahead[0]

    def statement(self) -> Node:
        """One top-level statement, up to and with the newline or semicolon after it."""
        node = self._expression(0)
        if self._placeholders:
            raise _Stop("invalid use of pipe placeholder", self._last_line)
        token = self._peek()
        if token.kind is TokenKind.END:
            return node
        if token.kind is not TokenKind.NEWLINE and not _is(token, ";"):
            self._fail(token)
        self._ahead.popleft()
        return node

    def _block(self) -> Node:
        first = self._open("{")
        statements: list[Node] = []
        while True:
            self._skip_newlines()
            token = self._peek()
            if _is(token, ";"):
                self._take()
            elif _is(token, "}"):
                break
            else:
                statements.append(self._expression(0))
                after = self._peek()
                if after.kind is not TokenKind.NEWLINE and not _is(after, ";", "}"):
                    self._fail(after)
        last = self._close()
        return Block(line=first.line, end_line=last.line, statements=tuple(statements))

    # Expressions

    def _expression(self, minimum: int) -> Node:
        """An expression whose operators all bind at least as tightly as `minimum`."""
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise _Stop(f"more than {MAX_NESTING} nested expressions", self._last_line)
        left = self._prefix()
        compared = False
        minimum = minimum or 1
        while (level := _binding(token := self._peek())) >= minimum:
            if level == _COMPARISON and compared:
                self._fail(token)
            compared = level == _COMPARISON
            left = self._infix(left, level)
        self._depth -= 1
        return left

    def _infix(self, left: Node, level: int) -> Node:
        token = self._take()
        self._skip_newlines()
        right = self._expression(level if token.value in _RIGHT_ASSOCIATIVE else level + 1)
        span = {"line": left.line, "end_line": self._last_line}
        match token.value:
            case "<-" | "=" | "<<-":
                return Assignment(target=left, value=right, outward=token.value == "<<-", **span)
            case "->" | "->>":
                return Assignment(target=right, value=left, outward=token.value == "->>", **span)
            case "|>":
                return self._pipe(left, right, token)
            case operator:
                return Binary(operator=operator, left=left, right=right, **span)

    def _pipe(self, left: Node, right: Node, token: Token) -> Node:
        """R rewrites a native pipe while it parses: the left side becomes an argument of the right side's call."""
        if isinstance(right, Name | Namespaced | Constant):
            raise _Stop("The pipe operator requires a function call as RHS", token.line)
        if not isinstance(right, Call):
            raise _Stop("this is not supported in RHS call of a pipe", token.line)
        arguments = right.arguments
        places = [index for index, argument in enumerate(arguments) if isinstance(argument.value, Placeholder)]
        if any(arguments[place].name is None for place in places):
            raise _Stop("pipe placeholder can only be used as a named argument", token.line)
        piped = Argument(name=arguments[places[0]].name if places else None, value=left)
        arguments = (
            tuple(piped if index == places[0] else argument for index, argument in enumerate(arguments))
            if places
            else (piped, *arguments)
        )
        self._placeholders -= bool(places)
        return Call(line=left.line, end_line=right.end_line, function=right.function, arguments=arguments)

    def _prefix(self) -> Node:
        token = self._peek()
        if token.kind is TokenKind.KEYWORD and token.value in {"function", "if", "for", "while", "repeat"}:
            return self._construct(token.value)
        if token.kind is TokenKind.OPERATOR:
            if token.value == "\\":
                return self._function()
            if level := _UNARY.get(token.value):
                self._take()
                self._skip_newlines()
                operand = self._expression(level)
                return Unary(line=token.line, end_line=self._last_line, operator=token.value, operand=operand)
        return self._postfix(self._primary())

    def _primary(self) -> Node:
        token = self._peek()
        if _is(token, "("):
            return self._parenthesis()
        if _is(token, "{"):
            return self._block()
        span = {"line": token.line, "end_line": token.end_line}
        match self._take().kind:
            case TokenKind.SYMBOL | TokenKind.STRING:
                if _is(self._peek(), "::", ":::"):
                    return self._namespaced(token)
                is_name = token.kind is TokenKind.SYMBOL
                return Name(name=token.value, **span) if is_name else Constant(value=token.value, **span)
            case TokenKind.NUMBER:
                return Constant(value=_number(token.value), **span)
            case TokenKind.KEYWORD if token.value in _LITERALS:
                return Constant(value=_LITERALS[token.value], **span)
            case TokenKind.KEYWORD if token.value in {"next", "break"}:
                return Jump(word=token.value, **span)
            case TokenKind.OPERATOR if token.value == "_":
                self._placeholders += 1
                return Placeholder(**span)
            case _:
                self._fail(token)

    def _namespaced(self, package: Token) -> Node:
        self._take()
        name = self._take()
        if name.kind not in {TokenKind.SYMBOL, TokenKind.STRING}:
            self._fail(name)
        return Namespaced(line=package.line, end_line=name.end_line, package=package.value, name=name.value)

    def _parenthesis(self) -> Node:
        first = self._open("(")
        inner = self._expression(0)
        last = self._close()
        return Parenthesis(line=first.line, end_line=last.line, inner=inner)

    def _postfix(self, node: Node) -> Node:
        """Calls, indexes and members after a primary expression, as many as there are."""
        while True:
            token = self._peek()
            if _is(token, "("):
                arguments = self._arguments("(")
                node = Call(line=node.line, end_line=self._last_line, function=node, arguments=arguments)
            elif _is(token, "[", "[["):
                arguments = self._arguments(token.value)
                double = token.value == "[["
                node = Index(line=node.line, end_line=self._last_line, target=node, arguments=arguments, double=double)
            elif _is(token, "$", "@"):
                node = self._member(node)
            else:
                return node

    def _member(self, target: Node) -> Node:
        operator = self._take()
        self._skip_newlines()
        name = self._take()
        if name.kind not in {TokenKind.SYMBOL, TokenKind.STRING}:
            self._fail(name)
        span = {"line": target.line, "end_line": name.end_line}
        return Member(target=target, operator=operator.value, name=name.value, **span)

    def _arguments(self, bracket: str) -> tuple[Argument, ...]:
        self._open(bracket)
        arguments: list[Argument] = []
        while True:
            arguments.append(self._argument())
            if not _is(self._peek(), ","):
                break
            self._take()
        self._close()
        return (
            () if len(arguments) == 1 and arguments[0].name is None and arguments[0].value is None else tuple(arguments)
        )

    def _argument(self) -> Argument:
        token = self._peek()
        if _is(token, ",", ")", "]"):
            return Argument(name=None, value=None)
        if (name := self._argument_name(token)) is not None:
            empty = _is(self._peek(), ",", ")", "]")
            return Argument(name=name, value=None if empty else self._expression(_ARGUMENT))
        return Argument(name=None, value=self._expression(_ARGUMENT))

    def _argument_name(self, token: Token) -> str | None:
        """The `name` of `name = value`, taken together with its equals sign; None where there is none."""
        if token.kind not in {TokenKind.SYMBOL, TokenKind.STRING} and token.value != "NULL":
            return None
        self._ahead.popleft()
        if not _is(self._peek(), "="):
            self._ahead.appendleft(token)
            return None
        self._take()
        return token.value

    # Constructs

    def _construct(self, word: str) -> Node:
        match word:
            case "function":
                return self._function()
            case "if":
                return self._if()
            case "for":
                return self._for()
            case _:
                return self._while(word)

    def _function(self) -> Node:
        first = self._take()
        self._skip_newlines()
        self._open("(")
        parameters: list[Argument] = []
        while not _is(self._peek(), ")") or parameters:
            parameters.append(self._parameter(parameters))
            if not _is(self._peek(), ","):
                break
            self._take()
        self._close()
        body = self._body()
        return Function(line=first.line, end_line=self._last_line, parameters=tuple(parameters), body=body)

    def _parameter(self, earlier: list[Argument]) -> Argument:
        token = self._take()
        if token.kind is not TokenKind.SYMBOL:
            self._fail(token)
        if any(parameter.name == token.value for parameter in earlier):
            raise _Stop(f"repeated formal argument '{token.value}'", token.line)
        if not _is(self._peek(), "="):
            return Argument(name=token.value, value=None)
        self._take()
        return Argument(name=token.value, value=self._expression(_ARGUMENT))

    def _body(self) -> Node:
        self._skip_newlines()
        return self._expression(_BODY)

    def _condition(self) -> Node:
        self._open("(")
        condition = self._expression(_ARGUMENT)
        self._close()
        return condition

    def _if(self) -> Node:
        first = self._take()
        self._skip_newlines()
        condition = self._condition()
        then = self._body()
        otherwise = None
        if self._else_follows():
            self._take()
            otherwise = self._body()
        return If(line=first.line, end_line=self._last_line, condition=condition, then=then, otherwise=otherwise)

    def _else_follows(self) -> bool:
        """Within brackets R looks for `else` beyond newlines; at top level a newline ends the statement."""
        skipped: list[Token] = []
        while self._brackets and self._peek().kind is TokenKind.NEWLINE:
            skipped.append(self._ahead.popleft())
        token = self._peek()
        if token.kind is TokenKind.KEYWORD and token.value == "else":
            return True
        self._ahead.extendleft(reversed(skipped[-1:]))
        return False

    def _for(self) -> Node:
        first = self._take()
        self._skip_newlines()
        self._open("(")
        variable = self._take()
        if variable.kind is not TokenKind.SYMBOL:
            self._fail(variable)
        self._expect("in")
        sequence = self._expression(_ARGUMENT)
        self._close()
        body = self._body()
        span = {"line": first.line, "end_line": self._last_line}
        return For(variable=variable.value, sequence=sequence, body=body, **span)

    def _while(self, word: str) -> Node:
        first = self._take()
        if word == "while":
            self._skip_newlines()
        condition = self._condition() if word == "while" else None
        body = self._body()
        return While(line=first.line, end_line=self._last_line, condition=condition, body=body)


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
