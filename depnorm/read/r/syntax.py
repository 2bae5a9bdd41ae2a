"""R's grammar: tokens to statements, one at a time, as Rscript reads them.

Rscript parses a statement, runs it, and parses the next: what stands before a syntax error has run. So `parse` gives
the statements up to the first error, and the error.
"""

from dataclasses import dataclass

from depnorm.read.r.grammar import ARGUMENT, BINDING, BODY, COMPARISON, RIGHT_ASSOCIATIVE, UNARY, leaf
from depnorm.read.r.lexer import END, KEYWORD, NEWLINE, NUMBER, STRING, SYMBOL, Token
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
    Member,
    Name,
    Namespaced,
    Node,
    Parenthesis,
    Placeholder,
    Unary,
    While,
)
from depnorm.read.r.tokens import StopError, TokenStream

_NAMES = frozenset({SYMBOL, STRING})
_LEAVES = _NAMES | {NUMBER, KEYWORD}
_ARGUMENT_ENDS = frozenset({",", ")", "]"})
_NAMESPACE = frozenset({"::", ":::"})
_MEMBER = frozenset({"$", "@"})
_POSTFIX = _MEMBER | {"(", "[", "[["}
_CONSTRUCTS = frozenset({"function", "if", "for", "while", "repeat"})
MAX_NESTING = 90  # expressions within expressions; R itself stops at 50 open brackets


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


def parse(text: str, *, ascii_only: bool = False) -> Script:
    """The statements of an R script. Never raises: a syntax error is the script's `problem`."""
    parser = _Parser(text, ascii_only=ascii_only)
    statements: list[Node] = []
    start = 1
    try:
        while (start := parser.next_statement_line()) > 0:
            statements.append(parser.statement())
    except StopError as stop:
        problem = SyntaxProblem(message=stop.message, line=stop.line, start=max(start, 1))
        return Script(statements=tuple(statements), problem=problem)
    return Script(statements=tuple(statements))


