"""Which packages should be layers together: bundles, chosen greedily."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from depnorm.corpus.assignment import Assignment, Bundles, ChainAssignment, Floats, Ints
from depnorm.corpus.closures import Closures
from depnorm.model import Emitter

_BLOCK = 512
_EVALUATED = 1000
_AT_ONCE = 24


DEFAULT_LAYERS = {Emitter.LINK: 16, Emitter.CHAIN: 8}
"""Shared layers of one image, as the emitters of depnorm have them."""
_PRICE = {Emitter.LINK: 0.2, Emitter.CHAIN: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How layers are chosen.

    `max_layers` caps the shared layers of one image. A package or bundle counts from `min_seen` repositories on, a
    bundle from `min_bytes`. Each byte of a bundle costs `price` more than it stores: a reserve against bundles that fit
    these environments by chance (chosen by scoring held-out halves). At most `candidates` bundles are tried in a round,
    over at most `sample` different environments.
    """

    max_layers: int
    price: float
    emitter: Emitter = Emitter.LINK
    min_seen: int = 2
    min_bytes: int = 1_000_000
    candidates: int = 4000
    sample: int = 4096
    rounds: int = 4
    seed: int = 1

    @classmethod
    def of(cls, emitter: Emitter, max_layers: int | None = None) -> "SearchOptions":
        """The options for images that hold layers so, with the cap of the emitter by default."""
        cap = DEFAULT_LAYERS[emitter] if max_layers is None else max_layers
        return cls(emitter=emitter, max_layers=cap, price=_PRICE[emitter])


def choose_bundles(
    closures: Closures, counts: Ints, options: SearchOptions, tell: Callable[[str, int, int], None]
) -> list[Ints]:
    """Bundles of packages (their numbers) that save most bytes as layers beside single packages.

    Objective: bytes of all environments, less the bytes of what is stored (each layer that some image takes, and each
    own layer, once; in a chain once over each other parent), less `price` times the bytes of the bundles. Without a cap
    that is a monotone submodular function minus a modular one, for which greedy choice by distorted gains reaches
    (1 - 1/e) f(OPT) - c(OPT) (Harshaw et al. 2019); under a cap of layers per image no guarantee holds, since a layer
    can push out another. Bundles are chosen greedily, with lazy evaluation: first from the intersections of two
    environments, then from unions of two layers that images take together, again and again.
    """
    kind = ChainAssignment if options.emitter is Emitter.CHAIN else Assignment
    state = kind(closures, counts, options.max_layers, options.min_seen)
    search = _Search(state, options)
    tell("what two environments share", 0, options.rounds + 1)
    search.choose(*_intersections(state, options))
    for number in range(options.rounds):
        tell("what is taken together", number + 1, options.rounds + 1)
        members, rows_of = _unions(state, search.chosen, options)
        if not len(members) or not search.choose(members, rows_of):
            break
    tell("done", options.rounds + 1, options.rounds + 1)
    return [state.shared[np.flatnonzero(members)] for members, _ in search.chosen]


class _Search:
    """Lazy greedy choice."""

    def __init__(self, state: Assignment, options: SearchOptions) -> None:
        self.state, self.options = state, options
        self.chosen: list[tuple[NDArray[np.bool_], NDArray[np.bool_]]] = []
        self.known: set[bytes] = set()

    def choose(self, members: NDArray[np.bool_], rows_of: NDArray[np.bool_]) -> int:
        """Add bundles as long as one gains; gives how many."""
        state, before = self.state, len(self.chosen)
        new = [number for number, key in enumerate(np.packbits(members, axis=1)) if self._is_new(key.tobytes())]
        bundles = state.bundle(members[new], rows_of[new])
        bound = np.bincount(
            bundles.pair_bundle,
            weights=np.minimum(bundles.sizes[bundles.pair_bundle], state.rest[bundles.pair_row]),
            minlength=len(new),
        )
        gains = np.full(len(new), -1.0)
        hopeful = np.flatnonzero(bound > (0 if self.options.emitter is Emitter.CHAIN else bundles.sizes))
        for start in range(0, len(hopeful), _EVALUATED):
            part = hopeful[start : start + _EVALUATED]
            gains[part] = state.gains(bundles, part, self.options.price)
        for number in _lazily(state, bundles, gains, self.options.price):
            self.chosen.append((bundles.members[number], rows_of[new[number]]))
        return len(self.chosen) - before

    def _is_new(self, key: bytes) -> bool:
        found = key not in self.known
        self.known.add(key)
        return found


