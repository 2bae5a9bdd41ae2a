"""Which layers a corpus should have: chosen, counted and named."""

from collections.abc import Sequence

import numpy as np

from depnorm.corpus.assignment import Ints
from depnorm.corpus.closures import Closures, Sizes
from depnorm.corpus.layer_names import name_layers
from depnorm.corpus.search import SearchOptions, choose_bundles
from depnorm.corpus.value import value_of
from depnorm.model import Progress
from depnorm.model.mined import Known, MinedCatalog, MinedLayer, Package


def mine(
    closures: Closures, options: SearchOptions, progress: Progress | None = None, told: Sizes | None = None
) -> MinedCatalog:
    """The layers that save most bytes in these environments (`depnorm.corpus.search`), by falling value.

    The same environments, in any order, give the same catalog. It keeps each size that was `told`: a heavy package that
    none of these environments has is worth a layer of the first one that does. Time and memory of the search are
    bounded by `options.sample` different environments; only their counting grows with the corpus.
    """
    rows, counts = _different(closures)
    if len(rows) > options.sample:
        # Those that are most often there and largest; the rest is counted, not searched.
        weight = counts * np.add.reduceat(closures.sizes[closures.items], closures.starts[:-1])[rows]
        best = np.sort(np.lexsort((rows, -weight))[: options.sample])
        rows, counts = rows[best], counts[best]
    bundles = choose_bundles(closures.select(rows), counts, options, progress or _say_nothing)
    members = [tuple(closures.packages[item] for item in sorted(bundle.tolist())) for bundle in bundles]
    seen = np.bincount(closures.items, minlength=len(closures.packages))
    sizes = [int(closures.sizes[bundle].sum()) for bundle in bundles]
    holders = _holders(closures, bundles)
    value = value_of(np.array(sizes, np.float64), np.array(holders, np.float64))
    order = sorted(range(len(bundles)), key=lambda number: (-value[number], members[number]))
    names = name_layers(closures, [members[number] for number in order])
    layers = tuple(
        MinedLayer(name, members[number], sizes[number], holders[number])
        for name, number in zip(names, order, strict=True)
    )
    known: dict[Package, Known] = {package: Known(size, 0) for package, size in told.versions.items()} if told else {}
    known |= {
        package: Known(int(size), int(count))
        for package, size, count in zip(closures.packages, closures.sizes, seen, strict=True)
        if count
    }
    return MinedCatalog(options.emitter, options.max_layers, len(closures), layers, known)


def _different(closures: Closures) -> tuple[Ints, Ints]:
    """The first row of each different environment, and how many there are of it."""
    marks = np.random.default_rng(0).integers(1, 2**63, len(closures.packages), dtype=np.uint64)
    sums = np.concatenate(([np.uint64(0)], np.cumsum(marks[closures.items], dtype=np.uint64)))
    _, first, counts = np.unique(
        sums[closures.starts[1:]] - sums[closures.starts[:-1]], return_index=True, return_counts=True
    )
    order = np.argsort(first)
    return first[order], counts[order]


def _holders(closures: Closures, bundles: Sequence[Ints]) -> list[int]:
    """How many environments hold all packages of each bundle."""
    wanted = np.unique(np.concatenate([np.zeros(0, np.int64), *bundles]))
    place = np.full(len(closures.packages), len(wanted))
    place[wanted] = np.arange(len(wanted))
    found = place.astype(np.min_scalar_type(len(wanted)))[closures.items]  # small numbers sort fast: radix
    is_wanted = found < len(wanted)
    found, rows = found[is_wanted], closures.rows()[is_wanted]
    rows = rows[np.argsort(found, kind="stable")]
    starts = np.concatenate(([0], np.cumsum(np.bincount(found, minlength=len(wanted)))))
    return [_in_all([rows[slice(*starts[item : item + 2])] for item in place[bundle].tolist()]) for bundle in bundles]


def _in_all(rows: list[Ints]) -> int:
    """How many rows are in all of these."""
    first, *others = sorted(rows, key=len)
    for each in others:
        first = np.intersect1d(first, each, assume_unique=True)
    return len(first)


def _say_nothing(what: str, done: int, total: int) -> None:
    del what, done, total
