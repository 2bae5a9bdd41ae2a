"""What a repository gets of a catalog."""

from dataclasses import dataclass

from depnorm.model.catalog import LockedPackage, SharedLayer, Subset
from depnorm.model.plan import LayerDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The shared layers of one repository in the catalog's global order, each with its key, and why not the others.

    `installer` is the pip that builds them, None where the catalog has no snapshot for the Target; `wheelhouse` are
    the build backends that a late build finds, with their key.
    """

    as_of: str
    installer: LockedPackage | None = None
    layers: tuple[tuple[SharedLayer, str], ...] = ()
    wheelhouse: tuple[SharedLayer, str] | None = None
    cran: tuple[tuple[Subset, str], ...] = ()
    decisions: tuple[LayerDecision, ...] = ()