class _Parser:
    """A Pratt parser."""

    def __init__(self, text: str, *, ascii_only: bool) -> None:
        self._tokens = TokenStream(text, ascii_only=ascii_only)
        self._depth = 0
        self._placeholders = 0  # `_`s that no pipe has filled yet

    # Statements

    def next_statement_line(self) -> int:
        """The line where the next statement starts, 0 at the end of the script."""
        token = self._tokens.first_of_statement()
        return 0 if token.kind is END else token.line

    def statement(self) -> Node:
        """One top-level statement, up to and with the newline or semicolon after it."""
        node = self._expression(0)
        if self._placeholders:
            raise StopError("invalid use of pipe placeholder", self._tokens.last_line)
        token = self._tokens.peek()
        if token.kind is END:
            return node
        if token.kind is not NEWLINE and token.sign != ";":
            self._tokens.fail(token)
        self._tokens.take()
        return node

    def _block(self) -> Node:
        first = self._tokens.open("{")
        statements: list[Node] = []
        while True:
            self._tokens.skip_newlines()
            token = self._tokens.peek()
            if token.sign == ";":
                self._tokens.take()
            elif token.sign == "}":
                break
            else:
                statements.append(self._expression(0))
                after = self._tokens.peek()
                if after.kind is not NEWLINE and after.sign not in {";", "}"}:
                    self._tokens.fail(after)
        last = self._tokens.close()
        return Block(line=first.line, end_line=last.line, statements=tuple(statements))

    # Expressions

    def _expression(self, minimum: int) -> Node:
        """An expression whose operators all bind at least as tightly as `minimum`."""
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise StopError(f"more than {MAX_NESTING} nested expressions", self._tokens.last_line)
        left = self._prefix()
        compared = False
        minimum = minimum or 1
        while (level := BINDING.get((token := self._tokens.peek()).sign, 0)) >= minimum:
            if level == COMPARISON and compared:
                self._tokens.fail(token)
            compared = level == COMPARISON
            left = self._infix(left, level)
        self._depth -= 1
        return left

    def _infix(self, left: Node, level: int) -> Node:
        token = self._tokens.take()
        self._tokens.skip_newlines()
        right = self._expression(level if token.value in RIGHT_ASSOCIATIVE else level + 1)
        span = {"line": left.line, "end_line": self._tokens.last_line}
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
            raise StopError("The pipe operator requires a function call as RHS", token.line)
        if not isinstance(right, Call):
            raise StopError("this is not supported in RHS call of a pipe", token.line)
        arguments = right.arguments
        places = [index for index, argument in enumerate(arguments) if isinstance(argument.value, Placeholder)]
        if any(arguments[place].name is None for place in places):
            raise StopError("pipe placeholder can only be used as a named argument", token.line)
        piped = Argument(name=arguments[places[0]].name if places else None, value=left)
        arguments = (
            tuple(piped if index == places[0] else argument for index, argument in enumerate(arguments))
            if places
            else (piped, *arguments)
        )
        self._placeholders -= bool(places)
        return Call(line=left.line, end_line=right.end_line, function=right.function, arguments=arguments)

    def _prefix(self) -> Node:
        token = self._tokens.peek()
        if token.kind is KEYWORD and token.value in _CONSTRUCTS:
            return self._construct(token.value)
        if token.sign == "\\":
            return self._function()
        if level := UNARY.get(token.sign):
            self._tokens.take()
            self._tokens.skip_newlines()
            operand = self._expression(level)
            return Unary(line=token.line, end_line=self._tokens.last_line, operator=token.value, operand=operand)
        node = self._primary(token)
        return self._postfix(node) if self._tokens.peek().sign in _POSTFIX else node

    def _primary(self, token: Token) -> Node:
        if token.sign == "(":
            return self._parenthesis()
        if token.sign == "{":
            return self._block()
        self._tokens.take()
        if token.kind in _NAMES and self._tokens.peek().sign in _NAMESPACE:
            return self._namespaced(token)
        if token.sign == "_":
            self._placeholders += 1
        node = leaf(token)
        if node is None:
            self._tokens.fail(token)
        return node

    def _namespaced(self, package: Token) -> Node:
        self._tokens.take()
        name = self._tokens.take()
        if name.kind not in _NAMES:
            self._tokens.fail(name)
        return Namespaced(line=package.line, end_line=name.end_line, package=package.value, name=name.value)

    def _parenthesis(self) -> Node:
        first = self._tokens.open("(")
        inner = self._expression(0)
        last = self._tokens.close()
        return Parenthesis(line=first.line, end_line=last.line, inner=inner)

    def _postfix(self, node: Node) -> Node:
        """Calls, indexes and members after a primary expression, as many as there are."""
        while (sign := self._tokens.peek().sign) in _POSTFIX:
            if sign == "(":
                arguments = self._arguments("(")
                node = Call(line=node.line, end_line=self._tokens.last_line, function=node, arguments=arguments)
            elif sign in _MEMBER:
                node = self._member(node)
            else:
                arguments = self._arguments(sign)
                span = {"line": node.line, "end_line": self._tokens.last_line}
                node = Index(target=node, arguments=arguments, double=sign == "[[", **span)
        return node

    def _member(self, target: Node) -> Node:
        operator = self._tokens.take()
        self._tokens.skip_newlines()
        name = self._tokens.take()
        if name.kind not in _NAMES:
            self._tokens.fail(name)
        span = {"line": target.line, "end_line": name.end_line}
        return Member(target=target, operator=operator.value, name=name.value, **span)

    def _arguments(self, bracket: str) -> tuple[Argument, ...]:
        self._tokens.open(bracket)
        arguments: list[Argument] = []
        while True:
            arguments.append(self._argument())
            if not self._tokens.take_comma():
                break
        self._tokens.close()
        only = arguments[0]
        return () if len(arguments) == 1 and only.name is None and only.value is None else tuple(arguments)

    def _argument(self) -> Argument:
        token = self._tokens.peek()
        if token.sign in _ARGUMENT_ENDS:
            return Argument(name=None, value=None)
        if token.kind in _LEAVES:
            following = self._tokens.second().sign
            if following in _ARGUMENT_ENDS and (node := leaf(token)) is not None:  # most arguments are no more
                self._tokens.take()
                return Argument(name=None, value=node)
            if following == "=" and (token.kind in _NAMES or token.value == "NULL"):
                self._tokens.take()
                self._tokens.take()
                empty = self._tokens.peek().sign in _ARGUMENT_ENDS
                return Argument(name=token.value, value=None if empty else self._expression(ARGUMENT))
        return Argument(name=None, value=self._expression(ARGUMENT))

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
        first = self._tokens.take()
        self._tokens.skip_newlines()
        self._tokens.open("(")
        parameters: list[Argument] = []
        while self._tokens.peek().sign != ")" or parameters:
            parameters.append(self._parameter(parameters))
            if not self._tokens.take_comma():
                break
        self._tokens.close()
        body = self._body()
        return Function(line=first.line, end_line=self._tokens.last_line, parameters=tuple(parameters), body=body)

    def _parameter(self, earlier: list[Argument]) -> Argument:
        token = self._tokens.take()
        if token.kind is not SYMBOL:
            self._tokens.fail(token)
        if any(parameter.name == token.value for parameter in earlier):
            raise StopError(f"repeated formal argument '{token.value}'", token.line)
        if self._tokens.peek().sign != "=":
            return Argument(name=token.value, value=None)
        self._tokens.take()
        return Argument(name=token.value, value=self._expression(ARGUMENT))

    def _body(self) -> Node:
        self._tokens.skip_newlines()
        return self._expression(BODY)

    def _condition(self) -> Node:
        self._tokens.open("(")
        condition = self._expression(ARGUMENT)
        self._tokens.close()
        return condition

    def _if(self) -> Node:
        first = self._tokens.take()
        self._tokens.skip_newlines()
        condition = self._condition()
        then = self._body()
        otherwise = None
        if self._tokens.else_follows():
            self._tokens.take()
            otherwise = self._body()
        return If(line=first.line, end_line=self._tokens.last_line, condition=condition, then=then, otherwise=otherwise)

    def _for(self) -> Node:
        first = self._tokens.take()
        self._tokens.skip_newlines()
        self._tokens.open("(")
        variable = self._tokens.take()
        if variable.kind is not SYMBOL:
            self._tokens.fail(variable)
        self._tokens.expect("in")
        sequence = self._expression(ARGUMENT)
        self._tokens.close()
        body = self._body()
        span = {"line": first.line, "end_line": self._tokens.last_line}
        return For(variable=variable.value, sequence=sequence, body=body, **span)

    def _while(self, word: str) -> Node:
        first = self._tokens.take()
        if word == "while":
            self._tokens.skip_newlines()
        condition = self._condition() if word == "while" else None
        body = self._body()
        return While(line=first.line, end_line=self._tokens.last_line, condition=condition, body=body)
