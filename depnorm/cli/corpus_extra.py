"""What the commands of a corpus need is an extra: where it is missing, they say so."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from depnorm.errors import UsageError

EXTRA = frozenset(
    {"altair", "duckdb", "ibis", "narwhals", "numpy", "pandas", "pyarrow", "scipy", "sqlglot", "vl_convert"}
)
"""Top-level modules that come with the extra `corpus`."""

P = ParamSpec("P")
R = TypeVar("R")


def needs_extra(command: Callable[P, R]) -> Callable[P, R]:
    """The command; where a module of the extra is missing it raises `UsageError`."""

    @functools.wraps(command)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ModuleNotFoundError as error:
            module = (error.name or "").partition(".")[0]
            if module not in EXTRA:
                raise
            message = f"depnorm corpus: the module {module} is not installed"
            raise UsageError(message, hint="pip install 'depnorm[corpus]'") from error

    return checked