def _lazily(state: Assignment, bundles: Bundles, gains: Floats, price: float) -> Iterator[int]:
    """The bundle of most gain, added, again and again; gains that may have changed are computed when they come up."""
    at = np.zeros(len(gains), np.int64)
    changed = np.zeros(len(state.total), np.int64)
    for step in range(1, len(gains) + 1):
        while True:
            top = _top(gains)
            if not len(top):
                return
            last = np.array([changed[bundles.pair_row[slice(*bundles.starts[n : n + 2])]].max() for n in top.tolist()])
            stale = top[last > at[top]]
            if not len(stale):
                break
            gains[stale] = state.gains(bundles, stale, price)
            at[stale] = step - 1
            if top[0] not in stale:
                break
        best = int(top[0])
        changed[state.add(bundles, best)] = step
        gains[best] = -1.0
        yield best


def _top(gains: Floats) -> Ints:
    """The numbers of the best gains, falling; only what is above zero."""
    found = np.flatnonzero(gains > 0)
    if len(found) > _AT_ONCE:
        least = -np.partition(-gains[found], _AT_ONCE)[_AT_ONCE]
        found = found[gains[found] >= least]
    return found[np.argsort(-gains[found], kind="stable")]


def _intersections(state: Assignment, options: SearchOptions) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """What two environments have in common: most bytes times pairs first.

    Two sparse products tell each pair's bytes, and a sum of random numbers by which equal intersections are known.
    """
    has = csr_array(state.has.astype(np.float64))
    random = np.random.default_rng(options.seed).integers(1, 2**40, has.shape[1]).astype(np.float64)
    sizes = state.layer_sizes[state.shared]
    sized, marked = (has.multiply(each).tocsr() for each in (sizes, random))
    keys, weights, firsts, seconds = [], [], [], []
    for start in range(0, len(state.has), _BLOCK):
        block, others = slice(start, start + _BLOCK), has[start:].T.tocsr()
        weight = (sized[block] @ others).toarray()
        first, second = np.nonzero(np.triu(weight >= options.min_bytes, 1))
        keys.append((marked[block] @ others).toarray()[first, second])
        weights.append(weight[first, second])
        firsts.append(first + start)
        seconds.append(second + start)
    key, weight = np.concatenate(keys), np.concatenate(weights)
    _, where, pairs = np.unique(key, return_index=True, return_counts=True)
    best = where[np.argsort(-weight[where] * pairs, kind="stable")[: options.candidates]]
    members = state.has[np.concatenate(firsts)[best]] & state.has[np.concatenate(seconds)[best]]
    members = members[members.sum(axis=1) > 1]
    return members, _holders(state.has, members)


def _holders(has: NDArray[np.bool_], members: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each set of members the environments that hold all of it."""
    columns = np.flatnonzero(members.any(axis=0))
    missing = members[:, columns].astype(np.float32) @ (~has[:, columns]).astype(np.float32).T
    return missing < 0.5  # noqa: PLR2004  counts, as floats


def _unions(
    state: Assignment, chosen: list[tuple[NDArray[np.bool_], NDArray[np.bool_]]], options: SearchOptions
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Two layers that images with an own layer take together, as one."""
    first, second, weight = _pairs(state)
    packages = len(state.column)
    best = np.argsort(-weight * (state.layer_sizes[first] + state.layer_sizes[second]), kind="stable")
    best = best[weight[best] >= options.min_seen][: options.candidates]
    members = np.zeros((len(best), state.has.shape[1]), np.bool_)
    rows_of = np.ones((len(best), len(state.has)), np.bool_)
    for number, pair in enumerate(zip(first[best].tolist(), second[best].tolist(), strict=True)):
        for layer in pair:
            if layer < packages:
                members[number, state.column[layer]] = True
                rows_of[number] &= state.has[:, state.column[layer]]
            else:
                members[number] |= chosen[layer - packages][0]
                rows_of[number] &= chosen[layer - packages][1]
    return members, rows_of


def _pairs(state: Assignment) -> tuple[Ints, Ints, Floats]:
    """Each two layers that some image takes together, and how many repositories do."""
    packages = len(state.column)
    row, place = np.nonzero(state.taken & (state.rest > 0)[:, None])
    layer = state.layer[row, place]
    fits = layer >= packages
    fits |= state.column[np.minimum(layer, packages - 1)] >= 0
    row, layer = row[fits], layer[fits]
    starts = np.searchsorted(row, np.arange(len(state.total) + 1))
    keys, weights = [], []
    for number in range(len(state.total)):
        mine = np.sort(layer[starts[number] : starts[number + 1]])
        one, two = np.triu_indices(len(mine), 1)
        keys.append(mine[one] * len(state.layer_use) + mine[two])
        weights.append(np.full(len(one), state.counts[number]))
    key, back = np.unique(np.concatenate(keys), return_inverse=True)
    weight = np.bincount(back, weights=np.concatenate(weights)).astype(np.float64)
    first, second = np.divmod(key, len(state.layer_use))
    return first, second, weight
