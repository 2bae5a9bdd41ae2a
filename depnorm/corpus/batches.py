"""Parsing as an engine's own work: Arrow batches of files in, Arrow batches of facts out."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import pyarrow as pa

from depnorm.corpus.records import Record, batch_records
from depnorm.corpus.rows import Rows, in_batches


def batch_facts(
    batches: Iterable[pa.RecordBatch], read: Callable[[Iterable[Record]], Iterator[Rows]]
) -> Iterator[pa.RecordBatch]:
    """The facts of batches of versions of files, as batches of `depnorm.corpus.schema.FACTS`.

    This is what `mapInArrow` of Spark asks of a function. A batch has the columns repository, path, commit, date and
    text (`depnorm.corpus.records.batch_records`). The rows of one repository stand together, also from one batch to the
    next: an engine cuts where it likes. So partition by repository, and sort by it within partitions.
    """
    for rows in in_batches(read(chain.from_iterable(map(batch_records, batches)))):
        yield from rows.tables()["facts"].to_batches()
