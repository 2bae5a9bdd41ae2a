"""How time and memory of mining grow with a corpus: synthetic ones with the statistics of a real one.

    python tests/benchmarks/mine_scale.py ../shared/corpus/closures.jsonl.gz --sizes ../shared/corpus/package_sizes.csv

Each environment is a real one in which one package in ten was drawn anew, as often as the corpus has it. Prints for
each size: rows, seconds and megabytes of a process that reads and mines, and the slopes.
"""

import argparse
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from depnorm.corpus.closures import Closures, load_sizes, read_closures
from depnorm.corpus.schema import FACTS

BATCH = 50_000
CHANGED = 0.1
CHILD = """
import json, resource, sys, time
from pathlib import Path
start = time.perf_counter()
from depnorm.corpus.closures import load_sizes, read_closures
from depnorm.corpus.mine import mine
from depnorm.corpus.search import SearchOptions
from depnorm.model import Emitter
closures = read_closures(Path(sys.argv[1]), load_sizes(Path(sys.argv[2])))
read = time.perf_counter()
catalog = mine(closures, SearchOptions.of(Emitter.LINK, 8))
end = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([len(closures.items), read - start, end - read, peak, len(catalog.layers)]))
"""


def write_synthetic(real: Closures, count: int, path: Path) -> None:
    """So many environments, as facts."""
    chance = np.random.default_rng(count)
    names = pa.array([name for name, _ in real.packages])
    versions = pa.array([version for _, version in real.packages])
    with pq.ParquetWriter(path, FACTS) as writer:
        for start in range(0, count, BATCH):
            rows = chance.integers(len(real), size=min(BATCH, count - start))
            drawn = real.select(rows)
            items = np.where(chance.random(len(drawn.items)) < CHANGED, chance.permutation(drawn.items), drawn.items)
            group = pa.array([f"{start + number:07}" for number in range(len(rows))]).take(pa.array(drawn.rows()))
            table = {
                "repository": group,
                "position": pa.array(np.zeros(len(items), np.int32)),
                "kind": pa.array(["dependency"] * len(items)),
                "ecosystem": pa.array(["pypi"] * len(items)),
                "name": names.take(pa.array(items)),
                "version": versions.take(pa.array(items)),
                "pinned": pa.array(["locked"] * len(items)),
                "group": group,
            }
            columns = [table.get(field.name, pa.nulls(len(items), field.type)) for field in FACTS]
            writer.write_table(pa.Table.from_arrays(columns, schema=FACTS))


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("closures", type=Path)
    parser.add_argument("--sizes", type=Path, required=True)
    parser.add_argument("--counts", default="1000,10000,100000,1000000")
    arguments = parser.parse_args()
    real = read_closures(arguments.closures, load_sizes(arguments.sizes))
    print(
        f"{'environments':>12} {'rows':>12} {'read s':>8} {'mine s':>8} {'peak MB':>8} {'layers':>7}  slopes (rows: 1)"
    )
    before: list[float] = []
    for count in map(int, arguments.counts.split(",")):
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "facts.parquet")
            write_synthetic(real, count, path)
            command = [sys.executable, "-c", CHILD, str(path), str(arguments.sizes)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows, read, mined, peak, layers = map(float, done.stdout.strip("[]\n").split(","))
        slopes = ""
        if before:
            growth = math.log(rows / before[0])
            pairs = zip((read + mined, peak), before[1:], strict=True)
            slopes = " ".join(f"{math.log(now / then) / growth:.2f}" for now, then in pairs)
        print(
            f"{count:>12,} {rows:>12,.0f} {read:>8.1f} {mined:>8.1f} {peak:>8,.0f} {layers:>7,.0f}  {slopes}",
            flush=True,
        )
        before = [rows, read + mined, peak]


if __name__ == "__main__":
    main()
