"""Parsing as an engine's own work: Arrow batches of files in, Arrow batches of facts out."""

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa

from depnorm.corpus.records import Record, batch_records
from depnorm.corpus.rows import Rows


def batch_facts(
    batches: Iterable[pa.RecordBatch], read: Callable[[Iterable[Record]], Iterator[Rows]]
) -> Iterator[pa.RecordBatch]:
    """The facts of each batch of versions of files, as batches of `depnorm.corpus.schema.FACTS`.

    This is what `mapInArrow` of Spark asks of a function. A batch has the columns repository, path, commit, date and
    text (`depnorm.corpus.records.batch_records`); the rows of one repository stand together, and those of one batch are
    all that is known of it.
    """
    for batch in batches:
        for rows in read(batch_records(batch)):
            yield from rows.tables()["facts"].to_batches()
