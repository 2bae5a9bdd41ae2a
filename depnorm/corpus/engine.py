"""The one place that opens an ibis connection: DuckDB in this process, or a Spark session.

Whatever is asked of a corpus is an ibis expression over Parquet files that both can run. Imported only by what
analyzes a corpus: ibis and DuckDB take half a second.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa

from depnorm.errors import UsageError

DEFAULT_MEMORY_BYTES = 4 * 2**30
"""What DuckDB holds before it spills to disk."""


class EngineKind(StrEnum):
    """What runs the expressions."""

    DUCKDB = "duckdb"  # in this process
    SPARK = (
        "spark"  # the session of this process, else one of its own: local[threads], or what spark-defaults.conf says
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """How to run: with how many threads (None: as many as this process may use), within how many bytes of memory.

    `spill` is a directory for what does not fit, None for one in the system's place for temporary files.
    """

    kind: EngineKind = EngineKind.DUCKDB
    threads: int | None = None
    memory_bytes: int = DEFAULT_MEMORY_BYTES
    spill: Path | None = None

    @property
    def thread_count(self) -> int:
        """Threads, at least one."""
        return max(1, self.threads or available_processors())


def available_processors() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


@contextmanager
def open_engine(options: EngineOptions | None = None) -> Iterator[Any]:
    """An ibis connection, closed afterwards with all it spilled.

    A Spark session that was there before stays open. Raises `UsageError` for an engine that is not installed.
    """
    options = options or EngineOptions()
    with tempfile.TemporaryDirectory(prefix="depnorm-", dir=options.spill) as spill:
        if options.kind is EngineKind.SPARK:
            with _spark(options, spill) as connection:
                yield connection
            return
        connection = _duckdb(options, spill)
        try:
            yield connection
        finally:
            connection.disconnect()


def read_parquet(connection: Any, paths: Iterable[str | Path]) -> Any:
    """The rows of Parquet files of one schema, as an ibis table."""
    return connection.read_parquet([str(path) for path in paths])


def in_batches(connection: Any, expression: Any, rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of an expression, at most about `rows` of them in memory at once."""
    if connection.name != EngineKind.DUCKDB.value:
        yield from expression.to_pyarrow_batches(chunk_size=rows)
        return
    # Not `to_pyarrow_batches`: that of ibis 12 calls what DuckDB 2 no longer has.
    yield from connection.con.sql(connection.compile(expression)).to_arrow_reader(rows)


def _duckdb(options: EngineOptions, spill: str) -> Any:
    import duckdb  # noqa: F401, PLC0415  where it is missing this says so; ibis says something else
    import ibis  # noqa: PLC0415  see the module

    return ibis.duckdb.connect(
        threads=options.thread_count,
        memory_limit=f"{options.memory_bytes // 2**20}MiB",
        temp_directory=spill,
        # A corpus is data: nothing in it makes DuckDB load code or fetch something.
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )


@contextmanager
def _spark(options: EngineOptions, spill: str) -> Iterator[Any]:
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415  see the module
    except ImportError as error:
        raise UsageError("--engine spark: pyspark is not installed", hint="pip install depnorm[spark]") from error
    import ibis  # noqa: PLC0415  see the module

    running = SparkSession.getActiveSession()
    session = running or _new_session(SparkSession.builder, options, spill)
    try:
        yield ibis.pyspark.connect(session)
    finally:
        if running is None:
            session.stop()


def _new_session(builder: Any, options: EngineOptions, spill: str) -> Any:
    """A session that says the same as DuckDB: times in UTC, and no more partitions than a machine needs."""
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.local.dir": spill,
        "spark.driver.memory": f"{options.memory_bytes // 2**20}m",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if not os.environ.get("SPARK_CONF_DIR"):
        builder = builder.master(f"local[{options.thread_count}]")
        settings["spark.sql.shuffle.partitions"] = str(2 * options.thread_count)
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.appName("depnorm").getOrCreate()
