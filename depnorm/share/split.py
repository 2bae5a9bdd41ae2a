"""A lock into layers: the partition of exact artifacts, never of requirements.

Objective: first the bytes that a registry stores for all repositories together, then the seconds of a build. A layer is
worth its bytes to whoever has the same one, so that under a cap of layers the largest win: shared layers of the catalog
whose artifacts are all in the lock, and heavy wheels alone, whether a catalog knows them or not. The rest is the
repository's own layer: one step, which is quicker than many. The choice depends on the lock and the catalog alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from depnorm.model import Lock, LockedPackage, SharedLayer, Snapshot

HEAVY_BYTES = 20_000_000
"""From this size a wheel is worth a layer of its own, seen before or not."""
_FULL = "--max-layers {} is used up by {}larger ones"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """An exact partition of a lock: the packages of `layers`, and `own`, sorted by name.

    `layers` are those of the catalog in its global order, then the heavy wheels, the largest first. `why_own` says of
    each package of `own` why no shared layer holds it; `refused` is a layer's name to the reason why it is not taken,
    for those of which the lock has a head.
    """

    layers: tuple[SharedLayer, ...]
    own: tuple[LockedPackage, ...]
    why_own: Mapping[str, str]
    refused: Mapping[str, str]


def split_lock(
    lock: Lock,
    snapshot: Snapshot,
    *,
    max_layers: int,
    builds_locally: bool = False,
) -> Split:
    """Split the lock; at most `max_layers` layers are shared, the wheelhouse of `builds_locally` included.

    Packages that write the same files are never split, since the order of their installation matters.
    """
    packages = {each.name: each for each in lock.packages}
    free = {name: each for name, each in packages.items() if name not in lock.colliding}
    wheelhouse = [layer for layer in snapshot.layers if layer.wheelhouse and builds_locally][:max_layers]
    whole, refused = _of_the_catalog(snapshot, packages, free)
    heavy = list(_heavy(free.values(), whole))
    taken = sorted([*whole, *heavy], key=lambda layer: (-layer.size, layer.name))[: max_layers - len(wheelhouse)]
    chosen = {*taken, *wheelhouse}
    layers = tuple(layer for layer in (*snapshot.layers, *heavy) if layer in chosen)
    full = _FULL.format(max_layers, f"{wheelhouse[0].name} and then " if wheelhouse else "")
    refused |= {layer.name: full for layer in whole if layer not in chosen}
    held = {package.name for layer in taken for package in layer.packages}
    own = tuple(each for each in lock.packages if each.name not in held)
    reasons = _Reasons(snapshot=snapshot, refused=refused, colliding=lock.colliding, full=full)
    return Split(layers=layers, own=own, why_own={each.name: reasons.of(each) for each in own}, refused=refused)


def _of_the_catalog(
    snapshot: Snapshot, locked: Mapping[str, LockedPackage], free: Mapping[str, LockedPackage]
) -> tuple[list[SharedLayer], dict[str, str]]:
    """The layers of which every artifact is in the lock, and why not others of which a head is."""
    whole: list[SharedLayer] = []
    refused: dict[str, str] = {}
    for layer in snapshot.layers:
        if layer.wheelhouse or locked.keys().isdisjoint(layer.heads):
            continue
        objections = (_objection(package, locked, free) for package in layer.packages)
        if objection := next(filter(None, objections), ""):
            refused[layer.name] = objection
        else:
            whole.append(layer)
    return whole, refused


def _objection(package: LockedPackage, locked: Mapping[str, LockedPackage], free: Mapping[str, LockedPackage]) -> str:
    """Why the lock does not hold a package of a layer; empty where it does."""
    found = locked.get(package.name)
    if found is None:
        return f"{package.name} is not in the lock"
    if found.artifact.sha256 != package.artifact.sha256:
        other = found.version if found.version != package.version else found.artifact.filename
        return f"the lock has {package.name} {other}, the catalog {package.version}"
    return "" if package.name in free else f"{package.name} writes the files of another package"


def _heavy(packages: Iterable[LockedPackage], whole: Iterable[SharedLayer]) -> Iterator[SharedLayer]:
    """A layer for each heavy wheel that no layer of the catalog holds, the largest first."""
    held = {package.name for layer in whole for package in layer.packages}
    heavy = [each for each in packages if each.name not in held and (each.artifact.size or 0) >= HEAVY_BYTES]
    for package in sorted(heavy, key=lambda each: (-(each.artifact.size or 0), each.name)):
        yield SharedLayer(name=package.name, heads=(package.name,), packages=(package,), after=(), seen_in=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reasons:
    """Why packages are in the own layer."""

    snapshot: Snapshot
    refused: Mapping[str, str]
    colliding: frozenset[str]
    full: str

    def of(self, package: LockedPackage) -> str:
        """A clause about one package."""
        known = self.snapshot.packages.get(package.name)
        layer = next((each for each in self.snapshot.layers if not each.wheelhouse and known in each.packages), None)
        if package.name in self.colliding:
            return "writes the files of another package"
        if known is None:
            return self.full if (package.artifact.size or 0) >= HEAVY_BYTES else "the catalog does not know it"
        if known.artifact.sha256 != package.artifact.sha256:
            return f"the catalog has {known.version}"
        if layer is None:
            return "no layer of the catalog holds it"
        return f"layer {layer.name}: {self.refused.get(layer.name, 'none of its heads is in the lock')}"
