"""depnorm: container layers that repositories share.

The library does what the command line does:

    >>> import depnorm
    >>> plan = depnorm.plan("corpus/plain-scipy/repo")
    >>> text = depnorm.dockerfile(plan)
    >>> plan.mode is depnorm.Mode.DECLARED
    True

What it promises to a program that embeds it:

* Every function may be called from any number of threads at once. The same input gives the same bytes in each.
* Nothing is printed or logged. The directory, the environment, signal handlers, the filters of warnings and `sys.path`
  stay as they were. `progress` is the one way in which a long call tells how far it is.
* What is kept between calls does not grow with the number of repositories, and a file that changed is read again.
* Each error that is meant for the caller is a `DepnormError`: `str(error)` is a sentence, `error.hint` says
  what to do next. A bad line of a repository is no error: it is a `Finding`.
* What the functions give is frozen, so that threads can share it.

The names here are the public ones, and `depnorm.model` has the types of what they hold. Importing is cheap: each
function brings in what it needs when it is first called.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from depnorm.errors import (
        CatalogError,
        DepnormError,
        OutsideRepositoryError,
        RegistryError,
        ResolutionError,
        UnsupportedError,
        UnusableInputError,
        UsageError,
    )
    from depnorm.library.analysis import check, inspect
    from depnorm.library.bake import BakeOptions, bake_catalog
    from depnorm.library.catalogs import refresh_catalog
    from depnorm.library.config import Config, load_config
    from depnorm.library.diff import diff
    from depnorm.library.documents import (
        diff_json,
        findings_json,
        fix_json,
        inspect_json,
        json_schema,
        lock_json,
        plan_json,
        verification_json,
    )
    from depnorm.library.fix import fix
    from depnorm.library.lock_reading import LockOptions, read_lock
    from depnorm.library.options import PlanOptions
    from depnorm.library.plans import dockerfile, lock, plan
    from depnorm.library.sources import open_repository
    from depnorm.library.verify import verify
    from depnorm.model import (
        Catalog,
        CranLock,
        Dependency,
        Ecosystem,
        Finding,
        Ignored,
        IgnoredBy,
        Lock,
        Mode,
        Plan,
        Progress,
        RepoReference,
        Severity,
        Snapshot,
        SpecFile,
        Stage,
        StageKind,
        StagePackage,
        Target,
        Trace,
    )
    from depnorm.model.diff import PlanDiff
    from depnorm.model.fixed import FixedFile
    from depnorm.model.source import OpenRepository
    from depnorm.model.verification import Engine, Verification
    from depnorm.share.catalog import list_catalogs, load_catalog, load_snapshot

__version__ = "0.1.0"

_PLACES = {
    "BakeOptions": "library.bake",
    "Catalog": "model",
    "CatalogError": "errors",
    "Config": "library.config",
    "CranLock": "model",
    "Dependency": "model",
    "DepnormError": "errors",
    "Ecosystem": "model",
    "Engine": "model.verification",
    "Finding": "model",
    "FixedFile": "model.fixed",
    "Ignored": "model",
    "IgnoredBy": "model",
    "Lock": "model",
    "LockOptions": "library.lock_reading",
    "Mode": "model",
    "OpenRepository": "model.source",
    "OutsideRepositoryError": "errors",
    "Plan": "model",
    "PlanDiff": "model.diff",
    "PlanOptions": "library.options",
    "Progress": "model",
    "RegistryError": "errors",
    "RepoReference": "model",
    "ResolutionError": "errors",
    "Severity": "model",
    "Snapshot": "model",
    "SpecFile": "model",
    "Stage": "model",
    "StageKind": "model",
    "StagePackage": "model",
    "Target": "model",
    "Trace": "model",
    "UnsupportedError": "errors",
    "UnusableInputError": "errors",
    "UsageError": "errors",
    "Verification": "model.verification",
    "bake_catalog": "library.bake",
    "check": "library.analysis",
    "diff": "library.diff",
    "diff_json": "library.documents",
    "dockerfile": "library.plans",
    "findings_json": "library.documents",
    "fix": "library.fix",
    "fix_json": "library.documents",
    "inspect": "library.analysis",
    "inspect_json": "library.documents",
    "json_schema": "library.documents",
    "list_catalogs": "share.catalog",
    "load_catalog": "share.catalog",
    "load_config": "library.config",
    "load_snapshot": "share.catalog",
    "lock": "library.plans",
    "lock_json": "library.documents",
    "open_repository": "library.sources",
    "plan": "library.plans",
    "plan_json": "library.documents",
    "read_lock": "library.lock_reading",
    "refresh_catalog": "library.catalogs",
    "verification_json": "library.documents",
    "verify": "library.verify",
}

__all__ = [
    "BakeOptions",
    "Catalog",
    "CatalogError",
    "Config",
    "CranLock",
    "Dependency",
    "DepnormError",
    "Ecosystem",
    "Engine",
    "Finding",
    "FixedFile",
    "Ignored",
    "IgnoredBy",
    "Lock",
    "LockOptions",
    "Mode",
    "OpenRepository",
    "OutsideRepositoryError",
    "Plan",
    "PlanDiff",
    "PlanOptions",
    "Progress",
    "RegistryError",
    "RepoReference",
    "ResolutionError",
    "Severity",
    "Snapshot",
    "SpecFile",
    "Stage",
    "StageKind",
    "StagePackage",
    "Target",
    "Trace",
    "UnsupportedError",
    "UnusableInputError",
    "UsageError",
    "Verification",
    "__version__",
    "bake_catalog",
    "check",
    "diff",
    "diff_json",
    "dockerfile",
    "findings_json",
    "fix",
    "fix_json",
    "inspect",
    "inspect_json",
    "json_schema",
    "list_catalogs",
    "load_catalog",
    "load_config",
    "load_snapshot",
    "lock",
    "lock_json",
    "open_repository",
    "plan",
    "plan_json",
    "read_lock",
    "refresh_catalog",
    "verification_json",
    "verify",
]


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"depnorm.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
