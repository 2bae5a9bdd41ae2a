"""How much images could share at all under a cap of layers: a bound that no choice of layers can pass.

    python tests/benchmarks/sharing_limit.py CLOSURES --sizes CSV  # those of the real corpus: see `mine_scale.py`

It is about the half that `depnorm corpus mine --hold-out` does not look at. An image is at most `cap` shared layers and
its own one; any set of its packages may be a layer. Beside the bound (proven, whatever its rounds; more rounds make it
tighter) stand what a catalog mined from the other half reaches, and what one mined from this very half does: the first
is honest, the second has looked. The best choice lies somewhere between what is reached and the bound.

The bound. Let the leader of a layer be the package of it that fewest images have. What is stored is, of each package,
its bytes times the different layers that hold it; so at least times the different leaders above it. That is an integer
program over pairs of package and leader: each image chooses at most `cap` + 1 leaders among its packages, each of its
packages goes under one of them, and a pair is paid once, however many images use it. Its dual is a lower bound of what
is stored for any prices: `shares` of a pair's bytes that images pay which have both packages (they add up to no more
than the bytes), and `worth` of a package in an image (the price of leaving it without a leader). Subgradients improve
both; the best dual is the value of the linear relaxation. Packages that the very same images have count as one: of the
two, one is in fewer different layers, and the other may follow it.
"""

import argparse
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depnorm.corpus.closures import Closures, load_sizes, read_closures
from depnorm.corpus.mine import mine
from depnorm.corpus.score import IDENTICAL, LARGEST, MINED, score
from depnorm.corpus.search import SearchOptions
from depnorm.model import Emitter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SMOOTH = 0.95
STEP = 1.0


class Program:
    """Pairs of a package and its leader in each image, as arrays."""

    def __init__(self, closures: Closures) -> None:
        """Join twins, and order packages by how many images have them."""
        size, seen, keys = _joined(closures)
        self.image, package = np.divmod(keys, len(size))
        lengths = np.bincount(self.image)
        starts = np.concatenate(([0], np.cumsum(lengths)))
        self.within = starts[self.image]
        corners = [np.triu_indices(length) for length in lengths.tolist()]
        self.leader, self.follower = (
            np.concatenate([corner[side] + start for corner, start in zip(corners, starts.tolist(), strict=False)])
            for side in (0, 1)
        )
        self.first = np.flatnonzero(np.diff(self.leader, prepend=-1))  # of each leader in an image
        pairs = package[self.leader] * len(size) + package[self.follower]
        found, self.pair = np.unique(pairs, return_inverse=True)
        self.both = np.bincount(self.pair)
        self.bytes = size[found % len(size)]
        self.even = (self.bytes / self.both)[self.pair]
        self.scale = size[package] / seen[package]

    def dual(self, shares: Floats, worth: Floats, cap: int) -> tuple[float, NDArray[np.bool_]]:
        """The bound, and which pairs the images choose."""
        gain = shares - worth[self.follower]
        of_leader = np.add.reduceat(np.minimum(gain, 0), self.first)
        order = np.lexsort((of_leader, self.image))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order)) - self.within[order]
        leads = (place < cap + 1) & (of_leader < 0)
        return float(worth.sum() + of_leader[leads].sum()), leads[self.leader] & (gain < 0)

    def bound(self, cap: int, rounds: int) -> float:
        """Bytes that are stored at least."""
        shares, worth = self.even, self.scale
        push, pull = np.zeros(len(worth)), np.zeros(len(shares))
        best = 0.0
        for number in range(rounds):
            reached, chosen = self.dual(shares, worth, cap)
            best = max(best, reached)
            step = STEP * (1 - number / rounds) ** 1.5
            missing = 1 - np.bincount(self.follower, weights=chosen, minlength=len(worth))
            average = np.bincount(self.pair, weights=chosen) / self.both
            push = SMOOTH * push + (1 - SMOOTH) * missing
            pull = SMOOTH * pull + (1 - SMOOTH) * (chosen - average[self.pair])
            worth = np.maximum(worth + step * self.scale * push, 0)
            shares = np.maximum(shares + step * self.even * pull, 0)
            # A little below the bytes, so that rounding cannot make a pair pay more than it has.
            shares *= (self.bytes * (1 - 1e-12) / np.bincount(self.pair, weights=shares))[self.pair]
        return best


def _joined(closures: Closures) -> tuple[Floats, Ints, Ints]:
    """Bytes of packages without twins, rarest first; how many images have each; image times packages plus package."""
    rows, items = closures.rows(), closures.items.astype(np.int64)
    seen = np.bincount(items, minlength=len(closures.packages))
    marks = np.random.default_rng(0).integers(1, 2**62, len(closures), dtype=np.uint64)
    sums = np.zeros(len(closures.packages), np.uint64)
    np.add.at(sums, items, marks[rows])
    present = np.flatnonzero(seen)
    _, first, twin = np.unique(sums[present], return_index=True, return_inverse=True)
    order = np.argsort(seen[present][first], kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    number = np.zeros(len(closures.packages), np.int64)
    number[present] = rank[twin]
    size: Floats = np.bincount(twin, weights=closures.sizes[present])[order].astype(np.float64)
    return size, seen[present][first][order], np.unique(rows * len(order) + number[items])


def main() -> None:
    """Print for each cap what is reached, and the bound."""
    parser = argparse.ArgumentParser()
    parser.add_argument("closures", type=Path)
    parser.add_argument("--sizes", type=Path, required=True)
    parser.add_argument("--caps", type=int, nargs="+", default=[4, 8, 16, 32])
    parser.add_argument("--rounds", type=int, default=3000)
    arguments = parser.parse_args()
    seen, unseen = read_closures(arguments.closures, load_sizes(arguments.sizes)).halves()
    program = Program(unseen)
    print("% of the attainable on the unseen half, layers in any order")
    print(f"{'layers':>6} {'largest first':>14} {'mined from seen':>16} {'mined from unseen':>18} {'bound':>7}")
    for cap in arguments.caps:
        own = SearchOptions(max_layers=cap, price=0.0)
        found = [
            score(unseen, mine(*how), [cap]) for how in ((seen, SearchOptions.of(Emitter.LINK, cap)), (unseen, own))
        ]
        one, two = ({way.name: each.attained(way.blobs) for way in each.ways if way.cap == cap} for each in found)
        limit = math.ceil(100 * found[0].attained(int(program.bound(cap, arguments.rounds)))) / 100
        print(f"{cap:>6} {one[LARGEST]:>14.1f} {one[MINED]:>16.1f} {two[MINED]:>18.1f} {limit:>7.2f}", flush=True)
    whole = next(way for way in found[0].ways if way.name == IDENTICAL)
    print(f"identical environments alone: {found[0].attained(whole.blobs):.1f} %; each package once: 100 %")


if __name__ == "__main__":
    main()
