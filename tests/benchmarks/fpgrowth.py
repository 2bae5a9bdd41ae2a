"""Frequent itemsets and merged environments as catalogs, beside mined ones: time, memory, and what unseen images share.

    pip install mlxtend pyspark
    python tests/benchmarks/fpgrowth.py ../shared/corpus/closures.jsonl.gz --sizes ../shared/corpus/package_sizes.csv

Every way learns from one half of the environments and is scored on the other, in a process of its own. Itemsets become
a catalog so: the closed ones of two packages or more, at most `--bundles` of those that would save most bytes
((n - 1) times size) in the half they come from, beside single packages, given out as layers of `depnorm corpus mine`
are. Environments are merged as LANDLORD does (Shaffer et al. 2021): into the nearest image whose Jaccard distance is
below alpha. Its images hold what an environment did not ask for; with the exact partition that depnorm keeps, what all
environments of an image have in common is a layer.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from depnorm.corpus.assign import Assigner
from depnorm.corpus.closures import Closures, load_sizes, read_closures
from depnorm.corpus.mine import mine
from depnorm.corpus.score import stored_bytes
from depnorm.corpus.search import SearchOptions
from depnorm.model import Emitter
from depnorm.model.mined import MinedCatalog, MinedLayer

CAPS = (8, 16)
Itemsets = dict[frozenset[int], int]
WAYS = [
    *(("depnorm mine", str(cap)) for cap in CAPS),
    *(("mlxtend fpgrowth", support) for support in ("0.2", "0.1", "0.07", "0.05", "0.03")),
    *(("pyspark.ml FPGrowth", support) for support in ("0.2", "0.1", "0.07", "0.05", "0.03")),
    *(("Jaccard, common part", alpha) for alpha in ("0.5", "0.8", "0.95")),
    *(("Jaccard, whole images", alpha) for alpha in ("0.5", "0.8", "0.95")),
    ("single packages", "-"),
]
"""What is measured, each with its cap, support or alpha."""


def mlxtend_itemsets(closures: Closures, support: float) -> Itemsets:
    """What mlxtend finds frequent."""
    pd, patterns = import_module("pandas"), import_module("mlxtend.frequent_patterns")  # neither has types
    has = np.zeros((len(closures), len(closures.packages)), np.bool_)
    has[closures.rows(), closures.items] = True
    often = np.flatnonzero(has.mean(axis=0) >= support)
    found = patterns.fpgrowth(pd.DataFrame(has[:, often], columns=often), min_support=support, use_colnames=True)
    seen = np.rint(found["support"].to_numpy() * len(closures)).astype(int).tolist()
    return dict(zip(found["itemsets"], seen, strict=True))


def spark_itemsets(closures: Closures, support: float) -> Itemsets:
    """What Spark finds frequent, in two threads."""
    from pyspark.ml.fpm import FPGrowth  # noqa: PLC0415  for this way alone
    from pyspark.sql import SparkSession  # noqa: PLC0415

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "8g")
    session = (
        builder.config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.maxResultSize", "0")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    rows = session.createDataFrame([(closures.row(number).tolist(),) for number in range(len(closures))], ["items"])
    model = FPGrowth(itemsCol="items", minSupport=support).setNumPartitions(2).fit(rows)
    return {frozenset(row["items"]): row["freq"] for row in model.freqItemsets.toLocalIterator()}


def closed(itemsets: Itemsets) -> Itemsets:
    """Those to which no package can be added without losing an environment."""
    within = {each - {item} for each, seen in itemsets.items() for item in each if itemsets.get(each - {item}) == seen}
    return {each: seen for each, seen in itemsets.items() if each not in within}


def merged(closures: Closures, alpha: float) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Of each image: all of its environments together, and what these have in common."""
    width = len(closures.packages)
    unions = np.zeros((len(closures), width), np.float32)
    common = np.zeros((len(closures), width), np.bool_)
    count = 0
    for number in range(len(closures)):
        row = np.zeros(width, np.float32)
        row[closures.row(number)] = 1
        shared = unions[:count] @ row
        distance = 1 - shared / (unions[:count].sum(axis=1) + row.sum() - shared)
        fits = shared == row.sum()  # an image that has it all is taken as it is
        best = int(np.argmin(np.where(fits, distance - 1, distance))) if count else -1
        if best < 0 or not (fits[best] or distance[best] < alpha):
            best, count = count, count + 1
            common[best] = row > 0
        unions[best] = np.maximum(unions[best], row)
        common[best] &= row > 0
    sets = zip(unions[:count], common[:count], strict=True)
    return [
        (frozenset(np.flatnonzero(whole).tolist()), frozenset(np.flatnonzero(part).tolist())) for whole, part in sets
    ]


