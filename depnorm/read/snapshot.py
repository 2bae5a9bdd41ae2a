"""A repository that is no directory: what a version of it holds, looked up without a checkout."""

import posixpath
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from depnorm.errors import OutsideRepositoryError, UnusableInputError
from depnorm.model import Entry
from depnorm.read.repository import MAX_SPEC_FILE_BYTES, Repository

MAX_LINKS = 40
"""Symbolic links on the way to a path, as Linux counts them."""
_MAX_TARGET_BYTES = 4096  # PATH_MAX


class Node(NamedTuple):
    """A file (`FILE`), a directory, a symbolic link (`LINKED`) or something else, and the identity of its content."""

    entry: Entry
    identity: str


class Tree(Protocol):
    """What a version holds. `path` has no link on its way, no `..`, and is "" for the root."""

    def node(self, path: str) -> Node | None:
        """What stands at a path, None for nothing."""

    def children(self, path: str) -> Mapping[str, Node]:
        """What is in a directory, by name."""

    def content(self, node: Node, limit: int) -> bytes | None:
        """The bytes of a file, or the target of a link; None where there are more than `limit`.

        Raises `UnusableInputError` for what cannot be had.
        """


class _Found(NamedTuple):
    path: str
    node: Node | None


@dataclass(frozen=True, slots=True, init=False)
class Snapshot(Repository):
    """A version of a repository that is read as a directory is; `root` means nothing, and is never opened."""

    tree: Tree

    def __init__(self, tree: Tree) -> None:
        object.__setattr__(self, "root", Path())
        object.__setattr__(self, "tree", tree)

    def entry(self, path: str) -> Entry:
        """What stands at `path`, symbolic links followed as long as they stay inside."""
        try:
            found = self._follow(path)
        except OutsideRepositoryError:
            return Entry.OUTSIDE
        except UnusableInputError:
            return Entry.MISSING
        return found.node.entry if found.node else Entry.MISSING

    def is_linked(self, path: str) -> bool:
        """Whether a symbolic link is on the way to `path`."""
        plain = posixpath.normpath(path)
        return self._follow(path).path != ("" if plain == "." else plain)

    def identity(self, path: str) -> str:
        """What tells the content of a file or directory from any other; empty where there is none."""
        try:
            found = self._follow(path.rstrip("/"))
        except UnusableInputError:
            return ""
        return found.node.identity if found.node else ""

    def read_bytes(self, path: str, at_most: int | None = None) -> bytes:
        """The content of a regular file, or its first `at_most` bytes; raises as that of a directory does."""
        kind = self.entry(path)
        if kind is Entry.OUTSIDE:
            message = f"{path}: leaves the repository and was not opened"
            raise OutsideRepositoryError(message, hint="Keep what the build needs inside the repository.")
        node = self._follow(path).node if kind is Entry.FILE else None
        if node is None:
            raise UnusableInputError(f"{path}: expected a file, found {kind.value}")
        data = self.tree.content(node, MAX_SPEC_FILE_BYTES)
        if data is None:
            raise UnusableInputError(f"{path}: is larger than {MAX_SPEC_FILE_BYTES // 2**20} MiB")
        return data if at_most is None else data[:at_most]

    def list_directory(self, path: str) -> tuple[str, ...]:
        """Names in a directory, sorted; empty for anything but a directory inside the repository."""
        if self.entry(path) is not Entry.DIRECTORY:
            return ()
        return tuple(sorted(self.tree.children(self._follow(path).path)))

    def walk(self, directory: str) -> Iterator[tuple[str, Entry]]:
        """Every path below a directory, sorted, with what stands there; symbolic links are not followed."""
        waiting = [directory]
        while waiting:
            inner = waiting.pop()
            nodes = self.tree.children(self._follow(inner).path)
            found = [(f"{inner}/{name}", node.entry) for name, node in sorted(nodes.items())]
            yield from found
            waiting += [path for path, kind in reversed(found) if kind is Entry.DIRECTORY]

    def _follow(self, path: str) -> _Found:
        """The path without links, and what stands there; raises `OutsideRepositoryError` where it leaves."""
        if "\0" in path or path.startswith("/"):
            raise OutsideRepositoryError(f"{path!r}: is not a path of the repository")
        waiting, here, links = deque(path.split("/")), list[str](), 0
        node = self.tree.node("")
        while waiting:
            part = waiting.popleft()
            if part in {"", "."}:
                continue
            if part == "..":
                if not here:
                    raise OutsideRepositoryError(f"{path}: leaves the repository")
                here.pop()
                node = self.tree.node("/".join(here))
                continue
            here.append(part)
            node = self.tree.node("/".join(here)) if node and node.entry is Entry.DIRECTORY else None
            if node and node.entry is Entry.LINKED:
                links += 1
                here.pop()
                waiting.extendleft(reversed(self._target(node, path, links)))
                node = self.tree.node("/".join(here))
        return _Found("/".join(here), node)

    def _target(self, link: Node, path: str, links: int) -> list[str]:
        data = self.tree.content(link, _MAX_TARGET_BYTES) if links <= MAX_LINKS else None
        if data is None:
            raise UnusableInputError(f"{path}: leads through too many links")
        target = data.decode("utf-8", "surrogateescape")
        if target.startswith("/") or "\0" in target:
            raise OutsideRepositoryError(f"{path}: leaves the repository")
        return target.split("/")


@dataclass(frozen=True, slots=True)
class FileTree:
    """Some files, each with its bytes: all that is known of a version."""

    files: Mapping[str, bytes]
    nodes: Mapping[str, Mapping[str, Node]]

    def node(self, path: str) -> Node | None:
        """What stands at a path, None for nothing."""
        directory, _, name = path.rpartition("/")
        return self.nodes.get(directory, {}).get(name) if path else Node(Entry.DIRECTORY, "")

    def children(self, path: str) -> Mapping[str, Node]:
        """What is in a directory, by name."""
        return self.nodes.get(path, {})

    def content(self, node: Node, limit: int) -> bytes | None:
        """The bytes of a file; None where there are more than `limit`."""
        data = self.files[node.identity.partition(" ")[2]]
        return data if len(data) <= limit else None


def file_tree(files: Mapping[str, tuple[str, bytes]]) -> FileTree:
    """The tree of files given by path, each with the identity of its content. A path that leaves is passed over."""
    nodes: dict[str, dict[str, Node]] = {}
    kept: dict[str, bytes] = {}
    for path, (identity, data) in sorted(files.items()):
        parts = path.split("/")
        if any(part in {"", ".", ".."} or "\0" in part for part in parts):
            continue
        for depth in range(len(parts) - 1):
            nodes.setdefault("/".join(parts[:depth]), {})[parts[depth]] = Node(Entry.DIRECTORY, "")
        nodes.setdefault("/".join(parts[:-1]), {})[parts[-1]] = Node(Entry.FILE, f"{identity} {path}")
        kept[path] = data
    return FileTree(kept, nodes)
