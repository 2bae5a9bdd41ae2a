"""pylock.toml (PEP 751), validated by packaging's own reader, one package at a time so that each has its line."""

from collections.abc import Iterator, Mapping

from packaging.pylock import (
    Package,
    PackageArchive,
    PackageSdist,
    PackageVcs,
    PackageWheel,
    Pylock,
    PylockValidationError,
)

from depnorm.model import Dependency, Ecosystem, ReferenceKind, SpecFile, SpecFormat
from depnorm.read.assemble import Item
from depnorm.read.locks.fields import FieldError, checked_text
from depnorm.read.locks.piece import Piece
from depnorm.read.locks.toml_lock import TomlLock, parse_toml_lock
from depnorm.read.pep508 import path_kind

_HEADER = (
    "lock-version",
    "created-by",
    "requires-python",
    "environments",
    "extras",
    "dependency-groups",
    "default-groups",
)
_SUPPORTED = "1.0"
_MINIMAL = {"lock-version": _SUPPORTED, "created-by": "depnorm"}


def parse_pylock(data: bytes, path: str) -> SpecFile:
    """The packages of a pylock.toml: `==version`, the marker, the hashes of every file.

    A package from a version control system, a directory or an archive has its `url`, and is a reference where that is
    a path. Options are `lock-version`, `created-by`, `requires-python` and `index`, each index once.
    """
    return parse_toml_lock(
        data, path, file_format=SpecFormat.PYLOCK, array="packages", header=_header, reader=lambda _: _PackageReader()
    )


def _header(lock: TomlLock) -> Iterator[Item]:
    said = {key: value for key in _HEADER if (value := lock.document.value(key)) is not None}
    version = said.get("lock-version")
    if isinstance(version, str) and version.startswith("1.") and version != _SUPPORTED:
        # A later minor version may add keys, not change the meaning of these. packaging would write to the log.
        said["lock-version"] = _SUPPORTED
    if not isinstance(lock.document.value("packages"), list):
        yield lock.piece("packages").problem("packages: expected an array of tables", "Make the lock file anew.")
    try:
        _validate({**said, "packages": []})
    except FieldError as error:
        yield lock.piece(_key(error)).problem(str(error))
    for key in ("lock-version", "created-by", "requires-python"):
        if isinstance(value := said.get(key), str):
            yield lock.piece(key).option(key, value)


def _key(error: FieldError) -> str:
    return str(error).partition(":")[0].partition("[")[0]


def _validate(document: Mapping[str, object]) -> Pylock:
    try:
        return Pylock.from_dict(document)
    except PylockValidationError as error:
        place = (error.context or "lock-version").removeprefix("packages[0]").removeprefix(".")
        reason = (error.message.splitlines() or [""])[0][:200]
        raise FieldError(f"{place}: {reason}" if place else reason) from error


class _PackageReader:
    """Reads one table of `packages`; remembers the indexes met."""

    def __init__(self) -> None:
        self._indexes: set[str] = set()

    def __call__(self, piece: Piece) -> Iterator[Item]:
        package = _validate({**_MINIMAL, "packages": [dict(piece.table)]}).packages[0]
        marker = str(package.marker) if package.marker else None
        url, reference = _source(package)
        files = [*(package.wheels or ()), *((package.sdist,) if package.sdist else ())]
        yield Dependency(
            ecosystem=Ecosystem.PYPI,
            name=package.name,
            location=piece.location,
            raw=piece.raw,
            spec=f"=={package.version}" if package.version else "",
            marker=marker,
            url=url,
            editable=bool(package.directory and package.directory.editable),
            hashes=_hashes([*files, *((package.archive,) if package.archive else ())]),
        )
        paths = [(ReferenceKind.ARCHIVE, each.path) for each in files if each.path]
        for kind, target in [*([reference] if reference else []), *paths]:
            yield piece.reference(kind, checked_text(target, "path"), marker)
        if package.index and package.index not in self._indexes:
            self._indexes.add(package.index)
            yield piece.option("index", checked_text(package.index, "index"))


def _source(package: Package) -> tuple[str | None, tuple[ReferenceKind, str] | None]:
    """The URL of a package that is not from an index, and the path that it is."""
    if package.directory:
        kind = ReferenceKind.EDITABLE if package.directory.editable else ReferenceKind.PATH
        return f"file:{checked_text(package.directory.path, 'directory')}", (kind, package.directory.path)
    if package.vcs:
        return _vcs(package.vcs), None
    if package.archive:
        if package.archive.path:
            path = checked_text(package.archive.path, "archive")
            return f"file:{path}", (path_kind(path), path)
        return checked_text(package.archive.url, "archive"), None
    return None, None


def _vcs(vcs: PackageVcs) -> str:
    where = checked_text(vcs.url or f"file:{vcs.path}", "vcs")
    system, commit = checked_text(vcs.type, "vcs"), checked_text(vcs.commit_id, "vcs")
    part = f"#subdirectory={checked_text(vcs.subdirectory, 'vcs')}" if vcs.subdirectory else ""
    return f"{system}+{where}@{commit}{part}"


def _hashes(files: list[PackageWheel | PackageSdist | PackageArchive]) -> tuple[str, ...]:
    found = {checked_text(f"{name}:{value}", "hashes"): None for file in files for name, value in file.hashes.items()}
    return tuple(found)
