"""Facts of many repositories: the corpus composed with reading and analysis."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import depnorm
from depnorm.corpus.batches import batch_facts
from depnorm.corpus.closure_facts import closure_rows
from depnorm.corpus.facts import FactsOptions, WrittenFacts, in_shares, write_facts
from depnorm.corpus.jobs import Form, Job
from depnorm.corpus.json_lines import json_line_jobs
from depnorm.corpus.records import Record, parse_record
from depnorm.corpus.rows import ErrorRow, Rows, StepRow, in_batches
from depnorm.errors import DepnormError, UnusableInputError
from depnorm.library.corpus_reading import Reading, facts_of, reached_by, read_state
from depnorm.library.corpus_states import State, Timeline, record_timelines, timeline_of
from depnorm.library.corpus_steps import steps_of
from depnorm.model import redact
from depnorm.read.git_directory import git_directory
from depnorm.read.repository import open_repository
from depnorm.read.spec_names import find_spec_files

JOB_REPOSITORIES = 20
"""Directories of one job: what is done again after an interruption."""

MAX_REPOSITORY_SECONDS = 3600
"""Of one repository: the longest known history takes minutes."""
UNREAD = frozenset({"DN307", "DN402"})
"""Rules of problems that tell of a file that was not read, or not to its end."""


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
    jobs = in_shares([partial(jobs_of, path) for path in inputs])
    version = f"{depnorm.__version__} {given.date} {given.python}"
    return write_facts(jobs, partial(read_job, given=given), version, output, options or FactsOptions())


def jobs_of(path: Path) -> Iterable[Job]:
    """The jobs of one input; raises `UnusableInputError` where there is none."""
    if path.is_dir():
        return _directory_jobs(path)
    if not path.exists():
        raise UnusableInputError(f"{path}: there is no such file or directory", hint="Give a directory or a file.")
    return json_line_jobs(path)


def _directory_jobs(path: Path) -> Iterator[Job]:
    """A directory is a repository if it is a git clone or has a spec file; else each directory in it is one."""
    if git_directory(path) or find_spec_files(open_repository(path))[0]:
        yield _directory_job(path, [path], 1.0)
        return
    inside = sorted(each for each in path.iterdir() if not each.name.startswith("."))
    repositories = [each for each in inside if each.is_dir() and not each.is_symlink()]
    if links := [each for each in inside if each.is_symlink() and each.is_dir()]:
        items = tuple(f"{each.name}: is a symbolic link, which is not followed".encode() for each in links)
        yield Job(source=str(path), form=Form.ERRORS, items=items, place="links")
    for start in range(0, len(repositories), JOB_REPOSITORIES):
        some = repositories[start : start + JOB_REPOSITORIES]
        yield _directory_job(path, some, (start + len(some)) / len(repositories))


def _directory_job(source: Path, repositories: Sequence[Path], share: float) -> Job:
    items = tuple(os.fsencode(each) for each in repositories)
    stamp = " ".join(_stamp(each) for each in repositories)
    return Job(source=str(source), form=Form.DIRECTORIES, items=items, place=str(items[0]), stamp=stamp, share=share)


def _stamp(path: Path) -> str:
    """What changes when the repository does: what HEAD of a clone says, and dates of the directory and of its files."""
    directory = git_directory(path)
    places = [path, *path.iterdir()] if directory is None else [directory / "HEAD", directory / "logs" / "HEAD"]
    return ",".join(str(each.lstat().st_mtime_ns) for each in sorted(places) if os.path.lexists(each))


def read_job(job: Job, *, given: Given) -> Iterator[Rows]:
    """What a worker does: the rows of a job, in batches."""
    return in_batches(_FORMS[job.form](job, given))


def parse_batches(batches: Iterable[Any]) -> Iterator[Any]:
    """Facts of Arrow batches of versions of files, for any engine that moves them: see `batch_facts`."""
    return batch_facts(batches, _record_rows)


def _record_rows(records: Iterable[Record]) -> Iterator[Rows]:
    for timeline in record_timelines(records):
        yield from timeline_rows(timeline, "batch")


def timeline_rows(timeline: Timeline, source: str) -> Iterator[Rows]:
    """The rows of one repository, state by state. What cannot be read is a row of its errors: nothing is raised.

    The steps of a state come with the next one, which tells how many commits they stayed as they are.
    """
    where: State | None = None
    waiting: list[StepRow] = []
    end = time.monotonic() + MAX_REPOSITORY_SECONDS
    try:
        for where in timeline.states():
            _check_time(end)
            yield Rows(steps=_held_until(where.position, waiting))
            rows = _state_rows(timeline, where, source)
            waiting = rows.steps
            yield Rows(facts=rows.facts, errors=rows.errors)
    except Exception as error:  # noqa: BLE001  one bad repository never stops a run
        yield Rows(errors=[_error(source, timeline.repository, where, error)])
    yield Rows(steps=_held_until(timeline.commits, waiting))


def _check_time(end: float) -> None:
    if time.monotonic() > end:
        raise UnusableInputError(f"reading took more than {MAX_REPOSITORY_SECONDS} s, and stopped here")


def _held_until(position: int, steps: Iterable[StepRow]) -> list[StepRow]:
    return [step._replace(commits=max(1, position - step.position)) for step in steps]


def _state_rows(timeline: Timeline, state: State, source: str) -> Rows:
    rows = Rows()
    try:
        reading = read_state(state)
        timeline.reached = reached_by(reading)
        rows.facts.extend(facts_of(reading))
        rows.errors.extend(_unread(reading, source))
        if timeline.is_history:
            rows.steps.extend(steps_of(reading))
    except Exception as error:  # noqa: BLE001  one bad commit stops no other one
        rows.errors.append(_error(source, timeline.repository, state, error))
    return rows


def _unread(reading: Reading, source: str) -> Iterator[ErrorRow]:
    """Files that were found and not read: too large, damaged, or a link that leaves."""
    state = reading.state
    problems = (*reading.choice.problems, *(problem for file in reading.files for problem in file.problems))
    for problem in problems:
        if problem.rule in UNREAD:
            path, message = redact(problem.location.path), redact(problem.message)
            yield ErrorRow(source, redact(state.repository), state.commit, path, message)


def _error(source: str, repository: str, state: State | None, error: Exception) -> ErrorRow:
    """What went wrong: a sentence where depnorm says it on purpose, else also what kind of error it is."""
    text = str(error) if isinstance(error, DepnormError) else f"{type(error).__name__}: {error}"
    return ErrorRow(source, redact(repository), state.commit if state else None, None, redact(text))


def _closures(job: Job, given: Given) -> Iterator[Rows]:
    for line in job.items:
        yield closure_rows(line, job.source, date=given.date, target=given.python)


def _history(job: Job, _given: Given) -> Iterator[Rows]:
    parsed = [parse_record(line, job.source) for line in job.items]
    yield Rows(errors=[each for each in parsed if isinstance(each, ErrorRow)])
    for timeline in record_timelines(each for each in parsed if isinstance(each, Record)):
        yield from timeline_rows(timeline, job.source)


def _directories(job: Job, _given: Given) -> Iterator[Rows]:
    for item in job.items:
        yield from timeline_rows(timeline_of(Path(os.fsdecode(item))), job.source)


def _errors(job: Job, _given: Given) -> Iterator[Rows]:
    for item in job.items:
        yield Rows(errors=[ErrorRow(job.source, None, None, None, redact(item.decode()))])


_FORMS: dict[Form, Callable[[Job, Given], Iterator[Rows]]] = {
    Form.CLOSURES: _closures,
    Form.HISTORY: _history,
    Form.DIRECTORIES: _directories,
    Form.ERRORS: _errors,
}
