"""How long `import depnorm` takes over bare Python, in pairs.

    python tests/benchmarks/import_time.py [--runs N]

Each round runs the processes one after the other, so that a machine that slows down slows all of them; quote the median
of the differences. The package itself imports nothing (PEP 562), so that the second row, a first call of the library
without any file, tells what the first use brings in. All have their bytecode, as after `pip install`, wherever the
checkout is and whatever PYTHONDONTWRITEBYTECODE says.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable

GOAL = 60
"""Milliseconds over bare Python, at most."""
BARE = "pass"
IMPORTS = ("import depnorm", "from depnorm import inspect, check, plan, dockerfile")


def milliseconds(code: str, bytecode: str) -> float:
    """Wall-clock time of one Python process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env={**environment, "PYTHONPYCACHEPREFIX": bytecode})
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Print a row for each import: minimum, median, maximum."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    arguments.add_argument("--runs", type=int, default=25)
    options = arguments.parse_args()
    programs = (BARE, *IMPORTS)
    with tempfile.TemporaryDirectory() as bytecode:
        for program in programs:  # once, so that bytecode and the disk's cache are there
            milliseconds(program, bytecode)
        rounds = [{each: milliseconds(each, bytecode) for each in programs} for _ in range(options.runs)]
    show("bare Python, ms", [each[BARE] for each in rounds])
    for program in IMPORTS:
        show(f"{program}, ms more", [each[program] - each[BARE] for each in rounds])
    print(f"goal: less than {GOAL} ms more")


def show(name: str, values: Iterable[float]) -> None:
    """One row."""
    found = list(values)
    print(f"{name:62} min {min(found):6.1f}  median {statistics.median(found):6.1f}  max {max(found):6.1f}")


if __name__ == "__main__":
    main()
