"""Tokens on their way to the grammar: which newlines count, which brackets are open, and how R reports an error."""

from typing import NoReturn

from depnorm.read.r.lexer import END, ERROR, KEYWORD, NEWLINE, OPERATOR, Token, tokenize

_MAX_BRACKETS = 50  # R's CONTEXTSTACK_SIZE
_ODD = frozenset({NEWLINE, END, ERROR})
_CLOSING = {"(": ")", "{": "}", "[": "]", "[[": "]"}


class StopError(Exception):
    """R cannot go on: its message, and the line as R counts it."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class TokenStream:
    """Gives tokens as they are asked for, so that an error after an error is never seen.

    Its methods raise `StopError` where R would report a syntax error.
    """

    def __init__(self, text: str, *, ascii_only: bool) -> None:
        self._tokens = tokenize(text, ascii_only=ascii_only)
        self._next = 0
        self._brackets: list[str] = []
        self._flat = False  # within parentheses or square brackets, where newlines are none
        self._lines = text.count("\n") + (not text.endswith("\n"))
        self.last_line = 1  # of the token taken last

    def peek(self) -> Token:
        """The next token; newlines within parentheses and square brackets are none."""
        token = self._tokens[self._next]
        kind = token.kind
        if kind is NEWLINE and self._flat:
            self._next += 1
            token = self._tokens[self._next]
            kind = token.kind
        if kind is ERROR:
            self.fail(token)
        return token

    def take(self) -> Token:
        """The next token, taken; there must be one."""
        token = self._tokens[self._next]
        if token.kind in _ODD:
            token = self.peek()
            if token.kind is END:
                self.fail(token)
        self._next += 1
        self.last_line = token.end_line
        return token

    def take_comma(self) -> bool:
        """Take a comma if one comes next."""
        if self.peek().sign != ",":
            return False
        self._next += 1
        return True

    def skip_newlines(self) -> None:
        """Newlines after an operator mean nothing."""
        if self.peek().kind is NEWLINE:
            self._next += 1

    def expect(self, value: str) -> Token:
        """Take this operator or keyword and nothing else."""
        token = self.take()
        if token.kind not in {OPERATOR, KEYWORD} or token.value != value:
            self.fail(token)
        return token

    def open(self, bracket: str) -> Token:
        """Take an opening bracket."""
        token = self._take_sign(bracket)
        self._brackets.append(bracket)
        self._flat = bracket != "{"
        if len(self._brackets) > _MAX_BRACKETS:
            raise StopError(f"more than {_MAX_BRACKETS} open brackets", token.line)
        return token

    def close(self) -> Token:
        """Take the bracket that closes the last one opened; what follows it is read in the context around it."""
        bracket = self._brackets[-1]
        token = self._take_sign(_CLOSING[bracket])
        if bracket == "[[":
            token = self._take_sign("]")
        self._brackets.pop()
        self._flat = bool(self._brackets) and self._brackets[-1] != "{"
        return token

    def _take_sign(self, sign: str) -> Token:
        token = self.peek()
        if token.sign != sign:
            self.fail(token)
        self._next += 1
        self.last_line = token.end_line
        return token

    def fail(self, token: Token) -> NoReturn:
        """Report a token that R did not expect here."""
        if token.kind is END:
            raise StopError("unexpected end of input", self._lines + 1)
        if token.kind is NEWLINE:
            raise StopError("unexpected end of line", token.line + 1)
        if token.kind is ERROR:
            known = token.value in {"input", "INCOMPLETE_STRING"}
            raise StopError(f"unexpected {token.value}" if known else token.value, token.end_line)
        named = token.kind in {KEYWORD, OPERATOR}
        raise StopError(f"unexpected '{token.value}'" if named else f"unexpected {token.kind.value}", token.line)

    def second(self) -> Token:
        """The token after the next one, within brackets."""
        self.peek()
        token = self._tokens[self._next + 1]
        if token.kind is NEWLINE and self._flat:
            token = self._tokens[self._next + 2]
        return token

    def first_of_statement(self) -> Token:
        """The token that the next top-level statement starts with; it may be an ERROR."""
        if self._tokens[self._next].kind is NEWLINE:
            self._next += 1
        return self._tokens[self._next]

    def else_follows(self) -> bool:
        """Whether `else` comes next. Within brackets R looks beyond newlines; at top level one ends the statement."""
        before = self._next
        if self._brackets:
            self.skip_newlines()
        token = self.peek()
        if token.kind is KEYWORD and token.value == "else":
            return True
        self._next = before
        return False
