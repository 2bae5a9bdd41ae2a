"""Which packages of a uv.lock only an extra or a dependency group brings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from depnorm.read.locks.fields import FieldError, python_name, strings_at, table_at, tables_at, text

_GROUPED = {"optional-dependencies": "extra", "dev-dependencies": "group"}
_PROJECTS = ("editable", "virtual")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One requirement: what it names, the extras it asks for, and the group that it belongs to (None: always)."""

    name: str
    extras: tuple[str, ...]
    group: str | None


def edges_of(table: Mapping[str, object]) -> Iterator[Edge]:
    """The requirements of one `[[package]]`; `group` is `extra:NAME` or `group:NAME`. Raises `FieldError`."""
    yield from _edges(table, "dependencies", None)
    for key, kind in _GROUPED.items():
        groups = table_at(table, key)
        for name in groups:
            yield from _edges(groups, name, f"{kind}:{name}")


def _edges(table: Mapping[str, object], key: str, group: str | None) -> Iterator[Edge]:
    try:
        for each in tables_at(table, key):
            yield Edge(name=python_name(text(each, "name")), extras=strings_at(each, "extra"), group=group)
    except FieldError as error:
        raise FieldError(f"{key}: {error}") from error


def read_groups(document: Mapping[str, object]) -> dict[str, str]:
    """Name to group for every package that the projects do not always bring: the first group that does.

    What has the wrong type is passed over: its own reader says so.
    """
    edges, projects = _graph(document)
    always = _closure([(name, None) for name in projects], edges)
    found: dict[str, str] = {}
    for group in dict.fromkeys(edge.group for name in projects for edge in edges.get(name, ())):
        if group is not None:
            for name in _closure([(name, group) for name in projects], edges) - always:
                found.setdefault(name, group)
    return found


def _graph(document: Mapping[str, object]) -> tuple[dict[str, list[Edge]], list[str]]:
    edges: dict[str, list[Edge]] = {}
    projects = []
    packages = document.get("package")
    for table in packages if isinstance(packages, list) else []:
        try:
            name = text(table_at({"package": table}, "package"), "name")
            edges.setdefault(name, []).extend(edges_of(table))
            if any(kind in table_at(table, "source") for kind in _PROJECTS):
                projects.append(name)
        except FieldError:
            continue
    return edges, projects


def _closure(roots: Iterable[tuple[str, str | None]], edges: Mapping[str, list[Edge]]) -> set[str]:
    """The names reached from packages and their groups; each pair is visited once."""
    waiting, seen = list(roots), set[tuple[str, str | None]]()
    while waiting:
        name, group = waiting.pop()
        if (name, group) in seen:
            continue
        seen.add((name, group))
        for edge in edges.get(name, ()):
            if edge.group == group:
                waiting += [(edge.name, None), *((edge.name, f"extra:{extra}") for extra in edge.extras)]
    return {name for name, _ in seen}
