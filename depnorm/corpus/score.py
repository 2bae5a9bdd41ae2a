"""How much the images of many repositories share, against what could be shared at all."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from depnorm.corpus.assign import Assigner, Layers
from depnorm.corpus.closures import Closures, Sizes
from depnorm.corpus.mine import mine
from depnorm.corpus.search import SearchOptions
from depnorm.model import Emitter, Progress
from depnorm.model.mined import MinedCatalog, Package
from depnorm.model.score import Habit, MinedFor, Score, Split, Stored

CAPS = (4, 8, 16, 32)
IDENTICAL, ALPHABETICAL, POPULAR, LARGEST, MINED, EACH = (
    "identical environments",
    "one package a layer, by name",
    "one package a layer, most common first",
    "one package a layer, largest first",
    "catalog",
    "mined for each cap",
)


def score(closures: Closures, catalog: MinedCatalog, caps: Iterable[int] = CAPS) -> Score:
    """The catalog on these environments under each cap, beside what needs no catalog.

    The bounds are nested: identical environments, then any chain, then layers in any order under a cap, then each
    package once. By name is what sorting a requirements file and splitting it line by line gives; most common first is
    the order of Nix' layered images, over packages counted in the catalog. Of the catalog's layers a chain has them in
    the order for chains, whatever it was mined for: without order they are the same blobs.
    """
    sizes = {package: int(size) for package, size in zip(closures.packages, closures.sizes, strict=True)}
    present = {closures.packages[item] for item in set(closures.items.tolist())}
    rows = [tuple(closures.packages[item] for item in closures.row(number)) for number in range(len(closures))]
    assigner = Assigner(catalog)
    seen = {package: known.seen_in for package, known in catalog.packages.items()}
    ways = [_stored(IDENTICAL, None, (_whole(row) for row in rows), sizes)]
    orders: dict[str, Callable[[Package], tuple[object, ...]]] = {
        ALPHABETICAL: lambda package: package,
        POPULAR: lambda package: (-seen.get(package, 0), package),
        LARGEST: lambda package: (-assigner.size(package), package),
    }
    for cap in caps:
        for name, key in orders.items():
            ways.append(_stored(name, cap, (_singles(row, cap, key) for row in rows), sizes))
        capped = Assigner(catalog, cap, Emitter.CHAIN)
        ways.append(_stored(MINED, cap, (capped.layers(row) for row in rows), sizes))
    ways += [_stored(name, None, (_singles(row, len(row), key) for row in rows), sizes) for name, key in orders.items()]
    total = sum(sizes[package] for row in rows for package in row)
    return Score(
        environments=len(rows),
        total=total,
        ideal=sum(sizes[package] for package in present),
        ways=tuple(ways),
        mined_for=MinedFor(max_layers=catalog.max_layers, emitter=catalog.emitter),
    )


def score_by_habit(closures: Closures, catalog: MinedCatalog, habits: Mapping[str, Habit]) -> tuple[Split, ...]:
    """The same for the repositories of each habit, under the catalog's own cap; what is attainable is among them.

    None where nobody's habit is known: that would be the whole again.
    """
    rows: defaultdict[Habit, list[int]] = defaultdict(list)
    for row, name in enumerate(closures.ids):
        rows[habits.get(name, Habit.UNKNOWN)].append(row)
    if rows.keys() == {Habit.UNKNOWN}:
        return ()
    return tuple(
        Split(habit=habit, score=score(closures.select(np.array(rows[habit])), catalog, [catalog.max_layers]))
        for habit in Habit
        if rows[habit]
    )


def score_each_cap(
    training: Closures, closures: Closures, caps: Iterable[int], sizes: Sizes, progress: Progress | None = None
) -> tuple[Stored, ...]:
    """What catalogs store that are mined for each cap: in a registry one in any order, in a chain one for chains."""
    caps = tuple(caps)
    size = {package: int(each) for package, each in zip(closures.packages, closures.sizes, strict=True)}
    rows = [tuple(closures.packages[item] for item in closures.row(number)) for number in range(len(closures))]
    ways = []
    for number, cap in enumerate(caps):
        if progress:
            progress(f"mining for {cap} layers", number, len(caps))
        found = {}
        for emitter in Emitter:
            assigner = Assigner(mine(training, SearchOptions.of(emitter, cap), told=sizes), cap, Emitter.CHAIN)
            found[emitter] = _stored(EACH, cap, map(assigner.layers, rows), size)
        ways.append(replace(found[Emitter.LINK], chain=found[Emitter.CHAIN].chain))
    if progress:
        progress("mined", len(caps), len(caps))
    return tuple(ways)


def stored_bytes(assigned: Iterable[Layers], size: Callable[[Package], int]) -> tuple[int, int, int]:
    """Bytes of blobs, bytes of a chain, and the most layers of one image."""
    blobs: dict[tuple[Package, ...], int] = {}
    nodes: dict[tuple[int, int], int] = {}
    chain = most = 0
    for layers in assigned:
        below = -1
        most = max(most, len(layers))
        for layer in layers:
            number = blobs.setdefault(layer, len(blobs))
            step = nodes.get((below, number))
            if step is None:
                step = nodes[below, number] = len(nodes)
                chain += sum(map(size, layer))
            below = step
    return sum(size(package) for layer in blobs for package in layer), chain, most


def _stored(name: str, cap: int | None, assigned: Iterator[Layers], sizes: dict[Package, int]) -> Stored:
    blobs, chain, most = stored_bytes(assigned, sizes.__getitem__)
    return Stored(name=name, cap=cap, blobs=blobs, chain=chain, most_layers=most)


def _whole(row: tuple[Package, ...]) -> Layers:
    return (tuple(sorted(row)),) if row else ()


def _singles(row: tuple[Package, ...], cap: int, key: Callable[[Package], tuple[object, ...]]) -> Layers:
    """The first packages of this order a layer each, and the rest."""
    ordered = sorted(row, key=key)
    rest = tuple(sorted(ordered[cap:]))
    return (*((package,) for package in ordered[:cap]), *((rest,) if rest else ()))
