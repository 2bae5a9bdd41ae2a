"""What an R expression can be worth to a reader that runs nothing: constants, functions, and kinds of not knowing.

Nothing changes values. All but the rare `Unknown`, which `unique()` looks up, are not frozen because that makes a
dataclass four times as slow to create.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from depnorm.read.r.nodes import Function, Node


MAX_ITEMS = 10_000  # of a vector, or of a list with all its parts
MAX_LIST_DEPTH = 20


class Cause(StrEnum):
    """Why a value is not known, most serious first."""

    DYNAMIC = "dynamic"  # only running the script would tell
    FILE = "file"  # it is read from a file
    VARIABLE = "variable"  # an environment variable
    MACHINE = "machine"  # R's version, the platform, the time: nothing of the repository


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only running the script would tell; `target` is the file, the variable or the source text."""

    cause: Cause
    target: str = ""


Scalar = str | float | bool | None


@dataclass(slots=True)
class Item:
    """One element of a vector; `line` and `end_line` are where its literal stands, 0 for a computed one."""

    value: Scalar | Unknown
    line: int = 0
    end_line: int = 0


@dataclass(slots=True)
class Vector:
    """An atomic vector; NULL is the empty one. `assumed` where it holds because nothing is installed yet.

    `names` is empty, or has one name per item.
    """

    items: tuple[Item, ...] = ()
    names: tuple[str, ...] = ()
    assumed: bool = False


@dataclass(slots=True)
class ListValue:
    """A list; `names` is empty, or has one name per item. `list_of` makes it and bounds its depth and weight."""

    items: tuple[Value, ...] = ()
    names: tuple[str, ...] = ()
    depth: int = 1
    weight: int = 1


@dataclass(slots=True)
class Closure:
    """A function that the script defines."""

    function: Function
    scope: Scope


@dataclass(slots=True)
class Builtin:
    """A function of R or of a package, by name."""

    package: str | None
    name: str


@dataclass(slots=True)
class Lambda:
    """`~ f(.x)`, as purrr takes it."""

    body: Node
    scope: Scope


@dataclass(slots=True)
class Installed:
    """What `installed.packages()` gives, or a part of it: what the script installed so far, and R's own packages."""

    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class Promise:
    """A default value, worked out when the parameter is first used."""

    node: Node


Value = Vector | ListValue | Closure | Builtin | Lambda | Installed | Unknown
NULL = Vector()


@dataclass(slots=True, eq=False)
class Scope:
    """Variables; looked up outwards. `overlay` scopes hold what a branch that may not run assigns.

    `absent` are the parameters that a function was called without.
    """

    parent: Scope | None = None
    bindings: dict[str, Value | Promise] = field(default_factory=dict)
    overlay: bool = False
    absent: frozenset[str] = frozenset()

    def find(self, name: str) -> tuple[Scope, Value | Promise] | None:
        """The binding of `name` and the scope it is in."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings:
                return scope, scope.bindings[name]
            scope = scope.parent
        return None

    def assign_outward(self, name: str, value: Value) -> None:
        """`<<-`: assign where the name exists outside this function, else globally."""
        scope: Scope = self
        while scope.overlay and scope.parent is not None:
            scope = scope.parent
        scope = scope.parent or scope
        while name not in scope.bindings and scope.parent is not None:
            scope = scope.parent
        scope.bindings[name] = value


def vector(*values: Scalar, assumed: bool = False) -> Vector:
    """A vector of computed values."""
    return Vector(tuple(Item(value) for value in values), assumed=assumed)


def list_of(items: tuple[Value, ...], names: tuple[str, ...] = ()) -> ListValue | Unknown:
    """A list, as long as it is small enough to be gone through."""
    inner = [item for item in items if isinstance(item, ListValue)]
    vectors = sum(len(item.items) for item in items if isinstance(item, Vector))
    depth = 1 + max((item.depth for item in inner), default=0)
    weight = 1 + len(items) + vectors + sum(item.weight for item in inner)
    if depth > MAX_LIST_DEPTH or weight > MAX_ITEMS:
        return Unknown(Cause.DYNAMIC)
    return ListValue(items, names, depth, weight)


def first_unknown(value: Value | None) -> Unknown | None:
    """What is not known about a value; None where it is a constant."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Vector):
        return next((item.value for item in value.items if isinstance(item.value, Unknown)), None)
    if isinstance(value, ListValue):
        return next(filter(None, map(first_unknown, value.items)), None)
    return None


def texts(value: Value | None) -> tuple[str, ...] | None:
    """The strings of a constant character vector (numbers as R prints them); None for anything else."""
    value = as_vector(value) if isinstance(value, ListValue) else value
    if not isinstance(value, Vector) or first_unknown(value):
        return None
    return tuple(as_text(item.value) for item in value.items if not isinstance(item.value, Unknown))


def one_text(value: Value | None) -> str | None:
    """The string of a constant character vector of length one; None for anything else."""
    strings = texts(value)
    return strings[0] if strings is not None and len(strings) == 1 else None


def as_text(value: Scalar) -> str:
    """A scalar as `as.character` writes it."""
    if value is None:
        return "NA"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def as_vector(value: Value | None) -> Vector | Unknown:
    """`unlist(value)`, names dropped where they would have to be made up."""
    if isinstance(value, Vector | Unknown):
        return value
    if not isinstance(value, ListValue):
        return Unknown(Cause.DYNAMIC)
    items: list[Item] = []
    for inner in value.items:
        flat = as_vector(inner)
        items.extend((Item(flat),) if isinstance(flat, Unknown) else flat.items)
    named = len(value.names) == len(items)
    return Vector(tuple(items), value.names if named else ())


def elements(value: Value | None) -> tuple[Value, ...] | Unknown:
    """The elements that `for` and `lapply` go through."""
    if isinstance(value, Vector):
        return tuple(
            item.value if isinstance(item.value, Unknown) else Vector((item,), assumed=value.assumed)
            for item in value.items
        )
    if isinstance(value, ListValue):
        return value.items
    return value if isinstance(value, Unknown) else Unknown(Cause.DYNAMIC)


def truth(value: Value | None) -> tuple[bool | None, bool]:
    """What `if` makes of a value (None: not known), and whether that is assumed because nothing is installed yet."""
    if not isinstance(value, Vector) or len(value.items) != 1:
        return None, False
    scalar = value.items[0].value
    if isinstance(scalar, Unknown) or scalar is None:
        return None, value.assumed
    if isinstance(scalar, str):
        known = {"TRUE": True, "true": True, "T": True, "FALSE": False, "false": False, "F": False}.get(scalar)
        return known, value.assumed
    return bool(scalar), value.assumed
