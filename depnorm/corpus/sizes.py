"""How large packages are and how long they take to install: a CSV file, and what is taken for the others."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from depnorm.errors import UnusableInputError
from depnorm.model import canonical_name, redact
from depnorm.model.mined import Package
from depnorm.model.score import KnownSizes

if TYPE_CHECKING:
    from _csv import Reader

DEFAULT_BYTES = 350_000
"""Of a package that no file tells: the median of what was measured on PyPI."""
SECONDS_PER_PACKAGE = 0.6
SECONDS_PER_MEGABYTE = 0.015
"""Of a package whose time no file tells: the line through the 500 packages whose installation was measured."""
SIZES = pa.schema(
    [("name", pa.string()), ("version", pa.string()), ("installed_bytes", pa.int64()), ("install_ms", pa.float64())]
)
_COST = [("bytes", pa.int64()), ("ms", pa.int64())]
NAMES = pa.schema([("name", pa.string()), *_COST])
VERSIONS = pa.schema([("name", pa.string()), ("version", pa.string()), *_COST])

_READ = "name, version, installed_bytes, install_ms"
_HINT = f"Read are the columns {_READ}; name and installed_bytes must be there, others are passed over."
_MAX_BYTES, _MAX_MILLISECONDS = 2**40, 1e12
_SHOWN = 60


def read_sizes(path: Path | None) -> pa.Table:
    """The sizes (`SIZES`) of a CSV file with the columns name, version, installed_bytes, install_ms; of none, no rows.

    A row without a version tells of all versions of its package, one without a time has none; both columns may be
    missing. Rows without a size are left out, other columns passed over. Raises `UnusableInputError`, with file and
    line, for what is no such file.
    """
    if path is None:
        return SIZES.empty_table()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _table([*_sizes(path, csv.reader(file, strict=True))], SIZES)
    except OSError as error:
        raise UnusableInputError(f"{path}: cannot be read ({error.strerror})", hint=_HINT) from error
    except UnicodeDecodeError as error:
        raise UnusableInputError(f"{path}: is no CSV file in UTF-8 ({error.reason})", hint=_HINT) from error


def _sizes(path: Path, reader: "Reader") -> Iterator[tuple[str, str, int, float | None]]:
    try:
        columns = _columns(path, next(reader, []))
        for row in filter(None, reader):
            fields = [row[place].strip() if place is not None and place < len(row) else "" for place in columns]
            name, version, size, time = fields
            if size:
                if not name:
                    raise _unusable(path, reader.line_num, "has no name")
                yield name, version, _bytes(path, reader.line_num, size), _time(path, reader.line_num, time)
    except csv.Error as error:
        raise _unusable(path, reader.line_num, f"is no CSV ({error})") from error


def _columns(path: Path, head: Sequence[str]) -> list[int | None]:
    """The places of the columns, None for one that is not there."""
    names = [each.strip() for each in head]
    if missing := [each for each in ("name", "installed_bytes") if each not in names]:
        shown = redact(",".join(head)[:_SHOWN])
        raise _unusable(path, 1, f"begins no sizes of packages: without a column {' and '.join(missing)} ({shown!r})")
    return [names.index(each) if each in names else None for each in SIZES.names]


def _bytes(path: Path, line: int, text: str) -> int:
    """Whole bytes; `1e6` and `1000.0`, as spreadsheets write them, are whole numbers too."""
    value = _number(text)
    if value is None or not 0 <= value <= _MAX_BYTES or value != int(value):
        raise _unusable(path, line, f"installed_bytes is {redact(text[:_SHOWN])!r}, not a whole number of bytes")
    return int(value)


def _time(path: Path, line: int, text: str) -> float | None:
    value = _number(text)
    if text and (value is None or not 0 <= value <= _MAX_MILLISECONDS):
        raise _unusable(path, line, f"install_ms is {redact(text[:_SHOWN])!r}, not a number of milliseconds")
    return value


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _unusable(path: Path, line: int, what: str) -> UnusableInputError:
    return UnusableInputError(f"{path}: line {line}: {what}", hint=_HINT)


def by_version(sizes: pa.Table) -> pa.Table:
    """`VERSIONS`: the bytes and milliseconds of each version of each package, names canonical.

    Of a version that is told twice the larger counts.
    """
    found: dict[Package, tuple[int, int]] = {}
    for row in sizes.to_pylist():
        package = canonical_name(row["name"]), row["version"]
        found[package] = max(found.get(package, (0, 0)), (row["installed_bytes"], _milliseconds(row)))
    return _table([(*key, *value) for key, value in sorted(found.items())], VERSIONS)


def by_name(sizes: pa.Table) -> pa.Table:
    """`NAMES`: the medians of the versions of each package."""
    versions: dict[str, list[tuple[int, int]]] = {}
    for row in sizes.to_pylist():
        versions.setdefault(canonical_name(row["name"]), []).append((row["installed_bytes"], _milliseconds(row)))
    medians = [(name, *(int(median(each)) for each in zip(*both, strict=True))) for name, both in versions.items()]
    return _table(sorted(medians), NAMES)


def known_sizes(
    items: Iterable[tuple[Package, int, int]], versions: Mapping[Package, int], names: Mapping[str, int]
) -> KnownSizes:
    """Where the sizes of packages come from; each with its bytes and in how many environments it is."""
    packages = medians = guesses = guessed = total = 0
    for package, size, seen in items:
        packages += 1
        total += size * seen
        if not versions.get(package):
            medians += bool(names.get(package[0]))
            if not names.get(package[0]):
                guesses += 1
                guessed += size * seen
    return KnownSizes(packages=packages, medians=medians, guesses=guesses, guessed_part=guessed / max(total, 1))


def median_sizes(sizes: Mapping[Package, int]) -> dict[str, int]:
    """By name the median of the versions whose sizes these are."""
    versions: defaultdict[str, list[int]] = defaultdict(list)
    for (name, _), size in sizes.items():
        versions[name].append(size)
    return {name: int(median(each)) for name, each in versions.items()}


def default_milliseconds(size: int) -> int:
    """How long a package of so many bytes takes where nobody measured it."""
    return round(1000 * (SECONDS_PER_PACKAGE + size / 1e6 * SECONDS_PER_MEGABYTE))


def _milliseconds(row: Mapping[str, Any]) -> int:
    return default_milliseconds(row["installed_bytes"]) if row["install_ms"] is None else round(row["install_ms"])


def _table(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in schema]
    return pa.table([pa.array(column, each.type) for column, each in zip(columns, schema, strict=True)], schema=schema)
