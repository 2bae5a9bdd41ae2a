"""Rows of the three tables, and how they become Arrow tables: sorted, in batches of bounded size."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import pyarrow as pa

from depnorm.corpus.schema import TABLES
from depnorm.corpus.schema import text as arrow_text
from depnorm.model import Severity

BATCH_ROWS = 50_000
"""Rows after which a batch is handed on."""


class Fact(NamedTuple):
    """A row of `FACTS`; the names and their order are its columns."""

    repository: str
    position: int
    commit: str | None
    date: datetime | None
    path: str | None
    line: int | None
    kind: str
    ecosystem: str | None
    name: str | None
    spec: str | None
    version: str | None
    pinned: str | None
    marker: str | None
    extras: str | None
    reference_kind: str | None
    scope: str | None
    group: str | None
    used: bool | None
    target: str | None


class StepRow(NamedTuple):
    """A row of `STEPS`."""

    repository: str
    position: int
    commit: str | None
    date: datetime | None
    commits: int
    rule: str
    step: int
    name: str | None
    key: str | None
    waits: bool
    packages: Sequence[Mapping[str, str | None]]


class ErrorRow(NamedTuple):
    """A row of `ERRORS`."""

    source: str
    repository: str | None = None
    commit: str | None = None
    path: str | None = None
    line: int | None = None
    severity: str = Severity.ERROR
    rule: str | None = None
    error: str = ""


class Counted(StrEnum):
    """What is counted of what was read, beside the rows."""

    REPOSITORIES = "repositories"  # directories, clones, and what history records tell of
    COMMITS = "commits"  # of clones and histories, those that touch a spec file
    ENVIRONMENTS = "environments"  # closures
    WITHOUT_SPECS = "without spec files"  # of the repositories, those that never had one


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of each table, and how many of what they are of (by `Counted`).

    What one repository says of one commit is never in two of them.
    """

    facts: list[Fact] = field(default_factory=list)
    steps: list[StepRow] = field(default_factory=list)
    errors: list[ErrorRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def tables(self) -> dict[str, pa.Table]:
        """The three tables, each sorted by all of its columns in order, nulls last."""
        return {name: _table(getattr(self, name), schema) for name, schema in TABLES.items()}

    def __len__(self) -> int:
        return len(self.facts) + len(self.steps) + len(self.errors)


def in_batches(rows: Iterable[Rows], limit: int = BATCH_ROWS) -> Iterator[Rows]:
    """Join small groups of rows to groups of about `limit`, and give at least one group."""
    batch = Rows()
    for some in rows:
        batch.facts.extend(some.facts)
        batch.steps.extend(some.steps)
        batch.errors.extend(some.errors)
        batch.counts.update(some.counts)
        if len(batch) >= limit:
            yield batch
            batch = Rows()
    yield batch


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in schema]
    arrays = [_array(column, each.type) for column, each in zip(columns, schema, strict=True)]
    return sort(pa.table(arrays, schema=schema))


def _array(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type=kind)
    except UnicodeEncodeError:
        return pa.array([arrow_text(each) if isinstance(each, str) else each for each in values], type=kind)


def sort_columns(schema: pa.Schema) -> list[str]:
    """The columns that a table is sorted by: all that have an order, in their order."""
    return [each.name for each in schema if not pa.types.is_nested(each.type)]


def sort(table: pa.Table) -> pa.Table:
    """Sorted by `sort_columns`, ascending, nulls last."""
    if table.num_rows < 2:  # noqa: PLR2004  nothing to sort
        return table
    return table.sort_by([(name, "ascending") for name in sort_columns(table.schema)])
