"""Which sets of packages a catalog should hold as layers, by name: mined from what repositories need.

A layer of a catalog is a package, its head, with all that it requires and no layer before it holds, at whatever
versions a snapshot has. It is taken whole or not at all. So what is mined are names, in an order. With a lock an image
takes a layer if it needs all of it; without one, if it needs the head, and then carries what it does not need. Layers
are chosen one by one: always the head that gains most, as the first or as the last layer, as long as one gains enough.
First is where a package belongs that several layers need: held there, none of them has to come after another. What has
been chosen then gets the order of chains, the largest first, which changes no layer.

    gain = bytes in layers with a lock + bytes needed of layers without - bytes carried for nothing - price * places

where an image has room for so many layers, and takes the larger ones first. Greedy choice promises nothing here, since
a layer can push another one out of an image; what the layers give to repositories that were not looked at, `reach_of`
tells.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from depnorm.model import Reach

_MOST = 64
"""Layers of a catalog: bits of a word."""
_Bits = NDArray[np.bool_]
_Order = tuple[int, ...]
"""Heads of layers, by their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Packages by name, each with its bytes and the names that it requires."""

    sizes: Mapping[str, int]
    requires: Mapping[str, Collection[str]]

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the names that are there, and all they require, transitively."""
        found: set[str] = set()
        pending = [name for name in names if name in self.sizes]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += [each for each in self.requires[name] if each in self.sizes]
        return frozenset(found)

    def without(self, max_bytes: int) -> "Pool":
        """The packages that need none of more than `max_bytes`."""
        kept = {
            name: size
            for name, size in self.sizes.items()
            if max(self.sizes[each] for each in self.closure([name])) <= max_bytes
        }
        return Pool(sizes=kept, requires={name: self.requires[name] for name in kept})


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What repositories need, closed over what that requires, and their weight."""

    packages: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Packages that make a layer: those that `head` brings. `after` are the places of the groups that it needs."""

    head: str
    packages: frozenset[str]
    after: frozenset[int]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsetOptions:
    """What a layer must be worth.

    At least `min_share` of the weight needs its head, and it gains at least `min_gain` of all bytes that are needed.
    `max_layers` are those of one image, and a place among them costs `price` bytes: about what is pulled in the time
    that one more layer takes. `never` are no heads: tools that each environment has in a version of its own.
    """

    max_layers: int = 8
    min_share: float = 0.01
    min_gain: float = 0.001
    price: int = 500_000
    never: frozenset[str] = frozenset({"pip", "setuptools", "wheel"})


def choose_subsets(needs: Sequence[Need], pool: Pool, options: SubsetOptions) -> tuple[Group, ...]:
    """The groups that share most, in their order, whatever that of the needs. What the pool lacks does not count."""
    table = LayerTable(sorted(needs, key=lambda need: (sorted(need.packages), need.weight)), pool, options)
    if not table.bytes:
        return ()
    order, before = _Order(), None
    while order != before:  # what did not gain at first may gain beside layers that were chosen later
        order, before = _grown(table, order, options), order
    return _largest_first([*table.groups(order)])


