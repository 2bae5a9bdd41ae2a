"""A call as the functions that depnorm knows see it: arguments matched by R's rules, evaluated when asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from depnorm.read.r.nodes import Constant, Name
from depnorm.read.r.operators import size
from depnorm.read.r.values import NULL, Cause, Unknown, Value, first_unknown, one_text, texts

if TYPE_CHECKING:
    from depnorm.read.r.evaluate import Evaluator
    from depnorm.read.r.nodes import Node
    from depnorm.read.r.record import Record
from depnorm.read.r.values import Scope


@dataclass(slots=True, eq=False)
class Actual:
    """An argument as passed: its source (None where a function passes it on) and, once asked for, its value."""

    name: str | None
    node: Node | None = None
    known: Value | None = None


@dataclass(slots=True, eq=False)
class Site:
    """One call of a known function: where it stands and what it was given."""

    evaluator: Evaluator
    scope: Scope
    span: tuple[int, int]
    name: str
    actuals: list[Actual]
    matched: dict[str, Actual] = field(default_factory=dict)
    rest: list[Actual] = field(default_factory=list)

    @property
    def record(self) -> Record:
        """Where effects go."""
        return self.evaluator.record

    @property
    def source(self) -> str:
        """The lines of the call."""
        return self.record.raw(*self.span)

    def match(self, *formals: str) -> None:
        """Match the arguments to formal names: exactly, then by prefix, then by position. Others are in `rest`.

        Formals after `...` match by their whole name only, as in R.
        """
        if len(self.actuals) == 1 and self.actuals[0].name is None and formals and formals[0] != "...":  # most calls
            self.matched, self.rest = {formals[0]: self.actuals[0]}, []
            return
        before = formals[: formals.index("...")] if "..." in formals else formals
        self.matched = {}
        positional: list[Actual] = []
        for actual in self.actuals:
            if actual.name is None:
                positional.append(actual)
            elif actual.name in formals:
                self.matched[actual.name] = actual
        if len(self.matched) + len(positional) < len(self.actuals):
            self._match_by_prefix(before)
        if positional:
            free = [name for name in before if name not in self.matched] if self.matched else before
            self.matched.update(zip(free, positional, strict=False))
        taken = set(self.matched.values()) if len(self.matched) < len(self.actuals) else None
        self.rest = [] if taken is None else [actual for actual in self.actuals if actual not in taken]

    def _match_by_prefix(self, formals: tuple[str, ...]) -> None:
        for actual in self.actuals:
            if actual.name and actual.name not in self.matched:
                candidates = [name for name in formals if name.startswith(actual.name)]
                if len(candidates) == 1:
                    self.matched.setdefault(candidates[0], actual)

    def given(self, formal: str) -> bool:
        """Whether the formal argument was passed."""
        return formal in self.matched

    def value(self, formal: str) -> Value | None:
        """The value of a matched argument, None where it was not passed."""
        actual = self.matched.get(formal)
        return None if actual is None else self.of(actual)

    def text(self, formal: str) -> str | None:
        """The string of a matched argument; None where it was not passed or is not one constant string."""
        return one_text(self.value(formal))

    def flag(self, formal: str) -> bool:
        """Whether a matched argument is TRUE."""
        return texts(self.value(formal)) == ("TRUE",)

    def of(self, actual: Actual) -> Value:
        """The value of an argument; evaluated once."""
        known = actual.known
        if known is None:
            node = actual.node
            known = NULL if node is None else self.evaluator.evaluate(node, self.scope)
            self.evaluator.charge(size(known))
            actual.known = known
        return known

    def values(self) -> list[Value]:
        """The values of all arguments, in order."""
        return [self.of(actual) for actual in self.actuals]

    def symbol(self, actual: Actual) -> str | None:
        """The name that a function such as `library` takes unevaluated: a bare name or a string."""
        if isinstance(actual.node, Name):
            return actual.node.name
        if isinstance(actual.node, Constant) and isinstance(actual.node.value, str):
            return actual.node.value
        return None

    def unknown(self) -> Unknown:
        """The result of a function that depnorm knows to be harmless but does not compute: as unknown as they are."""
        found = list(filter(None, map(first_unknown, self.values())))
        order = list(Cause)
        return min(found, key=lambda unknown: order.index(unknown.cause), default=Unknown(Cause.MACHINE))
