"""Files of JSON lines (`.gz` or plain) as jobs: lines read one after another, never the whole file."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from depnorm.corpus.jobs import Form, Item, Job
from depnorm.corpus.names import Names
from depnorm.errors import UnusableInputError
from depnorm.model import redact

MAX_LINE_BYTES = 64 * 2**20
"""Of one line: base64 of the largest spec file there may be, and room. A longer one is an error and passed over."""
JOB_LINES = 500
JOB_BYTES = 4 * 2**20
MAX_REPOSITORY_BYTES = 256 * 2**20
"""Lines of one repository that are read together; where there are more, its history ends and begins anew."""
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"


class _Head(msgspec.Struct):
    """What tells the form of a line, and where its repository ends. All other fields are passed over."""

    repo: str | None = None
    repository: str | None = None
    id: str | None = None


_HEAD = msgspec.json.Decoder(_Head)


def json_line_jobs(path: Path, names: Names) -> Iterator[Job]:
    """The jobs of one file, in its order; what cannot be read of it is a job of errors.

    What `names` has given before is another repository, or another environment: it gets another name.

    Raises `UnusableInputError` for a file that cannot be opened, and for Parquet, whose bytes are no lines.
    """
    try:
        size = path.stat().st_size
        raw = path.open("rb")
    except OSError as error:
        hint = "Give a file of JSON lines that you may read, or a directory of repositories."
        raise UnusableInputError(f"{path}: cannot be read ({error.strerror})", hint=hint) from error
    with raw:
        if raw.peek(4).startswith(_PARQUET):
            hint = "Give directories, git clones or lines of JSON; the other commands read facts."
            raise UnusableInputError(f"{path}: is Parquet, and no file of JSON lines", hint=hint)
        gathered = _Gathered(source=str(path), names=names)
        lines = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if raw.peek(2).startswith(_GZIP) else raw
        try:
            for line in _lines(lines):
                yield from gathered.take(line, raw.tell() / max(size, 1))
        except (OSError, EOFError, zlib.error) as error:
            gathered.add_error(f"cannot be read to its end: {redact(str(error))}")
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
    names: Names
    items: list[Item] = field(default_factory=list)
    errors: list[Item] = field(default_factory=list)
    form: Form = Form.CLOSURES
    repository: str | None = None
    name: str = ""
    size: int = 0
    number: int = 0
    jobs: int = 0
    share: float = 0.0

    def take(self, line: bytes | None, share: float) -> Iterator[Job]:
        """Take up a line, and give the job that ends before it."""
        self.number += 1
        self.share = share
        if line is None:
            self.add_error(f"is longer than {MAX_LINE_BYTES} bytes and was not read")
            return
        head = _head(line)
        repository = head.repo or head.repository or None
        form = Form.CLOSURES if repository is None else Form.HISTORY
        is_full = form is self.form and self._is_full(repository)
        if self.items and (form is not self.form or is_full):
            yield self._job()
        if repository is None:
            self.name = self._named(head.id) if head.id else ""
        elif is_full or repository != self.repository:  # a history begins, or one that is too large begins anew
            self.name = self._named(repository)
        self.form, self.repository = form, repository
        self.items.append(Item(line, self.name, self.number))
        self.size += len(line)

    def add_error(self, sentence: str) -> None:
        """What is wrong with the line that is read, or with what comes after it."""
        self.errors.append(Item(sentence.encode("utf-8", "backslashreplace"), line=self.number))

    def _named(self, name: str) -> str:
        """The name to give, empty if it is the own one."""
        file = self.source.replace("\\", "/").rpartition("/")[2]
        chosen = self.names.take(name, f"{file}:{self.number}", f"{self.source}:{self.number}")
        return "" if chosen == name else chosen

    def rest(self) -> Iterator[Job]:
        """What is left, and the errors."""
        if self.items:
            yield self._job()
        if self.errors:
            yield Job(source=self.source, form=Form.ERRORS, items=tuple(self.errors), place="errors", share=1.0)

    def _is_full(self, repository: str | None) -> bool:
        if self.form is Form.HISTORY and repository == self.repository:
            return self.size > MAX_REPOSITORY_BYTES
        return len(self.items) >= JOB_LINES or self.size >= JOB_BYTES

    def _job(self) -> Job:
        items, place = tuple(self.items), str(self.jobs)
        self.items, self.size, self.jobs = [], 0, self.jobs + 1
        return Job(source=self.source, form=self.form, items=items, place=place, share=self.share)


def _head(line: bytes) -> _Head:
    """What a line says first; nothing for one that cannot be read, which is told where it is read."""
    try:
        return _HEAD.decode(line)
    except (msgspec.MsgspecError, RecursionError):
        return _Head()
