"""The spec files that count and every file they reach, each read once, with its references resolved to paths."""

import posixpath
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import unquote

from depnorm.errors import UnusableInputError
from depnorm.model import (
    Comment,
    Entry,
    Location,
    PathBase,
    Problem,
    ReferenceKind,
    RepoReference,
    SpecChoice,
    SpecFile,
    SpecFormat,
    fits_a_line,
)
from depnorm.read.comments import find_comments
from depnorm.read.formats import parse
from depnorm.read.no_project import mark_no_projects
from depnorm.read.repository import Repository
from depnorm.read.spec_names import format_of
from depnorm.read.text import decode

MAX_FILES = 500
"""Files that one repository's closure may reach; further includes become a problem."""
MAX_DIRECTORY_FILES = 1_000
"""Files of a directory that is copied for one line (`--find-links wheels`); a larger one needs the repository."""
MAX_LISTED_FILES = 20_000
"""Files of all such directories together; what comes after them needs the repository."""
MAX_HEADS = 200
"""Files whose heads alone are read, because there is something to say of them."""
MAX_HEAD_BYTES = 16 * 1024
"""Bytes of such a head."""

FOLLOWED = {
    ReferenceKind.INCLUDE: SpecFormat.REQUIREMENTS,
    ReferenceKind.CONSTRAINT: SpecFormat.CONSTRAINTS,
    ReferenceKind.SCRIPT: SpecFormat.R_SCRIPT,
}
PROJECTS = {ReferenceKind.EDITABLE, ReferenceKind.PATH, ReferenceKind.SELF_INSTALL}
PROJECT_FILES = {
    "pyproject.toml": SpecFormat.PYPROJECT,
    "setup.cfg": SpecFormat.SETUP_CFG,
    "setup.py": SpecFormat.SETUP_PY,
}
DIRECTORIES = {ReferenceKind.FIND_LINKS, ReferenceKind.INDEX, ReferenceKind.CHANNEL}


def read_choice(repository: Repository, choice: SpecChoice, *, dockerignore: bool = True) -> tuple[SpecFile, ...]:
    """Each used file of `choice` and whatever they include, in the order met. Never raises for what a file says.

    Without `dockerignore` all of the repository is in the build context.
    """
    closure = _Closure(repository, _dockerignore(repository) if dockerignore else _hides_nothing)
    for chosen in choice.used:
        closure.enter(chosen.path, chosen.format, _working_directory(chosen.path, chosen.format))
    return mark_no_projects(closure.read(), choice, repository)


def git_is_hidden(repository: Repository) -> bool:
    """Whether .dockerignore keeps the history from a build that asks git for a version."""
    return _dockerignore(repository)(".git")


def read_comments(repository: Repository, paths: Iterable[str]) -> tuple[Comment, ...]:
    """The comments in the heads of files that were not read otherwise. A path that is no file has none."""
    return tuple(comment for path in islice(paths, MAX_HEADS) for comment in _head_comments(repository, path))


def _head_comments(repository: Repository, path: str) -> tuple[Comment, ...]:
    try:
        data = repository.read_bytes(path, at_most=MAX_HEAD_BYTES)
    except UnusableInputError:
        return ()
    whole = data if len(data) < MAX_HEAD_BYTES else data[: data.rfind(b"\n") + 1]
    found = find_comments(whole, path, format_of(path))
    return tuple(comment for comment in found if comment.in_head)


def _working_directory(path: str, file_format: SpecFormat) -> str:
    """Where the tool that reads a file runs: conda beside the file, a project at its root, the others at the root."""
    beside = {SpecFormat.CONDA, SpecFormat.PYPROJECT, SpecFormat.SETUP_CFG, SpecFormat.SETUP_PY, SpecFormat.PIPFILE}
    return posixpath.dirname(path) if file_format in beside else ""


def _dockerignore(repository: Repository) -> Callable[[str], bool]:
    """Whether .dockerignore leaves a path out of the build context."""
    try:
        data = repository.read_bytes(".dockerignore")
    except UnusableInputError:
        return _hides_nothing
    from depnorm.read.dockerignore import parse_dockerignore  # noqa: PLC0415  most repositories have none

    return parse_dockerignore(decode(data).text).hides


