"""`fix`: spec files written canonically, in place."""

import os
import posixpath
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from depnorm.errors import UnusableInputError
from depnorm.library.analysis import analyze_path
from depnorm.library.fix_text import FIXABLE, fix_bytes
from depnorm.model import Entry, Location, Scope, SpecFormat
from depnorm.model.fixed import FixedFile, Kept
from depnorm.read.choice import choose_spec_files
from depnorm.read.closure import read_choice
from depnorm.read.missing_path import missing
from depnorm.read.repository import Repository, open_repository
from depnorm.read.spec_names import format_of
from depnorm.rewrite.meaning import INCLUDES, has_ordered_options

_INSTALLING = ("postBuild", "start", "Dockerfile", "Makefile")
_SCRIPT_DIRECTORIES = ("", "binder", ".binder")
"""Names of scripts that may say how a list is installed, and where they are looked for beside the list's own place."""


def fix(path: str | Path, *, write: bool = True) -> tuple[FixedFile, ...]:
    """Write a spec file, or those of a repository and what they include, in canonical spelling and order.

    Names are spelled as PEP 503 has it, specifiers and markers as PEP 508 has it, entries sorted, repetitions dropped;
    requirements files are then also as pre-commit's requirements-txt-fixer leaves them. Comments, hashes,
    continuations, encoding and line ends stay, and so does what is asked for: each new text is read again first. Where
    several sets of versions answer it, pip and uv favour the line that stands first, so that a list without pins may
    resolve to others. What cannot be changed safely is left, and `FixedFile.kept` says why. Files that a symbolic link
    leads to are left, too.

    Gives each requirements, constraints, environment and R file, changed or not, in the order of their paths; with
    `write=False` nothing is written. Raises `UnusableInputError` for a path that is no repository and no such file, and
    for a file that cannot be written, or that somebody else changed meanwhile.
    """
    if not os.fspath(path):
        raise UnusableInputError("the empty text names nothing to fix", hint="Write . for the working directory.")
    given = Path(path)
    repository, found = _spec_files(given)
    known = _repository_of(given)
    fixed = [_fixed(repository, name, file_format, known) for name, file_format in sorted(found.items())]
    for file in fixed if write else ():
        if file.changed:
            _write(repository, file)
    return tuple(fixed)


def _repository_of(path: Path) -> Repository:
    """Where the scripts of a file's repository are: the nearest directory above it that git knows, else its own."""
    directory = path if os.path.isdir(path) else path.parent  # noqa: PTH112  Path raises for what cannot be asked
    above = directory.absolute()
    known = (each for each in (above, *above.parents) if os.path.exists(each / ".git"))  # noqa: PTH110  as above
    return open_repository(next(known, directory))


def _spec_files(path: Path) -> tuple[Repository, dict[str, SpecFormat]]:
    if os.path.isdir(path):  # noqa: PTH112  Path raises for what cannot be asked
        repository = open_repository(path)
        choice = choose_spec_files(repository)
        files = {each.path: each.format for each in (*choice.used, *choice.ignored)}
        files |= {each.path: each.format for each in read_choice(repository, choice) if each.entry is not Entry.OUTSIDE}
        return repository, {
            name: each for name, each in files.items() if each in FIXABLE and not name.startswith(".git/")
        }
    if not os.path.exists(path):  # noqa: PTH110  as above
        raise missing(path)
    if format_of(path.name) not in FIXABLE:
        raise UnusableInputError(
            f"{path}: depnorm has no canonical form of files of this name",
            hint="It fixes requirements and constraints (.txt, .in), environment.yml and install.R.",
        )
    return open_repository(path.parent), {path.name: format_of(path.name)}


def _fixed(repository: Repository, path: str, file_format: SpecFormat, known: Repository) -> FixedFile:
    try:
        data = repository.read_bytes(path)
    except UnusableInputError as error:
        return _left(path, str(error).removeprefix(f"{path}: "))
    if repository.is_linked(path):
        return _left(path, "a symbolic link leads to it; fix the file itself", data)
    beside = tuple(_scripts(known, repository.root / path))
    fixed = fix_bytes(data, path, file_format, beside)
    if not fixed.kept or _includes_count(repository.root / path):
        return fixed
    return fix_bytes(data, path, file_format, beside, includes_count=False)


def _includes_count(path: Path) -> bool:
    """Whether a file that this one includes has options that pip obeys in their order, or may have."""
    own, *included = analyze_path(path).files
    references = [each for file in (own, *included) for each in file.references if each.kind in INCLUDES]
    return any(each.scope is not Scope.FILES for each in references) or any(map(has_ordered_options, included))


def _left(path: str, reason: str, data: bytes = b"") -> FixedFile:
    kept = Kept(location=Location(path=path), reason=f"all of it: {reason}")
    return FixedFile(path=path, before=data, after=data, kept=(kept,))


def _scripts(known: Repository, path: Path) -> Iterator[bytes]:
    """What the scripts say that may install a file of a repository."""
    own = Path(os.path.relpath(path.parent, known.root)).as_posix()
    for directory in dict.fromkeys((*_SCRIPT_DIRECTORIES, own)):
        for name in _INSTALLING:
            with suppress(UnusableInputError):
                script = posixpath.join(directory, name)
                if known.entry(script) is Entry.FILE:
                    yield known.read_bytes(script)


def _write(repository: Repository, file: FixedFile) -> None:
    """Replace a file as a whole, so that nobody finds half of it; its mode stays.

    Raises `UnusableInputError` where it cannot be written, or is no longer what was read.
    """
    path = repository.root / file.path
    if repository.is_linked(file.path) or repository.read_bytes(file.path) != file.before:
        raise UnusableInputError(f"{path}: was changed meanwhile, so it was left", hint="Fix it again.")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".depnorm-")
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(file.after)
            Path(name).chmod(path.stat().st_mode & 0o7777)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror})"
        raise UnusableInputError(message, hint="See what would change with --diff.") from error
