"""What is locked in facts: an expression that DuckDB and Spark both run, read in batches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from depnorm.corpus.engine import EngineOptions, failures, in_batches, open_engine, read_parquet
from depnorm.corpus.schema import Pinned
from depnorm.errors import UnusableInputError
from depnorm.model import redact

BATCH_ROWS = 128 * 1024
_COLUMNS = frozenset({"repository", "position", "name", "version", "pinned", "group"})


def locked_batches(path: Path, options: EngineOptions | None = None) -> Iterator[pa.RecordBatch]:
    """The distinct id, name and version of what is locked in Parquet of `depnorm corpus facts`, in no order.

    The id is that of a closure, else the repository, of which the newest commit counts. Raises `UnusableInputError`
    for a file that holds no facts.
    """
    _check(path)
    with open_engine(options) as connection:
        try:
            yield from in_batches(connection, locked(read_parquet(connection, [path])), BATCH_ROWS)
        except failures(connection) as error:
            raise _no_facts(path, error) from error


def locked(facts: Any) -> Any:
    """The environments of a table of facts: id, name, version, each once."""
    newest = facts.group_by("repository").agg(position=facts["position"].max())
    is_locked = (facts["pinned"] == Pinned.LOCKED.value) & facts["version"].notnull() & facts["name"].notnull()
    rows = facts.filter(is_locked).semi_join(newest, ["repository", "position"])
    group = ibis.coalesce(rows["group"], rows["repository"])
    return rows.select(id=group, name=rows["name"], version=rows["version"]).distinct()


def _check(path: Path) -> None:
    """Before an engine is started: whether the columns are there."""
    try:
        missing = _COLUMNS - {*pq.read_schema(path).names}
    except (pa.ArrowException, OSError) as error:
        raise _no_facts(path, error) from error
    if missing:
        raise _no_facts(path, f"without {', '.join(sorted(missing))}")


def _no_facts(path: Path, why: object) -> UnusableInputError:
    message = f"{path}: is no Parquet file of facts ({redact(str(why))})"
    return UnusableInputError(message, hint="Make one: depnorm corpus facts DIR|FILE... -o facts.parquet")
