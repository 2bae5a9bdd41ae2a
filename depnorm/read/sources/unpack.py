"""A directory of ours, and what may be written into it from an archive that nobody has to trust.

Links are made last, when nothing is written any more, so that no file goes through one; and only those that stay
inside. Names that lead out, and archives that are too large, are refused as a whole: nobody packs such by accident.
"""

import os
import posixpath
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from depnorm.errors import OutsideRepositoryError, UnusableInputError
from depnorm.model import redact
from depnorm.read.sources import limits

_MAX_NOTES = 5


@dataclass(slots=True)
class Unpacking:
    """What was written so far, and what was left out, with the reason."""

    place: Path
    files: int = 0
    size: int = 0
    _links: dict[str, str] = field(default_factory=dict)
    _left_out: list[str] = field(default_factory=list)

    def count(self, size: int = 0) -> None:
        """One more member, of so many bytes; raises `UnusableInputError` where there are too many."""
        self.files, self.size = self.files + 1, self.size + max(size, 0)
        if self.files > limits.MAX_FILES:
            raise limits.too_many()
        if self.size > limits.MAX_BYTES:
            raise limits.too_large()

    def add_directory(self, name: str) -> None:
        """A directory, and those above it."""
        try:
            self._path(name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _damaged(name, error) from error

    def add_file(self, name: str, content: IO[bytes], *, executable: bool) -> None:
        """A regular file; of two of one name the last counts. Raises `UnusableInputError` for one that is damaged."""
        path = self._path(name)
        self._links.pop(self._relative(name), None)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            with path.open("xb") as file:
                shutil.copyfileobj(content, file)
            path.chmod(0o755 if executable else 0o644)
        except OSError as error:
            raise _damaged(name, error) from error

    def add_name(self, name: str, original: str) -> None:
        """Another name of a file that was written before (a hard link)."""
        path = self._path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            os.link(self._path(original), path)
        except (OSError, OutsideRepositoryError):
            self.leave_out(name, "a hard link to what is not in it")

    def add_link(self, name: str, target: str) -> None:
        """A symbolic link, made at the end."""
        relative = self._relative(name)
        led = posixpath.normpath(posixpath.join(posixpath.dirname(relative), target))
        if posixpath.isabs(target) or led == ".." or led.startswith("../") or "\0" in target:
            self.leave_out(name, "a link that leads out of it")
        else:
            self._links[relative] = target

    def leave_out(self, name: str, what: str) -> None:
        """Tell that a member is not there, and what it is."""
        self._left_out.append(f"{_shown(name)} is {what}")

    def end(self) -> tuple[str, ...]:
        """Make the links; gives notes about what is not there."""
        for name, target in self._links.items():
            path = self.place / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(target)
            except OSError:
                self.leave_out(name, "a link with the name of something else")
        more = len(self._left_out) - _MAX_NOTES
        notes = [f"left out of the archive: {each}" for each in self._left_out[:_MAX_NOTES]]
        return (*notes, *([f"left out of the archive: {more} more"] if more > 0 else []))

    def _path(self, name: str) -> Path:
        return self.place / self._relative(name)

    def _relative(self, name: str) -> str:
        """`name` without what means nothing in it; raises for one that leaves the archive."""
        parts = [part for part in name.split("/") if part not in {"", "."}]
        if name.startswith("/") or ".." in parts or "\0" in name or not parts:
            raise OutsideRepositoryError(
                f"the archive has a member {_shown(name)}, which is not inside it, so nothing of it was read",
                hint="Pack the directory anew: tar -C REPO -czf repo.tar.gz .",
            )
        if limits.is_too_long(os.fsencode("/".join(parts))):
            raise UnusableInputError(
                "the archive has a member whose name is too long or too deep, so nothing of it was read"
            )
        return "/".join(parts)


def _damaged(name: str, error: OSError) -> UnusableInputError:
    return UnusableInputError(f"the archive has a member {_shown(name)} that cannot be written ({error.strerror})")


def _shown(name: str) -> str:
    return redact(ascii(name)[1:-1] if not name.isprintable() else name)[:120]
