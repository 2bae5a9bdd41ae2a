"""The history of a git clone, read with git's plumbing and without trusting the clone.

No checkout, nothing of the repository runs, and git never reads the clone's own configuration: it works in an empty
repository of ours that borrows the clone's objects. Hooks, filters, aliases, `core.fsmonitor`, `include.path`,
replaced objects and partial clones that would fetch have no effect there.
"""

import os
import subprocess  # git itself, with arguments of ours
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from depnorm.errors import UnusableInputError
from depnorm.read.git_directory import check_objects, read_head, write_repository
from depnorm.read.git_limit import limit_git
from depnorm.read.git_objects import GitObjects, GitTree
from depnorm.read.repository import open_repository

MAX_PATH_BYTES = 64 * 1024
_READ_BYTES = 64 * 1024


class Commit(NamedTuple):
    """A commit. `date` is the committer's, None where it is none. `touches` tells whether a wanted path changed."""

    id: str
    date: datetime | None
    tree: str
    touches: bool


@dataclass(slots=True)
class Clone:
    """A clone, open for reading: a context manager, since git runs beside it.

    Raises `UnusableInputError` for a clone that has no commit, is damaged, or borrows objects from elsewhere.
    """

    directory: Path
    head: str = field(default="", init=False)
    _stack: ExitStack = field(default_factory=ExitStack, init=False)
    _place: str = field(default="", init=False)
    _objects: GitObjects | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Check the clone and start what reads its objects."""
        inside = open_repository(self.directory)
        check_objects(inside)
        self.head = read_head(inside)
        with ExitStack() as stack:
            self._stack = stack
            self._place = stack.enter_context(tempfile.TemporaryDirectory(prefix="depnorm-git-"))
            write_repository(Path(self._place), inside, self.head)
            self._objects = GitObjects(self._start)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End git."""
        self._stack.close()

    def commits(self, is_wanted: Callable[[str], bool]) -> Iterator[Commit]:
        """The commits of HEAD and their first parents, the oldest first.

        `is_wanted` is asked about each changed path once the commit before was taken from the iterator. Raises
        `UnusableInputError` where the history cannot be read to its end.
        """
        arguments = ("log", "--first-parent", "-m", "--reverse", "--raw", "-z", "--no-abbrev", "--no-renames")
        git = self._start(*arguments, "--no-show-signature", "--no-notes", "--format=%x01%H %ct %T", self.head, "--")
        assert git.stdout  # noqa: S101  for the type checker: it is a pipe
        yield from _commits(git.stdout, is_wanted)
        if git.wait():
            raise UnusableInputError(f"{self.directory}: git cannot read the history to its end")

    def tree(self, commit: Commit) -> GitTree:
        """What a commit holds."""
        assert self._objects  # noqa: S101  for the type checker: inside `with`
        return GitTree(self._objects, commit.tree)

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": self._place,
            "LC_ALL": "C",
            "GIT_DIR": self._place,
            "GIT_OBJECT_DIRECTORY": str(self.directory.resolve() / "objects"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_TERMINAL_PROMPT": "0",
        }
        try:
            git = subprocess.Popen(  # noqa: S603  arguments of ours and an object's id
                ["git", "--no-pager", *arguments],  # noqa: S607  found on PATH, as everywhere
                cwd=self._place,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise UnusableInputError("git cannot be run, and a clone is read with it", hint="Install git.") from error
        self._stack.callback(_end, git)
        limit_git(git.pid)
        return git


def _commits(output: IO[bytes], is_wanted: Callable[[str], bool]) -> Iterator[Commit]:
    found: Commit | None = None
    tokens = _tokens(output)
    for token in tokens:
        token = token.removeprefix(b"\n")  # noqa: PLW2901  git puts it before the first change of a commit
        if token.startswith(b"\x01"):
            if found:
                yield found
            identity, seconds, tree = token[1:].decode("ascii").split()
            found = Commit(identity, _when(seconds), tree, touches=False)
        elif token.startswith(b":"):
            path = next(tokens, b"").decode("utf-8", "surrogateescape")
            if found and not found.touches and is_wanted(path):
                found = found._replace(touches=True)
    if found:
        yield found


def _tokens(output: IO[bytes]) -> Iterator[bytes]:
    """What stands between NULs; bounded, however large the output is."""
    rest = b""
    while data := output.read(_READ_BYTES):
        *whole, rest = (rest + data).split(b"\0")
        yield from whole
        if len(rest) > MAX_PATH_BYTES + _READ_BYTES:
            raise UnusableInputError("a path of the history is too long")
    if rest:
        yield rest


def _when(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _end(git: "subprocess.Popen[bytes]") -> None:
    for pipe in (git.stdin, git.stdout):
        if pipe:
            with suppress(OSError):  # git is gone already
                pipe.close()
    git.terminate()
    git.wait()