def _largest_first(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The same groups in an order in which chains of layers share much: the largest first, each after what it needs."""
    worth = [group.size for group in groups]
    for place in reversed(range(len(groups))):
        for before in groups[place].after:
            worth[before] = max(worth[before], worth[place])
    placed: dict[int, int] = {}
    while len(placed) < len(groups):
        ready = (n for n, group in enumerate(groups) if n not in placed and group.after <= placed.keys())
        best = max(ready, key=lambda n: (worth[n], groups[n].size, -n))
        placed[best] = len(placed)
    return tuple(replace(groups[n], after=frozenset(placed[each] for each in groups[n].after)) for n in placed)


def _grown(table: "LayerTable", order: _Order, options: SubsetOptions) -> _Order:
    """More layers, those that gain most first; gains fall as a rule, so that a fresh one is held to the others' old."""
    value = table.value(order)
    gains = dict.fromkeys(table.heads(), np.inf)
    while gains and len(order) < _MOST:
        best = max(gains, key=lambda head: (gains[head], -head))
        if gains[best] < options.min_gain:
            break
        places = [(table.value(each), each) for each in table.places(best, order)]
        reached, placed = max(places, default=(value, order))
        known, gains[best] = gains[best], reached - value
        if gains[best] == known or gains[best] >= max(options.min_gain, *gains.values()):
            order, value = placed, reached
            del gains[best]
    return order


def reach_of(groups: Sequence[Group], needs: Iterable[Need], pool: Pool, max_layers: int) -> Reach:
    """What images get of these groups; where more than `max_layers` fit, the larger ones win."""
    largest_first = sorted(range(len(groups)), key=lambda place: (-groups[place].size, place))
    locked = declared = dead = total = 0.0
    for need in needs:
        whole = [place for place in largest_first if groups[place].packages <= need.packages]
        asked = [place for place in largest_first if groups[place].head in need.packages]
        closed = [place for place in whole if groups[place].after <= {*whole}]
        locked += need.weight * sum(groups[place].size for place in _taken(groups, closed, max_layers))
        for place in _taken(groups, asked, max_layers):
            used = sum(pool.sizes[name] for name in groups[place].packages & need.packages)
            declared += need.weight * used
            dead += need.weight * (groups[place].size - used)
        total += need.weight * sum(pool.sizes.get(name, 0) for name in need.packages)
    if not total:
        return Reach()
    return Reach(locked=round(locked / total, 6), declared=round(declared / total, 6), dead=round(dead / total, 6))


def _taken(groups: Sequence[Group], places: Iterable[int], max_layers: int) -> set[int]:
    taken: set[int] = set()
    for place in places:
        grown = taken | {place} | groups[place].after
        if len(grown) <= max_layers:
            taken = grown
    return taken


@dataclass(frozen=True, slots=True)
class _Layer:
    """Packages and the layers that it needs, as bits."""

    packages: _Bits
    after: int


class LayerTable:
    """Which repositories need which package, and which package brings which, as arrays."""

    def __init__(self, needs: Sequence[Need], pool: Pool, options: SubsetOptions) -> None:
        """Number the packages that the needs and what they require have."""
        needed = frozenset[str]().union(*(need.packages for need in needs))
        self._names = sorted(pool.closure(needed))
        number = {name: place for place, name in enumerate(self._names)}
        self._options = options
        self._sizes = np.array([pool.sizes[name] for name in self._names], np.float64)
        self._brings = _rows((pool.closure([name]) for name in self._names), number)
        self._has = _rows((need.packages & number.keys() for need in needs), number)
        self._weights = np.array([need.weight for need in needs], np.float64)
        self.bytes = float(self._weights @ (self._has @ self._sizes))

    def heads(self) -> list[int]:
        """The numbers of the packages that enough repositories need."""
        options = self._options
        weight = self._weights @ self._has
        enough = np.flatnonzero((weight > 0) & (weight >= options.min_share * self._weights.sum()))
        return [head for head in enough.tolist() if self._names[head] not in options.never]

    def places(self, head: int, order: _Order) -> Iterator[_Order]:
        """The orders in which a layer of this head is the last or the first, as far as none is empty then."""
        before = list(order)
        if not self._brings[before, head].any():
            yield (*order, head)
        if not self._brings[head, before].any():
            yield (head, *order)

    def value(self, order: _Order) -> float:
        """What layers gain, as a share of all bytes."""
        layers = self._layers(order)
        sizes = [float(self._sizes[each.packages].sum()) for each in layers]
        whole: list[_Bits] = [np.asarray(self._has[:, each.packages].all(axis=1)) for each in layers]
        asked = [self._has[:, head] for head in order]
        complete = np.zeros(len(self._has), np.uint64)
        for place, fits in enumerate(whole):
            complete |= np.where(fits, np.uint64(1 << place), np.uint64(0))
        gain = 0.0
        for wanted, may_follow in ((whole, complete), (asked, None)):
            taken = self._take(layers, sizes, wanted, may_follow)
            for place, layer in enumerate(layers):
                here = np.flatnonzero(taken & np.uint64(1 << place))
                used = self._has[np.ix_(here, layer.packages)] @ self._sizes[layer.packages]
                gain += float(self._weights[here] @ (2 * used - sizes[place] - self._options.price))
        return gain / self.bytes

    def groups(self, order: _Order) -> Iterator[Group]:
        """The layers, by name."""
        for head, layer in zip(order, self._layers(order), strict=True):
            yield Group(
                head=self._names[head],
                packages=frozenset(self._names[number] for number in np.flatnonzero(layer.packages).tolist()),
                after=frozenset(place for place in range(len(order)) if layer.after >> place & 1),
                size=int(self._sizes[layer.packages].sum()),
            )

    def _layers(self, order: _Order) -> list[_Layer]:
        held, layers = np.zeros(len(self._names), np.bool_), list[_Layer]()
        for head in order:
            needed, after = self._brings[head], 0
            for place, layer in enumerate(layers):
                if (layer.packages & needed).any():
                    after |= (1 << place) | layer.after
            layers.append(_Layer(needed & ~held, after))
            held |= needed
        return layers

    def _take(
        self, layers: Sequence[_Layer], sizes: Sequence[float], wanted: Sequence[_Bits], may: NDArray[np.uint64] | None
    ) -> NDArray[np.uint64]:
        """The layers that each repository takes, as bits: what it wants, with what that is after, if it `may`."""
        taken = np.zeros(len(self._has), np.uint64)
        for place in sorted(range(len(layers)), key=lambda place: (-sizes[place], place)):
            together = np.uint64(layers[place].after | (1 << place))
            grown = taken | together
            fits = wanted[place] & (np.bitwise_count(grown) <= self._options.max_layers)
            if may is not None:
                fits &= (may & together) == together
            taken = np.where(fits, grown, taken)
        return taken


def _rows(sets: Iterable[Collection[str]], number: Mapping[str, int]) -> _Bits:
    """A row for each set, a column for each name."""
    numbers = [[number[name] for name in each] for each in sets]
    found = np.zeros((len(numbers), len(number)), np.bool_)
    for row, columns in enumerate(numbers):
        found[row, columns] = True
    return found
