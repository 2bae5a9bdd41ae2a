"""What was read of many repositories, and where it is."""

from collections.abc import Mapping, Sequence

from depnorm.report.corpus_documents import FactsDocument
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable


def facts_text(files: Sequence[str], rows: Mapping[str, int]) -> str:
    """A line for each file."""
    return "".join(
        f"{printable(file)}: {count:,} {table}\n" for file, (table, count) in zip(files, rows.items(), strict=True)
    )


def facts_json(files: Sequence[str], rows: Mapping[str, int]) -> str:
    """The same for programs (`depnorm schema corpus-facts`)."""
    return encode_json(FactsDocument(schema=1, files=tuple(files), rows=rows))
