"""Which sets of packages a catalog should hold as layers, by name: mined from what repositories need.

A layer of a catalog is taken whole or not at all, closed over what its packages require, at whatever versions a
snapshot has. So what is mined are names. With a lock an image takes a layer if it needs all of it; without one, if it
needs a head, and then carries what it does not need. Each package starts as a group of its own, and the two groups
whose merger gains most are merged, as long as one gains:

    gain(a, b) = price * both - (bytes(a) + bytes(b)) * one

where `both` is the weight of the repositories that need both groups, `one` of those that need one of them: the former
save a place among their layers, the latter lose the one group under a lock, and carry the other without. Groups that
would then need each other are not merged, since layers have an order. Agglomeration promises nothing about the best set
of layers; its price is the one of `PRICES` at which images share most.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from depnorm.model import Reach

PRICES = (128_000, 256_000, 512_000, 1_024_000, 2_048_000)
"""Bytes that a place among an image's layers may be worth."""
_Bits = NDArray[np.bool_]


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
    """Packages that make a layer.

    `heads` are those that bring the others, `after` the places of the groups before it that it needs.
    """

    packages: frozenset[str]
    heads: frozenset[str]
    after: frozenset[int]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Groups in an order in which each is closed with those before it, the price, and what images get of them."""

    groups: tuple[Group, ...]
    price: int
    reach: Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsetOptions:
    """What a group must have to be a layer, unless another needs it: this share of the weight, and this many bytes.

    `max_layers` are those of one image.
    """

    max_layers: int = 8
    min_share: float = 0.01
    min_bytes: int = 1_000_000


def choose_subsets(needs: Sequence[Need], pool: Pool, options: SubsetOptions) -> Choice:
    """The groups that share most, whatever the order of the needs. Packages that the pool lacks do not count."""
    needs = sorted(needs, key=lambda need: (sorted(need.packages), need.weight))
    table = _Table(needs, pool)
    choices = []
    for price in PRICES:
        groups = table.groups(table.merged(price), options)
        choices.append(Choice(groups=groups, price=price, reach=reach_of(groups, needs, pool, options.max_layers)))
    return max(choices, key=lambda choice: (choice.reach.gain, choice.price))


def reach_of(groups: Sequence[Group], needs: Iterable[Need], pool: Pool, max_layers: int) -> Reach:
    """What images get of these groups; where more than `max_layers` fit, the larger ones win."""
    largest_first = sorted(range(len(groups)), key=lambda place: (-groups[place].size, place))
    locked = declared = dead = total = 0.0
    for need in needs:
        whole = [place for place in largest_first if groups[place].packages <= need.packages]
        asked = [place for place in largest_first if not groups[place].heads.isdisjoint(need.packages)]
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


class _Table:
    """Which repositories need which package, and what merging takes from that."""

    def __init__(self, needs: Sequence[Need], pool: Pool) -> None:
        needed = frozenset[str]().union(*(need.packages for need in needs)) & pool.sizes.keys()
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(sorted(needed))
        graph.add_edges_from((name, each) for name in sorted(needed) for each in pool.requires[name] if each in needed)
        # Packages that require each other can only be in one layer.
        self._start = [frozenset(each) for each in nx.strongly_connected_components(graph)]
        self._start.sort(key=sorted)
        self._pool = pool
        self._weight = np.array([need.weight for need in needs])
        self._has = np.array([[each <= need.packages for need in needs] for each in self._start], np.bool_)
        self._has.shape = (len(self._start), len(needs))

    def merged(self, price: int) -> list[frozenset[str]]:
        """The groups that are left when no merger gains."""
        members, has = list(self._start), self._has.copy()
        size = np.array([self._bytes(each) for each in members], np.float64)
        needs = self._needs(members)
        both = (has * self._weight) @ has.T
        gains = np.full(both.shape, -np.inf)
        for row in range(len(members)):
            gains[row, :row] = _gains(both, size, row, price)[:row]
        while gains.size:
            one, two = divmod(int(gains.argmax()), len(members))
            if gains[one, two] <= 0:
                break
            if (needs[one] & needs[:, two]).any() or (needs[two] & needs[:, one]).any():
                gains[one, two] = -np.inf  # a group between them would need the merged one, and be needed by it
                continue
            members[one], members[two] = members[one] | members[two], frozenset()
            size[one], has[one] = size[one] + size[two], has[one] & has[two]
            _join(needs, one, two)
            both[one] = both[:, one] = (has[one] * self._weight) @ has.T
            fresh = _gains(both, size, one, price)
            fresh[[not each for each in members]] = -np.inf
            gains[one, :one], gains[one + 1 :, one] = fresh[:one], fresh[one + 1 :]
            gains[two] = gains[:, two] = -np.inf
        return [each for each in members if each]

    def groups(self, members: Sequence[frozenset[str]], options: SubsetOptions) -> tuple[Group, ...]:
        """Those worth a layer, and those that they need; first what saves most."""
        needs = self._needs(members)
        place = {name: row for row, each in enumerate(self._start) for name in each}
        weight = [float(self._weight @ self._has[[place[name] for name in each]].all(0)) for each in members]
        least = options.min_share * float(self._weight.sum())
        sizes = [self._bytes(each) for each in members]
        worthy = [n for n, size in enumerate(sizes) if weight[n] >= least and size >= options.min_bytes]
        kept = {*worthy, *(int(each) for number in worthy for each in np.flatnonzero(needs[number]))}
        order: dict[int, int] = {}
        while len(order) < len(kept):
            ready = [n for n in kept - order.keys() if {*np.flatnonzero(needs[n]).tolist()} <= order.keys()]
            best = min(ready, key=lambda n: (-weight[n] * sizes[n], sorted(members[n])))
            order[best] = len(order)
        return tuple(
            Group(
                packages=members[number],
                heads=self._heads(members[number]),
                after=frozenset(order[int(each)] for each in np.flatnonzero(needs[number])),
                size=sizes[number],
            )
            for number in order
        )

    def _heads(self, members: frozenset[str]) -> frozenset[str]:
        """Those that bring all others, as few as there can be: of packages that require each other the first."""
        reach = {name: self._pool.closure([name]) & members for name in members}
        heads: set[str] = set()
        brought: set[str] = set()
        for name in sorted(members, key=lambda name: (-len(reach[name]), name)):
            if name not in brought:
                heads.add(name)
                brought |= reach[name]
        return frozenset(heads)

    def _bytes(self, members: Iterable[str]) -> int:
        return sum(self._pool.sizes[name] for name in members)

    def _needs(self, members: Sequence[frozenset[str]]) -> _Bits:
        """Which group needs which other one, transitively: also what others of a needed group need."""
        owner = {name: number for number, each in enumerate(members) for name in each}
        needs = np.zeros((len(members), len(members)), np.bool_)
        for number, each in enumerate(members):
            needs[number, [owner[name] for name in self._pool.closure(each) if name in owner]] = True
        for number in range(len(members)):
            needs[needs[:, number]] |= needs[number]
        np.fill_diagonal(needs, val=False)
        return needs


def _gains(both: NDArray[np.float64], size: NDArray[np.float64], row: int, price: int) -> NDArray[np.float64]:
    """What merging `row` with each other group gains."""
    weight = both.diagonal()
    one = weight[row] + weight - 2 * both[row]
    gains: NDArray[np.float64] = price * both[row] - (size[row] + size) * one
    return gains


def _join(needs: _Bits, one: int, two: int) -> None:
    """What needed or was needed by `two` now is of `one`."""
    needs[one] |= needs[two]
    needs[:, one] |= needs[:, two]
    needs[two] = needs[:, two] = False
    needs[one, one] = False
    needs[needs[:, one]] |= needs[one]
