"""Jobs of a run, done by processes: in any order, each once, and none of them able to stop the others."""

import hashlib
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from depnorm.corpus.parts import Parts
from depnorm.corpus.rows import ErrorRow, Rows
from depnorm.model import redact

JOBS_PER_WORKER = 3
"""Jobs that wait for a worker, each with the lines it is to read: what bounds memory."""


class Form(StrEnum):
    """What the items of a job are."""

    CLOSURES = "closures"  # lines of JSON: an environment each
    HISTORY = "history"  # lines of JSON: a version of a file each; those of one repository stand together
    DIRECTORIES = "directories"  # paths of directories, each a repository or a git clone
    ERRORS = "errors"  # sentences about what of the source is not read
    REMARKS = "remarks"  # sentences about the source that lose nothing


class Item(NamedTuple):
    """What a job has to read: `data` as its form says, from this line of the source.

    `name` is that of the repository, where it is another one than the data say: see `Names`.
    """

    data: bytes
    name: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some repositories of one input.

    `place` tells the job from all others of the run, `stamp` what the items do not tell of their content (dates of
    files, commits). `share` is how much of the run is done after it, from 0 to 1.
    """

    source: str
    form: Form
    items: tuple[Item, ...]
    place: str
    stamp: str = ""
    share: float = 0.0

    def name(self, version: str) -> str:
        """The name of its part: another one for other content, or another `version` of what reads it."""
        digest = hashlib.sha256(
            f"{version}\0{self.source}\0{self.form}\0{self.place}\0{self.stamp}".encode(errors="surrogateescape")
        )
        for item in self.items:
            told = f"{item.name}\0{item.line or ''}\0".encode(errors="surrogateescape")
            digest.update(len(told).to_bytes(8, "big") + told + len(item.data).to_bytes(8, "big") + item.data)
        return digest.hexdigest()[:32]

    def halves(self) -> tuple["Job", "Job"]:
        """Two jobs that do the same."""
        middle = len(self.items) // 2
        first, second = (self.items[:middle], self.items[middle:])
        return replace(self, items=first, place=f"{self.place}.0"), replace(self, items=second, place=f"{self.place}.1")


Read = Callable[[Job], Iterator[Rows]]
"""What a worker does: the rows of a job, in batches. It pickles (a function of a module, or a partial of one)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What all jobs of a run have in common. `done` is told each job that is finished and the names of its parts."""

    read: Read
    parts: Parts
    version: str
    workers: int
    done: Callable[[Job, tuple[str, ...]], None]

    def do(self, jobs: Iterable[Job]) -> None:
        """Do all jobs but those whose part is there. One that kills its process is divided until the cause is alone."""
        waiting = self._unfinished(jobs)
        if self.workers == 1:
            for job in waiting:
                self._finish(job, _do(self, job))
            return
        while broken := self._do_in_pool(waiting):
            for job in broken:
                self.done(job, tuple(self._alone(job)))

    def _unfinished(self, jobs: Iterable[Job]) -> Iterator[Job]:
        for job in jobs:
            name = job.name(self.version)
            if self.parts.has(name):
                self.done(job, (name,))
            else:
                yield job

    def _finish(self, job: Job, name: str) -> None:
        self.done(job, (name,))

    def _do_in_pool(self, jobs: Iterator[Job]) -> list[Job]:
        """Do jobs until there are none, or a process dies: then gives those that were under way."""
        with _pool(self.workers) as pool:
            running: dict[Future[str], Job] = {}
            try:
                for job in jobs:
                    running[_submit(pool, self, job)] = job
                    while len(running) >= JOBS_PER_WORKER * self.workers:
                        self._collect(running)
                while running:
                    self._collect(running)
            except BrokenProcessPool:
                return [*running.values()]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return []

    def _collect(self, running: dict[Future[str], Job]) -> None:
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            name = future.result()
            self._finish(running.pop(future), name)

    def _alone(self, job: Job) -> Iterator[str]:
        """The parts of a job that may have killed its process, each made in a process of its own."""
        if self.parts.has(name := job.name(self.version)):
            yield name
            return
        try:
            with _pool(1) as pool:
                yield _submit(pool, self, job).result()
        except BrokenProcessPool:
            if len(job.items) > 1:
                for half in job.halves():
                    yield from self._alone(half)
            else:
                self.parts.write(name, [_killed(job)])
                yield name


def _pool(workers: int) -> ProcessPoolExecutor:
    # spawn: a fork of a process that has threads, as those of DuckDB and Arrow, may hang.
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        # Ctrl-C ends workers without a word; what they were at is done again.
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_DFL),
    )


def _submit(pool: Executor, run: Run, job: Job) -> "Future[str]":
    return pool.submit(_do_part, run.read, run.parts, run.version, job)


def _do(run: Run, job: Job) -> str:
    return _do_part(run.read, run.parts, run.version, job)


def _do_part(read: Read, parts: Parts, version: str, job: Job) -> str:
    name = job.name(version)
    parts.write(name, read(job))
    return name


def _killed(job: Job) -> Rows:
    item = job.items[0]
    message = "reading it ended the process that read it"
    return Rows(errors=[ErrorRow(job.source, redact(item.name) or None, line=item.line, error=message)])
