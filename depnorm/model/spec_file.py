"""A spec file as its reader understood it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.comment import Comment
from depnorm.model.dependency import Dependency, Option, Problem
from depnorm.model.reference import Entry, RepoReference


class SpecFormat(StrEnum):
    """The format of a spec file: which reader reads it."""

    REQUIREMENTS = "requirements"
    CONSTRAINTS = "constraints"
    CONDA = "conda"  # environment.yml
    R_SCRIPT = "r-script"  # install.R
    APT = "apt"
    RUNTIME = "runtime"
    PYPROJECT = "pyproject"
    SETUP_CFG = "setup-cfg"
    SETUP_PY = "setup-py"
    DESCRIPTION = "description"
    SHELL_SCRIPT = "shell-script"  # postBuild, start
    PIPFILE = "pipfile"
    PYLOCK = "pylock"  # pylock.toml, PEP 751
    UV_LOCK = "uv-lock"
    POETRY_LOCK = "poetry-lock"
    PIPFILE_LOCK = "pipfile-lock"
    CONDA_LOCK = "conda-lock"
    CONDA_EXPLICIT_LOCK = "conda-explicit-lock"  # URLs, `conda list --explicit`
    RENV_LOCK = "renv-lock"
    LOCK = "lock"  # pdm.lock, pixi.lock, Manifest.toml …: recognized, not read
    OTHER = "other"  # Dockerfile, Project.toml, default.nix: recognized, not read


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecFile:
    """All that a reader found in one file. Every line that counts is in at least one of the four tuples, in file order.

    `encoding` is the name of the codec that decoded it (`utf-8`, `utf-8-sig`, `utf-16`, `latin-1` …). `entry` is what
    stands at its path in the build context, `directory` where the tool that reads it runs; `depnorm.read.closure`
    fills both. `comments` are those that speak to depnorm.
    """

    path: str
    format: SpecFormat
    encoding: str = "utf-8"
    dependencies: tuple[Dependency, ...] = ()
    references: tuple[RepoReference, ...] = ()
    options: tuple[Option, ...] = ()
    problems: tuple[Problem, ...] = ()
    entry: Entry = Entry.FILE
    directory: str = ""
    comments: tuple[Comment, ...] = ()

    def items(self) -> Iterator[Dependency | RepoReference | Option | Problem]:
        """Everything found, in the order of the four tuples."""
        yield from self.dependencies
        yield from self.references
        yield from self.options
        yield from self.problems

    def option(self, name: str) -> str | None:
        """The value of the last option called `name`, None without one."""
        values = [option.value for option in self.options if option.name == name]
        return values[-1] if values else None
