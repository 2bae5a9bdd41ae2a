"""Follows an R script without running it.

It goes through the statements with constants as values, as if no package were installed yet. Where a condition is not
known it goes both ways; where a value is not known it says why (`Cause`). Every effect goes into a `Record`. Time is
bounded by `MAX_STEPS`, nesting by `MAX_DEPTH`, memory by `MAX_ITEMS` and `MAX_TEXT`.
"""

from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

from depnorm.read.r import operators
from depnorm.read.r.call import Actual, Site
from depnorm.read.r.flow import JumpSignal, follow_for, follow_if, follow_while
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
from depnorm.read.r.record import Record, StatementClass
from depnorm.read.r.values import (
    NULL,
    Builtin,
    Cause,
    Closure,
    Item,
    Lambda,
    ListValue,
    Promise,
    Scope,
    Unknown,
    Value,
    Vector,
    list_of,
    truth,
)

MAX_STEPS = 100_000  # expressions looked at and vector elements made, in a whole script
MAX_DEPTH = 60  # expressions within expressions, through the functions that a script defines too

Handler = Callable[[Site], Value]
_PIPES = frozenset({"%>%", "%!>%", "%T>%"})


class OutOfStepsError(Exception):
    """The script is too long to follow."""


class Evaluator:
    """The state of one script: its record, the packages it attached, the steps it took."""

    def __init__(self, record: Record, find: Callable[[str | None, str, list[str]], Handler | None]) -> None:
        self.record = record
        self.attached: list[str] = []
        self.repositories: Vector | Unknown | None = None  # what `options(repos =)` set
        self.top = Scope()
        self._find = find
        self._steps = 0
        self._depth = 0

    def statement(self, node: Node) -> None:
        """Follow one top-level statement."""
        self._depth = 0
        try:
            self.evaluate(node, self.top)
        except OutOfStepsError:
            self.record.give_up()
        except JumpSignal:
            self.record.give_up(Cause.MACHINE)  # R stops: there is no loop and no function to leave

    def charge(self, steps: int) -> None:
        """Count work; raises `OutOfStepsError` beyond `MAX_STEPS`."""
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise OutOfStepsError

    def evaluate(self, node: Node, scope: Scope) -> Value:
        """The value of an expression."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise OutOfStepsError
        if self._depth >= MAX_DEPTH:
            self.record.give_up()
            return self.unknown(node)
        self._depth += 1
        try:
            return self._ways[type(node)](self, node, scope)
        finally:
            self._depth -= 1

    def unknown(self, node: Node) -> Unknown:
        """A value that only running the expression would tell."""
        return Unknown(Cause.DYNAMIC, self.record.raw(node.line, node.end_line))

    def _constant(self, node: Constant, _: Scope) -> Value:
        """A literal; of NULL and NA nothing is left: no package is called so."""
        return NULL if node.value is None else Vector((Item(node.value, node.line, node.end_line),))

    def _block(self, node: Block, scope: Scope) -> Value:
        value: Value = NULL
        for statement in node.statements:
            value = self.evaluate(statement, scope)
        return value

    def _member(self, node: Member, scope: Scope) -> Value:
        return operators.member(self.evaluate(node.target, scope), node.name)

    def _jump(self, node: Jump, _: Scope) -> NoReturn:
        raise JumpSignal(node.word)

    def _refuse(self, node: Node, _: Scope) -> Value:
        return self.unknown(node)

    # Names and assignments

    def _name(self, node: Name, scope: Scope) -> Value:
        found = scope.find(node.name)
        if found is not None:
            return self._force(*found, node.name)
        if node.name in operators.CONSTANTS:
            return operators.CONSTANTS[node.name]
        if self._find(None, node.name, self.attached) is not None:
            return Builtin(None, node.name)
        self.record.give_up()
        return Unknown(Cause.DYNAMIC, node.name)

    def _force(self, scope: Scope, value: Value | Promise, name: str) -> Value:
        if not isinstance(value, Promise):
            return value
        scope.bindings[name] = Unknown(Cause.DYNAMIC, name)  # a default that needs itself
        forced = self.evaluate(value.node, scope)
        scope.bindings[name] = forced
        return forced

    def _assign(self, node: Assignment, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        self.record.mark(StatementClass.ASSIGN)
        self.store(node.target, value, scope, outward=node.outward)
        return value

    def store(self, target: Node, value: Value, scope: Scope, *, outward: bool = False) -> None:
        """Assign to a name, or to a part of one (`x["a"] <- value`)."""
        match target:
            case Name(name=name) | Constant(value=str(name)):
                if outward:
                    scope.assign_outward(name, value)
                else:
                    scope.bindings[name] = value
            case Index() | Member():
                before = self.evaluate(target.target, scope)
                self.charge(operators.size(before))
                key = self._key(target, scope)
                self.store(target.target, operators.replaced(before, key, value), scope, outward=outward)
            case Call(arguments=[first, *_]) if first.value is not None and isinstance(first.value, Name):
                self.store(first.value, self.unknown(target), scope, outward=outward)  # names(x) <- value
            case _:
                self.record.give_up()

    def _key(self, target: Index | Member, scope: Scope) -> Value:
        if isinstance(target, Member):
            return Vector((Item(target.name),))
        keys = [self.evaluate(argument.value, scope) for argument in target.arguments if argument.value]
        return keys[0] if len(keys) == 1 else self.unknown(target)

    # Operators

    def _index(self, node: Index, scope: Scope) -> Value:
        target = self.evaluate(node.target, scope)
        keys = [NULL if argument.value is None else self.evaluate(argument.value, scope) for argument in node.arguments]
        whole = 0 if all(map(operators.is_place, keys)) else operators.size(target)
        self.charge(whole + sum(map(operators.size, keys)))
        return operators.index(target, keys, double=node.double)

    def _unary(self, node: Unary, scope: Scope) -> Value:
        if node.operator == "~":
            return Lambda(node.operand, scope)
        if node.operator == "?":
            return NULL
        operand = self.evaluate(node.operand, scope)
        self.charge(operators.size(operand))
        return operators.unary(node.operator, operand)

    def _binary(self, node: Binary, scope: Scope) -> Value:
        if node.operator in _PIPES:
            return self._pipe(node, scope)
        if node.operator in {"&&", "||"}:
            return self._shortcut(node, scope)
        if node.operator in {"~", "?"}:
            return Unknown(Cause.MACHINE)
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        self.charge(operators.size(left) + operators.size(right))
        value = operators.binary(node.operator, left, right)
        if value is None:
            self.record.give_up()
            return self.unknown(node)
        return value

    def _shortcut(self, node: Binary, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        known, assumed = truth(left)
        if known is (node.operator == "||") and not assumed:
            return left
        return operators.logical(node.operator, left, self.evaluate(node.right, scope))

    def _pipe(self, node: Binary, scope: Scope) -> Value:
        """Magrittr's pipe: the left side goes where the right side has a dot, else in front."""
        right = node.right
        left = Actual(None, node.left)
        if isinstance(right, Name | Namespaced | Parenthesis):
            return self._apply_node(right, [left], node, scope)
        value = self.evaluate(node.left, scope)
        dotted = Scope(parent=scope, bindings={".": value}, overlay=True)
        if isinstance(right, Block):
            return self.evaluate(right, dotted)
        if not isinstance(right, Call):
            self.record.give_up()
            return self.unknown(node)
        actuals = self._actuals(right.arguments, dotted)
        if not any(isinstance(actual.node, Name) and actual.node.name == "." for actual in actuals):
            actuals.insert(0, Actual(None, node.left, value))
        return self._apply_node(right.function, actuals, node, dotted)

    # Calls

    def _call(self, node: Call, scope: Scope) -> Value:
        return self._apply_node(node.function, self._actuals(node.arguments, scope), node, scope)

    def _actuals(self, arguments: tuple[Argument, ...], scope: Scope) -> list[Actual]:
        actuals: list[Actual] = []
        for argument in arguments:
            if isinstance(argument.value, Name) and argument.value.name == "...":
                found = scope.find("...")
                actuals.extend(_passed_on(found[1] if found else NULL))
            else:
                actuals.append(Actual(argument.name, argument.value))
        return actuals

    def _apply_node(self, function: Node, actuals: list[Actual], node: Node, scope: Scope) -> Value:
        span = (node.line, node.end_line)
        if isinstance(function, (Name, Constant)):
            name = str(function.value) if isinstance(function, Constant) else function.name
            found = scope.find(name)
            if found is None and (handler := self._find(None, name, self.attached)) is not None:  # most calls
                return handler(Site(self, scope, span, name, actuals))
            value = self._force(*found, name) if found else None
            called = value if isinstance(value, (Closure, Builtin, Lambda)) else Builtin(None, name)
            return self.apply(called, actuals, span, scope)
        return self.apply(self.evaluate(function, scope), actuals, span, scope)

    def apply(self, function: Value, actuals: list[Actual], span: tuple[int, int], scope: Scope) -> Value:
        """Call a function with arguments."""
        name = function.name if isinstance(function, Builtin) else ""
        site = Site(self, scope, span, name, actuals)
        if isinstance(function, Builtin):
            handler = self._find(function.package, function.name, self.attached)
            if handler is not None:
                return handler(site)
        elif isinstance(function, Closure):
            return self._apply_closure(function, site)
        elif isinstance(function, Lambda):
            passed = site.values()[:1] or [NULL]
            bindings: dict[str, Value | Promise] = dict.fromkeys((".", ".x"), passed[0])
            return self.evaluate(function.body, Scope(function.scope, bindings))
        site.values()
        self.record.give_up()
        return Unknown(Cause.DYNAMIC, site.source)

    def _apply_closure(self, closure: Closure, site: Site) -> Value:
        parameters = closure.function.parameters
        names = tuple(parameter.name or "" for parameter in parameters)
        site.match(*names)
        bindings: dict[str, Value | Promise] = {}
        for parameter, name in zip(parameters, names, strict=True):
            if site.given(name):
                bindings[name] = site.value(name) or NULL
            elif parameter.value is not None:
                bindings[name] = Promise(parameter.value)
        rest = [(actual.name or "", site.of(actual)) for actual in site.rest]
        if "..." in names:
            bindings["..."] = list_of(tuple(value for _, value in rest), tuple(name for name, _ in rest))
        try:
            absent = frozenset(name for name in names if not site.given(name))
            return self.evaluate(closure.function.body, Scope(closure.scope, bindings, absent=absent))
        except JumpSignal as signal:
            return signal.value

    _ways: ClassVar[dict[type[Node], Callable[["Evaluator", Any, Scope], Value]]] = {
        Constant: _constant,
        Name: _name,
        Namespaced: lambda _, node, __: Builtin(node.package, node.name),
        Parenthesis: lambda self, node, scope: self.evaluate(node.inner, scope),
        Block: _block,
        Assignment: _assign,
        Call: _call,
        Function: lambda _, node, scope: Closure(node, scope),
        If: follow_if,
        For: follow_for,
        While: follow_while,
        Index: _index,
        Member: _member,
        Unary: _unary,
        Binary: _binary,
        Jump: _jump,
        Placeholder: _refuse,
    }


def _passed_on(passed: Value | Promise) -> list[Actual]:
    """The arguments that a function's `...` holds."""
    if not isinstance(passed, ListValue):
        return [Actual(None, None, passed)] if isinstance(passed, Unknown) else []
    names = passed.names or ("",) * len(passed.items)
    return [Actual(name or None, None, value) for name, value in zip(names, passed.items, strict=True)]
