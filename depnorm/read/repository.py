"""The one way to the files of a repository: nothing outside it is ever opened."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from depnorm.errors import OutsideRepositoryError, UnusableInputError
from depnorm.model import Entry
from depnorm.read.missing_path import missing

MAX_SPEC_FILE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Repository:
    """A directory that was checked to exist. Paths given to it are relative to it, POSIX style."""

    root: Path

    def entry(self, path: str) -> Entry:
        """What stands at `path`, symbolic links followed as long as they stay inside."""
        try:
            status = self._resolve(path).stat()
        except OutsideRepositoryError:
            return Entry.OUTSIDE
        except (OSError, ValueError, UnusableInputError):
            return Entry.MISSING
        if stat.S_ISREG(status.st_mode):
            return Entry.FILE
        return Entry.DIRECTORY if stat.S_ISDIR(status.st_mode) else Entry.SPECIAL

    def is_linked(self, path: str) -> bool:
        """Whether a symbolic link is on the way to `path`: COPY of the path alone does not bring what it leads to."""
        return self._resolve(path) != self.root / os.path.normpath(path)

    def read_bytes(self, path: str, at_most: int | None = None) -> bytes:
        """The content of a regular file, or its first `at_most` bytes.

        Raises `OutsideRepositoryError` for a path that leaves the repository, `UnusableInputError` for one that is
        missing, not a regular file, or larger than `MAX_SPEC_FILE_BYTES`.
        """
        kind = self.entry(path)
        if kind is Entry.OUTSIDE:
            message = f"{path}: leaves the repository and was not opened"
            raise OutsideRepositoryError(message, hint="Keep what the build needs inside the repository.")
        if kind is not Entry.FILE:
            raise UnusableInputError(f"{path}: expected a file, found {kind.value}")
        return self._read_regular(path, at_most)

    def list_directory(self, path: str) -> tuple[str, ...]:
        """Names in a directory, sorted; empty for anything but a directory inside the repository."""
        if self.entry(path) is not Entry.DIRECTORY:
            return ()
        try:
            return tuple(sorted(os.listdir(self._resolve(path))))  # noqa: PTH208  names, not paths
        except OSError:
            return ()

    def walk(self, directory: str) -> Iterator[tuple[str, Entry]]:
        """Every path below a directory inside the repository, sorted, with what stands there.

        Symbolic links, which are `LINKED` wherever they lead, are not followed. A directory that cannot be read is
        `SPECIAL`.
        """
        waiting = [directory]
        while waiting:
            inner = waiting.pop()
            try:
                with os.scandir(self.root / inner) as scanned:
                    found = sorted((f"{inner}/{each.name}", _kind(each)) for each in scanned)
            except OSError:
                found = [(inner, Entry.SPECIAL)]
            yield from found
            waiting += [path for path, kind in reversed(found) if kind is Entry.DIRECTORY]

    def _read_regular(self, path: str, at_most: int | None) -> bytes:
        try:
            with self._resolve(path).open("rb") as file:
                data = file.read(MAX_SPEC_FILE_BYTES + 1 if at_most is None else at_most)
        except OSError as error:
            raise UnusableInputError(f"{path}: cannot be read ({error.strerror})") from error
        if len(data) > MAX_SPEC_FILE_BYTES:
            raise UnusableInputError(
                f"{path}: is larger than {MAX_SPEC_FILE_BYTES // 2**20} MiB",
                hint="A spec file lists dependencies; move data to another file.",
            )
        return data

    def _resolve(self, path: str) -> Path:
        if "\0" in path or path.startswith("/"):
            raise OutsideRepositoryError(f"{path!r}: is not a path of the repository")
        root = str(self.root)
        # Half the time of Path.resolve(), and there may be thousands of paths. Of a loop of links one is left over.
        resolved = os.path.realpath(f"{root}/{path}")
        if resolved != root and not resolved.startswith(f"{root.rstrip('/')}/"):
            raise OutsideRepositoryError(f"{path}: leaves the repository")
        return Path(resolved)


def _kind(entry: os.DirEntry[str]) -> Entry:
    if entry.is_symlink():
        return Entry.LINKED
    if entry.is_file(follow_symlinks=False):
        return Entry.FILE
    return Entry.DIRECTORY if entry.is_dir(follow_symlinks=False) else Entry.SPECIAL


def open_repository(root: Path, subdir: str = "") -> Repository:
    """The repository at `root`, or the part of it in `subdir`; raises `UnusableInputError` if that is no directory."""
    try:
        resolved = root.resolve(strict=True)
        inner = (resolved / subdir).resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise missing(root / subdir) from error
    if not inner.is_relative_to(resolved):
        raise OutsideRepositoryError(f"--subdir {subdir}: leaves the repository")
    if not inner.is_dir():
        raise UnusableInputError(f"{inner}: is not a directory", hint="Give the directory that holds the spec files.")
    return Repository(inner)
