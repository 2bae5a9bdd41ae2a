"""The one place that opens an ibis connection: DuckDB in this process, or a Spark session.

Whatever is asked of a corpus is an ibis expression over Parquet files that both can run. Imported only by what
analyzes a corpus: ibis and DuckDB take half a second.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from depnorm.errors import UsageError

DEFAULT_MEMORY_BYTES = 4 * 2**30
"""What DuckDB holds before it spills to disk."""
_ARROW_ROWS = 64 * 1024
_GLOB = re.compile(r"[*?\[]")
_HADOOP_GLOB = re.compile(r"[*?\[\]{}\\]")


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


def check_engine(options: EngineOptions) -> None:
    """Raise `UsageError` for an engine that is not installed, before anything is read for it."""
    if options.kind is EngineKind.SPARK:
        _spark_session()


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
    """The rows of Parquet files of one schema, as an ibis table. A name is taken as it stands, whatever is in it."""
    files = [str(Path(path).absolute()) for path in paths]
    if connection.name == EngineKind.DUCKDB.value:
        # A name with a bracket would match others; a directory `name=value` would become a column.
        return connection.read_parquet([_GLOB.sub(r"[\g<0>]", file) for file in files], hive_partitioning=False)
    # Not `read_parquet` of ibis 12, which takes one path.
    rows = _session().read.parquet(*("file://" + _HADOOP_GLOB.sub(r"\\\g<0>", file) for file in files))
    return _named(connection, rows)


def add_table(connection: Any, table: pa.Table) -> Any:
    """A small table of this process, as an ibis table of the engine."""
    if connection.name == EngineKind.DUCKDB.value:
        name = _new_name()
        connection.con.register(name, table)
        return connection.table(name)
    return _named(connection, _session().createDataFrame(table))


def all_rows(connection: Any, expression: Any) -> list[dict[str, Any]]:
    """The rows of an expression that has few."""
    schema = expression.schema().to_pyarrow()  # and not what came: a sum of DuckDB is a decimal
    batches = in_batches(connection, expression, _ARROW_ROWS)
    return [row for batch in batches for row in pa.Table.from_batches([batch]).cast(schema).to_pylist()]


def in_batches(connection: Any, expression: Any, rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of an expression, in its order. At most about `rows` of them are in memory, of Spark one partition."""
    # Not `to_pyarrow_batches`: for Spark ibis 12 makes one table of pandas first, and for DuckDB it calls what DuckDB 2
    # no longer has.
    query = connection.compile(expression)
    if connection.name == EngineKind.DUCKDB.value:
        yield from connection.con.sql(query).to_arrow_reader(rows)
        return
    packed = _session().sql(query).mapInArrow(_packer(), "batch binary")
    for row in packed.toLocalIterator():
        with pa.ipc.open_stream(row["batch"]) as stream:
            yield from stream


def failures(connection: Any) -> tuple[type[Exception], ...]:
    """What an engine raises where it cannot read a file."""
    import ibis  # noqa: PLC0415  see the module

    if connection.name == EngineKind.DUCKDB.value:
        import duckdb  # noqa: PLC0415  see the module

        return duckdb.Error, ibis.IbisError, OSError
    from py4j.protocol import Py4JError  # noqa: PLC0415  see the module
    from pyspark.errors import PySparkException  # noqa: PLC0415  see the module

    return PySparkException, Py4JError, ibis.IbisError, OSError


def _packer() -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What makes one value of each batch, so that rows come as Arrow and one partition after another."""

    def packed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:  # inside: workers need no depnorm for it
        for batch in batches:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as stream:
                stream.write_batch(batch)
            yield pa.record_batch({"batch": pa.array([sink.getvalue().to_pybytes()], pa.binary())})

    return packed


def _duckdb(options: EngineOptions, spill: str) -> Any:
    import duckdb  # noqa: F401, PLC0415  where it is missing this says so; ibis says something else
    import ibis  # noqa: PLC0415  see the module

    connection = ibis.duckdb.connect(
        threads=options.thread_count,
        memory_limit=f"{options.memory_bytes // 2**20}MiB",
        temp_directory=spill,
        # A corpus is data: nothing in it makes DuckDB load code or fetch something.
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    # It would stand among the lines of a document. In a notebook it is off, and DuckDB refuses to be told so.
    if connection.con.execute("SELECT current_setting('enable_progress_bar')").fetchone()[0]:
        connection.con.execute("SET enable_progress_bar_print = false")
    return connection


def _spark_session() -> Any:
    """The class; raises `UsageError` where it is not installed."""
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415  see the module
    except ImportError as error:
        raise UsageError("--engine spark: pyspark is not installed", hint="pip install 'depnorm[spark]'") from error
    return SparkSession


@contextmanager
def _spark(options: EngineOptions, spill: str) -> Iterator[Any]:
    spark_session = _spark_session()
    import ibis  # noqa: PLC0415  see the module

    running = spark_session.getActiveSession()
    session = running or _new_session(spark_session.builder, options, spill)
    try:
        yield ibis.pyspark.connect(session)
    finally:
        if running is None:
            session.stop()


def _named(connection: Any, frame: Any) -> Any:
    name = _new_name()
    frame.createOrReplaceTempView(name)
    return connection.table(name)


def _new_name() -> str:
    return f"depnorm_{uuid4().hex}"


def _session() -> Any:
    """The Spark session of this thread: `open_engine` saw to it that there is one."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  see the module

    return SparkSession.getActiveSession()


def _new_session(builder: Any, options: EngineOptions, spill: str) -> Any:
    """A session that says the same as DuckDB: times in UTC, and no more partitions than a machine needs."""
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(_ARROW_ROWS),
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
