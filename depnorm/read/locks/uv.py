"""uv.lock, read as it stands: nothing is evaluated, and uv is not asked.

https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
"""

from collections.abc import Iterator, Mapping

from depnorm.model import Dependency, Ecosystem, ReferenceKind, SpecFile, SpecFormat
from depnorm.read.assemble import Item
from depnorm.read.locks.fields import FieldError, optional_text, python_name, python_version, table_at, tables_at, text
from depnorm.read.locks.piece import Piece
from depnorm.read.locks.toml_lock import TomlLock, parse_toml_lock
from depnorm.read.locks.uv_groups import edges_of, read_groups
from depnorm.read.pep508 import path_kind

_VERSION = 1
_HEADER = {"requires-python": ("requires-python",), "exclude-newer": ("options", "exclude-newer")}
_REMOTE = ("https:", "http:", "file:")


def parse_uv_lock(data: bytes, path: str) -> SpecFile:
    """The packages of a uv.lock: `==version`, the hashes of every file, the URL of what comes from no index.

    Projects of the repository are references. A project that is not installed itself is the option `project`; other
    options are `requires-python`, `exclude-newer` and `index`, each index once.
    """
    return parse_toml_lock(
        data,
        path,
        file_format=SpecFormat.UV_LOCK,
        array="package",
        header=_header,
        reader=lambda lock: _PackageReader(read_groups(lock.document.data)),
        source=_source_line,
    )


def _source_line(package: Dependency) -> str:
    """Of one version from two indexes, each for other environments: PyTorch for a processor or for CUDA."""
    return next((line for line in package.raw.splitlines() if line.startswith("source")), "")


def _header(lock: TomlLock) -> Iterator[Item]:
    version = lock.document.value("version")
    if version != _VERSION or isinstance(version, bool):
        message = f"version: expected {_VERSION}, found {version!r:.80}"
        yield lock.piece("version").problem(message, "Lock again with a released uv.")
    for name, key in _HEADER.items():
        piece = lock.piece(*key)
        if isinstance(piece.value, str):
            yield piece.option(name, piece.value)
        elif piece.value is not None:
            yield piece.problem(f"{name}: expected a string, found {type(piece.value).__name__}")


class _PackageReader:
    """Reads one `[[package]]`; remembers the indexes met."""

    def __init__(self, groups: Mapping[str, str]) -> None:
        self._groups = groups
        self._indexes: set[str] = set()

    def __call__(self, piece: Piece) -> Iterator[Item]:
        table = piece.table
        name = python_name(text(table, "name"))
        kind, where = _source(table_at(table, "source"))
        spec = python_version(optional_text(table, "version"))
        list(edges_of(table))  # a requirement that cannot be understood is a problem of its package
        if kind == "virtual":
            yield piece.option("project", name)
            return
        yield Dependency(
            ecosystem=Ecosystem.PYPI,
            name=name,
            location=piece.location,
            raw=piece.raw,
            spec=spec,
            url=_url(kind, where),
            editable=kind == "editable",
            hashes=_hashes(table),
            group=self._groups.get(name),
        )
        yield from self._places(piece, kind, where)

    def _places(self, piece: Piece, kind: str, where: str) -> Iterator[Item]:
        """The references that a package is, and its index where that is a new one."""
        if kind in _LOCAL:
            yield piece.reference(_LOCAL[kind] or path_kind(where), where)
        elif kind == "registry" and where not in self._indexes:
            self._indexes.add(where)
            yield piece.option("index", where)
            if not where.startswith(_REMOTE) or where.startswith("file:"):
                yield piece.reference(ReferenceKind.FIND_LINKS, where)


_LOCAL = {"editable": ReferenceKind.EDITABLE, "directory": ReferenceKind.PATH, "path": None}
_SOURCES = ("registry", "git", "url", "path", "directory", "editable", "virtual")


def _source(source: Mapping[str, object]) -> tuple[str, str]:
    for kind in _SOURCES:
        if kind in source:
            return kind, text(source, kind)
    raise FieldError(f"source: expected one of {', '.join(_SOURCES)}")


def _url(kind: str, where: str) -> str | None:
    if kind == "git":  # https://host/repository?rev=main#COMMIT
        address, _, commit = where.partition("#")
        part = next((each for each in address.partition("?")[2].split("&") if each.startswith("subdirectory=")), "")
        address = address.partition("?")[0]
        return f"git+{address}" + (f"@{commit}" if commit else "") + (f"#{part}" if part else "")
    if kind == "url":
        return where
    return f"file:{where.removeprefix('file:')}" if kind in _LOCAL else None


def _hashes(table: Mapping[str, object]) -> tuple[str, ...]:
    files = [*tables_at(table, "wheels"), table_at(table, "sdist")]
    return tuple(dict.fromkeys(value for file in files if (value := optional_text(file, "hash"))))
