"""depnorm: container layers that repositories share.

The library does what the command line does, without printing, changing directories or touching global state:

    >>> import depnorm
    >>> plan = depnorm.plan("corpus/plain-scipy/repo")
    >>> text = depnorm.dockerfile(plan)

Importing it is cheap: each function brings in what it needs when it is first called.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from depnorm.library import (
        PlanOptions,
        check,
        dockerfile,
        inspect,
        list_catalogs,
        load_catalog,
        load_snapshot,
        plan,
        refresh_catalog,
    )

__version__ = "0.1.0"

__all__ = [
    "PlanOptions",
    "__version__",
    "check",
    "dockerfile",
    "inspect",
    "list_catalogs",
    "load_catalog",
    "load_snapshot",
    "plan",
    "refresh_catalog",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module("depnorm.library"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
