"""Facts of many repositories: the corpus composed with reading and analysis."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import depnorm
from depnorm.analyze.findings import finding
from depnorm.corpus.batches import batch_facts
from depnorm.corpus.closure_facts import closure_rows
from depnorm.corpus.facts import FactsOptions, WrittenFacts, in_shares, write_facts
from depnorm.corpus.jobs import Form, Job
from depnorm.corpus.records import Record, parse_record
from depnorm.corpus.rows import Counted, ErrorRow, Rows, StepRow, in_batches
from depnorm.errors import DepnormError, UnusableInputError
from depnorm.library.corpus_inputs import input_jobs
from depnorm.library.corpus_reading import Reading, facts_of, reached_by, read_state
from depnorm.library.corpus_states import State, Timeline, record_timelines, timeline_of
from depnorm.library.corpus_steps import steps_of
from depnorm.model import Severity, redact

MAX_REPOSITORY_SECONDS = 3600
"""Of one repository: the longest known history takes minutes."""


UNREAD = frozenset({"DN305", "DN307", "DN402"})
"""Rules of problems that tell of what was not read, and so is missing here, whatever a check makes of it."""


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
    jobs = in_shares(input_jobs(inputs))
    version = f"{depnorm.__version__} {given.date} {given.python}"
    return write_facts(jobs, partial(read_job, given=given), version, output, options or FactsOptions())


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
    has_specs = False
    end = time.monotonic() + MAX_REPOSITORY_SECONDS
    try:
        for where in timeline.states():
            _check_time(end)
            yield Rows(steps=_held_until(where.position, waiting))
            rows = _state_rows(timeline, where, source)
            waiting, has_specs = rows.steps, has_specs or rows.counts[Counted.WITHOUT_SPECS] == 0
            counts = Counter({Counted.COMMITS.value: int(timeline.is_history)})
            yield Rows(facts=rows.facts, errors=rows.errors, counts=counts)
    except Exception as error:  # noqa: BLE001  one bad repository never stops a run
        yield Rows(errors=[_error(source, timeline.repository, where, error)])
    yield Rows(steps=_held_until(timeline.commits, waiting))
    has_none = where is not None and not has_specs  # DN008 says so in a row
    yield Rows(counts=Counter({Counted.REPOSITORIES.value: 1, Counted.WITHOUT_SPECS.value: int(has_none)}))


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
        rows.errors.extend(_problems(reading, source))
        rows.counts[Counted.WITHOUT_SPECS] = int(not reading.files)
        if timeline.is_history:
            rows.steps.extend(steps_of(reading))
    except Exception as error:  # noqa: BLE001  one bad commit stops no other one
        rows.errors.append(_error(source, timeline.repository, state, error))
    return rows


def _problems(reading: Reading, source: str) -> Iterator[ErrorRow]:
    """What the readers report: files that were not read, lines that are broken or do not mean what they seem to."""
    state = reading.state
    problems = (*reading.choice.problems, *(problem for file in reading.files for problem in file.problems))
    for found in dict.fromkeys(map(finding, problems)):
        yield ErrorRow(
            source,
            redact(state.repository),
            state.commit,
            redact(found.path),
            found.line,
            Severity.ERROR if found.rule in UNREAD else found.severity,
            found.rule,
            found.message,
        )


def _error(source: str, repository: str, state: State | None, error: Exception) -> ErrorRow:
    """What went wrong: a sentence where depnorm says it on purpose, else also what kind of error it is."""
    text = str(error) if isinstance(error, DepnormError) else f"{type(error).__name__}: {error}"
    return ErrorRow(source, redact(repository), state.commit if state else None, error=redact(text))


def _closures(job: Job, given: Given) -> Iterator[Rows]:
    for item in job.items:
        yield closure_rows(item, job.source, date=given.date, target=given.python)


def _history(job: Job, _given: Given) -> Iterator[Rows]:
    parsed = [parse_record(item, job.source) for item in job.items]
    yield Rows(errors=[each for each in parsed if isinstance(each, ErrorRow)])
    yield Rows(errors=[*_begun_anew(job)])
    records = [each for each in parsed if isinstance(each, Record)]
    yield Rows(errors=[*_unordered(records, job.source)])
    for timeline in record_timelines(records):
        yield from timeline_rows(timeline, job.source)


def _directories(job: Job, _given: Given) -> Iterator[Rows]:
    for item in job.items:
        yield from timeline_rows(timeline_of(Path(os.fsdecode(item.data)), item.name), job.source)


def _begun_anew(job: Job) -> Iterator[ErrorRow]:
    """Histories whose name was given before: two repositories, or lines of one that do not stand together."""
    for name, items in groupby(job.items, key=lambda item: item.name):
        if name:
            sentence = (
                f"lines of this repository came before, and not right before: {redact(name)} is read as another one; "
                "let the lines of a repository stand together"
            )
            yield ErrorRow(job.source, redact(name), line=next(items).line, error=sentence)


def _unordered(records: Sequence[Record], source: str) -> Iterator[ErrorRow]:
    """Versions of a file of which nothing tells which came first, or which counts."""
    for repository, own in groupby(records, key=lambda record: record.repository):
        versions = [*own]
        named = redact(repository)
        if any(each.date is None for each in versions) and len({(each.date, each.commit) for each in versions}) > 1:
            sentence = "has commits without a date, so that their order is a guess"
            yield ErrorRow(source, named, severity=Severity.WARNING, error=sentence)
        counted = Counter((each.date, each.commit, each.path) for each in versions)
        for (_, commit, path), number in counted.items():
            if number > 1:
                sentence = f"is there {number} times at one commit; the last of them counts"
                yield ErrorRow(source, named, commit, redact(path), severity=Severity.WARNING, error=sentence)


def _sentences(job: Job, _given: Given) -> Iterator[Rows]:
    severity = Severity.ERROR if job.form is Form.ERRORS else Severity.INFO
    for item in job.items:
        text = redact(item.data.decode("utf-8", "backslashreplace"))
        yield Rows(errors=[ErrorRow(job.source, line=item.line, severity=severity, error=text)])


_FORMS: dict[Form, Callable[[Job, Given], Iterator[Rows]]] = {
    Form.CLOSURES: _closures,
    Form.HISTORY: _history,
    Form.DIRECTORIES: _directories,
    Form.ERRORS: _sentences,
    Form.REMARKS: _sentences,
}
