"""How time and memory of mining grow with a corpus: synthetic ones with the statistics of a real one.

    python tests/benchmarks/mine_scale.py ../shared/corpus/closures.jsonl.gz --sizes ../shared/corpus/package_sizes.csv

Each environment is a real one in which one package in ten was drawn anew, as often as the corpus has it. Versions of
packages that nobody had before come up as they do in the real one, by a power of the number of environments (Heaps'
law). Prints for each size: rows, packages, seconds and megabytes of a process that reads facts (with DuckDB, in two
threads and 4 GiB) and mines, and the slopes against the rows; with `--json`, all of it as data.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from depnorm.corpus.closures import Closures, load_sizes, read_closures
from depnorm.corpus.schema import FACTS

BATCH = 50_000
CHANGED = 0.1
NEW_PACKAGES = 0.6
"""The exponent: what 800 and 3,342 of the real environments have."""
CHILD = """
import json, resource, sys, time
from pathlib import Path
start = time.perf_counter()
from depnorm.corpus.closures import load_sizes, read_closures
from depnorm.corpus.engine import EngineKind, EngineOptions
from depnorm.corpus.mine import mine
from depnorm.corpus.mined import encode_mined
from depnorm.corpus.search import SearchOptions
from depnorm.model import Emitter
facts, sizes, engine, catalog_file = sys.argv[1:]
closures = read_closures(Path(facts), load_sizes(Path(sizes)), EngineOptions(kind=EngineKind(engine), threads=2))
read = time.perf_counter()
catalog = mine(closures, SearchOptions.of(Emitter.LINK, 8))
end = time.perf_counter()
usage = resource.getrusage(resource.RUSAGE_SELF)
Path(catalog_file).write_bytes(encode_mined(catalog))
print(json.dumps({
    "environments": len(closures), "rows": len(closures.items), "packages": len(catalog.packages),
    "read": read - start, "mine": end - read, "processor": usage.ru_utime + usage.ru_stime,
    "peak": usage.ru_maxrss / 1024, "layers": len(catalog.layers),
}))
"""


def write_synthetic(real: Closures, count: int, path: Path) -> None:
    """So many environments, as facts."""
    chance = np.random.default_rng(count)
    with pq.ParquetWriter(path, FACTS) as writer:
        for start in range(0, count, BATCH):
            rows = chance.integers(len(real), size=min(BATCH, count - start))
            drawn = real.select(rows)
            items = np.where(chance.random(len(drawn.items)) < CHANGED, chance.permutation(drawn.items), drawn.items)
            items = items.astype(np.int64)
            before, now = (_new_packages(real, each) for each in (start, start + len(rows)))
            fresh = np.concatenate([np.arange(before, now), chance.integers(max(now, 1), size=now - before)])
            items[chance.choice(len(items), len(fresh), replace=False)] = len(real.packages) + fresh
            group = pa.array([f"{start + number:09}" for number in range(len(rows))]).take(pa.array(drawn.rows()))
            writer.write_table(_facts(group, *_texts(real, items)))


def _new_packages(real: Closures, count: int) -> int:
    """How many more packages so many environments have than the real ones."""
    return int(len(real.packages) * max(0.0, (count / len(real)) ** NEW_PACKAGES - 1))


def _texts(real: Closures, items: NDArray[np.int64]) -> tuple[pa.Array, pa.Array]:
    found, where = np.unique(items, return_inverse=True)
    known = len(real.packages)
    packages = [real.packages[item] if item < known else (f"new-{item - known}", "1.0") for item in found.tolist()]
    names, versions = (pa.array(each) for each in zip(*packages, strict=True))
    return names.take(pa.array(where)), versions.take(pa.array(where))


def _facts(group: pa.Array, names: pa.Array, versions: pa.Array) -> pa.Table:
    count = len(group)
    table = {
        "repository": group,
        "position": pa.array(np.zeros(count, np.int32)),
        "kind": pa.array(["dependency"] * count),
        "ecosystem": pa.array(["pypi"] * count),
        "name": names,
        "version": versions,
        "pinned": pa.array(["locked"] * count),
        "group": group,
    }
    columns = [table.get(field.name, pa.nulls(count, field.type)) for field in FACTS]
    return pa.Table.from_arrays(columns, schema=FACTS)


def measure(facts: Path, sizes: Path, engine: str, catalog: Path) -> dict[str, Any]:
    """Read and mine in a process of its own, which writes its catalog."""
    command = [sys.executable, "-c", CHILD, str(facts), str(sizes), engine, str(catalog)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def slopes(before: dict[str, Any], now: dict[str, Any]) -> str:
    """Of seconds and of memory, where the rows have 1."""
    growth = math.log(now["rows"] / before["rows"])
    pairs = ((each["read"] + each["mine"], each["peak"]) for each in (now, before))
    return " ".join(f"{math.log(one / two) / growth:5.2f}" for one, two in zip(*pairs, strict=True))


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("closures", type=Path)
    parser.add_argument("--sizes", type=Path, required=True)
    parser.add_argument("--counts", default="1000,10000,100000,1000000")
    parser.add_argument(
        "--spark", type=int, default=10_000, help="of this count Spark mines a catalog, too; 0: of none"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    real = read_closures(arguments.closures, load_sizes(arguments.sizes))
    print(
        f"{'environments':>12} {'rows':>11} {'packages':>8} {'read s':>7} {'mine s':>7} {'CPU s':>7} {'MB':>7}", end=""
    )
    print(f" {'layers':>6}  slopes of time, memory")
    measured: list[dict[str, Any]] = []
    for count in map(int, arguments.counts.split(",")):
        with tempfile.TemporaryDirectory() as place:
            facts, catalogs = Path(place, "facts.parquet"), [Path(place, kind) for kind in ("duckdb", "spark")]
            write_synthetic(real, count, facts)
            found = measure(facts, arguments.sizes, "duckdb", catalogs[0]) | {"file": facts.stat().st_size}
            same = ""
            if count == arguments.spark:
                measure(facts, arguments.sizes, "spark", catalogs[1])
                same = (
                    f"  Spark: {'equal' if catalogs[0].read_bytes() == catalogs[1].read_bytes() else 'ANOTHER'} catalog"
                )
        cells = " ".join(f"{found[key]:>7,.1f}" for key in ("read", "mine", "processor"))
        print(f"{count:>12,} {found['rows']:>11,} {found['packages']:>8,} {cells} {found['peak']:>7,.0f}", end="")
        print(f" {found['layers']:>6}  {slopes(measured[-1], found) if measured else ''}{same}", flush=True)
        measured.append(found)
    if arguments.json:
        arguments.json.write_text(json.dumps({"runs": measured}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
