"""Walks syntax trees of R scripts, for tests."""

from collections.abc import Iterator
from dataclasses import fields

from depnorm.read.r.nodes import Argument, Call, Member, Name, Namespaced, Node


def walk(node: Node) -> Iterator[Node]:
    stack: list[Node | Argument] = [node]
    while stack:
        found = stack.pop()
        if isinstance(found, Node):
            yield found
        for field in fields(found):
            value = getattr(found, field.name)
            children = value if isinstance(value, tuple) else (value,)
            stack.extend(child for child in children if isinstance(child, Node | Argument))


def called_name(call: Call) -> str | None:
    """The name that R's parse data marks as a function call."""
    match call.function:
        case Name(name=name) | Namespaced(name=name):
            return name
        case Member(operator="$", name=name):
            return name
    return None
