"""The history of a git clone, read with git's plumbing and without trusting the clone.

No checkout, nothing of the repository runs, and git never reads the clone's own configuration: it works in an empty
repository of ours that borrows the clone's objects. Hooks, filters, aliases, `core.fsmonitor`, `include.path`,
replaced objects and partial clones that would fetch have no effect there.
"""

import os
import re
import subprocess  # git itself, with arguments of ours
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from depnorm.errors import UnusableInputError
from depnorm.model import Entry
from depnorm.read.repository import Repository, open_repository
from depnorm.read.snapshot import Node

MAX_TREE_BYTES = 16 * 2**20
"""Bytes of one directory: about 400,000 names."""
MAX_CACHED_TREES = 2_000
"""Directories kept in memory, from one commit to the next."""
MAX_PATH_BYTES = 64 * 1024
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"refs(/[^/\s\0.][^/\s\0]*)+")
_MAX_SYMREFS = 5
_READ_BYTES = 64 * 1024
_SHA256_LENGTH = 64
_OURS = (
    "[core]\n\trepositoryformatversion = {version}\n\tbare = true\n\tcommitGraph = false\n\tmultiPackIndex = false\n"
)
_KINDS = {b"40000": Entry.DIRECTORY, b"120000": Entry.LINKED, b"160000": Entry.DIRECTORY}
_SUBMODULE = b"160000"
_EMPTY = ""


class Commit(NamedTuple):
    """A commit. `date` is the committer's, None where it is none. `touches` tells whether a wanted path changed."""

    id: str
    date: datetime | None
    tree: str
    touches: bool


def git_directory(path: Path) -> Path | None:
    """Where a clone keeps its objects: `path` itself (bare) or `.git` in it; None for a directory that is no clone."""
    for each in (path, path / ".git"):
        if (each / "HEAD").is_file() and (each / "objects").is_dir() and not each.is_symlink():
            return each
    return None


