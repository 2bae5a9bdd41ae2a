"""Where a repository comes from, and where it is while it is read."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class SourceKind(StrEnum):
    """What a source is, each with its own way to a directory."""

    DIRECTORY = "directory"
    FILE = "file"  # one spec file
    GIT = "git"  # a URL, a bare repository, or a revision of a clone
    ARCHIVE = "archive"  # tar, compressed or not, or zip


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What somebody named, understood.

    `location` is a local path, or what git takes as the address of a repository. `ref` is a branch, a tag or a commit,
    None for what the repository has checked out. `directory` is the part of the repository that was named, relative to
    its root. `is_remote` tells whether a network is used.
    """

    kind: SourceKind
    location: str
    ref: str | None = None
    directory: str = ""
    is_remote: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRepository:
    """A repository that can be read until its context ends.

    `path` is its directory, or the spec file that was named. `source` is what was given, without credentials, and
    `commit` the full id of what was fetched by git. `is_temporary` tells whether it was fetched or unpacked, so that
    `path` is gone afterwards. `notes` say what of the source is not there, and why: sentences for a person.
    """

    path: Path
    source: str
    commit: str | None = None
    is_temporary: bool = False
    notes: tuple[str, ...] = ()
