"""`fix`: spec files written canonically, in place."""

import os
import posixpath
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from depnorm.errors import UnusableInputError
from depnorm.library.fix_text import FIXABLE, fix_bytes
from depnorm.model import Entry, Location, SpecFormat
from depnorm.model.fixed import FixedFile, Kept
from depnorm.read.choice import choose_spec_files
from depnorm.read.closure import read_choice
from depnorm.read.missing_path import missing
from depnorm.read.repository import Repository, open_repository
from depnorm.read.spec_names import format_of

_INSTALLING = ("postBuild", "start", "Dockerfile", "Makefile")
"""Scripts that may say how a list is installed."""


def fix(path: str | Path, *, write: bool = True) -> tuple[FixedFile, ...]:
    """Write a spec file, or those of a repository and what they include, in canonical spelling and order.

    Names are spelled as PEP 503 has it, specifiers and markers as PEP 508 has it, entries sorted, repetitions dropped;
    requirements files are then also as pre-commit's requirements-txt-fixer leaves them. Comments, hashes,
    continuations, encoding and line ends stay, and so does what is installed: each new text is read again first. What
    cannot be changed safely is left, and `FixedFile.kept` says why. Files that a symbolic link leads to are left, too.

    Gives each requirements, constraints, environment and R file, changed or not, in the order of their paths; with
    `write=False` nothing is written. Raises `UnusableInputError` for a path that is no repository and no such file, and
    for a file that cannot be written.
    """
    if not os.fspath(path):
        raise UnusableInputError("the empty text names nothing to fix", hint="Write . for the working directory.")
    given = Path(path)
    repository, found = _spec_files(given)
    fixed = [_fixed(repository, name, file_format) for name, file_format in sorted(found.items())]
    if write:
        for file in fixed:
            if file.changed:
                _write(repository.root / file.path, file.after)
    return tuple(fixed)


def _spec_files(path: Path) -> tuple[Repository, dict[str, SpecFormat]]:
    if path.is_dir():
        repository = open_repository(path)
        choice = choose_spec_files(repository)
        files = {each.path: each.format for each in (*choice.used, *choice.ignored)}
        files |= {each.path: each.format for each in read_choice(repository, choice) if each.entry is not Entry.OUTSIDE}
        return repository, {name: each for name, each in files.items() if each in FIXABLE}
    if not path.exists():
        raise missing(path)
    if format_of(path.name) not in FIXABLE:
        raise UnusableInputError(
            f"{path}: depnorm has no canonical form of files of this name",
            hint="It fixes requirements and constraints (.txt, .in), environment.yml and install.R.",
        )
    return open_repository(path.parent), {path.name: format_of(path.name)}


def _fixed(repository: Repository, path: str, file_format: SpecFormat) -> FixedFile:
    try:
        data = repository.read_bytes(path)
    except UnusableInputError as error:
        return _left(path, str(error).removeprefix(f"{path}: "))
    if repository.is_linked(path):
        return _left(path, "a symbolic link leads to it; fix the file itself", data)
    return fix_bytes(data, path, file_format, tuple(_scripts(repository, posixpath.dirname(path))))


def _left(path: str, reason: str, data: bytes = b"") -> FixedFile:
    kept = Kept(location=Location(path=path), reason=f"all of it: {reason}")
    return FixedFile(path=path, before=data, after=data, kept=(kept,))


def _scripts(repository: Repository, directory: str) -> Iterator[bytes]:
    for name in _INSTALLING:
        for path in dict.fromkeys((posixpath.join(directory, name), name)):
            if repository.entry(path) is Entry.FILE:
                with suppress(UnusableInputError):
                    yield repository.read_bytes(path)


def _write(path: Path, data: bytes) -> None:
    """Replace a file as a whole, so that nobody finds half of it; its mode stays."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".depnorm-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(path.stat().st_mode & 0o7777)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror})"
        raise UnusableInputError(message, hint="Make it writable, or see the change with --diff.") from error
