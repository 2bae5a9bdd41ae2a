"""Which layers a corpus should have: chosen, counted and named."""

from collections.abc import Iterable

import numpy as np

from depnorm.corpus.assignment import Ints
from depnorm.corpus.closures import Closures
from depnorm.corpus.layer_names import name_layers
from depnorm.corpus.search import SearchOptions, choose_bundles
from depnorm.corpus.value import value_of
from depnorm.model import Progress
from depnorm.model.mined import Known, MinedCatalog, MinedLayer, Package


def mine(closures: Closures, options: SearchOptions, progress: Progress | None = None) -> MinedCatalog:
    """The layers that save most bytes in these environments (`depnorm.corpus.search`), by falling value.

    The same environments, in any order, give the same catalog. Time and memory of the search are bounded by
    `options.sample` different environments; only their counting grows with the corpus.
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
    known: dict[Package, Known] = {
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


def _holders(closures: Closures, bundles: Iterable[Ints]) -> list[int]:
    """How many environments hold all packages of each bundle."""
    order = np.argsort(closures.items, kind="stable")
    rows = closures.rows()[order]
    starts = np.searchsorted(closures.items[order], np.arange(len(closures.packages) + 1))
    counts = []
    for bundle in bundles:
        rarest_first = sorted(bundle.tolist(), key=lambda item: starts[item + 1] - starts[item])
        found = rows[starts[rarest_first[0]] : starts[rarest_first[0] + 1]]
        for item in rarest_first[1:]:
            found = np.intersect1d(found, rows[starts[item] : starts[item + 1]], assume_unique=True)
        counts.append(len(found))
    return counts


def _say_nothing(what: str, done: int, total: int) -> None:
    del what, done, total
