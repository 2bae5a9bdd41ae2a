"""What a repository gets of a catalog."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depnorm.model.catalog import LockedPackage, SharedLayer, Subset
from depnorm.model.dependency import Problem
from depnorm.model.lock import CranLock, CranPackage, Lock
from depnorm.model.plan import LayerDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The shared layers of one repository in the catalog's global order, each with its key, and why not the others.

    `installer` is the pip that builds them, None where the catalog has no snapshot for the Target; `wheelhouse` are the
    build backends that a late build finds, with their key. With a `lock`, `own` are its packages that no layer holds.
    `why_own` has a clause for each of these, and without a lock for each Python package that is asked for and that no
    layer holds. `conda_installer` installs what a lock has of conda. `nearest` are pins that alone keep the
    repository from further layers. With a `cran_lock`, `own_cran` are its packages that no layer brings, each with a
    clause about that.
    """

    as_of: str
    installer: LockedPackage | None = None
    layers: tuple[tuple[SharedLayer, str], ...] = ()
    wheelhouse: tuple[SharedLayer, str] | None = None
    cran: tuple[tuple[Subset, str], ...] = ()
    decisions: tuple[LayerDecision, ...] = ()
    lock: Lock | None = None
    own: tuple[LockedPackage, ...] = ()
    why_own: Mapping[str, str] = field(default_factory=dict)
    nearest: tuple[Problem, ...] = ()
    cran_lock: CranLock | None = None
    own_cran: tuple[tuple[CranPackage, str], ...] = ()
    conda_installer: str = "conda"
