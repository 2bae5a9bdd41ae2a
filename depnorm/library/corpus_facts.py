"""Facts of many repositories: the corpus composed with reading and analysis."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import depnorm
from depnorm.corpus.closure_facts import closure_rows
from depnorm.corpus.facts import FactsOptions, WrittenFacts, in_shares, write_facts
from depnorm.corpus.jobs import Form, Job
from depnorm.corpus.json_lines import json_line_jobs
from depnorm.corpus.rows import ErrorRow, Rows, in_batches
from depnorm.errors import UnusableInputError
from depnorm.model import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the caller says of closures, which do not say it: when they were resolved, and for which Python (`X.Y`)."""

    date: datetime | None = None
    python: str | None = None


def corpus_facts(
    inputs: Sequence[Path], output: Path, *, given: Given | None = None, options: FactsOptions | None = None
) -> WrittenFacts:
    """Read folders of repositories, git clones and files of JSON lines into Parquet (`depnorm.corpus.schema`).

    Nothing of a repository is run. What cannot be read is a row of the errors. Raises `UnusableInputError` for an input
    that is not there, `UsageError` for an output that cannot be written.
    """
    given = given or Given()
    jobs = in_shares([partial(_jobs, path) for path in inputs])
    version = f"{depnorm.__version__} {given.date} {given.python}"
    return write_facts(jobs, partial(read_job, given=given), version, output, options or FactsOptions())


def _jobs(path: Path) -> Iterable[Job]:
    if path.is_dir():
        return ()
    if not path.exists():
        raise UnusableInputError(f"{path}: there is no such file or directory", hint="Give a directory or a file.")
    return json_line_jobs(path)


def read_job(job: Job, *, given: Given) -> Iterator[Rows]:
    """What a worker does: the rows of a job, in batches."""
    return in_batches(_FORMS[job.form](job, given))


def _closures(job: Job, given: Given) -> Iterator[Rows]:
    for line in job.items:
        yield closure_rows(line, job.source, date=given.date, target=given.python)


def _errors(job: Job, _given: Given) -> Iterator[Rows]:
    for item in job.items:
        yield Rows(errors=[ErrorRow(job.source, None, None, None, redact(item.decode()))])


_FORMS: dict[Form, Callable[[Job, Given], Iterator[Rows]]] = {Form.CLOSURES: _closures, Form.ERRORS: _errors}
