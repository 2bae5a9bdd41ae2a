"""pyproject.toml: PEP 621 metadata, PEP 735 groups, PEP 518 build system, and what build backends add to them."""

from collections.abc import Iterator
from typing import Literal

from depnorm.model import Location, Option, PathBase, Problem, ReferenceKind, RepoReference, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, encoding_problems, with_line_feeds
from depnorm.read.pep508 import parse_pep508
from depnorm.read.poetry import read_poetry
from depnorm.read.text import decode
from depnorm.read.toml_lines import Span, TomlDocument, TomlError, parse_toml
from depnorm.read.vcs_version import git_reader

# Only these fields, when dynamic, hide what an environment needs; a dynamic version or readme hides nothing.
_TELLING_FIELDS = ("dependencies", "optional-dependencies", "requires-python")
_STRINGS = {
    "project-name": ("project", "name"),
    "requires-python": ("project", "requires-python"),
    "build-backend": ("build-system", "build-backend"),
}


def parse_pyproject(data: bytes, path: str) -> SpecFile:
    """The project that a pyproject.toml declares.

    Dependencies have group None, `extra:NAME`, `group:NAME` or `build-system`; Options are `project-name`,
    `requires-python`, `build-backend`, `dynamic`, `reads-git` (the backend that asks git for the version) and one named
    after each table that spans all of its lines. Dynamic dependencies are INCLUDE references where setuptools or
    hatch-requirements-txt names their files, else a DYNAMIC one.
    """
    text = decode(data)
    source = with_line_feeds(text.text)
    items: list[Item] = list(encoding_problems(text, path))
    try:
        items += _read(parse_toml(source), path)
    except TomlError as error:
        items += unreadable_toml(source, path, error)
    return assemble(items, path=path, file_format=SpecFormat.PYPROJECT, encoding=text.encoding)


def default_groups(data: bytes) -> tuple[str, ...] | Literal["all"] | None:
    """The groups that `uv sync` installs beside a project, None where its pyproject.toml does not say."""
    try:
        value = parse_toml(with_line_feeds(decode(data).text)).value("tool", "uv", "default-groups")
    except TomlError:
        return None
    if isinstance(value, list) and all(isinstance(group, str) for group in value):
        return tuple(value)
    return "all" if value == "all" else None


def unreadable_toml(source: str, path: str, error: TomlError) -> Iterator[Item]:
    """What is left of a file that is not TOML: the problem where it breaks, and the whole text, unread."""
    lines = source.split("\n")
    line = min(max(error.line, 1), len(lines))
    yield Problem(
        location=Location(path=path, line=line),
        raw=lines[line - 1],
        message=f"is not valid TOML, so every tool rejects the whole file: {error}",
        hint="Correct this line.",
    )
    yield Option(name="unread", value="", location=Location(path=path, line=1), raw=source.rstrip("\n"))


def _read(document: TomlDocument, path: str) -> Iterator[Item]:
    for name, span in document.tables:
        yield _option(name, "", span, path)
    for option, key in _STRINGS.items():
        if isinstance(value := document.value(*key), str):
            yield _option(option, value, document.span(*key), path)
    yield from _requirements(document, path, ("project", "dependencies"), None)
    for extra in document.table("project", "optional-dependencies"):
        yield from _requirements(document, path, ("project", "optional-dependencies", extra), f"extra:{extra}")
    for group in document.table("dependency-groups"):
        yield from _requirements(document, path, ("dependency-groups", group), f"group:{group}")
    yield from _requirements(document, path, ("build-system", "requires"), "build-system")
    yield from _dynamic(document, path)
    yield from _hatch_files(document, path)
    yield from read_poetry(document, path)
    yield from _flit(document, path)
    yield from _reads_git(document, path)


def _requirements(document: TomlDocument, path: str, key: tuple[str, ...], group: str | None) -> Iterator[Item]:
    value = document.value(*key)
    if value is not None and not isinstance(value, list):
        yield _wrong_type(value, document.span(*key), path, ".".join(key))
    for item, span in document.items(*key):
        if isinstance(item, str):
            yield from parse_pep508(item, location=Location(path=path, line=span.line), raw=span.raw, group=group)
        elif isinstance(item, dict) and isinstance(included := item.get("include-group"), str):
            yield _option("include-group", included, span, path)
        else:
            yield _wrong_type(item, span, path, ".".join(key))


