"""Environments of many repositories as arrays: which packages each consists of, and how large these are."""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from depnorm.corpus.closure_facts import Closure
from depnorm.corpus.engine import EngineOptions
from depnorm.corpus.names import Names
from depnorm.corpus.numbers import Numbers, Pairs, numbers_of
from depnorm.corpus.sizes import DEFAULT_BYTES, by_name, by_version, read_sizes
from depnorm.errors import UnusableInputError
from depnorm.model import canonical_name, redact
from depnorm.model.mined import Package

if TYPE_CHECKING:
    from depnorm.corpus.selection import Selection

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


def read_closures(
    path: Path, sizes: Sizes, engine: EngineOptions | None = None, selection: "Selection | None" = None
) -> Closures:
    """The environments of a file: Parquet of `depnorm corpus facts` (what is locked), or JSON lines, also `.gz`.

    A line of JSON is `{"id": …, "closure": [[name, version], …]}`; one whose id came before is another
    environment, named as in facts (`c1 (c.jsonl:7)`). An engine is asked only for Parquet. Raises
    `UnusableInputError`, with file and line, for what cannot be read, and for a time of what has no dates, and
    `UsageError` as `open_engine` does.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise UnusableInputError(f"{path}: cannot be read ({error.strerror})") from error
    if head == _PARQUET:
        from depnorm.corpus.locked import locked_batches  # noqa: PLC0415  half a second that JSON lines need not wait

        return closures_of(locked_batches(path, engine, selection), sizes)
    if selection and selection.is_dated:
        raise UnusableInputError(
            f"{path}: lines of JSON tell no dates of environments",
            hint=f"Facts do: depnorm corpus facts {path} --date YYYY-MM-DD -o facts.parquet",
        )
    return closures_of(_read_lines(path, is_packed=head.startswith(_GZIP)).to_batches(), sizes)


def closures_of(batches: Iterable[pa.RecordBatch], sizes: Sizes) -> Closures:
    """The environments of batches with the columns id, name, version; rows of one id may stand anywhere.

    Only numbers are kept of the rows: 8 bytes of each, and up to three times that while they are sorted.
    """
    ids, packages = Numbers[str](), Numbers[Package]()
    coded = [numbers_of(batch, ids, packages) for batch in batches]
    by_id = sorted(range(len(ids)), key=ids.values.__getitem__)
    bytes_of = np.array([sizes.of(package) for package in packages.values], dtype=np.int64)
    order = sorted(range(len(packages)), key=lambda number: (-int(bytes_of[number]), packages.values[number]))
    pairs = _ranked(coded, _inverse(by_id), _inverse(order))
    rows = pairs // max(len(order), 1)
    starts = np.searchsorted(rows, np.arange(len(by_id) + 1))
    pairs -= rows * len(order)
    return Closures(
        ids=tuple(ids.values[number] for number in by_id),
        packages=tuple(packages.values[number] for number in order),
        sizes=bytes_of[order],
        starts=starts,
        items=pairs.astype(np.int32),
    )


def _ranked(coded: list[Pairs], row_of: NDArray[np.int64], rank_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row times packages plus rank of each pair, each once, ascending. Empties the list as it goes."""
    parts = [np.zeros(0, np.int64)]
    while coded:
        row, package = coded.pop()
        parts.append(row_of[row] * len(rank_of) + rank_of[package])
    pairs = np.concatenate(parts)
    pairs.sort()  # and not `unique`, which is many times slower here
    return pairs[np.concatenate(([True], pairs[1:] != pairs[:-1]))[: len(pairs)]]


def _inverse(order: list[int]) -> NDArray[np.int64]:
    """The place of each number."""
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places


def _read_lines(path: Path, *, is_packed: bool) -> pa.Table:
    ids: list[str] = []
    names: list[str] = []
    versions: list[str] = []
    known = Names()
    for number, closure in _decoded(path, is_packed=is_packed):
        named = known.take(closure.id, f"{path.name}:{number}", f"{path}:{number}")
        for name, version in closure.closure:
            ids.append(named)
            names.append(name)
            versions.append(version)
    canonical = {name: canonical_name(name) for name in set(names)}
    arrays = {"id": ids, "name": [canonical[name] for name in names], "version": versions}
    return pa.table({key: pa.array(values, pa.string()) for key, values in arrays.items()})


def _decoded(path: Path, *, is_packed: bool) -> Iterator[tuple[int, Closure]]:
    decoder = msgspec.json.Decoder(Closure)
    opened = gzip.open(path) if is_packed else path.open("rb")  # noqa: SIM115  closed below
    number = 0
    with closing(cast("BinaryIO", opened)) as file:
        try:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, decoder.decode(line)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, OSError, EOFError) as error:
            message = f"{path}: line {number}: is no closure ({redact(str(error))})"
            hint = 'A line is {"id": "…", "closure": [["numpy", "2.3.4"], …]}.'
            raise UnusableInputError(message, hint=hint) from error
