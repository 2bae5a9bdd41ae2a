"""The names of spec files, and where a repository has them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from depnorm.errors import UnusableInputError
from depnorm.model import Entry, Location, Problem, SpecFormat, fits_a_line
from depnorm.read.repository import Repository

CONFIG_DIRECTORIES = ("binder", ".binder")
OWN_HEADER = b"# depnorm, "
"""How a Dockerfile of depnorm begins (`depnorm.emit.dockerfile`)."""
_PRESENT = frozenset({Entry.FILE, Entry.LINKED, Entry.HIDDEN})


class Role(StrEnum):
    """What a spec file is to repo2docker."""

    CONFIG = "config"  # looked for in the config directory
    PROJECT = "project"  # looked for at the root, and only without a config directory
    LOCK = "lock"  # another tool's lock file
    OTHER = "other"  # a further list of requirements that repo2docker has no name for


CONFIG_FORMATS = {
    "Dockerfile": SpecFormat.OTHER,
    "JuliaProject.toml": SpecFormat.OTHER,
    "Project.toml": SpecFormat.OTHER,
    "REQUIRE": SpecFormat.OTHER,
    "default.nix": SpecFormat.OTHER,
    "runtime.txt": SpecFormat.RUNTIME,
    "environment.yml": SpecFormat.CONDA,
    "environment.yaml": SpecFormat.CONDA,
    "Pipfile": SpecFormat.PIPFILE,
    "Pipfile.lock": SpecFormat.PIPFILE_LOCK,
    "requirements.txt": SpecFormat.REQUIREMENTS,
    "requirements3.txt": SpecFormat.REQUIREMENTS,
    "install.R": SpecFormat.R_SCRIPT,
    "apt.txt": SpecFormat.APT,
    "postBuild": SpecFormat.SHELL_SCRIPT,
    "start": SpecFormat.SHELL_SCRIPT,
}
"""What repo2docker looks for in the config directory."""

PROJECT_FORMATS = {
    "pyproject.toml": SpecFormat.PYPROJECT,
    "setup.cfg": SpecFormat.SETUP_CFG,
    "setup.py": SpecFormat.SETUP_PY,
    "DESCRIPTION": SpecFormat.DESCRIPTION,
}
"""What makes the root of a repository a package."""

_LOCKS = (
    (re.compile(r"pylock(?:\.[^.]+)?\.toml"), SpecFormat.PYLOCK),  # PEP 751
    (re.compile(r"uv\.lock"), SpecFormat.UV_LOCK),
    (re.compile(r"poetry\.lock"), SpecFormat.POETRY_LOCK),
    # Not `environment-condalock.yml`, which real repositories have and which is an environment.
    (re.compile(r"(?:.*[.-])?conda-lock\.ya?ml", re.DOTALL), SpecFormat.CONDA_LOCK),
    # conda-lock's and `conda list --explicit`: conda-linux-64.lock, gpu-osx-arm64.lock
    (
        re.compile(r"(?:.*[.-])?(?:linux|osx|win|emscripten|wasi)-[a-z0-9_]+\.lock", re.DOTALL),
        SpecFormat.CONDA_EXPLICIT_LOCK,
    ),
    (re.compile(r"renv\.lock"), SpecFormat.RENV_LOCK),
    (re.compile(r"(?:pdm|pixi|packrat)\.lock|Manifest\.toml"), SpecFormat.LOCK),
)
_OTHERS = (
    (re.compile(r"(?:.*[-_.])?environment(?:[-_.].*)?\.ya?ml", re.DOTALL), SpecFormat.CONDA),
    (re.compile(r"(?:.*[-_.])?constraints?(?:[-_.].*)?\.txt", re.DOTALL), SpecFormat.CONSTRAINTS),
    (re.compile(r"(?:.*[-_.])?requirements?[0-9]?(?:[-_.].*)?\.(?:txt|in|pip)", re.DOTALL), SpecFormat.REQUIREMENTS),
)
_REQUIREMENTS_DIRECTORY = "requirements"
_IN_REQUIREMENTS = (".txt", ".in", ".pip")
_BY_SUFFIX = {
    "txt": SpecFormat.REQUIREMENTS,
    "in": SpecFormat.REQUIREMENTS,
    "pip": SpecFormat.REQUIREMENTS,
    "yml": SpecFormat.CONDA,
    "yaml": SpecFormat.CONDA,
    "r": SpecFormat.R_SCRIPT,
    "toml": SpecFormat.PYPROJECT,
    "cfg": SpecFormat.SETUP_CFG,
    "py": SpecFormat.SETUP_PY,
    "sh": SpecFormat.SHELL_SCRIPT,
    "lock": SpecFormat.LOCK,
}
# Not `Project.toml` or `start`: in lower or upper case these are other tools' files.
_SPELLED = (
    "requirements.txt",
    "environment.yml",
    "environment.yaml",
    "install.R",
    "apt.txt",
    "runtime.txt",
    "postBuild",
)
_SPELLINGS = {name.lower(): name for name in (*_SPELLED, "Pipfile")}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A spec file of a repository: in which directory ("": the root), under which name.

    `meant` is the name repo2docker looks for where this one differs from it only in upper and lower case.
    """

    directory: str
    name: str
    format: SpecFormat
    role: Role
    meant: str | None = None

    @property
    def path(self) -> str:
        """Relative to the repository."""
        return f"{self.directory}/{self.name}" if self.directory else self.name


