"""uv.lock to a Lock, through `uv export`: uv alone knows what of a lock file a project installs."""

import json
import posixpath
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName

from depnorm.errors import ResolutionError
from depnorm.model import Ecosystem, LeftOut, LeftOutKind, Lock
from depnorm.model.environment import marker_environment
from depnorm.resolve.pylock import BesideThePylock, Selection, lock_pylock
from depnorm.resolve.python import evaluate_requirements
from depnorm.resolve.uv_command import COMMON_ARGUMENTS, run_uv

DEFAULT_GROUPS = ("dev",)
"""What `uv sync` installs beside the project unless its pyproject.toml says otherwise."""
_HINT = "Run `uv lock` in the project, with a uv that is not older than the one that wrote the file."
_PROJECT_SOURCES = ("editable", "virtual")

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Project:
    """A project that the lock was made for; `directory` is relative to the lock file, "" beside it."""

    name: str
    directory: str
    table: Table

    @property
    def groups(self) -> tuple[str, ...]:
        known = (*_table(self.table, "dev-dependencies"), *_table(_table(self.table, "metadata"), "requires-dev"))
        return tuple(sorted(set(known)))


def lock_uv(
    text: str,
    name: str,
    selection: Selection,
    scratch: Path,
    *,
    default_groups: tuple[str, ...] | Literal["all"] | None = None,
) -> Lock:
    """The Lock of a uv.lock that its reader read without a problem.

    uv runs offline in a directory with the lock and a pyproject.toml that names the projects in it and nothing else:
    nothing of the repository runs or is looked at. `Selection.groups` None means `default_groups`, those of the
    project's pyproject.toml; where that has none, `DEFAULT_GROUPS` as far as there are any. Raises `ResolutionError`.
    """
    document = _load(text, name)
    projects = _projects(document, name)
    at_root = tuple(_table(_table(document, "manifest"), "dependency-groups"))
    known = {*at_root, *(group for project in projects for group in project.groups)}
    groups = _groups(known, default_groups if selection.groups is None else selection.groups, name)
    with tempfile.TemporaryDirectory(dir=scratch) as directory:
        exported = _export(text, Path(directory), projects, document, _arguments(selection.extras, groups))
    roots = tuple(_roots(projects, selection, groups))
    beside = BesideThePylock(requires=_edges(document, exported, roots, selection), as_of=_as_of(document))
    only = replace(selection, extras=(), groups=None)  # the export has no other extra or group
    lock = lock_pylock(exported, name, only, beside)
    left_out = sorted(
        (*lock.left_out, *_not_exported(document, lock)), key=lambda each: (each.name, each.version or "")
    )
    return replace(lock, left_out=tuple(left_out))


