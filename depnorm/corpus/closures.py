"""Environments of many repositories as arrays: which packages each consists of, and how large these are."""

import gzip
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from depnorm.corpus.closure_facts import Closure
from depnorm.corpus.schema import Pinned
from depnorm.corpus.sizes import DEFAULT_BYTES, by_name, by_version, read_sizes
from depnorm.errors import UnusableInputError
from depnorm.model import canonical_name, redact
from depnorm.model.mined import Package

_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True, eq=False)
class Closures:
    """One row for each environment: `items[starts[r]:starts[r + 1]]` are numbers of `packages`, ascending.

    `packages` are sorted by falling `sizes` (installed bytes), then by name and version.
    """

    ids: tuple[str, ...]
    packages: tuple[Package, ...]
    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]
    items: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, number: int) -> NDArray[np.int32]:
        """The packages of an environment."""
        return self.items[self.starts[number] : self.starts[number + 1]]

    def rows(self) -> NDArray[np.int64]:
        """The row of each of `items`."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def select(self, rows: NDArray[np.int64]) -> "Closures":
        """These rows alone, in this order."""
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        items = self.items[np.repeat(self.starts[:-1][rows], lengths) + within]
        return Closures(tuple(self.ids[row] for row in rows.tolist()), self.packages, self.sizes, starts, items)

    def halves(self) -> tuple["Closures", "Closures"]:
        """The rows in two halves that depend on their ids alone: to learn from one, and to test with the other."""
        side = np.array([sha256(each.encode()).digest()[-1] & 1 for each in self.ids], dtype=np.int64)
        return self.select(np.flatnonzero(side == 0)), self.select(np.flatnonzero(side == 1))


@dataclass(frozen=True, slots=True)
class Sizes:
    """Installed bytes: of versions, else the median of the package, else `DEFAULT_BYTES`."""

    versions: Mapping[Package, int]
    names: Mapping[str, int]

    def of(self, package: Package) -> int:
        """The bytes of a package."""
        return self.versions.get(package) or self.names.get(package[0], DEFAULT_BYTES)


def load_sizes(path: Path | None) -> Sizes:
    """The sizes of a CSV file (`depnorm.corpus.sizes.read_sizes`), of none without a file."""
    table = read_sizes(path)
    versions = {(row["name"], row["version"]): row["bytes"] for row in by_version(table).to_pylist()}
    return Sizes(versions, {row["name"]: row["bytes"] for row in by_name(table).to_pylist()})


def read_closures(path: Path, sizes: Sizes) -> Closures:
    """The environments of a file: Parquet of `depnorm corpus facts` (what is locked), or JSON lines, also `.gz`.

    A line of JSON is `{"id": …, "closure": [[name, version], …]}`. Raises `UnusableInputError`, with file and line, for
    what cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise UnusableInputError(f"{path}: cannot be read ({error.strerror})") from error
    if head == _PARQUET:
        return closures_of(_read_facts(path), sizes)
    batches = _read_lines(path, is_packed=head.startswith(_GZIP))
    return closures_of(batches, sizes)


def closures_of(table: pa.Table, sizes: Sizes) -> Closures:
    """The environments of a table with the columns id, name, version; rows of one id may stand anywhere."""
    ids, rows = _codes(table["id"])
    names, name = _codes(table["name"])
    versions, version = _codes(table["version"])
    keys = name.astype(np.int64) * max(len(versions), 1) + version
    found, item = np.unique(keys, return_inverse=True)
    packages = [(names[key // len(versions)], versions[key % len(versions)]) for key in found.tolist()]
    bytes_of = np.array([sizes.of(package) for package in packages], dtype=np.int64)
    order = sorted(range(len(packages)), key=lambda number: (-int(bytes_of[number]), packages[number]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    row_of = np.empty(len(ids), dtype=np.int64)
    row_of[by_id] = np.arange(len(ids))
    pairs = np.unique(row_of[rows] * max(len(order), 1) + rank[item])
    starts = np.searchsorted(pairs // max(len(order), 1), np.arange(len(ids) + 1))
    items = (pairs % max(len(order), 1)).astype(np.int32)
    named = tuple(ids[number] for number in by_id.tolist())
    return Closures(named, tuple(packages[number] for number in order), bytes_of[order], starts, items)


def _codes(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int32]]:
    """The values of a column of texts, each once, and the number of each row's."""
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)


def _read_facts(path: Path) -> pa.Table:
    columns = ["group", "repository", "ecosystem", "name", "version"]
    locked = pc.field("pinned") == Pinned.LOCKED.value
    try:
        table = pq.read_table(path, columns=columns, filters=locked & pc.field("version").is_valid())
    except (pa.ArrowException, OSError, KeyError) as error:
        raise UnusableInputError(
            f"{path}: is no Parquet file of facts ({redact(str(error))})",
            hint="Make one: depnorm corpus facts DIR|FILE... -o facts.parquet",
        ) from error
    group = pc.coalesce(table["group"], table["repository"])
    return pa.table({"id": group, "name": table["name"], "version": table["version"]})


def _read_lines(path: Path, *, is_packed: bool) -> pa.Table:
    ids: list[str] = []
    names: list[str] = []
    versions: list[str] = []
    for closure in _decoded(path, is_packed=is_packed):
        for name, version in closure.closure:
            ids.append(closure.id)
            names.append(name)
            versions.append(version)
    canonical = {name: canonical_name(name) for name in set(names)}
    arrays = {"id": ids, "name": [canonical[name] for name in names], "version": versions}
    return pa.table({key: pa.array(values, pa.string()) for key, values in arrays.items()})


def _decoded(path: Path, *, is_packed: bool) -> Iterator[Closure]:
    decoder = msgspec.json.Decoder(Closure)
    opened = gzip.open(path) if is_packed else path.open("rb")  # noqa: SIM115  closed below
    number = 0
    with closing(cast("BinaryIO", opened)) as file:
        try:
            for number, line in enumerate(file, 1):  # noqa: B007  told in the message
                if line.strip():
                    yield decoder.decode(line)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, OSError, EOFError) as error:
            message = f"{path}: line {number}: is no closure ({redact(str(error))})"
            hint = 'A line is {"id": "…", "closure": [["numpy", "2.3.4"], …]}.'
            raise UnusableInputError(message, hint=hint) from error
