"""poetry.lock, of Poetry 1.0 to 2.x."""

import re
from collections.abc import Iterator, Mapping

from depnorm.model import Dependency, Ecosystem, ReferenceKind, SpecFile, SpecFormat
from depnorm.read.assemble import Item
from depnorm.read.locks.fields import (
    FieldError,
    checked_text,
    optional_text,
    python_name,
    python_version,
    strings_at,
    table_at,
    tables_at,
    text,
)
from depnorm.read.locks.piece import PackageReader, Piece
from depnorm.read.locks.toml_lock import TomlLock, parse_toml_lock
from depnorm.read.pep508 import path_kind

_KNOWN_VERSION = re.compile(r"[12]\.\d{1,3}")
_MAIN = "main"


def parse_poetry_lock(data: bytes, path: str) -> SpecFile:
    """The packages of a poetry.lock: `==version`, marker, hashes, the URL of what comes from no index.

    The group is None for the main one, else `group:NAME` (the first that the file names). Options are `lock-version`,
    `requires-python`, and `index`, each once.
    """
    return parse_toml_lock(
        data, path, file_format=SpecFormat.POETRY_LOCK, array="package", header=_header, reader=_reader
    )


def _header(lock: TomlLock) -> Iterator[Item]:
    version = lock.piece("metadata", "lock-version")
    if isinstance(version.value, str) and _KNOWN_VERSION.fullmatch(version.value):
        yield version.option("lock-version", version.value)
    else:
        message = f"metadata.lock-version: expected 1.x or 2.x, found {version.value!r:.80}"
        yield version.problem(message, "Run `poetry lock` with a released Poetry.")
    python = lock.piece("metadata", "python-versions")
    if isinstance(python.value, str):
        yield python.option("requires-python", python.value)
    files = lock.piece("metadata", "files")
    if files.value is not None and not isinstance(files.value, dict):
        yield files.problem(f"metadata.files: expected a table, found {type(files.value).__name__}")


def _reader(lock: TomlLock) -> PackageReader:
    """Poetry before 1.3 keeps the hashes of all packages in `[metadata.files]`."""
    files = lock.document.value("metadata", "files")
    indexes: set[str] = set()
    return lambda piece: _read_package(piece, files if isinstance(files, dict) else {}, indexes)


def _read_package(piece: Piece, old_files: Mapping[str, object], indexes: set[str]) -> Iterator[Item]:
    table = piece.table
    name = text(table, "name")
    files = tables_at(table, "files") or tables_at(old_files, name)
    source = table_at(table, "source")
    url, kind = _url(source)
    marker = _marker(table)
    is_editable = table.get("develop") is True
    yield Dependency(
        ecosystem=Ecosystem.PYPI,
        name=python_name(name),
        location=piece.location,
        raw=piece.raw,
        spec=python_version(text(table, "version")),
        marker=marker,
        url=url,
        editable=is_editable,
        hashes=tuple(dict.fromkeys(text(file, "hash") for file in files)),
        group=_group(table),
    )
    if kind:
        is_project = is_editable and kind is ReferenceKind.PATH
        yield piece.reference(ReferenceKind.EDITABLE if is_project else kind, text(source, "url"), marker)
    elif source and url is None and (index := text(source, "url")) not in indexes:
        indexes.add(index)
        yield piece.option("index", index)


def _url(source: Mapping[str, object]) -> tuple[str | None, ReferenceKind | None]:
    if not source:
        return None, None
    kind, url = optional_text(source, "type"), text(source, "url")
    match kind:
        case "git":
            commit = text(source, "resolved_reference")
            part = optional_text(source, "subdirectory")
            return f"git+{url}@{commit}" + (f"#subdirectory={part}" if part else ""), None
        case "url":
            return url, None
        case "directory" | "file":
            return f"file:{url}", ReferenceKind.PATH if kind == "directory" else path_kind(url)
        case "legacy" | None:
            return None, None
    raise FieldError(f"source.type: {kind[:80]!r} is none that Poetry has")


def _group(table: Mapping[str, object]) -> str | None:
    groups = strings_at(table, "groups") or (optional_text(table, "category") or _MAIN,)
    return None if _MAIN in groups else f"group:{groups[0]}"


def _marker(table: Mapping[str, object]) -> str | None:
    """`markers`: one for all groups, or one for each."""
    value = table.get("markers")
    if isinstance(value, dict):
        parts = [checked_text(each, f"markers.{name}") for name, each in value.items()]
        return " or ".join(f"({part})" for part in dict.fromkeys(parts)) or None
    return optional_text(table, "markers")
