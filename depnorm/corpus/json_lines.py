"""Files of JSON lines (`.gz` or plain) as jobs: lines read one after another, never the whole file."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from depnorm.corpus.jobs import Form, Job
from depnorm.errors import UnusableInputError
from depnorm.model import redact

MAX_LINE_BYTES = 64 * 2**20
"""Of one line: base64 of the largest spec file there may be, and room. A longer one is an error and passed over."""
JOB_LINES = 500
JOB_BYTES = 4 * 2**20
MAX_REPOSITORY_BYTES = 256 * 2**20
"""Lines of one repository that are read together; where there are more, its history ends and begins anew."""
_GZIP = b"\x1f\x8b"


class _Head(msgspec.Struct):
    """What tells the form of a line, and where its repository ends. All other fields are passed over."""

    repo: str | None = None
    repository: str | None = None


_HEAD = msgspec.json.Decoder(_Head)


def json_line_jobs(path: Path) -> Iterator[Job]:
    """The jobs of one file, in its order; what cannot be read of it is a job of errors.

    Raises `UnusableInputError` for a file that cannot be opened.
    """
    try:
        size = path.stat().st_size
        raw = path.open("rb")
    except OSError as error:
        raise UnusableInputError(f"{path}: cannot be read ({error.strerror})") from error
    with raw:
        gathered = _Gathered(source=str(path))
        lines = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if raw.peek(2).startswith(_GZIP) else raw
        try:
            for line in _lines(lines):
                yield from gathered.take(line, raw.tell() / max(size, 1))
        except (OSError, EOFError, zlib.error) as error:
            gathered.errors.append(f"cannot be read to its end: {redact(str(error))}")
        yield from gathered.rest()


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a file without those that are blank; None for one that is too long."""
    while line := file.readline(MAX_LINE_BYTES):
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (more := file.readline(MAX_LINE_BYTES)) and not more.endswith(b"\n"):
                pass
            yield None
        elif not line.isspace():
            yield line


@dataclass(kw_only=True)
class _Gathered:
    """The lines of the next job."""

    source: str
    lines: list[bytes] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    form: Form = Form.CLOSURES
    repository: str | None = None
    size: int = 0
    number: int = 0
    jobs: int = 0
    share: float = 0.0

    def take(self, line: bytes | None, share: float) -> Iterator[Job]:
        """Take up a line, and give the job that ends before it."""
        self.number += 1
        self.share = share
        if line is None:
            self.errors.append(f"line {self.number} is longer than {MAX_LINE_BYTES} bytes and was not read")
            return
        repository = _repository(line)
        form = Form.CLOSURES if repository is None else Form.HISTORY
        if self.lines and (form is not self.form or self._is_full(repository)):
            yield self._job()
        self.form, self.repository = form, repository
        self.lines.append(line)
        self.size += len(line)

    def rest(self) -> Iterator[Job]:
        """What is left, and the errors."""
        if self.lines:
            yield self._job()
        if self.errors:
            items = tuple(each.encode("utf-8", "backslashreplace") for each in self.errors)
            yield Job(source=self.source, form=Form.ERRORS, items=items, place="errors", share=1.0)

    def _is_full(self, repository: str | None) -> bool:
        if self.form is Form.HISTORY and repository == self.repository:
            return self.size > MAX_REPOSITORY_BYTES
        return len(self.lines) >= JOB_LINES or self.size >= JOB_BYTES

    def _job(self) -> Job:
        items, place = tuple(self.lines), str(self.jobs)
        self.lines, self.size, self.jobs = [], 0, self.jobs + 1
        return Job(source=self.source, form=self.form, items=items, place=place, share=self.share)


def _repository(line: bytes) -> str | None:
    """The repository of a history record, None for another line."""
    try:
        head = _HEAD.decode(line)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return head.repo or head.repository
