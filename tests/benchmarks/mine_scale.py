"""How time and memory grow with a corpus: synthetic ones with the statistics of a real one.

    python tests/benchmarks/mine_scale.py CLOSURES --sizes CSV [--history FILE] [--assign] [--json OUT]

CLOSURES, CSV and FILE are `closures.jsonl.gz`, `package_sizes.csv` and `history.jsonl.gz` of the real corpus. Each
environment is a real one in which one package in ten was drawn anew, as often as the corpus has it. Versions that
nobody had before come up as they do in the real one, by a power of the number of environments (Heaps' law).

Prints for each size: rows, packages, seconds, seconds of processors and megabytes of a process that reads facts (with
DuckDB, in two threads and 4 GiB) and mines, and the slopes of the last two against the rows: 1 is "as the rows". With
`--history` also what parsing costs, of that file once, four and sixteen times with other names of repositories; with
`--assign` what it costs to give out layers.
"""

import argparse
import gzip
import json
import math
import subprocess
import sys
import tempfile
import time
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
MINE = """
import sys, time
from pathlib import Path
start = time.perf_counter()
from depnorm.corpus.closures import load_sizes, read_closures
from depnorm.corpus.engine import EngineKind, EngineOptions
from depnorm.corpus.mine import mine
from depnorm.corpus.search import SearchOptions
from depnorm.library.corpus_catalog import save_catalog
from depnorm.model import Emitter
facts, sizes, catalog_file, engine = sys.argv[1:]
closures = read_closures(Path(facts), load_sizes(Path(sizes)), EngineOptions(kind=EngineKind(engine), threads=2))
read = time.perf_counter()
catalog = mine(closures, SearchOptions.of(Emitter.LINK, 8))
end = time.perf_counter()
save_catalog(catalog, Path(catalog_file))
told = {
    "repositories": len(closures), "rows": len(closures.items), "packages": len(catalog.packages),
    "layers": len(catalog.layers), "read": read - start, "mine": end - read,
}
"""
ASSIGN = """
import sys
from pathlib import Path
from depnorm.corpus.engine import EngineOptions
from depnorm.library.corpus_catalog import corpus_assign, read_mined
facts, sizes, catalog, output = map(Path, sys.argv[1:])
told = {"repositories": corpus_assign(
    facts, read_mined(catalog), output, sizes=sizes, engine=EngineOptions(threads=2)
).environments, "output": output.stat().st_size}
"""
FACTS_OF = """
import sys
from pathlib import Path
from depnorm.corpus.engine import EngineOptions
from depnorm.corpus.facts import FactsOptions
from depnorm.library.corpus_facts import corpus_facts
history, output = map(Path, sys.argv[1:])
options = FactsOptions(workers=2, engine=EngineOptions(threads=2))
told = {"rows": corpus_facts([history], output, options=options).facts, "output": output.stat().st_size}
"""
USAGE = """
import json, resource
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps(told | {
    "processor": sum(each.ru_utime + each.ru_stime for each in used),
    "peak": sum(each.ru_maxrss for each in used) / 1024,  # of parents and their largest child
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


def write_history(history: Path, times: int, path: Path) -> int:
    """The records of a file so many times, each time of other repositories; gives how many there are."""
    with gzip.open(history) as file:
        records = [json.loads(line) for line in file]
    with path.open("w", encoding="utf-8") as out:
        for number in range(times):
            for record in records:
                out.write(json.dumps(record | {"repo": f"{record['repo']}-{number}"}) + "\n")
    return times * len(records)


def measure(code: str, *arguments: str | Path) -> dict[str, Any]:
    """What a process of its own tells, with its seconds and megabytes."""
    command = [sys.executable, "-c", code + USAGE, *map(str, arguments)]
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured | {"seconds": time.perf_counter() - start}


def slopes(runs: list[dict[str, Any]], by: str) -> str:
    """Of seconds of processors and of memory between the last two runs."""
    if len(runs) == 1:
        return ""
    before, now = runs[-2:]
    growth = math.log(now[by] / before[by])
    return " ".join(f"{math.log(now[key] / before[key]) / growth:5.2f}" for key in ("processor", "peak"))


def scale_mining(real: Closures, arguments: argparse.Namespace) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Mine each size, and give out its layers where that is asked for."""
    print(
        f"{'environments':>12} {'rows':>11} {'packages':>8} {'read s':>7} {'mine s':>7} {'CPU s':>7} {'MB':>7}", end=""
    )
    print(f" {'layers':>6}  slopes of CPU, memory")
    mined: list[dict[str, Any]] = []
    given: list[dict[str, Any]] = []
    for count in arguments.counts:
        with tempfile.TemporaryDirectory() as place:
            facts, catalog, other = (Path(place, name) for name in ("facts.parquet", "duckdb.json", "spark.json"))
            write_synthetic(real, count, facts)
            found = measure(MINE, facts, arguments.sizes, catalog, "duckdb") | {"input": facts.stat().st_size}
            mined.append(found)
            cells = " ".join(f"{found[key]:>7,.1f}" for key in ("read", "mine", "processor"))
            print(f"{count:>12,} {found['rows']:>11,} {found['packages']:>8,} {cells} {found['peak']:>7,.0f}", end="")
            print(f" {found['layers']:>6}  {slopes(mined, 'rows')}", flush=True)
            if count == arguments.spark:
                spark = measure(MINE, facts, arguments.sizes, other, "spark")
                same = "the same catalog" if catalog.read_bytes() == other.read_bytes() else "ANOTHER catalog"
                print(f"{'':12} Spark, in two threads: {spark['seconds']:.1f} s, {same}", flush=True)
            if arguments.assign:
                given.append(measure(ASSIGN, facts, arguments.sizes, catalog, Path(place, "layers.jsonl")))
                show("given out", count, given, "repositories")
    return mined, given


def scale_parsing(history: Path) -> list[dict[str, Any]]:
    """Parse a file several times over."""
    parsed: list[dict[str, Any]] = []
    for times in (1, 4, 16):
        with tempfile.TemporaryDirectory() as place:
            count = write_history(history, times, Path(place, "history.jsonl"))
            found = measure(FACTS_OF, Path(place, "history.jsonl"), Path(place, "facts.parquet"))
            parsed.append(found | {"files": count})
            show("files parsed", count, parsed, "files")
    return parsed


def show(what: str, count: int, runs: list[dict[str, Any]], by: str) -> None:
    """One line of the last run."""
    seconds, processor, peak = (runs[-1][key] for key in ("seconds", "processor", "peak"))
    print(
        f"{count:>12,} {what}: {seconds:.1f} s, CPU {processor:.1f} s, {peak:,.0f} MB  {slopes(runs, by)}", flush=True
    )


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("closures", type=Path)
    parser.add_argument("--sizes", type=Path, required=True)
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--spark", type=int, default=10_000, help="of this count Spark mines a catalog, too; 0: of none"
    )
    parser.add_argument("--history", type=Path)
    parser.add_argument("--assign", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    mined, given = scale_mining(read_closures(arguments.closures, load_sizes(arguments.sizes)), arguments)
    parsed = scale_parsing(arguments.history) if arguments.history else []
    if arguments.json:
        text = json.dumps({"mined": mined, "given out": given, "parsed": parsed}, indent=1) + "\n"
        arguments.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
