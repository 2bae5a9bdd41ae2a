"""Facts of a corpus into Parquet: jobs in, files out, and how far it is in between."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from depnorm.corpus.engine import EngineOptions, available_processors, check_engine
from depnorm.corpus.jobs import Job, Read, Run
from depnorm.corpus.parts import Parts, sibling
from depnorm.corpus.rows import Counted, ErrorRow
from depnorm.corpus.schema import TABLES, VERSION
from depnorm.errors import UsageError
from depnorm.model import Progress, Severity
from depnorm.model.facts_summary import FactsSummary

SHOWN_ERRORS = 3
"""Errors that are told at the end of a run; all of them are in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsOptions:
    """How facts are made: in how many processes (None: one for each processor), and what sorts them."""

    workers: int | None = None
    engine: EngineOptions = field(default_factory=EngineOptions)
    progress: Progress | None = None
    resume: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFacts:
    """The files that were written, the rows of each table, and how many were read of what (`Counted`, `Severity`).

    `first` are the first of the errors of severity error, or of the next lower severity that there is.
    """

    files: tuple[Path, ...]
    facts: int
    steps: int
    errors: int
    counts: Mapping[str, int]
    first: tuple[ErrorRow, ...]

    def summary(self) -> FactsSummary:
        """The same for a report."""
        return FactsSummary(
            files=tuple(map(str, self.files)),
            rows={"facts": self.facts, "steps": self.steps, "errors": self.errors},
            repositories=self.counts.get(Counted.REPOSITORIES, 0),
            without_specs=self.counts.get(Counted.WITHOUT_SPECS, 0),
            commits=self.counts.get(Counted.COMMITS, 0),
            environments=self.counts.get(Counted.ENVIRONMENTS, 0),
            severities={each.value: self.counts.get(each, 0) for each in Severity},
            first=tuple(map(_sentence, self.first)),
        )


def write_facts(jobs: Iterable[Job], read: Read, version: str, output: Path, options: FactsOptions) -> WrittenFacts:
    """Do all jobs and write their rows to `output` and the files beside it (`sibling`).

    `version` tells what reads them: parts of another one are not taken up. An interrupted run leaves a directory
    `OUTPUT.parts`, which the next one goes on with. Raises `UsageError` for an output that cannot be written, and for
    an engine that is not installed.
    """
    if not output.parent.is_dir() or output.is_dir():
        raise UsageError(f"{output}: cannot be written", hint="Give a file in a directory that is there.")
    check_engine(options.engine)
    parts = Parts(parts_directory(output))
    names: list[str] = []
    if options.progress:
        options.progress("begin to read", 0, 100)

    def done(job: Job, made: tuple[str, ...]) -> None:
        names.extend(made)
        if options.progress:
            options.progress(f"read {job.source}", min(99, int(100 * job.share)), 100)

    try:
        if not options.resume:
            parts.remove()
        workers = max(1, options.workers or available_processors())
        run = Run(read=read, parts=parts, version=f"{VERSION} {version}", workers=workers, done=done)
        run.do(jobs)
        counts = parts.counts(names)
        if options.progress:
            options.progress("sort what was read", 99, 100)
        rows = parts.assemble(names, output, options.engine)
    except OSError as error:
        raise UsageError(
            f"{output}: cannot be written ({error.strerror or error})",
            hint="Give a file in a directory that you may write to, on a disk with room.",
        ) from error
    if options.progress:
        options.progress("sorted", 100, 100)
    files = tuple(sibling(output, table) for table in TABLES)
    first = _first_errors(sibling(output, "errors"), counts)
    return WrittenFacts(files=files, counts=counts, first=first, **rows)


def parts_directory(output: Path) -> Path:
    """What an interrupted run leaves beside its output."""
    return output.with_name(f"{output.name}.parts")


def _sentence(row: ErrorRow) -> str:
    """`repository, path:line, commit 1234abcd: what is wrong`; without a repository the input."""
    line = f":{row.line}" if row.line else ""
    places = [f"{row.repository or row.source}{'' if row.path or row.repository else line}"]
    if row.path:
        places.append(f"{row.path}{line}")
    elif row.repository and line:
        places.append(f"{row.source}{line}")
    if row.commit:
        places.append(f"commit {row.commit[:8]}")
    return f"{', '.join(places)}: {row.error}"


def _first_errors(errors: Path, counts: Mapping[str, int]) -> tuple[ErrorRow, ...]:
    """The first rows of the worst severity that there is."""
    worst = next((each for each in (Severity.ERROR, Severity.WARNING, Severity.INFO) if counts.get(each)), None)
    found: list[ErrorRow] = []
    if worst is not None:
        for batch in pq.ParquetFile(errors).iter_batches():
            rows = batch.filter(pc.equal(batch["severity"], worst.value)).slice(0, SHOWN_ERRORS - len(found))
            found += [ErrorRow(**row) for row in rows.to_pylist()]
            if len(found) == SHOWN_ERRORS:
                break
    return tuple(found)


def in_shares(inputs: list[Callable[[], Iterable[Job]]]) -> Iterator[Job]:
    """The jobs of several inputs one after another, each input an equal share of the run."""
    for index, jobs in enumerate(inputs):
        for job in jobs():
            yield replace(job, place=f"{index}/{job.place}", share=(index + job.share) / len(inputs))
