"""Which shared layers a repository without a lock gets: only those that its own command will keep.

pip keeps what is installed as long as nothing asks for another version. So a layer is admitted iff one
of its heads is asked for, (a) every package that comes with it satisfies every requirement and constraint, and (b) none
of them is in the snapshot closure of a requirement that cannot be at the snapshot's version (see `exclusion`). It is
taken unless (c) what comes with it and nothing asks for weighs more than a quarter of what is asked for: geopandas
alone does not bring JupyterLab because both need certifi.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from depnorm.model import (
    Admission,
    Catalog,
    CranAdmission,
    Dependency,
    Ecosystem,
    SharedLayer,
    Snapshot,
)
from depnorm.share.exclusion import find_blocked, find_demands
from depnorm.share.layers import closure

DEFAULT_MAX_LAYERS = 8
_MOST_DEAD, _LEAST_DEAD = 0.25, 1_000_000
"""Bytes that nothing asks for which may come with a layer: to each that is asked for, and in any case."""


def admit(
    asked: Sequence[Dependency],
    constraints: Sequence[Dependency],
    snapshot: Snapshot,
    *,
    max_layers: int = DEFAULT_MAX_LAYERS,
    builds_locally: bool = False,
) -> Admission:
    """The layers of `snapshot` for a repository that asks for `asked` under `constraints`, and why not others.

    A head counts as asked for also when the snapshot's closure of a requirement holds it. Where more than `max_layers`
    are admissible the larger ones win. `builds_locally` asks for the wheelhouse. The order of `asked` does not matter.
    """
    demands = find_demands(asked, snapshot)
    reach = {demand.name: closure([demand.name], snapshot.packages) for demand in demands}
    blocked = find_blocked(demands, find_demands(constraints, snapshot), reach, snapshot)
    wanted: set[str] = set()
    for demand in demands:
        if demand.certain:
            # What a requirement at another version needs is unknown, so it asks for nothing but itself.
            wanted |= {demand.name} if demand.name in blocked else reach[demand.name]
    layers = {layer.name: layer for layer in snapshot.layers}
    refused: dict[str, str] = {}
    for layer in snapshot.layers:
        if not layer.wheelhouse and not wanted.isdisjoint(layer.heads):
            refused[layer.name] = _objection(layer, layers, blocked)
    admissible = [layers[name] for name, reason in refused.items() if not reason]
    found = _select(admissible, snapshot, max_layers, wanted, builds_locally=builds_locally)
    return Admission(
        layers=found.layers, refused={**{name: why for name, why in refused.items() if why}, **found.refused}
    )


def admit_cran(names: Iterable[str], snapshot_date: str | None, catalog: Catalog) -> CranAdmission:
    """The CRAN subsets of which a head is asked for, where the catalog has the repository's snapshot date."""
    asked = frozenset(names)
    candidates = [s for s in catalog.subsets if s.ecosystem is Ecosystem.CRAN and not asked.isdisjoint(s.heads)]
    if snapshot_date in catalog.r_snapshots:
        return CranAdmission(subsets=tuple(candidates), refused={})
    dates = ", ".join(catalog.r_snapshots)
    given = f"the snapshot {snapshot_date} is not one of" if snapshot_date else "no snapshot is given, there are"
    return CranAdmission(subsets=(), refused={subset.name: f"{given} the catalog's: {dates}" for subset in candidates})


def _objection(layer: SharedLayer, layers: Mapping[str, SharedLayer], blocked: Mapping[str, str]) -> str:
    """The sentence about the first package that speaks against `layer`, heads first; empty if none does."""
    if not blocked:
        return ""
    own = [*layer.heads, *(package.name for package in layer.packages)]
    if why := next((blocked[name] for name in own if name in blocked), ""):
        return why
    before = ((name, package.name) for name in layer.after for package in layers[name].packages)
    return next(
        (f"it needs layer {name}, and {blocked[package]}" for name, package in before if package in blocked), ""
    )


def _select(
    admissible: Sequence[SharedLayer],
    snapshot: Snapshot,
    max_layers: int,
    wanted: AbstractSet[str],
    *,
    builds_locally: bool,
) -> Admission:
    """The largest of `admissible` first, each with those it comes after, as long as they fit."""
    wheelhouses = [layer.name for layer in snapshot.layers if layer.wheelhouse and builds_locally]
    before = f"{wheelhouses[0]} and then " if wheelhouses else ""
    full = f"--max-layers {max_layers} is used up by {before}larger ones"
    layers = {layer.name: layer for layer in snapshot.layers}
    taken = set(wheelhouses[:max_layers])
    refused: dict[str, str] = {}
    for layer in sorted(admissible, key=lambda layer: (-layer.size, layer.name)):
        more = {layer.name, *layer.after} - taken
        if dead := _dead([layers[name] for name in more], wanted):
            refused[layer.name] = dead
        elif len(taken | more) > max_layers:
            refused[layer.name] = full
        else:
            taken |= more
    return Admission(
        layers=tuple(layer for layer in snapshot.layers if layer.name in taken),
        refused={name: why for name, why in refused.items() if name not in taken},
    )


def _dead(more: Iterable[SharedLayer], wanted: AbstractSet[str]) -> str:
    """The sentence about layers that would bring too much which nothing asks for; empty where they do not."""
    packages = [package for layer in more for package in layer.packages]
    size = sum(package.size for package in packages)
    dead = [package for package in packages if package.name not in wanted]
    weight = sum(package.size for package in dead)
    if weight <= max(_MOST_DEAD * (size - weight), _LEAST_DEAD):
        return ""
    largest = max(dead, key=lambda package: (package.size, package.name))
    return f"it would bring {weight / 1e6:.0f} MB that nothing asks for, {largest.name} among it; a lock takes it alone"
