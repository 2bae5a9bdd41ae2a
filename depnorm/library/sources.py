"""Repositories that are not a directory yet: cloned or unpacked for as long as they are read."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from depnorm.errors import UsageError
from depnorm.model import Progress, redact
from depnorm.model.source import OpenRepository, Source, SourceKind
from depnorm.read.sources.source import parse_source

TIMEOUT_SECONDS = 600.0
"""For one repository; git is stopped after it, and unpacking ends."""


@contextmanager
def open_repository(
    source: "str | os.PathLike[str] | IO[bytes]",
    *,
    ref: str | None = None,
    offline: bool = False,
    timeout: float = TIMEOUT_SECONDS,
    progress: Progress | None = None,
) -> Iterator[OpenRepository]:
    """A repository from wherever it is, as a path that `plan`, `check` and the others take, for as long as it is open.

    `source` is a directory or a spec file (nothing is copied); the URL of a git repository, or a bare one on this
    machine, of which one commit is fetched, without history, submodules, hooks or LFS files; an archive (`.tar`,
    `.tar.gz`, `.zip` …), also as a binary file that is open, such as the build context that a client sent. What was
    fetched or unpacked is deleted at the end. `ref` is a branch, a tag, or a commit, as repo2docker has it; with a
    directory, that of the clone it is in.

        >>> import depnorm
        >>> with depnorm.open_repository("corpus/plain-scipy/repo") as repository:
        ...     text = depnorm.dockerfile(repository.path)

    With `"https://example.org/owner/name", ref="v1.0"` it is the same.

    A URL uses the network, by git: that is what it was named for. `offline` forbids it. Raises `UnusableInputError` for
    what cannot be had, is too large or takes longer than `timeout` seconds, and `UsageError` for what names nothing.
    """
    deadline = time.monotonic() + timeout
    if not isinstance(source, str | os.PathLike):
        if ref is not None:
            raise UsageError("--ref is for git repositories, and an archive has no history", hint="Leave --ref out.")
        with _unpacked(source, "the archive", deadline) as opened:
            yield opened
        return
    found = parse_source(os.fspath(source), ref)
    if found.is_remote and offline:
        raise UsageError(
            f"{redact(found.location)}: is fetched over the network, --offline forbids it",
            hint="Clone it first, and give the clone; or leave --offline out.",
        )
    with _opened(found, deadline, progress) as opened:
        yield opened


@contextmanager
def _opened(source: Source, deadline: float, progress: Progress | None) -> Iterator[OpenRepository]:
    match source.kind:
        case SourceKind.DIRECTORY | SourceKind.FILE:
            yield OpenRepository(path=Path(source.location), source=redact(source.location))
        case SourceKind.GIT:
            with _fetched(source, deadline, progress) as opened:
                yield opened
        case SourceKind.ARCHIVE:
            with Path(source.location).open("rb") as file, _unpacked(file, source.location, deadline) as opened:
                yield opened


@contextmanager
def _fetched(source: Source, deadline: float, progress: Progress | None) -> Iterator[OpenRepository]:
    from depnorm.read.sources.git_fetch import check_out, fetch_commit, git_place  # noqa: PLC0415  not for a directory
    from depnorm.read.sources.git_process import Git  # noqa: PLC0415  as above

    with _scratch() as scratch:
        git = Git(place=git_place(scratch, source.location), deadline=deadline, progress=progress)
        what = f"fetching {redact(source.location)}{f' at {source.ref}' if source.ref else ''}"
        if progress and source.is_remote:
            progress(what, 0, 1)
        commit = fetch_commit(git, source.location, source.ref, local=not source.is_remote)
        notes = check_out(git, commit)
        if progress and source.is_remote:
            progress(what, 1, 1)
        path = git.place / source.directory
        if not path.is_dir():
            raise UsageError(f"{source.directory}: is no directory of {redact(source.location)} at {commit[:12]}")
        yield OpenRepository(path=path, source=redact(source.location), commit=commit, is_temporary=True, notes=notes)


@contextmanager
def _unpacked(file: IO[bytes], name: str, deadline: float) -> Iterator[OpenRepository]:
    from depnorm.read.sources.archive import only_directory, unpack  # noqa: PLC0415  not for a directory

    with _scratch() as scratch:
        place = scratch / "repository"
        place.mkdir()
        notes = unpack(file, place, name=redact(name), deadline=deadline)
        root = only_directory(place)
        if root != place:
            notes += (f"the archive has everything in {redact(root.name)}/, which is taken for the repository",)
        yield OpenRepository(path=root, source=redact(name), is_temporary=True, notes=notes)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A directory of ours, gone at the end whatever was written into it."""
    import shutil  # noqa: PLC0415  a directory needs none
    import tempfile  # noqa: PLC0415  as above

    place = Path(tempfile.mkdtemp(prefix="depnorm-source-")).resolve()
    try:
        yield place
    finally:
        try:
            shutil.rmtree(place, ignore_errors=True)
        except RecursionError:  # it calls itself for each directory
            _delete_deep(place)


def _delete_deep(place: Path) -> None:
    """Delete a directory however deep it is: what is in its directories is moved up, so that no path grows long."""
    for number in count():
        found = next(place.iterdir(), None)
        if found is None:
            break
        if found.is_symlink() or not found.is_dir():
            found.unlink()
            continue
        for each, below in enumerate(list(found.iterdir())):
            below.rename(place / f"{number}.{each}")
        found.rmdir()
    place.rmdir()
