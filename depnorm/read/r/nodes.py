"""The syntax tree of an R script: values that know their lines.

Nothing changes them. They are not frozen because that makes a dataclass four times as slow to create.
"""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Node:
    """An expression. `line` is its first physical line, `end_line` its last, both counted from 1.

    Nodes compare by identity and print no children: a tree may be deeper than Python likes to recurse.
    """

    line: int
    end_line: int


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Constant(Node):
    """A literal: str, float (R's integers too), bool, or None for NULL and the NAs."""

    value: str | float | bool | None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Name(Node):
    """A variable or function name."""

    name: str


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Namespaced(Node):
    """`package::name`, `package:::name`."""

    package: str
    name: str


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Argument:
    """An argument of a call or an index; `value` is None where nothing is written (`x[, 1]`)."""

    name: str | None
    value: Node | None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Call(Node):
    """`function(arguments)`; of a native pipe `x |> f(y)` the left side is its first argument."""

    function: Node
    arguments: tuple[Argument, ...]


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Index(Node):
    """`target[arguments]`, or with `double` `target[[arguments]]`."""

    target: Node
    arguments: tuple[Argument, ...]
    double: bool


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Member(Node):
    """`target$name`, `target@name`."""

    target: Node
    operator: str
    name: str


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Unary(Node):
    """`operator operand`: one of - + ! ~ ?."""

    operator: str
    operand: Node


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Binary(Node):
    """`left operator right`, assignments excepted."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Assignment(Node):
    """`target <- value` in any of R's spellings; `outward` for `<<-` and `->>`."""

    target: Node
    value: Node
    outward: bool


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Function(Node):
    """`function(parameters) body`, or with a backslash for the word. A parameter without default has the value None."""

    parameters: tuple[Argument, ...]
    body: Node


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class If(Node):
    """`if (condition) then else otherwise`."""

    condition: Node
    then: Node
    otherwise: Node | None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class For(Node):
    """`for (variable in sequence) body`."""

    variable: str
    sequence: Node
    body: Node


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class While(Node):
    """`while (condition) body`, and with None for the condition `repeat body`."""

    condition: Node | None
    body: Node


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Block(Node):
    """`{ statements }`."""

    statements: tuple[Node, ...]


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Parenthesis(Node):
    """`(inner)`."""

    inner: Node


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Jump(Node):
    """`next` or `break`."""

    word: str


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Placeholder(Node):
    """The `_` of a native pipe, before the pipe has put its left side there."""
