"""A command that converts plain values itself.

typer 0.29 converts every value, also those that were not given, with pydantic, whose import costs 60 ms: a third of the
time a plan may take. What is not converted here, and every value that is wrong, is left to typer and its messages.
"""

import inspect
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.core import TyperCommand, TyperGroup

from depnorm.cli.messages import speaks

_UNKNOWN = object()


def add_command(app: Any, command: Callable[..., Any], name: str | None = None, epilog: str | None = None) -> None:
    """Make a function a command of a typer app, with the options that every command has."""
    app.command(name, cls=PlainCommand, epilog=epilog)(speaks(command))


def examples(*lines: str) -> str:
    """The examples that the help of a command ends with."""
    # click wraps nothing after a \b
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


class PlainCommand(TyperCommand):
    """A typer command whose strings, paths, choices and lists of them need no pydantic.

    Paths are taken as they are: none of typer's checks (`exists`, `dir_okay`) applies. Callbacks of options are not
    called for what was not given.
    """

    def get_params(self, ctx: Any) -> Any:
        """Its own parameters and `--help`."""
        annotations = inspect.get_annotations(self.callback) if self.callback else {}
        return _convert_plainly(super().get_params(ctx), annotations)


class PlainGroup(TyperGroup):
    """The same for the options before a command."""

    def get_params(self, ctx: Any) -> Any:
        """Its own parameters, `--help` and those of shell completion."""
        return _convert_plainly(super().get_params(ctx), {})


def _convert_plainly(parameters: list[Any], annotations: Mapping[str, Any]) -> list[Any]:
    for parameter in parameters:
        if "process_value" not in vars(parameter):
            kind, many = _kind(annotations.get(parameter.name))
            absent = _UNKNOWN if parameter.required else () if many else None
            # An instance's attribute comes before its class's method, whichever class typer chose.
            vars(parameter)["process_value"] = _converter(kind, absent, parameter.process_value)
    return parameters


def _converter(kind: Any, absent: object, fallback: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def process_value(context: Any, value: Any) -> Any:
        if value is None or value == ():
            converted = absent
        elif isinstance(value, list | tuple):
            items = [_convert(kind, item) for item in value]
            converted = _UNKNOWN if _UNKNOWN in items else items
        else:
            converted = _convert(kind, value)
        return fallback(context, value) if converted is _UNKNOWN else converted

    return process_value


def _convert(kind: Any, value: object) -> object:
    """`value` as `kind`, or `_UNKNOWN`."""
    if not isinstance(kind, type) or not issubclass(kind, str | Path | Enum):
        return _UNKNOWN
    if isinstance(value, kind):
        return value
    try:
        return kind(value) if isinstance(value, str) else _UNKNOWN
    except ValueError:
        return _UNKNOWN


def _kind(annotation: Any) -> tuple[Any, bool]:
    """The type inside `Annotated[list[X] | None, …]`, and whether there are several."""
    if hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    members = [member for member in get_args(annotation) if member is not type(None)]
    if get_origin(annotation) is list:
        return members[0], True
    return _kind(members[0]) if members else (annotation, False)