def _hides_nothing(_path: str) -> bool:
    return False


@dataclass
class _Closure:
    """The work list: files still to read, each with its format and working directory.

    What stands at a path is looked up once, however many lines name it.
    """

    repository: Repository
    hides: Callable[[str], bool]
    waiting: deque[tuple[str, SpecFormat, str]] = field(default_factory=deque)
    entered: dict[str, SpecFormat] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    plain: dict[str, bool] = field(default_factory=dict)
    projects: dict[str, tuple[tuple[str, SpecFormat], ...]] = field(default_factory=dict)
    listed: int = 0

    def enter(self, path: str, file_format: SpecFormat, directory: str) -> bool:
        # What is both -c and -r is installed, and then binds all the same.
        installs_after_all = file_format is SpecFormat.REQUIREMENTS and self.entered.get(path) is SpecFormat.CONSTRAINTS
        if path in self.entered and not installs_after_all:
            return True
        if len(self.entered) >= MAX_FILES:
            return False
        self.entered[path] = file_format
        self.waiting.append((path, file_format, directory))
        return True

    def read(self) -> tuple[SpecFile, ...]:
        files: dict[str, SpecFile] = {}
        while self.waiting:
            file = self._read_one(*self.waiting.popleft())
            files[file.path] = file
        return tuple(files.values())

    def _read_one(self, path: str, file_format: SpecFormat, directory: str) -> SpecFile:
        try:
            data = self.repository.read_bytes(path)
            spec_file = parse(data, path, file_format)
        except UnusableInputError as error:
            problem = Problem(
                location=Location(path=path),
                raw="",
                message=_without_path(str(error), path),
                hint=error.hint,
                rule="DN307",
            )
            return SpecFile(path=path, format=file_format, problems=(problem,))
        references = tuple(self._resolve(reference, directory) for reference in spec_file.references)
        unread = tuple(self._follow(references, file_format, directory))
        return replace(
            spec_file,
            references=references,
            problems=spec_file.problems + unread,
            entry=self._entry(path),
            directory=directory,
            comments=find_comments(data, path, file_format),
        )

    def _follow(
        self, references: tuple[RepoReference, ...], file_format: SpecFormat, directory: str
    ) -> Iterator[Problem]:
        """Enter what references lead to; yields a problem for what is too much to follow."""
        for reference in references:
            for path, next_format, next_directory in self._reached(reference, file_format, directory):
                if not self.enter(path, next_format, next_directory):
                    yield Problem(
                        location=reference.location,
                        raw=reference.raw,
                        message=f"leads to more than {MAX_FILES} files; {path} was not read",
                        hint="Flatten the includes.",
                        rule="DN307",
                    )
                    return

    def _reached(
        self, reference: RepoReference, file_format: SpecFormat, directory: str
    ) -> Iterator[tuple[str, SpecFormat, str]]:
        path, entry = reference.resolved, reference.entry
        if path is None:
            return
        if entry in {Entry.FILE, Entry.LINKED, Entry.HIDDEN, Entry.ODD_NAME} and reference.kind in FOLLOWED:
            if reference.kind is ReferenceKind.SCRIPT and not path.lower().endswith(".r"):
                return
            yield path, self._followed_format(reference, file_format), directory
        elif reference.kind in PROJECTS and entry in {Entry.DIRECTORY, Entry.LINKED, Entry.HIDDEN, Entry.ODD_NAME}:
            for file, project_format in self._project_files(path):
                yield file, project_format, posixpath.dirname(file)

    def _project_files(self, directory: str) -> tuple[tuple[str, SpecFormat], ...]:
        if directory not in self.projects:
            files = {posixpath.normpath(posixpath.join(directory, name)): each for name, each in PROJECT_FILES.items()}
            self.projects[directory] = tuple(
                (file, each) for file, each in files.items() if self.repository.entry(file) is Entry.FILE
            )
        return self.projects[directory]

    @staticmethod
    def _followed_format(reference: RepoReference, file_format: SpecFormat) -> SpecFormat:
        # pip installs the lines of a -r inside a constraints file.
        if reference.kind is ReferenceKind.INCLUDE and reference.target.endswith((".yml", ".yaml")):
            return SpecFormat.CONDA if file_format is SpecFormat.SHELL_SCRIPT else SpecFormat.REQUIREMENTS
        return FOLLOWED[reference.kind]

    def _resolve(self, reference: RepoReference, directory: str) -> RepoReference:
        target = None if reference.depends_on_environment else local_target(reference.target)
        if target is None or reference.kind in {ReferenceKind.DYNAMIC, ReferenceKind.VARIABLE}:
            return reference
        for base in _bases(reference, directory):
            path = _join(base, target)
            entry = Entry.OUTSIDE if path is None else self._entry(path)
            if entry is not Entry.MISSING:
                break
        if path is None or entry is Entry.OUTSIDE:
            return replace(reference, entry=Entry.OUTSIDE)
        if entry is Entry.MISSING and "://" in target:
            return replace(reference, entry=entry)  # a path of it would hide from `redact` what a URL has
        return replace(reference, resolved=path or ".", entry=entry, files=self._files(reference.kind, path, entry))

    def _entry(self, path: str) -> Entry:
        if path not in self.entries:
            self.entries[path] = self._look_at(path)
        return self.entries[path]

    def _look_at(self, path: str) -> Entry:
        entry = self.repository.entry(path)
        if entry not in {Entry.FILE, Entry.DIRECTORY} or not path:
            return entry
        return Entry.LINKED if self.repository.is_linked(path) else self._in_context(path, entry)

    def _in_context(self, path: str, entry: Entry) -> Entry:
        if not fits_a_line(path):
            return Entry.ODD_NAME
        return Entry.HIDDEN if self.hides(path) else entry

    def _files(self, kind: ReferenceKind, path: str, entry: Entry) -> tuple[str, ...]:
        """What COPY brings for the reference: a file, or `directory/` where all of that may be copied."""
        if entry is Entry.FILE:
            return (path,)
        if entry is Entry.DIRECTORY and kind in DIRECTORIES and path and self._is_plain_directory(path):
            return (path + "/",)
        return ()

    def _is_plain_directory(self, path: str) -> bool:
        """Whether a directory holds only regular files that the build context has, and not too many."""
        if path not in self.plain:
            self.plain[path] = self._holds_only_files(path)
        return self.plain[path]

    def _holds_only_files(self, directory: str) -> bool:
        for seen, (path, entry) in enumerate(self.repository.walk(directory), start=1):
            self.listed += 1
            if seen > MAX_DIRECTORY_FILES or self.listed > MAX_LISTED_FILES:
                return False
            if entry not in {Entry.FILE, Entry.DIRECTORY} or self._in_context(path, entry) is not entry:
                return False
        return True


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
"""RFC 3986; what stands before a colon otherwise is a part of a path (`RUN curl https://example.org/x | sh`)."""