def catalog_of(closures: Closures, itemsets: Iterable[frozenset[int]], limit: int) -> MinedCatalog:
    """Itemsets as layers; how many environments hold each is counted here."""
    size, has = closures.sizes, np.zeros((len(closures.packages), len(closures)), np.bool_)
    has[closures.items, closures.rows()] = True
    layers = []
    for members in {each for each in itemsets if len(each) > 1}:
        numbers = sorted(members)
        seen = int(has[numbers].all(axis=0).sum())
        layers.append(MinedLayer("", tuple(closures.packages[n] for n in numbers), int(size[numbers].sum()), seen))
    layers.sort(key=lambda layer: (-(layer.seen_in - 1) * layer.size, layer.packages))
    return replace(singles_of(closures), layers=tuple(layers[:limit]))


def singles_of(closures: Closures) -> MinedCatalog:
    """No layers, and what is known of packages."""
    nothing = SearchOptions(max_layers=0, price=0.0, min_bytes=2**62)
    return mine(closures, nothing)


def shared(closures: Closures, catalog: MinedCatalog, cap: int) -> float:
    """What images share as blobs, of what they could, in percent."""
    assigner = Assigner(catalog, cap)
    rows = (closures.row(number).tolist() for number in range(len(closures)))
    size = dict(zip(closures.packages, closures.sizes.tolist(), strict=True))
    blobs, _, _ = stored_bytes(
        (assigner.layers([closures.packages[item] for item in row]) for row in rows), size.__getitem__
    )
    return _attained(closures, blobs)


def _attained(closures: Closures, stored: int) -> float:
    total = int(closures.sizes[closures.items].sum())
    return 100 * (total - stored) / (total - int(closures.sizes[np.unique(closures.items)].sum()))


def measure(way: str, parameter: str, seen: Closures, unseen: Closures, limit: int) -> Iterator[dict[str, Any]]:
    """What one way takes, and then what it reaches; said at once, in case the rest does not end."""
    start = time.perf_counter(), time.process_time()
    if way == "depnorm mine":
        catalog = mine(seen, SearchOptions.of(Emitter.LINK, int(parameter)))
        yield {**used(start), "found": len(catalog.layers)}
        yield {str(int(parameter)): shared(unseen, catalog, int(parameter)), "bundles": len(catalog.layers)}
        return
    if way == "single packages":
        yield {str(cap): shared(unseen, singles_of(seen), cap) for cap in CAPS}
        return
    if way == "Jaccard, whole images":  # needs nothing learned: environments come one by one
        images = merged(unseen, float(parameter))
        stored = sum(int(unseen.sizes[sorted(whole)].sum()) for whole, _ in images)
        yield {**used(start), "found": len(images)}
        yield {"one": _attained(unseen, stored), "foreign": foreign_share(unseen, images)}
        return
    if way == "Jaccard, common part":
        sets: Iterable[frozenset[int]] = [part for _, part in merged(seen, float(parameter))]
        yield {**used(start), "found": len([*sets])}
    else:
        miner: Callable[[Closures, float], Itemsets] = {"mlxtend fpgrowth": mlxtend_itemsets}.get(way, spark_itemsets)
        frequent = miner(seen, float(parameter))
        yield {**used(start), "found": len(frequent)}
        sets = closed(frequent)
        yield {"closed": len([*sets])}
    catalog = catalog_of(seen, sets, limit)
    yield {"bundles": len(catalog.layers), **{str(cap): shared(unseen, catalog, cap) for cap in CAPS}}


