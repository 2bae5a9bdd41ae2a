"""Facts of a corpus into Parquet: jobs in, files out, and how far it is in between."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from depnorm.corpus.engine import EngineOptions, available_processors
from depnorm.corpus.jobs import Job, Read, Run
from depnorm.corpus.parts import Parts, sibling
from depnorm.corpus.schema import TABLES, VERSION
from depnorm.errors import UsageError
from depnorm.model import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsOptions:
    """How facts are made: in how many processes (None: one for each processor), and what sorts them."""

    workers: int | None = None
    engine: EngineOptions = field(default_factory=EngineOptions)
    progress: Progress | None = None
    resume: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFacts:
    """The files that were written, and the rows of each table."""

    files: tuple[Path, ...]
    facts: int
    steps: int
    errors: int


def write_facts(jobs: Iterable[Job], read: Read, version: str, output: Path, options: FactsOptions) -> WrittenFacts:
    """Do all jobs and write their rows to `output` and the files beside it (`sibling`).

    `version` tells what reads them: parts of another one are not taken up. An interrupted run leaves a directory
    `OUTPUT.parts`, which the next one goes on with. Raises `UsageError` for an output that cannot be written.
    """
    if not output.parent.is_dir() or output.is_dir():
        raise UsageError(f"{output}: cannot be written", hint="Give a file in a directory that is there.")
    parts = Parts(output.with_name(f"{output.name}.parts"))
    names: list[str] = []

    def done(job: Job, made: tuple[str, ...]) -> None:
        names.extend(made)
        if options.progress:
            options.progress(job.source, min(99, int(100 * job.share)), 100)

    try:
        if not options.resume:
            parts.remove()
        workers = max(1, options.workers or available_processors())
        run = Run(read=read, parts=parts, version=f"{VERSION} {version}", workers=workers, done=done)
        run.do(jobs)
        rows = parts.assemble(names, output, options.engine)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror or error})") from error
    if options.progress:
        options.progress("", 100, 100)
    files = tuple(sibling(output, table) for table in TABLES)
    return WrittenFacts(files=files, facts=rows["facts"], steps=rows["steps"], errors=rows["errors"])


def in_shares(inputs: list[Callable[[], Iterable[Job]]]) -> Iterator[Job]:
    """The jobs of several inputs one after another, each input an equal share of the run."""
    for index, jobs in enumerate(inputs):
        for job in jobs():
            yield replace(job, place=f"{index}/{job.place}", share=(index + job.share) / len(inputs))
