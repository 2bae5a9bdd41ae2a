"""The requirements reader against pip's own parser and pip-requirements-parser, in pairs.

    python tests/benchmarks/requirements_reader.py [--runs N] [HISTORY]

HISTORY is the corpus's history.jsonl.gz. Two loads: its distinct lines, each a file of its own, with every cache cold;
and all its texts one after the other, as they come, with what one text leaves in the caches for the next. Both are the
texts that are valid UTF-8 of the `.txt` files but apt.txt and runtime.txt; a distinct line is one without the white
space around it, comments and the empty line included (4,378 of them). Each round runs the readers one after the other
in fresh processes, so that a machine that slows down slows all of them; quote the median of the ratios, not lines per
second. Modules, pip-requirements-parser among them, are imported before the clock starts.

pip is asked for what it does between a file's text and its requirements: comments and continuations, options,
constructors. It is spared the file itself, and where it would stop at a line that it refuses, it goes on.
"""

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

HISTORY = Path(__file__).parents[2].parent / "shared" / "corpus" / "history.jsonl.gz"
OTHER_FORMATS = {"apt.txt", "runtime.txt"}
READERS = ("depnorm", "pip", "pip-requirements-parser")
LOADS = ("distinct lines, caches cold", "whole history, text by text")
GOALS = {LOADS[0]: 3, LOADS[1]: 10}
"""Times pip's speed, at least."""

Reader = Callable[[str], object]


def texts(history: Path) -> Iterator[str]:
    """The versions of requirements files, as text."""
    with gzip.open(history, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            name = row["path"].rpartition("/")[2]
            if name.endswith(".txt") and name not in OTHER_FORMATS and row.get("text") is not None:
                yield row["text"]


def distinct_lines(history: Path) -> list[str]:
    """The lines without the white space around them, each once, in the order they are first met."""
    return list(dict.fromkeys(line.strip() for text in texts(history) for line in text.splitlines()))


def depnorm_reader() -> Reader:
    """The reader under test, from bytes to values."""
    import depnorm.read.requirement_unusual  # noqa: F401, PLC0415  loaded by the first unusual line, not measured here
    from depnorm.read.requirement_options import known_options  # noqa: PLC0415
    from depnorm.read.requirements import parse_requirements  # noqa: PLC0415

    known_options()  # loads pip-requirements-parser; what this leaves in a cache is cleared with the others
    return lambda text: parse_requirements(text.encode(), "requirements.txt")


def pip_reader() -> Reader:
    """The functions of pip itself, line by line."""
    from pip._internal.req import constructors, req_file  # noqa: PLC0415

    def read(text: str) -> None:
        parse_line = req_file.get_line_parser(None)
        for number, line in req_file.preprocess(text):
            try:
                arguments, options = parse_line(line)
                parsed = req_file.ParsedLine("requirements.txt", number, arguments, options, constraint=False)
                if parsed.requirement is not None:
                    requirement = req_file.handle_requirement_line(parsed)
                    constructors.install_req_from_parsed_requirement(requirement)
            except (Exception, SystemExit):  # noqa: BLE001, S112  whatever stops pip
                continue

    return read


def parser_reader(directory: Path) -> Reader:
    """pip-requirements-parser, which reads files only: its `from_string` raises NameError."""
    from pip_requirements_parser import RequirementsFile  # noqa: PLC0415

    file = directory / "requirements.txt"

    def read(text: str) -> None:
        file.write_text(text, encoding="utf-8", newline="")
        RequirementsFile.from_file(str(file), include_nested=False)

    return read


def forget() -> None:
    """Empty every cache of functions, so that each line is read as by a process that has read none."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"depnorm", "packaging", "pip", "pip_requirements_parser"}:
            for value in vars(module).values():
                clear: Any = getattr(value, "cache_clear", None)
                if clear is not None:
                    clear()


def measure(reader: str, load: str, history: Path) -> float:
    """Seconds of one reader over one load, in this process."""
    with tempfile.TemporaryDirectory() as directory:
        makers: dict[str, Callable[[], Reader]] = {
            "depnorm": depnorm_reader,
            "pip": pip_reader,
            "pip-requirements-parser": lambda: parser_reader(Path(directory)),
        }
        read = makers[reader]()
        work = distinct_lines(history) if load == LOADS[0] else list(texts(history))
        forget()
        start = time.perf_counter()
        for text in work:
            read(text)
        return time.perf_counter() - start


def in_process(reader: str, load: str, history: Path) -> float:
    """The same in a process of its own."""
    command = [sys.executable, __file__, str(history), "--reader", reader, "--load", load]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Print a row for each reader and for each ratio: minimum, median, maximum."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    arguments.add_argument("history", nargs="?", type=Path, default=HISTORY)
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--reader", choices=READERS, help=argparse.SUPPRESS)
    arguments.add_argument("--load", choices=LOADS, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.reader:
        print(measure(options.reader, options.load, options.history))
        return
    counts = {
        LOADS[0]: len(distinct_lines(options.history)),
        LOADS[1]: sum(len(text.splitlines()) for text in texts(options.history)),
    }
    for load in LOADS:
        print(f"{load}: {counts[load]:,} lines, at least {GOALS[load]} times pip's speed")
        rounds = [{each: in_process(each, load, options.history) for each in READERS} for _ in range(options.runs)]
        for reader in READERS:
            show(f"{reader}, thousand lines/s", [counts[load] / each[reader] / 1000 for each in rounds])
        for other in READERS[1:]:
            show(f"depnorm / {other}", [each[other] / each["depnorm"] for each in rounds])


def show(name: str, values: Iterable[float]) -> None:
    """One row."""
    found = list(values)
    print(f"  {name:40} min {min(found):7.2f}  median {statistics.median(found):7.2f}  max {max(found):7.2f}")


if __name__ == "__main__":
    main()
