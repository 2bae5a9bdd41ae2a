"""How large packages are and how long they take to install: a CSV file, and what is taken for the others."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from depnorm.errors import UnusableInputError
from depnorm.model import canonical_name

DEFAULT_BYTES = 350_000
"""Of a package that no file tells: the median of what was measured on PyPI."""
SECONDS_PER_PACKAGE = 0.6
SECONDS_PER_MEGABYTE = 0.015
"""Of a package whose time no file tells: the line through the 500 packages whose installation was measured."""
_COLUMNS = {"name": pa.string(), "version": pa.string(), "installed_bytes": pa.int64(), "install_ms": pa.float64()}
SIZES = pa.schema([*_COLUMNS.items()])
_COST = [("bytes", pa.int64()), ("ms", pa.int64())]
NAMES = pa.schema([("name", pa.string()), *_COST])
VERSIONS = pa.schema([("name", pa.string()), ("version", pa.string()), *_COST])


def read_sizes(path: Path | None) -> pa.Table:
    """The sizes of a CSV file with the columns name, version, installed_bytes, install_ms; of none, no rows.

    Rows without a size are left out, other columns passed over. Raises `UnusableInputError` for another file.
    """
    if path is None:
        return SIZES.empty_table()
    options = pa_csv.ConvertOptions(column_types=_COLUMNS, include_columns=[*_COLUMNS], include_missing_columns=False)
    try:
        table = pa_csv.read_csv(path, convert_options=options)
    except (pa.ArrowException, OSError) as error:
        raise UnusableInputError(
            f"{path}: cannot be read as sizes of packages ({error})",
            hint="A CSV file with the columns name, version, installed_bytes, install_ms.",
        ) from error
    return table.filter(table["installed_bytes"].is_valid()).cast(SIZES)


def by_version(sizes: pa.Table) -> pa.Table:
    """`VERSIONS`: the bytes and milliseconds of each version of each package, names canonical."""
    found = {
        (canonical_name(row["name"]), row["version"]): (row["installed_bytes"], _milliseconds(row))
        for row in sizes.to_pylist()
    }
    return _table([(*key, *value) for key, value in sorted(found.items())], VERSIONS)


def by_name(sizes: pa.Table) -> pa.Table:
    """`NAMES`: the medians of the versions of each package."""
    versions: dict[str, list[tuple[int, int]]] = {}
    for row in sizes.to_pylist():
        versions.setdefault(canonical_name(row["name"]), []).append((row["installed_bytes"], _milliseconds(row)))
    medians = [(name, *(int(median(each)) for each in zip(*both, strict=True))) for name, both in versions.items()]
    return _table(sorted(medians), NAMES)


def default_milliseconds(size: int) -> int:
    """How long a package of so many bytes takes where nobody measured it."""
    return round(1000 * (SECONDS_PER_PACKAGE + size / 1e6 * SECONDS_PER_MEGABYTE))


def _milliseconds(row: Mapping[str, Any]) -> int:
    return default_milliseconds(row["installed_bytes"]) if row["install_ms"] is None else round(row["install_ms"])


def _table(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in schema]
    return pa.table([pa.array(column, each.type) for column, each in zip(columns, schema, strict=True)], schema=schema)