def _dynamic(document: TomlDocument, path: str) -> Iterator[Item]:
    told: set[str] = set()
    for item, span in document.items("project", "dynamic"):
        if not isinstance(item, str):
            yield _wrong_type(item, span, path, "project.dynamic")
        elif item not in _TELLING_FIELDS or item in told:
            yield _option("dynamic", item, span, path)
        else:
            told.add(item)
            yield from _dynamic_field(document, item, span, path)


def _dynamic_field(document: TomlDocument, field: str, span: Span, path: str) -> Iterator[Item]:
    files = list(_dynamic_files(document, field))
    for target, extras, piece in files:
        yield _reference(ReferenceKind.INCLUDE, target, piece, path, extras)
    if not files:
        yield _reference(ReferenceKind.DYNAMIC, field, span, path)


def _dynamic_files(document: TomlDocument, field: str) -> Iterator[tuple[str, tuple[str, ...], Span]]:
    """What setuptools' `dynamic.dependencies = {file = [...]}` names: target, its extra, and where."""
    key = ("tool", "setuptools", "dynamic", field)
    places: dict[tuple[str, ...], tuple[str, ...]] = {key: ()}
    if field == "optional-dependencies":
        places = {(*key, extra): (extra,) for extra in document.table(*key)}
    for place, extras in places.items():
        value = document.value(*place, "file")
        for target in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
            if isinstance(target, str):
                yield target, extras, document.span(*place, "file")


def _hatch_files(document: TomlDocument, path: str) -> Iterator[Item]:
    """The hatch-requirements-txt plug-in: `files` and, for each extra, `optional-dependencies.NAME`."""
    for hook in ("requirements_txt", "requirements-txt"):
        key = ("tool", "hatch", "metadata", "hooks", hook)
        places: dict[tuple[str, ...], tuple[str, ...]] = {("files",): ()}
        places |= {
            ("optional-dependencies", extra): (extra,) for extra in document.table(*key, "optional-dependencies")
        }
        for place, extras in places.items():
            for target, span in document.items(*key, *place):
                if isinstance(target, str):
                    yield _reference(ReferenceKind.INCLUDE, target, span, path, extras)


def _flit(document: TomlDocument, path: str) -> Iterator[Item]:
    """Flit's metadata from before PEP 621."""
    key = ("tool", "flit", "metadata")
    if document.value("project") is not None:
        return
    yield from _requirements(document, path, (*key, "requires"), None)
    for extra in document.table(*key, "requires-extra"):
        yield from _requirements(document, path, (*key, "requires-extra", extra), f"extra:{extra}")
    for option, field in (("requires-python", "requires-python"), ("project-name", "dist-name")):
        if isinstance(value := document.value(*key, field), str):
            yield _option(option, value, document.span(*key, field), path)


def _reads_git(document: TomlDocument, path: str) -> Iterator[Item]:
    for item, span in document.items("build-system", "requires"):
        if isinstance(item, str) and (backend := git_reader(item)):
            yield _option("reads-git", backend, span, path)
    if document.value("tool", "pdm", "version", "source") == "scm":
        yield _option("reads-git", "pdm-backend", document.span("tool", "pdm", "version", "source"), path)


def _wrong_type(value: object, span: Span, path: str, name: str) -> Problem:
    return Problem(
        location=Location(path=path, line=span.line),
        raw=span.raw,
        message=f"{name}: expected an array of requirement strings, found {type(value).__name__}",
        hint='Write it as ["numpy>=1.20", "pandas"].',
    )


def _option(name: str, value: str, span: Span, path: str) -> Option:
    return Option(name=name, value=value, location=Location(path=path, line=span.line), raw=span.raw)


def _reference(kind: ReferenceKind, target: str, span: Span, path: str, extras: tuple[str, ...] = ()) -> RepoReference:
    location = Location(path=path, line=span.line)
    return RepoReference(kind=kind, target=target, location=location, raw=span.raw, base=PathBase.FILE, extras=extras)
