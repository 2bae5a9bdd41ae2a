"""How far greedy mining is from the best there is: small instances, beside an integer program solved by HiGHS.

    python tests/benchmarks/mine_gap.py ../shared/corpus/closures.jsonl.gz --sizes ../shared/corpus/package_sizes.csv

An instance is 16 environments, without what only one of them has. The program may use as layers whatever two, three or
four of them have in common, what is left of that without another such set, and single packages; it maximizes bytes
covered by shared layers less bytes stored, under the cap. Mining (with price 0) is scored by the same objective.
"""

import argparse
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix

from depnorm.corpus.assignment import Assignment
from depnorm.corpus.closures import Closures, load_sizes, read_closures
from depnorm.corpus.search import SearchOptions, choose_bundles

ENVIRONMENTS = 16
SECONDS = 60
Members = frozenset[int]


def family(rows: list[Members]) -> list[Members]:
    """The layers that the program may use."""
    shared = {frozenset.intersection(*some) for size in (2, 3, 4) for some in combinations(rows, size)}
    largest = sorted((each for each in shared if len(each) > 1), key=lambda each: (-len(each), sorted(each)))[:60]
    parts = {one - two for one in largest for two in largest}
    singles = {frozenset([item]) for row in rows for item in row}
    return sorted((set(largest) | parts | singles) - {frozenset()}, key=lambda each: (len(each), sorted(each)))


def best(rows: list[Members], sizes: NDArray[np.int64], cap: int) -> tuple[float, float]:
    """The best objective, and a bound where time ran out."""
    layers = [layer for layer in family(rows) if sum(layer <= row for row in rows) > 1]
    weights = [float(sizes[list(layer)].sum()) for layer in layers]
    uses = [(row, layer) for row in range(len(rows)) for layer in range(len(layers)) if layers[layer] <= rows[row]]
    items = sorted({(row, item) for row, layer in uses for item in layers[layer]})
    place = {pair: number for number, pair in enumerate(items)}
    matrix = lil_matrix((len(uses) + len(items) + len(rows), len(uses) + len(layers)))
    upper = np.concatenate([np.zeros(len(uses)), np.ones(len(items)), np.full(len(rows), cap)])
    for number, (row, layer) in enumerate(uses):
        matrix[number, number], matrix[number, len(uses) + layer] = 1, -1
        for item in layers[layer]:
            matrix[len(uses) + place[row, item], number] = 1
        matrix[len(uses) + len(items) + row, number] = 1
    costs = np.array([-weights[layer] for _, layer in uses] + weights) / 1e6
    found = milp(
        costs,
        constraints=LinearConstraint(matrix.tocsr(), -np.inf, upper),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(costs)),
        options={"time_limit": SECONDS},
    )
    return -found.fun * 1e6, -found.mip_dual_bound * 1e6


def mined(closures: Closures, cap: int) -> float:
    """The objective that mining reaches: bytes covered less bytes stored once."""
    options = SearchOptions(max_layers=cap, price=0.0, min_bytes=1)
    counts = np.ones(len(closures), np.int64)
    bundles = choose_bundles(closures, counts, options, lambda *_: None)
    state = Assignment(closures, counts, cap, options.min_seen)
    has = state.has
    for bundle in bundles:
        members = np.isin(state.shared, bundle)[None, :]
        state.add(state.bundle(members, members @ ~has.T == 0), 0)
    used = np.flatnonzero(state.layer_use)
    stored = state.layer_sizes[used].sum()
    return float((state.total - state.rest).sum() - stored)


def shared_part(closures: Closures) -> Closures:
    """Without packages of one environment alone: nothing is gained by a layer of them, and rules could differ there."""
    stays = np.bincount(closures.items, minlength=len(closures.packages))[closures.items] > 1
    starts = np.concatenate(([0], np.cumsum(stays)))[closures.starts]
    return replace(closures, starts=starts, items=closures.items[stays])


def main() -> None:
    """Print the gap of each instance and their mean."""
    parser = argparse.ArgumentParser()
    parser.add_argument("closures", type=Path)
    parser.add_argument("--sizes", type=Path, required=True)
    parser.add_argument("--instances", type=int, default=12)
    arguments = parser.parse_args()
    real = read_closures(arguments.closures, load_sizes(arguments.sizes))
    chance = np.random.default_rng(1)
    lengths = np.diff(real.starts)
    fit = np.flatnonzero((lengths > 5) & (lengths < 30))
    gaps = []
    print("cap  program MB  bound MB  mined MB  % of the program")
    for number in range(arguments.instances):
        cap = (1, 2, 3)[number % 3]
        closures = shared_part(real.select(np.sort(chance.choice(fit, ENVIRONMENTS, replace=False))))
        rows = [frozenset(closures.row(row).tolist()) for row in range(len(closures))]
        program, bound = best(rows, closures.sizes, cap)
        reached = mined(closures, cap)
        gaps.append(100 * reached / program if program else 100.0)
        print(
            f"{cap:>3} {program / 1e6:>11.1f} {bound / 1e6:>9.1f} {reached / 1e6:>9.1f} {gaps[-1]:>11.1f}", flush=True
        )
    print(f"mean {np.mean(gaps):.1f} %, least {min(gaps):.1f} %")


if __name__ == "__main__":
    main()
