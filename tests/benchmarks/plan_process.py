"""How long `depnorm plan` takes as a whole process, against `repo2docker --no-build` and bare Python, paired.

    python tests/benchmarks/plan_process.py [--runs N] [REPOSITORY]

Each round runs the commands one after the other, so that a machine that slows down slows all of them; quote the median
of the ratios, not seconds. repo2docker renders the same repository and asks no engine. `typer and rich` is the least
that a command with this command line and this output can take. All have their bytecode, as after `pip install`,
wherever the checkout is and whatever PYTHONDONTWRITEBYTECODE says.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
SAMPLE = Path(__file__).parent.parent.parent / "corpus" / "plain-scipy" / "repo"


def seconds(command: list[str], bytecode: str) -> float:
    """Wall-clock seconds of one run; fails if the command does."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**environment, "PYTHONPYCACHEPREFIX": bytecode})
    return time.perf_counter() - start


def main() -> None:
    """Print a row for each command and for each ratio: minimum, median, maximum."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    arguments.add_argument("repository", nargs="?", default=str(SAMPLE))
    arguments.add_argument("--runs", type=int, default=15)
    options = arguments.parse_args()
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "typer and rich": [sys.executable, "-c", "import typer, rich.console, rich.tree"],
        "depnorm plan": [str(BIN / "depnorm"), "plan", options.repository],
        "repo2docker --no-build": [str(BIN / "repo2docker"), "--no-build", options.repository],
    }
    with tempfile.TemporaryDirectory() as bytecode:
        for command in commands.values():  # once, so that bytecode and the disk's cache are there
            seconds(command, bytecode)
        rounds = [{name: seconds(command, bytecode) for name, command in commands.items()} for _ in range(options.runs)]
    for name in commands:
        show(f"{name}, s", [each[name] for each in rounds])
    ours = "depnorm plan"
    for other in ("repo2docker --no-build", "typer and rich", "python -c pass"):
        show(f"{ours} / {other}", [each[ours] / each[other] for each in rounds])


def show(name: str, values: list[float]) -> None:
    """One row."""
    print(f"{name:42} min {min(values):6.3f}  median {statistics.median(values):6.3f}  max {max(values):6.3f}")


if __name__ == "__main__":
    main()
