"""Where finished work is kept until the whole is done: a directory beside the output, one part for each job.

A part is there as a whole or not at all, under a name that tells what it was made of, so that a run that was
interrupted takes up what is finished. The output comes of the parts, sorted, whatever order they were made in.
"""

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from depnorm.corpus.engine import EngineOptions, in_batches, open_engine, read_parquet
from depnorm.corpus.rows import Rows, sort_columns
from depnorm.corpus.schema import TABLES

COUNTS = "counts.json"
"""The file of a part that says how many of what were read (`depnorm.corpus.rows.Counted`, and errors by severity)."""
ROW_GROUP_ROWS = 128 * 1024
"""Rows of a row group of the output: what a reader has in memory at once."""
COMPRESSION = "zstd"


def sibling(output: Path, table: str) -> Path:
    """Where a table goes: the facts to `output` itself, `facts.errors.parquet` beside `facts.parquet`."""
    return output if table == "facts" else output.with_name(f"{output.stem}.{table}{output.suffix or '.parquet'}")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts in a directory. It is made with the first of them."""

    directory: Path

    def has(self, name: str) -> bool:
        """Whether a part is there."""
        return (self.directory / name).is_dir()

    def write(self, name: str, batches: Iterable[Rows]) -> None:
        """Write a part, batch by batch, and put it in its place when it is whole."""
        self.directory.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=self.directory))
        counts: Counter[str] = Counter()
        try:
            with ExitStack() as stack:
                writers = {
                    table: stack.enter_context(_writer(unfinished / f"{table}.parquet", schema))
                    for table, schema in TABLES.items()
                }
                for batch in batches:
                    counts.update(batch.counts)
                    counts.update(row.severity for row in batch.errors)
                    for table, rows in batch.tables().items():
                        if rows.num_rows:
                            writers[table].write_table(rows)
            (unfinished / COUNTS).write_text(json.dumps(counts), encoding="utf-8")
            unfinished.rename(self.directory / name)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise

    def remove(self) -> None:
        """Remove the directory, and all parts with it."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def assemble(self, names: Sequence[str], output: Path, engine: EngineOptions) -> dict[str, int]:
        """Write the output of the named parts, each file at once and whole, and remove the directory.

        Gives the number of rows of each table. The facts come last: where they are, the rest is, too.
        """
        rows = {}
        for table in reversed(TABLES):
            files = [self._file(name, table) for name in names]
            rows[table] = _assemble(files, sibling(output, table), table, engine)
        self.remove()
        return rows

    def counts(self, names: Iterable[str]) -> Counter[str]:
        """What the named parts count, in sum."""
        total: Counter[str] = Counter()
        for name in names:
            total.update(json.loads((self.directory / name / COUNTS).read_bytes()))
        return total

    def _file(self, name: str, table: str) -> Path:
        return self.directory / name / f"{table}.parquet"


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, compression=COMPRESSION)


def _assemble(files: Sequence[Path], output: Path, table: str, engine: EngineOptions) -> int:
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    count = 0
    try:
        with _writer(unfinished, TABLES[table]) as writer:
            for group in _row_groups(_sorted_batches(files, table, engine), TABLES[table]):
                writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
                count += group.num_rows
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _row_groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The same rows in tables of the size of a row group, but for the last: the bytes depend on nothing else."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= ROW_GROUP_ROWS:
            table = pa.Table.from_batches(waiting, schema=schema)
            yield table.slice(0, ROW_GROUP_ROWS).combine_chunks()
            waiting = table.slice(ROW_GROUP_ROWS).to_batches()
            rows -= ROW_GROUP_ROWS
    if rows:
        yield pa.Table.from_batches(waiting, schema=schema).combine_chunks()


def _sorted_batches(files: Sequence[Path], table: str, engine: EngineOptions) -> Iterator[pa.RecordBatch]:
    """All rows in order: part after part where they do not overlap, else sorted by an engine that spills."""
    with_rows = [each for each in files if pq.read_metadata(each).num_rows]
    ends = sorted((*_ends(each), each) for each in with_rows)
    if all(before[1] <= after[0] for before, after in pairwise(ends)):
        for *_, file in ends:
            yield from pq.ParquetFile(file).iter_batches()
        return
    schema = TABLES[table]
    with open_engine(engine) as connection:
        rows = read_parquet(connection, with_rows)
        ordered = rows.order_by([rows[name].asc(nulls_first=False) for name in sort_columns(schema)])
        for batch in in_batches(connection, ordered, ROW_GROUP_ROWS):
            yield from pa.Table.from_batches([batch]).cast(schema).to_batches()


def _ends(file: Path) -> tuple[Any, Any]:
    """The first row of a sorted file and its last, so that they compare as the rows are sorted."""
    parquet = pq.ParquetFile(file)
    columns = sort_columns(parquet.schema_arrow)
    groups = [parquet.read_row_group(index, columns=columns) for index in (0, parquet.num_row_groups - 1)]
    rows = (groups[0].slice(0, 1), groups[1].slice(groups[1].num_rows - 1))
    first, last = (tuple((row[name][0].as_py() is None, row[name][0].as_py()) for name in columns) for row in rows)
    return first, last