@dataclass(slots=True)
class Clone:
    """A clone, open for reading: a context manager, since git runs beside it.

    Raises `UnusableInputError` for a clone that has no commit, is damaged, or borrows objects from elsewhere.
    """

    directory: Path
    head: str = field(default=_EMPTY, init=False)
    _stack: ExitStack = field(default_factory=ExitStack, init=False)
    _place: str = field(default=_EMPTY, init=False)
    _objects: "_Objects | None" = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Check the clone and start what reads its objects."""
        inside = open_repository(self.directory)
        _check_objects(inside)
        self.head = read_head(inside)
        self._place = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="depnorm-git-"))
        _write_ours(Path(self._place), inside, self.head)
        self._objects = _Objects(self._start)
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

    def tree(self, commit: Commit) -> "GitTree":
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
        return git


@dataclass(frozen=True, slots=True)
class GitTree:
    """What a commit holds (`depnorm.read.snapshot.Tree`)."""

    objects: "_Objects"
    root: str

    def node(self, path: str) -> Node | None:
        """What stands at a path, None for nothing."""
        node: Node | None = Node(Entry.DIRECTORY, self.root)
        for part in path.split("/") if path else ():
            if node is None or node.entry is not Entry.DIRECTORY:
                return None
            node = self.objects.directory(node.identity).get(part)
        return node

    def children(self, path: str) -> Mapping[str, Node]:
        """What is in a directory, by name."""
        node = self.node(path)
        return self.objects.directory(node.identity) if node and node.entry is Entry.DIRECTORY else {}

    def content(self, node: Node, limit: int) -> bytes | None:
        """The bytes of a file, or the target of a link; None where there are more than `limit`."""
        return self.objects.read(node.identity, b"blob", limit)


class _Objects:
    """Objects by id. Their size is asked first, so that none is read that is too large."""

    def __init__(self, start: Callable[..., "subprocess.Popen[bytes]"]) -> None:
        self._sizes = start("cat-file", "--batch-check")
        self._contents = start("cat-file", "--batch")
        self._directories: dict[str, Mapping[str, Node]] = {_EMPTY: {}}

    def directory(self, identity: str) -> Mapping[str, Node]:
        """The entries of a tree by name; none of a submodule."""
        if identity not in self._directories:
            if len(self._directories) > MAX_CACHED_TREES:
                self._directories = {_EMPTY: {}}
            data = self.read(identity, b"tree", MAX_TREE_BYTES)
            if data is None:
                raise UnusableInputError(f"a directory has more than {MAX_TREE_BYTES // 2**20} MiB of names")
            self._directories[identity] = dict(_entries(data, len(identity) // 2))
        return self._directories[identity]

    def read(self, identity: str, kind: bytes, limit: int) -> bytes | None:
        """The content of an object, None where it is larger than `limit`."""
        if _ask(self._sizes, identity, kind) > limit:
            return None
        size = _ask(self._contents, identity, kind)
        assert self._contents.stdout  # noqa: S101  for the type checker: it is a pipe
        data = self._contents.stdout.read(size + 1)
        if len(data) != size + 1:
            raise UnusableInputError(f"object {identity} is damaged")
        return data[:-1]


def _ask(git: "subprocess.Popen[bytes]", identity: str, kind: bytes) -> int:
    """Write a request, and give the size that the answer begins with."""
    assert git.stdin  # noqa: S101  for the type checker: these are pipes
    assert git.stdout  # noqa: S101
    try:
        git.stdin.write(f"{identity}\n".encode())
        git.stdin.flush()
    except OSError as error:
        raise UnusableInputError("git ended while objects were read: the clone is damaged") from error
    answer = git.stdout.readline().split()
    if len(answer) != 3 or answer[1] != kind:  # noqa: PLR2004  id, kind, size
        raise UnusableInputError(f"object {identity} is not there: the clone is damaged or not complete")
    return int(answer[2])


def _entries(data: bytes, id_length: int) -> Iterator[tuple[str, Node]]:
    """The entries of a tree object: `mode name NUL id`, the id in binary."""
    start = 0
    while start < len(data):
        end = data.index(b"\0", start)
        mode, _, name = data[start:end].partition(b" ")
        identity = data[end + 1 : end + 1 + id_length].hex()
        start = end + 1 + id_length
        kind = _KINDS.get(mode, Entry.FILE)
        yield name.decode("utf-8", "surrogateescape"), Node(kind, _EMPTY if mode == _SUBMODULE else identity)


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


def _check_objects(inside: Repository) -> None:
    """Refuse objects that are elsewhere: what a clone is made of must be in it."""
    if inside.entry("objects") is not Entry.DIRECTORY:
        raise UnusableInputError(f"{inside.root}: the objects of the clone are not in it")
    if inside.entry("objects/info/alternates") is not Entry.MISSING:
        raise UnusableInputError(
            f"{inside.root}: borrows objects from another clone (objects/info/alternates), which is not read",
            hint="git repack -a -d && rm .git/objects/info/alternates",
        )
    for name in ("objects", "objects/pack"):
        if any(inside.is_linked(f"{name}/{each}") for each in inside.list_directory(name)):
            raise UnusableInputError(f"{inside.root}: {name}/ holds symbolic links, which are not followed")


def read_head(inside: Repository) -> str:
    """The id of the commit that HEAD of a git directory names; raises `UnusableInputError` where there is none."""
    name = "HEAD"
    for _ in range(_MAX_SYMREFS):
        if inside.entry(name) is not Entry.FILE:
            found = _packed(inside, name)
        else:
            found = inside.read_bytes(name)[:MAX_PATH_BYTES].decode("ascii", "replace").strip()
        if _ID.fullmatch(found):
            return found
        name = found.removeprefix("ref:").strip()
        if not _REF.fullmatch(name) or ".." in name:
            break
    raise UnusableInputError(f"{inside.root}: HEAD names no commit")


def _packed(inside: Repository, name: str) -> str:
    if inside.entry("packed-refs") is not Entry.FILE:
        return ""
    for line in inside.read_bytes("packed-refs").decode("utf-8", "replace").splitlines():
        identity, _, ref = line.partition(" ")
        if ref == name:
            return identity
    return ""


def _write_ours(place: Path, inside: Repository, head: str) -> None:
    """An empty bare repository of the clone's format, which knows where a shallow history ends."""
    is_sha256 = len(head) == _SHA256_LENGTH
    config = _OURS.format(version=int(is_sha256)) + ("[extensions]\n\tobjectFormat = sha256\n" if is_sha256 else "")
    (place / "config").write_text(config, encoding="ascii")
    (place / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    for name in ("objects", "refs"):
        (place / name).mkdir()
    if inside.entry("shallow") is Entry.FILE:
        (place / "shallow").write_bytes(inside.read_bytes("shallow"))


def _end(git: "subprocess.Popen[bytes]") -> None:
    for pipe in (git.stdin, git.stdout):
        if pipe:
            with suppress(OSError):  # git is gone already
                pipe.close()
    git.terminate()
    git.wait()
