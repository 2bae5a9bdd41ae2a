"""Objects of a git clone by their ids, as `git cat-file` gives them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from depnorm.errors import UnusableInputError
from depnorm.model import Entry
from depnorm.read.snapshot import Node

if TYPE_CHECKING:
    import subprocess  # the type of a git that runs

MAX_TREE_BYTES = 16 * 2**20
"""Bytes of one directory: about 400,000 names."""
MAX_CACHED_TREES = 2_000
"""Directories kept in memory, from one commit to the next."""
_KINDS = {b"40000": Entry.DIRECTORY, b"120000": Entry.LINKED, b"160000": Entry.DIRECTORY}
_SUBMODULE = b"160000"
_EMPTY = ""


@dataclass(frozen=True, slots=True)
class GitTree:
    """What a commit holds (`depnorm.read.snapshot.Tree`)."""

    objects: "GitObjects"
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


class GitObjects:
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