def local_target(target: str) -> str | None:
    """The path that a target names (`file:` URL decoded, fragment gone), None for a URL of another scheme."""
    scheme, colon, rest = target.partition(":")
    if not colon or len(scheme) == 1 or not _SCHEME.fullmatch(scheme):
        return target
    if scheme.lower().removeprefix("git+").removeprefix("hg+").removeprefix("bzr+").removeprefix("svn+") == "file":
        path = rest.split("#", 1)[0].split("?", 1)[0]
        path = path.removeprefix("//localhost") if path.startswith("//localhost/") else path
        return unquote("/" + path.lstrip("/") if path.startswith("//") else path) or "."
    return None if rest.startswith("//") or "+" in scheme else target


def _bases(reference: RepoReference, directory: str) -> tuple[str, ...]:
    beside = posixpath.dirname(reference.location.path)
    match reference.base:
        case PathBase.FILE:
            return (beside,)
        case PathBase.WORKING_DIRECTORY:
            return (directory,)
        case PathBase.FILE_THEN_WORKING_DIRECTORY:
            return (beside, directory)


def _join(base: str, target: str) -> str | None:
    """A path relative to the repository, "" for its root; None where it leaves it."""
    if target.startswith(("/", "~")) or "\0" in target:
        return None
    path = posixpath.normpath(posixpath.join(base, target))
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else path


def _without_path(message: str, path: str) -> str:
    return message.removeprefix(f"{path}: ")
