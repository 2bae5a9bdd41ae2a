"""History records: a version of a file each, as lines of JSON or as rows of Arrow."""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from depnorm.corpus.jobs import Item
from depnorm.corpus.rows import ErrorRow
from depnorm.model import redact


class Record(NamedTuple):
    """`data` is what the file held at the commit. `date` is in UTC."""

    repository: str
    path: str
    commit: str | None
    date: datetime | None
    data: bytes


class _Line(msgspec.Struct, frozen=True):
    path: str
    repo: str = ""
    repository: str = ""
    commit: str | None = None
    date: str | None = None
    text: str | None = None
    base64: str | None = None


_DECODER = msgspec.json.Decoder(_Line)


def parse_record(item: Item, source: str) -> Record | ErrorRow:
    """A line `{"repo", "path", "commit", "date", "text" | "base64"}` as a record, or its error."""
    try:
        found = _DECODER.decode(item.data)
    except (msgspec.MsgspecError, RecursionError) as error:
        shown = redact(item.data[:60].decode("utf-8", "backslashreplace"))
        sentence = f"{shown!r}: expected a version of a file: {redact(str(error))}"
        return ErrorRow(source, redact(item.name) or None, line=item.line, error=sentence)
    repository = item.name or found.repo or found.repository
    try:
        if not is_inside(found.path):
            raise ValueError(f"{found.path!r}: is no path of a repository")  # noqa: TRY301  told below, as others are
        if found.base64 is not None:
            data = base64.b64decode(found.base64, validate=True)
        else:
            data = (found.text or "").encode("utf-8", "surrogatepass")
        return Record(repository, found.path, found.commit, in_utc(found.date), data)
    except (ValueError, OverflowError, binascii.Error) as error:
        sentence = f"line {item.line}: {redact(str(error))}"
        return ErrorRow(source, redact(repository), found.commit, redact(found.path), error=sentence)


def is_inside(path: str) -> bool:
    """Whether a path names a file of a repository, plainly: relative, without `.` and `..`."""
    return "\0" not in path and all(part not in {"", ".", ".."} for part in path.split("/"))


def in_utc(date: str | None) -> datetime | None:
    """An ISO date with or without a time; without an offset it is one of UTC."""
    if not date:
        return None
    found = datetime.fromisoformat(date)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def batch_records(batch: pa.RecordBatch) -> Iterator[Record]:
    """The rows of a batch with the columns repository, path, commit, date, text.

    `date` is a text or a timestamp, `text` a string or bytes; a null is the empty file. A path that is none of a
    repository has no record.
    """
    for row in batch.select(["repository", "path", "commit", "date", "text"]).to_pylist():
        if not is_inside(row["path"]):
            continue
        text = row["text"] or b""
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        yield Record(row["repository"], row["path"], row["commit"], _time(row["date"]), data)


def _time(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return in_utc(value)
