"""What is locked in facts: an expression that DuckDB and Spark both run, read in batches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from depnorm.corpus.engine import EngineOptions, failures, in_batches, open_engine, read_parquet
from depnorm.corpus.schema import FactKind, Pinned
from depnorm.corpus.selection import Selection
from depnorm.errors import UnusableInputError
from depnorm.model import Ecosystem, redact
from depnorm.model.mined import Taken

BATCH_ROWS = 128 * 1024
_COLUMNS = frozenset({"repository", "position", "name", "version", "pinned", "group"})
_OF_PINS = frozenset({"kind", "ecosystem", "used"})


def locked_batches(
    path: Path, options: EngineOptions | None = None, selection: Selection | None = None
) -> Iterator[pa.RecordBatch]:
    """The distinct id, name and version of what is locked in Parquet of `depnorm corpus facts`, in no order.

    The id is that of a closure, else the repository, of which the newest commit counts. Raises `UnusableInputError`
    for a file that holds no facts.
    """
    selection = selection or Selection()
    _check(path, selection)
    with open_engine(options) as connection:
        try:
            yield from in_batches(connection, locked(read_parquet(connection, [path]), selection), BATCH_ROWS)
        except failures(connection) as error:
            raise no_facts(path, error) from error


def locked(facts: Any, selection: Selection | None = None) -> Any:
    """The environments of a table of facts: id, name, version, each once."""
    selection = selection or Selection()
    newest = selection.newest(facts)
    named = newest.filter(newest["version"].notnull() & newest["name"].notnull())
    rows = named.filter(named["pinned"] == Pinned.LOCKED.value)
    group = ibis.coalesce(rows["group"], rows["repository"])
    found = rows.select(id=group, name=rows["name"], version=rows["version"])
    return (found.union(_pins(named, rows)) if selection.taken is Taken.PINNED else found).distinct()


def _pins(named: Any, locked_rows: Any) -> Any:
    """What pip is asked for in one version each, of repositories that have nothing locked."""
    is_pin = (named["pinned"] == Pinned.EXACT.value) & (named["kind"] == FactKind.DEPENDENCY.value)
    is_pin &= (named["ecosystem"] == Ecosystem.PYPI.value) & named["used"] & named["group"].isnull()
    pins = named.filter(is_pin).anti_join(locked_rows.select("repository").distinct(), "repository")
    # Two files may pin two versions: one of them is as good as the other.
    newest = pins.group_by(["repository", "name"]).agg(version=pins["version"].max())
    return newest.select(id=newest["repository"], name=newest["name"], version=newest["version"])


def _check(path: Path, selection: Selection) -> None:
    """Before an engine is started: whether the columns are there."""
    try:
        needed = _COLUMNS | (_OF_PINS if selection.taken is Taken.PINNED else frozenset())
        needed |= {"date"} if selection.is_dated else frozenset()
        missing = needed - {*pq.read_schema(path).names}
    except (pa.ArrowException, OSError) as error:
        raise no_facts(path, error) from error
    if missing:
        raise no_facts(path, f"without {', '.join(sorted(missing))}")


def no_facts(path: Path, why: object) -> UnusableInputError:
    """What is said of a file that holds no facts."""
    message = f"{path}: is no Parquet file of facts ({redact(str(why))})"
    return UnusableInputError(message, hint="Make one: depnorm corpus facts DIR|FILE... -o facts.parquet")
