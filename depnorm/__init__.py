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
    from depnorm.library.analysis import check, inspect
    from depnorm.library.bake import BakeOptions, bake_catalog
    from depnorm.library.catalogs import refresh_catalog
    from depnorm.library.config import Config, load_config
    from depnorm.library.diff import diff
    from depnorm.library.fix import fix
    from depnorm.library.lock_reading import read_lock
    from depnorm.library.options import PlanOptions
    from depnorm.library.plans import dockerfile, lock, plan
    from depnorm.library.sources import open_repository
    from depnorm.library.verify import verify
    from depnorm.share.catalog import list_catalogs, load_catalog, load_snapshot

__version__ = "0.1.0"

__all__ = [
    "BakeOptions",
    "Config",
    "PlanOptions",
    "__version__",
    "bake_catalog",
    "check",
    "diff",
    "dockerfile",
    "fix",
    "inspect",
    "list_catalogs",
    "load_catalog",
    "load_config",
    "load_snapshot",
    "lock",
    "open_repository",
    "plan",
    "read_lock",
    "refresh_catalog",
    "verify",
]


_PLACES = {
    "BakeOptions": "library.bake",
    "Config": "library.config",
    "PlanOptions": "library.options",
    "bake_catalog": "library.bake",
    "check": "library.analysis",
    "diff": "library.diff",
    "dockerfile": "library.plans",
    "fix": "library.fix",
    "inspect": "library.analysis",
    "list_catalogs": "share.catalog",
    "load_catalog": "share.catalog",
    "load_config": "library.config",
    "load_snapshot": "share.catalog",
    "lock": "library.plans",
    "open_repository": "library.sources",
    "plan": "library.plans",
    "read_lock": "library.lock_reading",
    "refresh_catalog": "library.catalogs",
    "verify": "library.verify",
}


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"depnorm.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
