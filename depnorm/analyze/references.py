"""The graph of files, and from it the scope of every reference.

The graph has an edge for each file that another one pulls in (`-r`, `-c`, `source()`). What a reference needs is the
worst of what its target and everything below it needs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from depnorm.model import Entry, ReferenceKind, RepoReference, Scope, SpecFile

PULLS_IN = frozenset({ReferenceKind.INCLUDE, ReferenceKind.CONSTRAINT, ReferenceKind.SCRIPT})
"""Kinds whose target is itself a spec file."""
NEEDS_REPOSITORY = frozenset({ReferenceKind.EDITABLE, ReferenceKind.PATH, ReferenceKind.SELF_INSTALL})
"""Kinds that run a build of a directory, which may read anything."""
WORST_LAST = (Scope.FILES, Scope.REMOTE, Scope.UNKNOWN, Scope.OUTSIDE, Scope.REPOSITORY)


@dataclass(frozen=True)
class FileGraph:
    """Which file pulls in which."""

    edges: Mapping[str, tuple[str, ...]]

    def reachable(self, path: str) -> frozenset[str]:
        """`path` and every file below it."""
        seen, waiting = {path}, [path]
        while waiting:
            for below in self.edges.get(waiting.pop(), ()):
                if below not in seen:
                    seen.add(below)
                    waiting.append(below)
        return frozenset(seen)

    def above(self, paths: Iterable[str]) -> frozenset[str]:
        """`paths` and every file that pulls one of them in."""
        waiting = list(paths)
        seen = set(waiting)
        while waiting:
            for above in self._pulled_in_by.get(waiting.pop(), ()):
                if above not in seen:
                    seen.add(above)
                    waiting.append(above)
        return frozenset(seen)

    @cached_property
    def _pulled_in_by(self) -> Mapping[str, list[str]]:
        above: dict[str, list[str]] = {}
        for path, targets in self.edges.items():
            for target in targets:
                above.setdefault(target, []).append(path)
        return above

    @cached_property
    def closing(self) -> frozenset[tuple[str, str]]:
        """The edges that lead back to a file on the way to them, seen from the files in the order they were read."""
        if not any(self.edges.values()):
            return frozenset()
        import networkx as nx  # noqa: PLC0415  a tenth of a second, for repositories with includes only

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.edges)
        graph.add_edges_from((path, below) for path, targets in self.edges.items() for below in targets)
        on_the_way: set[str] = set()
        closing = set()
        for path, below, direction in nx.dfs_labeled_edges(graph):
            if direction == "forward":
                on_the_way.add(below)
            elif direction == "reverse":
                on_the_way.discard(below)
            elif below in on_the_way:
                closing.add((path, below))
        return frozenset(closing)

    def closes_cycle(self, path: str, reference: RepoReference) -> bool:
        """Whether a reference of `path` leads back to a file that pulled `path` in."""
        return (path, reference.resolved) in self.closing


def file_graph(files: Iterable[SpecFile]) -> FileGraph:
    """The graph of what was read: targets that were not read (missing, remote, outside) have no node."""
    by_path = {file.path: file for file in files}
    return FileGraph(
        {
            path: tuple(
                dict.fromkeys(
                    reference.resolved
                    for reference in file.references
                    if reference.kind in PULLS_IN and reference.resolved in by_path
                )
            )
            for path, file in by_path.items()
        }
    )


def scope_references(files: tuple[SpecFile, ...], graph: FileGraph) -> tuple[SpecFile, ...]:
    """The same files with the scope of every reference filled in."""
    below = _scopes_below(files, graph)

    def scope(reference: RepoReference) -> Scope:
        alone = own_scope(reference)
        if reference.kind not in PULLS_IN or reference.resolved not in below:
            return alone
        return worst([alone, below[reference.resolved]])

    return tuple(_scoped(file, scope) for file in files)


def _scoped(file: SpecFile, scope: Callable[[RepoReference], Scope]) -> SpecFile:
    return replace(file, references=tuple(replace(each, scope=scope(each)) for each in file.references))


def _scopes_below(files: tuple[SpecFile, ...], graph: FileGraph) -> dict[str, Scope]:
    """The worst scope of each file and all that it pulls in."""
    own = {file.path: worst(map(own_scope, file.references)) for file in files}
    scopes: dict[str, Scope] = {}
    for scope in WORST_LAST:
        scopes |= dict.fromkeys(graph.above(path for path, alone in own.items() if alone is scope), scope)
    return scopes


def worst(scopes: Iterable[Scope]) -> Scope:
    """The scope that asks for most; `files` of none."""
    return max(scopes, key=WORST_LAST.index, default=Scope.FILES)


def own_scope(reference: RepoReference) -> Scope:
    """What a reference needs by itself, whatever its target pulls in."""
    if reference.kind in {ReferenceKind.DYNAMIC, ReferenceKind.VARIABLE} or reference.depends_on_environment:
        return Scope.UNKNOWN
    if reference.entry is Entry.OUTSIDE:
        return Scope.OUTSIDE
    if reference.entry is None:
        return Scope.REMOTE
    if reference.kind in NEEDS_REPOSITORY:
        return Scope.REPOSITORY
    if reference.entry is Entry.DIRECTORY and not reference.files:
        return Scope.REPOSITORY
    return Scope.FILES
