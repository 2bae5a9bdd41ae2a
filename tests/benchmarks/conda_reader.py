"""How long depnorm takes to read every environment.yml of the corpus, against ruamel.yaml alone loading the same texts.

    python tests/benchmarks/conda_reader.py [--runs N] [CORPUS]

Each round reads all distinct texts with each reader, one after the other in turns, so that a machine that slows down
slows all of them; quote the median of the ratios, not seconds. Nothing is kept from one text to the next, nor from one
round to the next. ruamel loads with `YAML(typ="safe", pure=True)`, as conda does, and with `YAML(typ="rt")`, its loader
whose values know their lines. depnorm reads nearly all texts line by line (`yaml_plain`); `without it` is the time
where all are given to ruamel's parser, as any text with flow style or anchors is.
"""

import argparse
import base64
import gzip
import json
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from depnorm.read import yaml_document
from depnorm.read.conda import parse_environment
from depnorm.read.yaml_plain import parse_plain_yaml

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def environments(corpus: Path) -> list[bytes]:
    """The distinct contents, today's and older ones."""
    files = {path.read_bytes() for path in (corpus / "repos").rglob("*.y*ml") if path.is_file()}
    with gzip.open(corpus / "history.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["path"].endswith((".yml", ".yaml")):
                files.add(row["text"].encode() if "text" in row else base64.b64decode(row["base64"]))
    return sorted(files)


def load(kind: str, data: bytes) -> None:
    """Load one text as ruamel does; a few are no YAML, or not UTF-8."""
    with suppress(YAMLError, UnicodeDecodeError):
        YAML(typ=kind, pure=True).load(data.decode("utf-8"))


def read(data: bytes) -> None:
    """Read one text as depnorm does."""
    parse_environment(data, "environment.yml")


def read_with_parser(data: bytes) -> None:
    """The same, were no text plain."""
    with patch.object(yaml_document, "parse_plain_yaml", return_value=None):
        parse_environment(data, "environment.yml")


def seconds(reader: Callable[[bytes], None], texts: Sequence[bytes]) -> float:
    """Wall-clock seconds for all texts."""
    start = time.perf_counter()
    for text in texts:
        reader(text)
    return time.perf_counter() - start


def main() -> None:
    """Print a row for each reader and for each ratio: minimum, median, maximum."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    arguments.add_argument("corpus", nargs="?", type=Path, default=CORPUS)
    arguments.add_argument("--runs", type=int, default=9)
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    texts = environments(options.corpus)
    readers: dict[str, Callable[[bytes], None]] = {
        "ruamel safe, pure": lambda data: load("safe", data),
        "ruamel round-trip": lambda data: load("rt", data),
        "depnorm": read,
        "depnorm without it": read_with_parser,
    }
    for reader in readers.values():  # imports and patterns
        seconds(reader, texts[:20])
    rounds = [{name: seconds(reader, texts) for name, reader in readers.items()} for _ in range(options.runs)]
    plain = sum(parse_plain_yaml(text.decode("latin-1")) is not None for text in texts)
    print(f"{len(texts)} texts, {sum(map(len, texts)):,} bytes, {plain} of them plain")
    for name in readers:
        show(f"{name}, s", [each[name] for each in rounds])
    for ours in ("depnorm", "depnorm without it"):
        for other in ("ruamel safe, pure", "ruamel round-trip"):
            show(f"{ours} / {other}", [each[ours] / each[other] for each in rounds])


def show(name: str, values: list[float]) -> None:
    """One row."""
    print(f"{name:42} min {min(values):6.3f}  median {statistics.median(values):6.3f}  max {max(values):6.3f}")


if __name__ == "__main__":
    main()