def format_of(path: str) -> SpecFormat:
    """The format of a file that somebody names: by its name, else by its suffix.

    A list of requirements may have any name that ends in `.txt`, `.in`, `.pip` or in no suffix at all.
    """
    name = path.rpartition("/")[2]
    found = _classify("", name)
    if found:
        return found.format
    _, dot, suffix = name.rpartition(".")
    return _BY_SUFFIX.get(suffix.lower(), SpecFormat.OTHER) if dot else SpecFormat.REQUIREMENTS


def is_spec_file(path: str) -> bool:
    """Whether `find_spec_files` finds a file at this path, by where it is and what it is called."""
    directory, _, name = path.rpartition("/")
    if directory == _REQUIREMENTS_DIRECTORY:
        return name.endswith(_IN_REQUIREMENTS)
    return directory in {"", *CONFIG_DIRECTORIES} and _classify(directory, name) is not None


def find_spec_files(repository: Repository) -> tuple[tuple[FoundFile, ...], tuple[Problem, ...]]:
    """Every spec file at the root, in binder/, .binder/ and requirements/, in that order and by name.

    One that leaves the repository through a symbolic link is a problem DN402 and not among them; one that is no file,
    or a link to nothing, is a problem DN307, one whose name no Dockerfile can hold DN112.
    """
    found: list[FoundFile] = []
    problems: list[Problem] = []
    for directory in ("", *CONFIG_DIRECTORIES, _REQUIREMENTS_DIRECTORY):
        entry = repository.entry(directory or ".")
        if entry is Entry.OUTSIDE:
            problems.append(_leaves(directory))
        elif entry is Entry.MISSING and directory in repository.list_directory("."):
            problems.append(_leads_nowhere(directory))
        for file in _candidates(repository, directory):
            entry = repository.entry(file.path)
            if not fits_a_line(file.name):
                problems.append(_odd_name(file.path))
            elif entry in _PRESENT:
                found.append(file)
            elif entry is Entry.OUTSIDE:
                problems.append(_leaves(file.path))
            elif entry is Entry.MISSING:
                problems.append(_leads_nowhere(file.path))
            elif file.role is Role.CONFIG:
                problems.append(_no_file(file.path, entry))
    return tuple(found), tuple(problems)


def _is_our_own(repository: Repository, file: FoundFile) -> bool:
    """Whether a Dockerfile is what an earlier `depnorm dockerfile -o` wrote: it decides nothing."""
    if file.name != "Dockerfile":
        return False
    try:
        return repository.read_bytes(file.path).startswith(OWN_HEADER)
    except UnusableInputError:
        return False


def _candidates(repository: Repository, directory: str) -> Iterator[FoundFile]:
    for name in repository.list_directory(directory or "."):
        if directory == _REQUIREMENTS_DIRECTORY:
            if name.endswith(_IN_REQUIREMENTS):
                yield FoundFile(directory=directory, name=name, format=_other_format(name), role=Role.OTHER)
        elif (file := _classify(directory, name)) and not _is_our_own(repository, file):
            yield file


def _classify(directory: str, name: str) -> FoundFile | None:
    if name in CONFIG_FORMATS:
        return FoundFile(directory=directory, name=name, format=CONFIG_FORMATS[name], role=Role.CONFIG)
    if name in PROJECT_FORMATS:
        return FoundFile(directory=directory, name=name, format=PROJECT_FORMATS[name], role=Role.PROJECT)
    if lock := next((form for pattern, form in _LOCKS if pattern.fullmatch(name)), None):
        return FoundFile(directory=directory, name=name, format=lock, role=Role.LOCK)
    lower = name.lower()
    if meant := _SPELLINGS.get(lower):
        return FoundFile(directory=directory, name=name, format=CONFIG_FORMATS[meant], role=Role.OTHER, meant=meant)
    if any(pattern.fullmatch(lower) for pattern, _ in _OTHERS):
        return FoundFile(directory=directory, name=name, format=_other_format(lower), role=Role.OTHER)
    return None


def _other_format(name: str) -> SpecFormat:
    return next((form for pattern, form in _OTHERS if pattern.fullmatch(name)), SpecFormat.REQUIREMENTS)


def _leaves(path: str) -> Problem:
    return Problem(
        location=Location(path=path),
        raw="",
        message="is a symbolic link that leaves the repository, so it was not read",
        hint="Put the file itself into the repository.",
        rule="DN402",
    )


def _leads_nowhere(path: str) -> Problem:
    return Problem(
        location=Location(path=path),
        raw="",
        message="is a symbolic link to nothing, so it was not read",
        hint="Put the file itself into the repository, or delete the link.",
        rule="DN307",
    )


def _odd_name(path: str) -> Problem:
    return Problem(
        location=Location(path=path),
        raw="",
        message="has a control character in its name, which no Dockerfile can hold, so it was not read",
        hint="Rename it.",
        rule="DN112",
    )


def _no_file(path: str, entry: Entry) -> Problem:
    return Problem(
        location=Location(path=path),
        raw="",
        message=f"has the name of a spec file but is a {entry.value}",
        hint="Rename it.",
        rule="DN307",
    )