def _load(text: str, name: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ResolutionError(f"{name}: {error}", hint=_HINT) from error


def _export(text: str, here: Path, projects: Sequence[_Project], document: Table, arguments: Sequence[str]) -> str:
    """The pylock.toml that uv writes in the directory `here`."""
    try:
        (here / "uv.lock").write_text(text, "utf-8")
        _write_projects(here, projects, document)
        run_uv(arguments, here, hint=_HINT)
        return (here / "pylock.toml").read_text("utf-8")
    except OSError as error:  # a project whose directory is called uv.lock, or by 300 characters
        raise ResolutionError(f"the projects of the lock cannot be written down: {error.strerror}") from error


def _arguments(extras: Sequence[str], groups: Sequence[str]) -> Sequence[str]:
    return (
        *("export", "--frozen", "--offline", "--no-default-groups"),
        *(f"--extra={extra}" for extra in extras),
        *(f"--group={group}" for group in groups),
        *("--format", "pylock.toml", "--output-file", "pylock.toml", *COMMON_ARGUMENTS),
    )


def _projects(document: Table, name: str) -> list[_Project]:
    """The workspace members that the file names, or the one project beside it; raises `ResolutionError`."""
    members = _list(_table(document, "manifest"), "members")
    found = []
    for table in _tables(document, "package"):
        source = _table(table, "source")
        target = next((target for kind in _PROJECT_SOURCES if isinstance(target := source.get(kind), str)), None)
        if target is None or not (table.get("name") in members or (not members and target == ".")):
            continue
        directory = posixpath.normpath(target)
        if directory.startswith(("..", "/")):
            raise ResolutionError(f"{name}: {target} is a member of the workspace and not below it", hint=_HINT)
        found.append(_Project(name=str(table["name"]), directory="" if directory == "." else directory, table=table))
    if not found:
        raise ResolutionError(f"{name}: names no project that it was made for", hint=_HINT)
    return found


def _groups(known: set[str], asked: tuple[str, ...] | Literal["all"] | None, name: str) -> tuple[str, ...]:
    if asked is None or asked == "all":
        return tuple(sorted(known if asked else known.intersection(DEFAULT_GROUPS)))
    if missing := sorted(set(asked) - known):
        raise ResolutionError(f"{name}: has no dependency group {', '.join(missing)}")
    return asked


def _write_projects(here: Path, projects: Sequence[_Project], document: Table) -> None:
    """A pyproject.toml for each project: its name and groups, and which others are of the workspace."""
    requires = str(document.get("requires-python"))
    texts = {project.directory: _render_project(project, requires) for project in projects}
    manifest = _table(document, "manifest")
    root = texts.get("") or _render_groups(_table(manifest, "dependency-groups"))
    members = ", ".join(_quoted(directory) for directory in texts if directory)
    texts[""] = f"{root}[tool.uv.workspace]\nmembers = [{members}]\n"
    for directory, text in texts.items():
        (here / directory).mkdir(parents=True, exist_ok=True)
        (here / directory / "pyproject.toml").write_text(text, "utf-8")


def _render_project(project: _Project, requires_python: str) -> str:
    name, requires = _quoted(project.name), _quoted(requires_python)
    groups = _render_groups(project.groups)
    return f'[project]\nname = {name}\nversion = "0"\nrequires-python = {requires}\n{groups}'


def _render_groups(groups: Iterable[str]) -> str:
    return "[dependency-groups]\n" + "".join(f"{_quoted(group)} = []\n" for group in groups)


def _quoted(text: str) -> str:
    """A string of TOML: JSON's are."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _edges(document: Table, exported: str, roots: Sequence[str], selection: Selection) -> dict[str, tuple[str, ...]]:
    """The requirements of each exported package that hold for the Target, as PEP 508 lines."""
    versions = {each["name"]: each.get("version") for each in tomllib.loads(exported).get("packages", ())}
    declared: dict[str, list[str]] = {}
    for table in _tables(document, "package"):
        name = str(table.get("name"))
        if name in versions and versions[name] in {None, table.get("version")}:
            declared.setdefault(name, []).extend(_lines(table))
    try:
        return evaluate_requirements(roots, declared, marker_environment(selection.release, selection.platform))
    except (UndefinedComparison, UndefinedEnvironmentName, KeyError) as error:
        raise ResolutionError(f"uv.lock: a marker cannot be evaluated: {error}") from error


def _roots(projects: Sequence[_Project], selection: Selection, groups: Sequence[str]) -> Iterator[str]:
    """What asks for extras: the projects with the chosen extras, and their groups."""
    for project in projects:
        yield f"{project.name}[{','.join(selection.extras)}]" if selection.extras else project.name
        for group in groups:
            yield from (_line(each) for each in _tables(_table(project.table, "dev-dependencies"), group))


def _lines(table: Table) -> Iterator[str]:
    yield from map(_line, _tables(table, "dependencies"))
    optional = _table(table, "optional-dependencies")
    for extra in optional:
        yield from (_line(each, f"extra == '{extra}'") for each in _tables(optional, extra))


def _line(edge: Table, condition: str = "") -> str:
    asked = ",".join(map(str, _list(edge, "extra")))
    version = f"=={edge['version']}" if isinstance(edge.get("version"), str) else ""
    marker = " and ".join(f"({part})" for part in (edge.get("marker"), condition) if part)
    return f"{edge.get('name')}" + (f"[{asked}]" if asked else "") + version + (f"; {marker}" if marker else "")


def _not_exported(document: Table, lock: Lock) -> Iterator[LeftOut]:
    """What other extras, groups and members of the workspace bring."""
    exported = {(each.name, each.version) for each in lock.packages}
    exported |= {(each.name, each.version or "") for each in lock.left_out}
    for table in _tables(document, "package"):
        name, version = str(table.get("name")), table.get("version")
        shown = version if isinstance(version, str) else None
        is_project_only = "virtual" in _table(table, "source")  # nothing of it is ever installed
        if not is_project_only and exported.isdisjoint({(name, shown), (name, "")}):
            yield LeftOut(
                ecosystem=Ecosystem.PYPI,
                name=name,
                version=shown,
                kind=LeftOutKind.OTHER_TARGET,
                why="belongs to an extra, a group or a project that is not asked for",
            )


def _as_of(document: Table) -> str | None:
    moment = _table(document, "options").get("exclude-newer")
    return moment if isinstance(moment, str) else None


def _table(table: Table, key: str) -> Table:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _list(table: Table, key: str) -> list[object]:
    value = table.get(key)
    return value if isinstance(value, list) else []


def _tables(table: Table, key: str) -> list[Table]:
    return [each for each in _list(table, key) if isinstance(each, dict)]
