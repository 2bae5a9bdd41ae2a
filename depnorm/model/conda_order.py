"""What conda packages need of each other, and the order that follows from it."""

from collections.abc import Iterable, Iterator, Mapping

from depnorm.model.catalog import LockedPackage
from depnorm.model.conda_url import conda_stem

PYTHON = "python"


def closure(names: Iterable[str], packages: Mapping[str, LockedPackage]) -> frozenset[str]:
    """The names and all that they need, transitively."""
    found = set(names)
    waiting = list(found)
    while waiting:
        more = _needs(packages[waiting.pop()], packages) - found
        found |= more
        waiting += more
    return frozenset(found)


def link_order(packages: Iterable[LockedPackage]) -> tuple[LockedPackage, ...]:
    """Conda packages in the order in which conda links them: of two that write a file, the later one counts.

    First what neither needs nor is needed; then, time and again, all that need nothing more, by name; in a cycle the
    one that needs least. https://github.com/conda/conda/blob/main/conda/models/prefix_graph.py
    """
    known = {each.name: each for each in sorted(packages, key=lambda each: each.name)}
    needs = {name: _needs(each, known) for name, each in known.items()}
    if PYTHON in needs:
        needs[PYTHON] -= {"pip"}  # a cycle that conda itself makes
    needed = set().union(*needs.values())
    alone = [name for name, found in needs.items() if not found and name not in needed]
    for name in alone:
        del needs[name]
    return tuple(known[name] for name in (*alone, *_sorted(needs, known)))


def _sorted(needs: dict[str, set[str]], known: Mapping[str, LockedPackage]) -> Iterator[str]:
    """Kahn's algorithm by generations; linear in the edges."""
    needed_by: dict[str, list[str]] = {}
    for name, found in needs.items():
        for each in found:
            needed_by.setdefault(each, []).append(name)
    ready = [name for name, found in needs.items() if not found]
    while needs:
        if not ready:
            ready = [min(needs, key=lambda name: (len(needs[name]), _distribution(known[name])))]
        following: list[str] = []
        for name in sorted(ready):
            yield name
            del needs[name]
            for other in needed_by.get(name, ()):
                if other in needs:
                    needs[other].discard(name)
                    following += [other] if not needs[other] else []
        ready = [name for name in following if name in needs]


def _needs(package: LockedPackage, known: Mapping[str, LockedPackage]) -> set[str]:
    names = (line.partition(" ")[0] for line in package.requires)
    return {name for name in names if name in known and name != package.name}


def _distribution(package: LockedPackage) -> str:
    directory = (package.artifact.url or "").rpartition("/")[0]
    return f"{directory}::{conda_stem(package)}"
