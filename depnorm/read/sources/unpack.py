"""A directory of ours, and what may be written into it from an archive that nobody has to trust.

Links are made last, when nothing is written any more, so that no file goes through one; and only those that stay
inside. Names that lead out, and archives that are too large, are refused as a whole: nobody packs such by accident.
"""

import math
import os
import posixpath
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from depnorm.errors import OutsideRepositoryError, UnusableInputError
from depnorm.model import redact
from depnorm.read.sources import limits

_MAX_NOTES = 5
_CHUNK = 64 * 1024
_LEADS_OUT = "a link that leads out of it"


@dataclass(slots=True)
class Unpacking:
    """What was written so far, and what was left out, with the reason."""

    place: Path
    deadline: float = math.inf
    """Of `time.monotonic`."""
    files: int = 0
    size: int = 0
    _links: dict[str, str] = field(default_factory=dict)
    _left_out: list[str] = field(default_factory=list)

    def count(self, size: int = 0) -> None:
        """One more member, of so many bytes; raises `UnusableInputError` where there are too many, or too late."""
        self.check_time()
        self.files, self.size = self.files + 1, self.size + max(size, 0)
        if self.files > limits.MAX_FILES:
            raise limits.too_many()
        if self.size > limits.MAX_BYTES:
            raise limits.too_large()

    def check_time(self) -> None:
        """Raise `UnusableInputError` after the deadline."""
        if time.monotonic() > self.deadline:
            raise UnusableInputError(
                "the archive was not unpacked in time", hint="Unpack it yourself, and give the directory."
            )

    def add_directory(self, name: str) -> None:
        """A directory, and those above it."""
        try:
            path = self._path(name)
            self._make(path.parent)
            path.mkdir(exist_ok=True)
        except OSError as error:
            raise _damaged(name, error) from error

    def add_file(self, name: str, content: IO[bytes], *, executable: bool) -> None:
        """A regular file; of two of one name the last counts. Raises `UnusableInputError` for one that is damaged."""
        path = self._path(name)
        self._links.pop(self._relative(name), None)
        try:
            self._make(path.parent)
            path.unlink(missing_ok=True)
            with path.open("xb") as file:
                while data := content.read(_CHUNK):
                    self.check_time()
                    file.write(data)
            path.chmod(0o755 if executable else 0o644)
        except OSError as error:
            raise _damaged(name, error) from error

    def add_name(self, name: str, original: str) -> None:
        """Another name of a file that was written before (a hard link)."""
        path = self._path(name)
        try:
            self._make(path.parent)
            path.unlink(missing_ok=True)
            os.link(self._path(original), path)
        except (OSError, OutsideRepositoryError):
            self.leave_out(name, "a hard link to what is not in it")

    def add_link(self, name: str, target: str) -> None:
        """A symbolic link, made at the end."""
        relative = self._relative(name)
        led = posixpath.normpath(posixpath.join(posixpath.dirname(relative), target))
        if posixpath.isabs(target) or led == ".." or led.startswith("../") or "\0" in target:
            self.leave_out(name, _LEADS_OUT)
        else:
            self._links[relative] = target

    def leave_out(self, name: str, what: str) -> None:
        """Tell that a member is not there, and what it is."""
        self._left_out.append(f"{_shown(name)} is {what}")

    def end(self) -> tuple[str, ...]:
        """Make the links; gives notes about what is not there."""
        self._make_links()
        more = len(self._left_out) - _MAX_NOTES
        notes = [f"left out of the archive: {each}" for each in self._left_out[:_MAX_NOTES]]
        return (*notes, *([f"left out of the archive: {more} more"] if more > 0 else []))

    def _make(self, directory: Path) -> None:
        """Make a directory and those above it, each of which counts: a short archive may name very many."""
        missing = []
        while not directory.is_dir():
            missing.append(directory)
            directory = directory.parent
        for each in reversed(missing):
            self.count()
            each.mkdir()

    def _make_links(self) -> None:
        for name in self._links:  # before there is any link that a directory could be made through
            with suppress(OSError):  # the link has no place, which is told below
                self._make((self.place / name).parent)
        made = []
        for name, target in self._links.items():
            try:
                (self.place / name).symlink_to(target)
                made.append(name)
            except OSError:
                self.leave_out(name, "a link with the name of something else")
        # Each stays inside by its words; by way of one another they may not.
        while reasons := {name: why for name in made if (why := self._objection(self.place / name))}:
            for name, why in reasons.items():
                (self.place / name).unlink()
                self.leave_out(name, why)
            made = [name for name in made if name not in reasons]

    def _objection(self, link: Path) -> str:
        """Why a link cannot stay: it leads out, or would if there were something; or it leads in circles."""
        self.check_time()
        try:
            end = _end_of(link)
        except OSError:
            return "a link that cannot be followed"
        return "" if Path(end).is_relative_to(self.place) else _LEADS_OUT

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


def _end_of(link: Path) -> str:
    """Where a link leads, or the first of the way there that is missing; raises where there is no way."""
    with suppress(FileNotFoundError):
        link.stat()  # the system follows few links in a row, Python as many as there are
    try:
        return os.path.realpath(link, strict=True)
    except FileNotFoundError as error:
        missing: str = error.filename
        return missing


def _damaged(name: str, error: OSError) -> UnusableInputError:
    return UnusableInputError(f"the archive has a member {_shown(name)} that cannot be written ({error.strerror})")


def _shown(name: str) -> str:
    return redact(ascii(name)[1:-1] if not name.isprintable() else name)[:120]
