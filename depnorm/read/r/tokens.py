"""Tokens on their way to the grammar: which newlines count, which brackets are open, and how R reports an error."""

from collections import deque
from typing import NoReturn

from depnorm.read.r.lexer import Token, TokenKind, tokenize

_MAX_BRACKETS = 50  # R's CONTEXTSTACK_SIZE
_CLOSING = {"(": ")", "{": "}", "[": "]", "[[": "]"}


class StopError(Exception):
    """R cannot go on: its message, and the line as R counts it."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def is_operator(token: Token, *operators: str) -> bool:
    """Whether a token is one of these operators or brackets."""
    return token.kind is TokenKind.OPERATOR and token.value in operators


class TokenStream:
    """Pulls tokens as they are asked for, so that text after an error is never looked at.

    Its methods raise `StopError` where R would report a syntax error.
    """

    def __init__(self, text: str, *, ascii_only: bool) -> None:
        self._tokens = tokenize(text, ascii_only=ascii_only)
        self._ahead: deque[Token] = deque()
        self._brackets: list[str] = []
        self._lines = text.count("\n") + (not text.endswith("\n"))
        self.last_line = 1  # of the token taken last

    def peek(self) -> Token:
        """The next token; newlines within parentheses and square brackets are none."""
        ahead = self._ahead
        while True:
            if not ahead:
                ahead.append(next(self._tokens))
            token = ahead[0]
            kind = token.kind
            if kind is TokenKind.ERROR:
                self.fail(token)
            if kind is not TokenKind.NEWLINE or not self._brackets or self._brackets[-1] == "{":
                return token
            ahead.popleft()

    def take(self) -> Token:
        """The next token, taken; there must be one."""
        token = self.peek()
        if token.kind is TokenKind.END:
            self.fail(token)
        self._ahead.popleft()
        self.last_line = token.end_line
        return token

    def skip_newlines(self) -> None:
        """Newlines after an operator mean nothing."""
        while self.peek().kind is TokenKind.NEWLINE:
            self._ahead.popleft()

    def expect(self, value: str) -> Token:
        """Take this operator or keyword and nothing else."""
        token = self.take()
        if token.kind not in {TokenKind.OPERATOR, TokenKind.KEYWORD} or token.value != value:
            self.fail(token)
        return token

    def open(self, bracket: str) -> Token:
        """Take an opening bracket."""
        token = self.expect(bracket)
        self._brackets.append(bracket)
        if len(self._brackets) > _MAX_BRACKETS:
            raise StopError(f"more than {_MAX_BRACKETS} open brackets", token.line)
        return token

    def close(self) -> Token:
        """Take the bracket that closes the last one opened; what follows it is read in the context around it."""
        bracket = self._brackets[-1]
        token = self.expect(_CLOSING[bracket])
        if bracket == "[[":
            token = self.expect("]")
        self._brackets.pop()
        return token

    def fail(self, token: Token) -> NoReturn:
        """Report a token that R did not expect here."""
        if token.kind is TokenKind.END:
            raise StopError("unexpected end of input", self._lines + 1)
        if token.kind is TokenKind.NEWLINE:
            raise StopError("unexpected end of line", token.line + 1)
        if token.kind is TokenKind.ERROR:
            known = token.value in {"input", "INCOMPLETE_STRING"}
            raise StopError(f"unexpected {token.value}" if known else token.value, token.end_line)
        named = token.kind in {TokenKind.KEYWORD, TokenKind.OPERATOR}
        raise StopError(f"unexpected '{token.value}'" if named else f"unexpected {token.kind.value}", token.line)

    def second(self) -> Token:
        """The token after the next one."""
        first = self.peek()
        self._ahead.popleft()
        token = self.peek()
        self._ahead.appendleft(first)
        return token

    def first_of_statement(self) -> Token:
        """The token that the next top-level statement starts with; it may be an ERROR."""
        while not self._ahead or self._ahead[0].kind is TokenKind.NEWLINE:
            self._ahead.clear()
            self._ahead.append(next(self._tokens))
        return self._ahead[0]

    def else_follows(self) -> bool:
        """Whether `else` comes next. Within brackets R looks beyond newlines; at top level one ends the statement."""
        skipped: list[Token] = []
        while self._brackets and self.peek().kind is TokenKind.NEWLINE:
            skipped.append(self._ahead.popleft())
        token = self.peek()
        if token.kind is TokenKind.KEYWORD and token.value == "else":
            return True
        self._ahead.extendleft(skipped[-1:])
        return False