def foreign_share(closures: Closures, images: list[tuple[frozenset[int], frozenset[int]]]) -> float:
    """What part of the bytes in the images of environments these did not ask for, in percent."""
    asked = run = 0
    for number in range(len(closures)):
        row = frozenset(closures.row(number).tolist())
        smallest = min((int(closures.sizes[sorted(whole)].sum()) for whole, _ in images if row <= whole))
        asked, run = asked + int(closures.sizes[sorted(row)].sum()), run + smallest
    return 100 * (run - asked) / run


def used(start: tuple[float, float]) -> dict[str, float]:
    """Seconds, seconds of processors, and megabytes: of this process and its Java machine, where there is one."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    processor, peak = time.process_time() - start[1], own.ru_maxrss / 1024
    for children in Path("/proc/self/task").glob("*/children"):
        for child in children.read_text().split():
            ticks = Path("/proc", child, "stat").read_text().rpartition(")")[2].split()[11:13]
            processor += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
            for line in Path("/proc", child, "status").read_text().splitlines():
                peak += int(line.split()[1]) / 1024 if line.startswith("VmHWM") else 0
    return {"seconds": time.perf_counter() - start[0], "processor": processor, "peak": peak}


def main() -> None:
    """Measure each way in a process of its own, for so many seconds at most."""
    parser = argparse.ArgumentParser()
    parser.add_argument("closures", type=Path)
    parser.add_argument("--sizes", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--bundles", type=int, default=4000)
    parser.add_argument("--only", nargs=2, metavar=("WAY", "PARAMETER"))
    arguments = parser.parse_args()
    if arguments.only:
        # More than this stops other work on the machine; Java reserves more than it takes, and has a limit of its own.
        if "pyspark" not in arguments.only[0]:
            resource.setrlimit(resource.RLIMIT_AS, (16 * 2**30, 16 * 2**30))
        seen, unseen = read_closures(arguments.closures, load_sizes(arguments.sizes)).halves()
        way, parameter = arguments.only
        for found in measure(way, parameter, seen, unseen, arguments.bundles):
            print(json.dumps(found), flush=True)
        return
    print(
        f"{'way':<22} {'':>5} {'seconds':>8} {'CPU s':>7} {'MB':>7} {'found':>10} {'closed':>8} {'layers':>7}", end=""
    )
    print("".join(f" {f'% at {cap}':>8}" for cap in CAPS))
    for way, parameter in WAYS:
        print_row(way, parameter, *said([*sys.argv, "--only", way, parameter], arguments.seconds))


def said(command: list[str], seconds: int) -> tuple[dict[str, Any], str]:
    """What a child said, and why it said no more."""
    with tempfile.TemporaryFile() as out:
        why = ""
        try:
            done = subprocess.run(
                [sys.executable, *command], stdout=out, stderr=subprocess.PIPE, timeout=seconds, check=False, text=True
            )
            if done.returncode:
                why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1][:60]
        except subprocess.TimeoutExpired:
            why = f"not in {seconds} s"
        out.seek(0)
        found: dict[str, Any] = {}
        for line in out.read().splitlines():
            found |= json.loads(line)
    return found, why


def print_row(way: str, parameter: str, found: dict[str, Any], why: str) -> None:
    """One line of the table."""
    cells = [
        ("seconds", 8, ".1f"),
        ("processor", 7, ".1f"),
        ("peak", 7, ",.0f"),
        ("found", 10, ",.0f"),
        ("closed", 8, ",.0f"),
    ]
    cells += [("bundles", 7, ",.0f"), *((str(cap), 8, ".1f") for cap in CAPS)]
    text = " ".join(f"{format(found[key], form) if key in found else '-':>{width}}" for key, width, form in cells)
    if "one" in found:
        why = f"{found['one']:.1f} % in one layer; {found['foreign']:.0f} % of an image's bytes were not asked for"
    print(f"{way:<22} {parameter:>5} {text}  {why}", flush=True)


if __name__ == "__main__":
    main()
