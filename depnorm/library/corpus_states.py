"""What a repository held at each commit that touches a spec file: of a directory, a git clone, or history records."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

from depnorm.corpus.records import Record
from depnorm.errors import UnusableInputError
from depnorm.read.git import Clone
from depnorm.read.git_directory import git_directory
from depnorm.read.repository import Repository, open_repository
from depnorm.read.snapshot import Snapshot, file_tree
from depnorm.read.spec_names import is_spec_file


@dataclass(slots=True)
class Reached:
    """The files that the state before depends on: a commit that changes one of them touches a spec file."""

    files: set[str] = field(default_factory=set)
    directories: tuple[str, ...] = ()

    def is_touched(self, path: str) -> bool:
        """Whether a change of a path may change what is installed, or when."""
        return is_spec_file(path) or path in self.files or path.startswith(self.directories)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A repository at a commit; without a commit, as it is. `position` counts the commits before it.

    `given` are files that somebody says are spec files, wherever they are.
    """

    repository: str
    files: Repository
    position: int = 0
    commit: str | None = None
    date: datetime | None = None
    given: tuple[str, ...] = ()


@dataclass(slots=True)
class Timeline:
    """The states of one repository, the oldest first: those whose commits touch a spec file, and the first.

    What reads a state sets `reached` before it takes the next one. `commits` are all commits, known at the end.
    `is_history` is false for a directory, which is as it is.
    """

    repository: str
    is_history: bool
    reached: Reached = field(default_factory=Reached)
    commits: int = 0

    def states(self) -> Iterator[State]:
        """Each state; raises `UnusableInputError` where the repository cannot be read, or no further."""
        raise NotImplementedError


@dataclass(slots=True)
class DirectoryTimeline(Timeline):
    """The one state of a directory."""

    path: Path = field(kw_only=True)

    def states(self) -> Iterator[State]:
        """The directory as it is."""
        self.commits = 1
        try:
            os.scandir(self.path).close()  # a directory that nobody may list looks like one without files
        except OSError as error:
            raise UnusableInputError(f"cannot be listed ({error.strerror})") from error
        yield State(repository=self.repository, files=open_repository(self.path))


@dataclass(slots=True)
class CloneTimeline(Timeline):
    """The history of a git clone: HEAD and its first parents."""

    path: Path = field(kw_only=True)

    def states(self) -> Iterator[State]:
        """The commits that touch a spec file."""
        directory = git_directory(self.path)
        if directory is None:
            raise UnusableInputError(f"{self.path}: is no git clone")
        with Clone(directory) as clone:
            for commit in clone.commits(self._is_touched):
                position, self.commits = self.commits, self.commits + 1
                if commit.touches or not position:
                    yield State(
                        repository=self.repository,
                        files=Snapshot(clone.tree(commit)),
                        position=position,
                        commit=commit.id,
                        date=commit.date,
                    )

    def _is_touched(self, path: str) -> bool:
        """What counts is what was reached when a commit is read."""
        return self.reached.is_touched(path)


@dataclass(slots=True)
class RecordTimeline(Timeline):
    """The versions of files that records tell: all commits that are known, and at each the newest known files."""

    records: tuple[Record, ...] = field(kw_only=True)

    def states(self) -> Iterator[State]:
        """Each commit of the records, by date."""
        files: dict[str, tuple[str, bytes]] = {}
        for (date, commit), records in groupby(sorted(self.records, key=_when), key=_when):
            for record in records:
                files[record.path] = (hashlib.sha256(record.data).hexdigest(), record.data)
            yield State(
                repository=self.repository,
                files=Snapshot(file_tree(files)),
                position=self.commits,
                commit=commit or None,
                date=datetime.fromisoformat(date) if date else None,
                given=tuple(sorted(files)),
            )
            self.commits += 1


def _when(record: Record) -> tuple[str, str]:
    """Dates of records are all in UTC, so that their texts are in order."""
    return (record.date.isoformat() if record.date else "", record.commit or "")


def timeline_of(path: Path, name: str) -> Timeline:
    """That of a directory of this name: its history where it is a git clone."""
    try:
        is_clone = git_directory(path) is not None
    except OSError:  # one that nobody may look into, which its states say
        is_clone = False
    if is_clone:
        return CloneTimeline(name, is_history=True, path=path)
    return DirectoryTimeline(name, is_history=False, path=path)


def record_timelines(records: Iterable[Record]) -> Iterator[Timeline]:
    """One for each run of records of one repository."""
    for repository, own in groupby(records, key=lambda record: record.repository):
        yield RecordTimeline(repository, is_history=True, records=tuple(own))
