"""Lines that refer back to the repository, or past it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.dependency import Location

_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")


class ReferenceKind(StrEnum):
    """What a line refers to."""

    INCLUDE = "include"  # -r base.txt
    CONSTRAINT = "constraint"  # -c constraints.txt
    EDITABLE = "editable"  # -e .
    PATH = "path"  # ./pkg
    ARCHIVE = "archive"  # wheels/a.whl
    FIND_LINKS = "find-links"  # --find-links ./wheels
    INDEX = "index"  # --index-url file:simple
    CHANNEL = "channel"  # a conda channel in the repository
    SCRIPT = "script"  # source("helpers.R"), or a script that a script runs
    SELF_INSTALL = "self-install"  # remotes::install_local(), pip install . in postBuild
    PACKAGE_LIST = "package-list"  # install.packages(readLines("packages.txt"))
    DYNAMIC = "dynamic"  # an argument that only running the script tells; dynamic metadata
    VARIABLE = "variable"  # ${TOKEN}


class Scope(StrEnum):
    """What an install step needs because of a reference."""

    FILES = "files"  # a closed set of known files
    REPOSITORY = "repository"  # anything in the repository
    OUTSIDE = "outside"  # a path that leaves the repository: never read
    REMOTE = "remote"  # a URL
    UNKNOWN = "unknown"  # only running it would tell


class Entry(StrEnum):
    """What stands at a path of a repository, seen as a build context."""

    FILE = "file"
    DIRECTORY = "directory"
    MISSING = "missing"
    OUTSIDE = "outside"  # `..`, an absolute path, or a symbolic link that leaves the repository
    LINKED = "linked"  # reached through a symbolic link that stays inside: COPY of the path alone would not do
    HIDDEN = "hidden"  # left out of the build context by .dockerignore
    SPECIAL = "special"  # a socket, a device, a pipe
    NO_PROJECT = "no-project"  # a directory that pip is to install: it has neither pyproject.toml nor setup.py
    ODD_NAME = "odd-name"  # a control character on the way to it: no Dockerfile can name it


class PathBase(StrEnum):
    """What a relative target is relative to (pip: `-r`, `-c` the file; local paths the working directory)."""

    FILE = "file"
    WORKING_DIRECTORY = "working-directory"
    FILE_THEN_WORKING_DIRECTORY = "file-then-working-directory"  # --find-links: the file if that path exists


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoReference:
    """A line that refers back to the repository (or past it).

    A format's reader gives `kind`, `target` as written (unquoted, `file:` included) and `base`. `depnorm.read.closure`
    adds `resolved`, the target relative to the repository in POSIX style (None where it leaves the repository, is
    remote or cannot be known), `entry`, what stands there, and `files`, what an install step copies for it.
    `depnorm.analyze.references` adds `scope`. `extras` are those of `-e .[test]`, without brackets.
    """

    kind: ReferenceKind
    target: str
    location: Location
    raw: str
    base: PathBase = PathBase.WORKING_DIRECTORY
    extras: tuple[str, ...] = ()
    marker: str | None = None
    resolved: str | None = None
    entry: Entry | None = None
    files: tuple[str, ...] = ()
    scope: Scope = Scope.UNKNOWN

    @property
    def depends_on_environment(self) -> bool:
        """Whether the target holds a variable that pip expands (`${NAME}`, upper case only)."""
        return bool(_VARIABLE.search(self.target))
