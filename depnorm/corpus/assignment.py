"""All environments at once, each with the layers that it takes from a catalog that grows.

An image takes the layers of most value first (`depnorm.corpus.value`), as long as all their packages are in its
environment and in no layer taken before, up to a cap; what is left is its own layer. The packages of one environment
are bits of its own numbering, so that a rule applies to all environments in a few array operations.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depnorm.corpus.closures import Closures
from depnorm.corpus.value import value_of

Bits = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
WORDS = 2
LOCAL = 64 * WORDS
"""Packages of an environment that can be in layers: those of most value. The others are in its own layer."""
NOWHERE = 255
_ROOM = 16


@dataclass(frozen=True, slots=True, eq=False)
class Bundles:
    """Candidates: packages (a row of `members` each, by column of the shared ones), and the environments with all."""

    members: NDArray[np.bool_]
    sizes: Floats
    values: Floats
    pair_bundle: Ints
    pair_row: Ints
    pair_bits: tuple[Bits, ...]
    starts: Ints

    def pairs(self, bundles: Ints) -> Ints:
        """The numbers of the pairs of these bundles."""
        lengths = np.diff(self.starts)[bundles]
        first = np.repeat(self.starts[:-1][bundles], lengths)
        found: Ints = first + np.arange(len(first)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """Environments that would take a bundle: of which of the evaluated ones, which bundle, and what else they take."""

    number: Ints
    bundle: Ints
    rows: Ints
    taken: NDArray[np.bool_]


class Assignment:
    """The layers of each environment; layers are numbered, first each package alone, then what is added."""

    def __init__(self, closures: Closures, counts: Ints, cap: int, min_seen: int) -> None:
        """Give each environment its packages of most value; `counts` are how many repositories each row stands for."""
        self.cap, self.counts = cap, counts
        packages = len(closures.packages)
        rows, items = closures.rows(), closures.items.astype(np.int64)
        self.seen = np.bincount(items, weights=counts[rows], minlength=packages).astype(np.float64)
        self.layer_sizes = closures.sizes.astype(np.float64)
        self.layer_use = np.zeros(packages, np.int64)
        values = value_of(self.layer_sizes, self.seen)
        self.shared = np.flatnonzero(self.seen >= min_seen)
        self.column = np.full(packages, -1)
        self.column[self.shared] = np.arange(len(self.shared))
        order = np.lexsort((items, -values[items], rows))
        rows, items = rows[order], items[order]
        place = np.arange(len(items)) - closures.starts[rows]
        self.total = np.bincount(rows, weights=self.layer_sizes[items], minlength=len(closures))
        self._fill_columns(rows, items, place)
        near = place < LOCAL
        self._fill_places(rows[near], items[near], place[near], values)
        self.taken = np.zeros(self.layer.shape, np.bool_)
        self.rest = self.total.copy()
        self._assign(np.arange(len(closures)))

    def _fill_columns(self, rows: Ints, items: Ints, place: Ints) -> None:
        is_shared = self.column[items] >= 0
        where = rows[is_shared], self.column[items[is_shared]]
        self.has = np.zeros((len(self.total), len(self.shared)), np.bool_)
        self.has[where] = True
        self.place = np.full(self.has.shape, NOWHERE, np.uint8)
        self.place[where] = np.minimum(place[is_shared], NOWHERE)

    def _fill_places(self, rows: Ints, items: Ints, place: Ints, values: Floats) -> None:
        self.length = np.bincount(rows, minlength=len(self.total))
        shape = len(self.total), int(self.length.max(initial=0)) + _ROOM
        self.bits = tuple(np.zeros(shape, np.uint64, order="F") for _ in range(WORDS))
        for word, bits in enumerate(self.bits):
            here = place // 64 == word
            bits[rows[here], place[here]] = np.uint64(1) << (place[here] % 64).astype(np.uint64)
        self.layer = np.full(shape, -1)
        self.layer[rows, place] = items
        self.size, self.value = np.zeros(shape), np.full(shape, -np.inf)
        self.size[rows, place] = self.layer_sizes[items]
        self.value[rows, place] = values[items]
        self.whole = tuple(np.bitwise_or.reduce(bits, axis=1) for bits in self.bits)

    def bundle(self, members: NDArray[np.bool_], rows_of: NDArray[np.bool_]) -> Bundles:
        """Candidates of these members; `rows_of` tells for each the environments that hold all of them."""
        sizes: Floats = (members @ self.layer_sizes[self.shared]).astype(np.float64)
        values = value_of(sizes, (rows_of @ self.counts).astype(np.float64))
        bundle, row = np.nonzero(rows_of)
        starts = np.searchsorted(bundle, np.arange(len(members) + 1))
        return Bundles(members, sizes, values, bundle, row, self._local(members, bundle, row), starts)

    def _local(self, members: NDArray[np.bool_], bundle: Ints, row: Ints) -> tuple[Bits, ...]:
        """The members of the bundle of each pair, as bits of its environment."""
        holder, column = np.nonzero(members)
        starts = np.searchsorted(holder, np.arange(len(members) + 1))
        lengths = np.diff(starts)[bundle]
        pair = np.repeat(np.arange(len(bundle)), lengths)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        place = self.place[row[pair], column[starts[bundle[pair]] + within]]
        found = []
        for word in range(WORDS):
            bit = np.where(place // 64 == word, np.uint64(1) << (place % 64).astype(np.uint64), np.uint64(0))
            bit[place == NOWHERE] = 0
            ends = np.concatenate(([np.uint64(0)], np.cumsum(bit, dtype=np.uint64)))  # bits are distinct: or is +
            last = np.cumsum(lengths)
            found.append(ends[last] - ends[last - lengths])
        return tuple(found)

    def gains(self, bundles: Bundles, chosen: Ints, price: float) -> Floats:
        """Bytes that each of the chosen bundles would save, were it added now, less `price` times its size."""
        pairs = bundles.pairs(chosen)
        rows = bundles.pair_row[pairs]
        number = np.repeat(np.arange(len(chosen)), np.diff(bundles.starts)[chosen])
        bits = tuple(word[pairs] for word in bundles.pair_bits)
        taken, is_used = self._greedy(rows, bits, bundles.values[bundles.pair_bundle[pairs]])
        used = np.flatnonzero(is_used)
        offer = Offer(number[used], bundles.pair_bundle[pairs[used]], rows[used], taken[used])
        change = offer.taken.astype(np.int8) - self.taken[offer.rows]
        covered = (change * self.size[offer.rows]).sum(axis=1) + bundles.sizes[offer.bundle]
        gain = np.bincount(offer.number, weights=covered, minlength=len(chosen))
        return gain - self._stored(offer, change, bundles, len(chosen)) - price * bundles.sizes[chosen]

    def _stored(self, offer: "Offer", change: NDArray[np.int8], bundles: Bundles, count: int) -> Floats:
        """Bytes that would be stored more for each of `count` bundles: layers that none took before, and it itself.

        A layer that no environment takes any more is not stored any more.
        """
        where, place = np.nonzero(change)
        row = offer.rows[where]
        keys = offer.number[where] * len(self.layer_use) + self.layer[row, place]
        found, back = np.unique(keys, return_inverse=True)
        moved = np.bincount(back, weights=change[where, place] * self.counts[row], minlength=len(found)).astype(
            np.float64
        )
        layer = found % len(self.layer_use)
        stored = _appears(self.layer_use[layer], moved) * self.layer_sizes[layer]
        more = np.bincount(found // len(self.layer_use), weights=stored, minlength=count).astype(np.float64)
        is_taken = np.unique(np.stack([offer.number, offer.bundle]), axis=1)
        more[is_taken[0]] += bundles.sizes[is_taken[1]]
        return more

    def add(self, bundles: Bundles, number: int) -> Ints:
        """Add a bundle to the catalog; gives the environments whose layers changed."""
        pairs = bundles.pairs(np.array([number]))
        rows, value = bundles.pair_row[pairs], bundles.values[number]
        if self.length[rows].max(initial=0) >= self.layer.shape[1]:
            self._widen()
        place = (self.value[rows] >= value).sum(axis=1)
        fields = (*self.bits, self.layer, self.size, self.value, self.taken)
        entry = (*(word[pairs] for word in bundles.pair_bits), len(self.layer_use), bundles.sizes[number], value, False)
        columns = np.arange(self.layer.shape[1])
        moved = columns - (columns > place[:, None])
        for array, new in zip(fields, entry, strict=True):
            array[rows] = np.take_along_axis(array[rows], moved, axis=1)
            array[rows, place] = new
        self.length[rows] += 1
        self.layer_use = np.append(self.layer_use, 0)
        self.layer_sizes = np.append(self.layer_sizes, bundles.sizes[number])
        before = self.taken[rows].copy()
        self._assign(rows)
        changed: Ints = rows[(before != self.taken[rows]).any(axis=1)]
        return changed

    def _widen(self) -> None:
        """Room for more layers in each environment."""
        room = ((0, 0), (0, _ROOM))
        self.bits = tuple(np.pad(bits, room) for bits in self.bits)
        self.layer = np.pad(self.layer, room, constant_values=-1)
        self.size, self.taken = np.pad(self.size, room), np.pad(self.taken, room)
        self.value = np.pad(self.value, room, constant_values=-np.inf)

    def _assign(self, rows: Ints) -> None:
        """Let these environments take what there is now."""
        for sign in (-1, 1):
            if sign > 0:
                self.taken[rows] = self._greedy(rows)[0]
            where, place = np.nonzero(self.taken[rows])
            np.add.at(self.layer_use, self.layer[rows[where], place], sign * self.counts[rows[where]])
        self.rest[rows] = self.total[rows] - (self.size[rows] * self.taken[rows]).sum(axis=1)

    def _greedy(
        self, rows: Ints, bundle: tuple[Bits, ...] = (), value: Floats | None = None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """What environments take, and whether they take the bundle that is offered to each beside the layers there are.

        An environment may be there several times, each time with another bundle.
        """
        taken = np.zeros((len(rows), self.layer.shape[1]), np.bool_, order="F")
        is_used = np.zeros(len(rows), np.bool_)
        active, left, ends = np.arange(len(rows)), np.full(len(rows), self.cap), self.length[rows]
        free = [word[rows] for word in self.whole]
        turn = np.full(len(rows), -1) if value is None else (self.value[rows] >= value[:, None]).sum(axis=1)
        for place in range(int(ends.max(initial=0)) + 1):
            now = np.flatnonzero(turn == place)
            if len(now):
                fits = left[now] > 0
                for offered, here in zip(bundle, free, strict=True):
                    fits &= (offered[now] & ~here[now]) == 0
                now = now[fits]
                is_used[active[now]] = True
                left[now] -= 1
                for offered, here in zip(bundle, free, strict=True):
                    here[now] &= ~offered[now]
            open_ = (left > 0) & (place < ends)
            layers = [bits[rows, min(place, bits.shape[1] - 1)] for bits in self.bits]
            for layer, here in zip(layers, free, strict=True):
                open_ &= (layer & ~here) == 0
            taken[active, min(place, taken.shape[1] - 1)] |= open_
            left -= open_
            free = [here & ~(layer * open_) for layer, here in zip(layers, free, strict=True)]
            if place % 4 == 3:  # noqa: PLR2004  now and then: those that are done go
                stay = (left > 0) & ((ends > place + 1) | (turn > place))
                rows, active, left, ends, turn = rows[stay], active[stay], left[stay], ends[stay], turn[stay]
                free, bundle = [here[stay] for here in free], tuple(offered[stay] for offered in bundle)
                if not len(rows):
                    break
        return taken, is_used


def _appears(before: Floats | Ints, moved: Floats) -> NDArray[np.int8]:
    """1 where what nobody had is had now, -1 where nobody has it any more, else 0."""
    found: NDArray[np.int8] = ((before == 0) & (moved > 0)).astype(np.int8)
    return found - ((before > 0) & (before + moved <= 0)).astype(np.int8)


class ChainAssignment(Assignment):
    """Environments whose layers lie one upon another, so that a layer is stored again over each other parent.

    A layer over those below it is known by the sum of their random numbers: all take their layers in one order.
    """

    def __init__(self, closures: Closures, counts: Ints, cap: int, min_seen: int) -> None:
        """Give each environment its packages of most value."""
        self._random = np.random.default_rng(1)
        self._marks = self._random.integers(1, 2**63, len(closures.packages), dtype=np.uint64)
        self._keys = np.zeros(0, np.uint64)
        self._use = np.zeros(0)
        super().__init__(closures, counts, cap, min_seen)
        self._count()

    def add(self, bundles: Bundles, number: int) -> Ints:
        """Add a bundle to the catalog; gives the environments whose layers changed."""
        self._marks = np.append(self._marks, self._random.integers(1, 2**63, 1, dtype=np.uint64))
        changed = super().add(bundles, number)
        self._count()
        return changed

    def _count(self) -> None:
        """How many repositories there are at each layer over its parents."""
        rows, place = np.nonzero(self.taken)
        self._keys, back = np.unique(self._paths(np.arange(len(self.taken)))[rows, place], return_inverse=True)
        self._use = np.bincount(back, weights=self.counts[rows], minlength=len(self._keys)).astype(np.float64)

    def _paths(self, rows: Ints, taken: NDArray[np.bool_] | None = None) -> Bits:
        """For each place the sum over the layers taken up to there."""
        marks = self._marks[self.layer[rows]] * (self.taken[rows] if taken is None else taken)
        return np.cumsum(marks, axis=1, dtype=np.uint64)

    def _stored(self, offer: Offer, change: NDArray[np.int8], bundles: Bundles, count: int) -> Floats:
        """Bytes that would be stored more for each of `count` bundles."""
        del change
        mark = np.uint64(0x9E3779B97F4A7C15)
        value = bundles.values[offer.bundle]
        above = self.value[offer.rows] < value[:, None]
        new, old = self._paths(offer.rows, offer.taken), self._paths(offer.rows)
        turn = (~above).sum(axis=1)
        before = np.where(turn > 0, new[np.arange(len(turn)), np.maximum(turn - 1, 0)], np.uint64(0))
        new_row, new_place = np.nonzero(offer.taken)
        old_row, old_place = np.nonzero(self.taken[offer.rows])
        shift = np.where(above[new_row, new_place], mark, np.uint64(0))
        every = np.arange(len(turn))
        row = np.concatenate([new_row, every, old_row])
        keys = np.concatenate([new[new_row, new_place] + shift, before + mark, old[old_row, old_place]])
        weights = np.concatenate(
            [
                self.size[offer.rows[new_row], new_place],
                bundles.sizes[offer.bundle],
                self.size[offer.rows[old_row], old_place],
            ]
        )
        moved = np.concatenate([np.ones(len(new_row) + len(every)), -np.ones(len(old_row))])
        return self._difference(offer.number[row], keys, weights, moved * self.counts[offer.rows[row]], count)

    def _difference(self, number: Ints, keys: Bits, weights: Floats, moved: Floats, count: int) -> Floats:
        order = np.lexsort((keys, number))
        number, keys, weights, moved = number[order], keys[order], weights[order], moved[order]
        first = np.flatnonzero(np.concatenate(([True], (number[1:] != number[:-1]) | (keys[1:] != keys[:-1]))))
        if not len(keys):
            return np.zeros(count)
        moved = np.add.reduceat(moved, first)
        at = np.minimum(np.searchsorted(self._keys, keys[first]), len(self._keys) - 1)
        before = np.where(self._keys[at] == keys[first], self._use[at], 0)
        return np.bincount(number[first], weights=_appears(before, moved) * weights[first], minlength=count).astype(
            np.float64
        )
