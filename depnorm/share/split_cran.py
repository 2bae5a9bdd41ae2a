"""A lock of R packages into layers: the CRAN subsets of the catalog that bring nothing else, and the rest.

A layer of R packages is taken whole, and brings all that its own packages need: so all of that must be in the lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from depnorm.model import Catalog, CranLock, CranPackage, Ecosystem, LeftOutKind, Subset

_UNKNOWN = "the catalog does not know it"


@dataclass(frozen=True, slots=True, kw_only=True)
class CranSplit:
    """The `subsets` that are taken, in global order, and `own`: the other packages of the lock, each with the reason.

    `refused` is a subset's name to the reason why it is not taken, for those of which the lock has a head.
    """

    subsets: tuple[Subset, ...]
    own: tuple[tuple[CranPackage, str], ...]
    refused: Mapping[str, str]


def split_cran(lock: CranLock, snapshot_date: str | None, catalog: Catalog, *, max_layers: int) -> CranSplit:
    """Split a lock as of `snapshot_date`; at most `max_layers` layers are shared."""
    names = {each.name for each in lock.packages}
    candidates = [s for s in catalog.subsets if s.ecosystem is Ecosystem.CRAN and not names.isdisjoint(s.heads)]
    refused = {subset.name: why for subset in candidates if (why := _objection(subset, lock, snapshot_date, catalog))}
    whole = [subset for subset in candidates if subset.name not in refused]
    refused |= {
        subset.name: f"--max-layers {max_layers} is used up by those before it" for subset in whole[max_layers:]
    }
    taken = tuple(whole[:max_layers])
    held = {package.name for subset in taken for package in lock.closure(subset.installs or subset.heads)}
    known = {head: subset.name for subset in reversed(candidates) for head in subset.heads}
    own = tuple(
        (each, f"layer {known[each.name]}: {refused[known[each.name]]}" if each.name in known else _UNKNOWN)
        for each in lock.packages
        if each.name not in held
    )
    return CranSplit(subsets=taken, own=own, refused=refused)


def _objection(subset: Subset, lock: CranLock, snapshot_date: str | None, catalog: Catalog) -> str:
    """Why a subset is not taken; empty where all that it brings is in the lock."""
    if snapshot_date not in catalog.r_snapshots:
        return f"the snapshot {snapshot_date} is not one of the catalog's: {', '.join(catalog.r_snapshots)}"
    roots = subset.installs or subset.heads
    known = {each.name for each in lock.packages}
    known |= {each.name for each in lock.left_out if each.kind is LeftOutKind.OTHER_TARGET}  # R's own
    needed = [*roots, *(name for package in lock.closure(roots) for name in package.requires)]
    missing = next((name for name in needed if name not in known), "")
    return f"it brings {missing}, which is not in the lock" if missing else ""
