"""Pipfile.lock, what Pipenv installs."""

from collections.abc import Iterator, Mapping

from depnorm.model import Dependency, Ecosystem, ReferenceKind, SpecFile, SpecFormat, canonical_name
from depnorm.read.assemble import Item
from depnorm.read.json_lines import Member
from depnorm.read.locks.fields import (
    FieldError,
    items_at,
    optional_text,
    python_name,
    python_version,
    strings_at,
    table_at,
    text,
)
from depnorm.read.locks.json_lock import JsonLock, parse_json_lock
from depnorm.read.locks.piece import PackageReader, Piece
from depnorm.read.pep508 import path_kind

_META = "_meta"
_SPEC_VERSION = 6
_DEFAULT = "default"
_SYSTEMS = ("git", "hg", "svn", "bzr")


def parse_pipfile_lock(data: bytes, path: str) -> SpecFile:
    """The packages of a Pipfile.lock: group None for `default`, `group:dev` for `develop`, `group:X` for others.

    Options are `python` (as `_meta` has it), `--index-url` and `--extra-index-url` for its sources.
    """
    return parse_json_lock(
        data, path, file_format=SpecFormat.PIPFILE_LOCK, header=_header, packages=lambda _, member: _reader(member)
    )


def _reader(member: Member) -> PackageReader | None:
    if member.key == _META:
        return None
    group = None if member.key == _DEFAULT else f"group:{'dev' if member.key == 'develop' else member.key[:80]}"

    def read(piece: Piece) -> Iterator[Item]:
        return _read_package(piece, group)

    return read


def _header(lock: JsonLock) -> Iterator[Item]:
    piece = lock.piece(lock.member(_META))
    try:
        yield from _read_meta(piece)
    except FieldError as error:
        yield piece.problem(f"{_META}: {error}", "Run `pipenv lock`.")


def _read_meta(piece: Piece) -> Iterator[Item]:
    meta = piece.table
    spec = meta.get("pipfile-spec")
    if spec != _SPEC_VERSION or isinstance(spec, bool):
        raise FieldError(f"pipfile-spec: expected {_SPEC_VERSION}, found {spec!r:.80}")
    yield from _sources(piece, meta)
    requires = table_at(meta, "requires")
    versions = [optional_text(requires, key) for key in ("python_full_version", "python_version")]
    yield from (piece.option("python", version) for version in versions if version)


def _sources(piece: Piece, meta: Mapping[str, object]) -> Iterator[Item]:
    for place, item in enumerate(items_at(meta, "sources")):
        source = table_at({f"sources[{place}]": item}, f"sources[{place}]")
        yield piece.option("--extra-index-url" if place else "--index-url", text(source, "url"))


def _read_package(piece: Piece, group: str | None) -> Iterator[Item]:
    table = piece.table
    name = python_name(piece.key or " ", "the name")
    url, reference = _source(table)
    marker = optional_text(table, "markers")
    yield Dependency(
        ecosystem=Ecosystem.PYPI,
        name=name,
        location=piece.location,
        raw=piece.raw,
        spec=_spec(table),
        extras=tuple(sorted({canonical_name(extra) for extra in strings_at(table, "extras")})),
        marker=marker,
        url=url,
        editable=table.get("editable") is True,
        hashes=strings_at(table, "hashes"),
        group=group,
    )
    if reference:
        kind, target = reference
        yield piece.reference(ReferenceKind.EDITABLE if table.get("editable") is True else kind, target, marker)


def _spec(table: Mapping[str, object]) -> str:
    version = optional_text(table, "version")
    if version is None or version == "*":
        return ""
    if not version.startswith("=="):
        raise FieldError(f"version: expected ==VERSION, found {version[:80]!r}")
    return python_version(version.removeprefix("==").removeprefix("="))


def _source(table: Mapping[str, object]) -> tuple[str | None, tuple[ReferenceKind, str] | None]:
    for system in _SYSTEMS:
        if address := optional_text(table, system):
            commit, part = optional_text(table, "ref"), optional_text(table, "subdirectory")
            at = f"@{commit}" if commit else ""
            return f"{system}+{address}{at}" + (f"#subdirectory={part}" if part else ""), None
    target = optional_text(table, "path") or optional_text(table, "file")
    if target and not target.lower().startswith(("https:", "http:")):
        return f"file:{target.removeprefix('file:')}", (path_kind(target), target)
    return target, None
