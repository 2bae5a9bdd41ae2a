"""Catalogs on disk: found, decoded, and checked whole before anything uses them."""

import os
import re
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from depnorm.errors import CatalogError
from depnorm.model import (
    Artifact,
    Catalog,
    Ecosystem,
    LockedPackage,
    Origin,
    Reach,
    SharedLayer,
    Snapshot,
    Subset,
    canonical_name,
    redact,
    requirement_name,
)
from depnorm.share.catalog_format import (
    CatalogFile,
    DroppedEntry,
    LayerEntry,
    OriginEntry,
    PackageEntry,
    ReachEntry,
    SnapshotFile,
    SubsetEntry,
)
from depnorm.share.file_state import State, file_state

SHIPPED = Path(__file__).parent.parent / "catalogs"
MAX_FILE_BYTES = 8 * 1024 * 1024
CATALOG_FILE = "catalog.json"
_CRAN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]")  # Writing R Extensions, 1.1.1
_PYPI_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONDA_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_NAMES = {"pypi": _PYPI_NAME, "conda": _CONDA_NAME, "cran": _CRAN_NAME}
_File = TypeVar("_File", CatalogFile, SnapshotFile)


def list_catalogs() -> tuple[str, ...]:
    """The names of the catalogs that ship, sorted."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob(f"*/{CATALOG_FILE}")))


def load_catalog(name_or_path: str | Path | Catalog = "default") -> Catalog:
    """A catalog that ships, by name, or the one in a directory; one that is loaded is itself.

    It is kept until its file changes. Raises `CatalogError` for one that does not exist, or whose file has a field that
    is missing or malformed.
    """
    if isinstance(name_or_path, Catalog):
        return name_or_path
    directory = _find(str(name_or_path))
    return _read_catalog(directory, file_state(directory / CATALOG_FILE))


def load_snapshot(catalog: Catalog, python: str) -> Snapshot:
    """The catalog's exact artifacts for CPython `python` (`X.Y`).

    Raises `CatalogError` when it has none for that Python, or when the file does not hold together: an unknown name, a
    package in two layers, a layer that is not closed.
    """
    if python not in catalog.pythons:
        known = ", ".join(catalog.pythons)
        raise CatalogError(
            f"catalog {catalog.name}: has no snapshot for Python {python}", hint=f"It has snapshots for {known}."
        )
    path = Path(catalog.source) / snapshot_file(python)
    return _read_snapshot(path, python, file_state(path))


def snapshot_file(python: str) -> str:
    """The name of a Python's snapshot in its catalog's directory: `cp312.json` for `3.12`."""
    return f"cp{python.replace('.', '')}.json"


def _find(name_or_path: str) -> Path:
    if name_or_path in list_catalogs():
        return SHIPPED / name_or_path
    path = Path(name_or_path)
    directory = path.parent if path.name == CATALOG_FILE else path
    if not os.path.isfile(directory / CATALOG_FILE):  # noqa: PTH113  Path raises for a name that no disk can hold
        raise CatalogError(
            f"{redact(name_or_path)}: there is no such catalog",
            hint=f"Give a directory with a {CATALOG_FILE}, or one of: {', '.join(list_catalogs())}.",
        )
    return directory.resolve()


def _decode(path: Path, kind: type[_File]) -> _File:
    import msgspec  # noqa: PLC0415  only a plan that uses a catalog pays for it

    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > MAX_FILE_BYTES:
        raise CatalogError(f"{path}: is larger than {MAX_FILE_BYTES // 2**20} MiB")
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = "Write it with `depnorm catalog refresh` or `depnorm catalog mine`."
        raise CatalogError(f"{path}: {error}", hint=hint) from error


@lru_cache(maxsize=8)
def _read_catalog(directory: Path, _state: State) -> Catalog:
    path = directory / CATALOG_FILE
    file = _decode(path, CatalogFile)
    _check_catalog(path, file)
    return Catalog(
        name=file.name,
        as_of=file.as_of,
        default_python=file.default_python,
        pythons=file.pythons,
        r_snapshots=file.r_snapshots,
        subsets=tuple(_subset(entry) for entry in file.subsets),
        platform=file.platform,
        also_resolved=MappingProxyType(file.also_resolved),
        source=str(directory),
        origin=_origin(file.origin) if file.origin else None,
    )


def _origin(entry: OriginEntry) -> Origin:
    return Origin(
        sources=tuple(entry.sources.items()),
        python=entry.python,
        max_layers=entry.max_layers,
        min_share=entry.min_share,
        min_gain=entry.min_gain,
        max_bytes=entry.max_bytes,
        price=entry.price,
        reach=_reach(entry.reach),
        unseen=_reach(entry.unseen),
        left_out=entry.left_out,
    )


def _reach(entry: ReachEntry) -> Reach:
    return Reach(locked=entry.locked, declared=entry.declared, dead=entry.dead)


def _subset(entry: SubsetEntry) -> Subset:
    return Subset(
        name=entry.name,
        ecosystem=Ecosystem(entry.ecosystem),
        heads=tuple(entry.heads),
        seen_in=entry.seen_in,
        why=entry.why,
        installs=entry.installs,
        system=entry.system,
        heads_seen_in=tuple(entry.heads.values()),
        wheelhouse=entry.wheelhouse,
        needed_in=entry.needed_in,
    )


def _check_catalog(path: Path, file: CatalogFile) -> None:
    if file.default_python not in file.pythons:
        raise CatalogError(f"{path}: default_python {file.default_python} is not one of its pythons")
    _check_unique(path, "subset", [subset.name for subset in file.subsets])
    for subset in file.subsets:
        for head in subset.heads:
            if not _NAMES[subset.ecosystem].fullmatch(head):
                raise CatalogError(f"{path}: subset {subset.name}: {head} is not a name of {subset.ecosystem}")
        if unknown := [name for name in subset.installs if name not in subset.heads]:
            raise CatalogError(f"{path}: subset {subset.name}: installs {', '.join(unknown)}, which is no head of it")


@lru_cache(maxsize=16)
def _read_snapshot(path: Path, python: str, _state: State) -> Snapshot:
    file = _decode(path, SnapshotFile)
    if file.python != python:
        raise CatalogError(f"{path}: is for Python {file.python}, not {python}")
    _check_unique(path, "package", [package.name for package in file.packages])
    _check_unique(path, "layer", [layer.name for layer in file.layers])
    packages = {entry.name: _package(path, entry) for entry in file.packages}
    _check_layers(path, file.layers, packages)
    return Snapshot(
        python=file.python,
        platform=file.platform,
        as_of=file.as_of,
        pip=_package(path, file.pip),
        layers=tuple(_layer(entry, packages) for entry in file.layers),
        packages=MappingProxyType(packages),
        dropped=MappingProxyType({entry.name: entry.reason for entry in file.dropped}),
        held_back=MappingProxyType(_held_back(file.dropped)),
        uv=_package(path, file.uv) if file.uv else None,
    )


def _held_back(dropped: tuple[DroppedEntry, ...]) -> dict[str, tuple[str, ...]]:
    return {entry.name: entry.holds_back for entry in dropped if entry.holds_back}


def _package(path: Path, entry: PackageEntry) -> LockedPackage:
    owner = canonical_name(entry.filename.partition("-")[0])
    if owner != entry.name:
        raise CatalogError(f"{path}: {entry.filename} is not a wheel of {entry.name}")
    return LockedPackage(
        ecosystem=Ecosystem.PYPI,
        name=entry.name,
        version=entry.version,
        artifact=Artifact(filename=entry.filename, sha256=entry.sha256, size=entry.size),
        requires=entry.requires,
    )


def _layer(entry: LayerEntry, packages: dict[str, LockedPackage]) -> SharedLayer:
    return SharedLayer(
        name=entry.name,
        heads=entry.heads,
        packages=tuple(packages[name] for name in sorted(entry.packages)),
        after=entry.after,
        seen_in=entry.seen_in,
        wheelhouse=entry.wheelhouse,
    )


def _check_layers(path: Path, layers: tuple[LayerEntry, ...], packages: dict[str, LockedPackage]) -> None:
    """Raises `CatalogError` unless the layers are a partition, in order, each closed with those before it."""
    held: dict[str, str] = {}
    members: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for layer in layers:
        inside = set(layer.packages)
        if unknown := sorted((inside | set(layer.heads)) - packages.keys()):
            raise CatalogError(f"{path}: layer {layer.name}: {unknown[0]} is not among its packages")
        if late := [name for name in layer.after if name not in members]:
            raise CatalogError(f"{path}: layer {layer.name}: {late[0]} does not come before it")
        if missing := sorted(set[str]().union(*(before[name] for name in layer.after)) - set(layer.after)):
            raise CatalogError(f"{path}: layer {layer.name}: does not name {missing[0]}, which an earlier layer needs")
        before[layer.name] = set(layer.after)
        reach = inside.union(*(members[name] for name in layer.after))
        _check_closed(path, layer, reach, packages)
        if layer.wheelhouse:
            continue
        members[layer.name] = inside
        for name in layer.packages:
            if name in held:
                raise CatalogError(f"{path}: {name} is in two layers, {held[name]} and {layer.name}")
            held[name] = layer.name


def _check_closed(path: Path, layer: LayerEntry, reach: set[str], packages: dict[str, LockedPackage]) -> None:
    for name in layer.packages:
        for line in packages[name].requires:
            if requirement_name(line) not in reach:
                raise CatalogError(f"{path}: layer {layer.name} is not closed: {name} requires {line}")


def _check_unique(path: Path, what: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise CatalogError(f"{path}: {what} {twice} is there twice")
