"""How many lines of R scripts depnorm reads in a second.

    python tests/benchmarks/r_reader.py [--rounds N] [DIRECTORY]

DIRECTORY holds the scripts (by default the tests' own). They are read one by one, joined to files of some sixty lines,
and as one file; then come two scripts as they are often found, long: a call for each package, and one vector with a
package on each line. The best of the rounds counts, in processor time: other work on the machine only adds. The tests'
scripts say in a line what others say in four; those of public repositories are nearer to the last two rows.
"""

import argparse
import time
from pathlib import Path

from depnorm.read.r import parse_r_script

SCRIPTS = Path(__file__).parent.parent / "read" / "r_scripts"
LINES = 60  # of a file of realistic size
LONG = 8000
TURNS = 1_000_000
WANTED = 50_000  # lines per second


def main() -> None:
    """Print a row for each kind of file."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    arguments.add_argument("directory", nargs="?", type=Path, default=SCRIPTS)
    arguments.add_argument("--rounds", type=int, default=15)
    options = arguments.parse_args()
    texts = [text for path in sorted(options.directory.iterdir()) if (text := whole(path.read_bytes()))]
    kinds = {
        "one by one": texts,
        f"in files of {LINES} lines": joined(texts),
        "in one file": ["".join(texts * (LONG // sum(map(lines, texts)) + 1))],
        f"{LONG} calls": ["".join(f'install.packages("package{number}")\n' for number in range(LONG))],
        f"a vector of {LONG} lines": [vector(LONG)],
    }
    for name, files in kinds.items():
        count = sum(map(lines, files))
        speed = count / seconds(files, options.rounds)
        print(f"{name:24} {count:6} lines  {speed:9,.0f} lines/s  {speed / WANTED:5.2f} of what is wanted")
    print(f"{'a bare loop':24} {TURNS / loop(options.rounds) / 1e6:6.1f} million turns/s")


def whole(data: bytes) -> str:
    """A script that R can parse, ending in a newline; "" for any other."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return "" if not text or parse_r_script(data, "x").problems else text.rstrip("\n") + "\n"


def joined(texts: list[str]) -> list[str]:
    """The scripts, put together until they have `LINES` lines."""
    files = [""]
    for text in texts:
        files[-1] += text
        if lines(files[-1]) >= LINES:
            files.append("")
    return [file for file in files if file]


def vector(length: int) -> str:
    """One call with a package on each line."""
    return "install.packages(c(\n" + "".join(f'  "package{number}",\n' for number in range(length)) + '  "last"))\n'


def lines(text: str) -> int:
    """How many lines a text has."""
    return text.count("\n")


def seconds(files: list[str], rounds: int) -> float:
    """Processor seconds of reading all files, the best of the rounds."""
    encoded = [file.encode() for file in files]
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for data in encoded:
            parse_r_script(data, "install.R")
        best = min(best, time.process_time() - start)
    return best


def loop(rounds: int) -> float:
    """Processor seconds of `TURNS` turns of an empty loop, the best of the rounds: how fast the machine is."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for _turn in range(TURNS):
            pass
        best = min(best, time.process_time() - start)
    return best


if __name__ == "__main__":
    main()
