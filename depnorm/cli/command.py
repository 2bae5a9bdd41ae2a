"""A command that converts plain values itself.

typer 0.29 converts every value, also those that were not given, with pydantic, whose import costs 60 ms: a third of the
time a plan may take. What this does not convert, and every value that is wrong, is left to typer.
"""

import inspect
import types
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.core import TyperCommand

_UNKNOWN = object()


class PlainCommand(TyperCommand):
    """A typer command whose strings, paths, choices and lists of them need no pydantic."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        types_by_name = inspect.get_annotations(inspect.unwrap(self.callback)) if self.callback else {}
        for parameter in self.params:
            if parameter.name in types_by_name and getattr(parameter, "callback", None) is None:
                convert = _converter(types_by_name[parameter.name], parameter.process_value)
                vars(parameter)["process_value"] = convert


def _converter(annotation: Any, fallback: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    kind = _plain(annotation)

    def process_value(context: Any, value: Any) -> Any:
        converted = _convert(kind, value)
        return fallback(context, value) if converted is _UNKNOWN else converted

    return process_value
