"""renv.lock, what `renv::restore()` installs.

https://rstudio.github.io/renv/articles/lockfile.html
"""

import json
import re
from collections.abc import Iterator, Mapping

from depnorm.model import (
    CranLock,
    CranPackage,
    Dependency,
    Ecosystem,
    LeftOut,
    LeftOutKind,
    SpecFile,
    SpecFormat,
    redact,
)
from depnorm.model.cran import BASE_PACKAGES
from depnorm.read.assemble import Item
from depnorm.read.json_lines import Member
from depnorm.read.locks.fields import (
    FieldError,
    checked_text,
    items_at,
    optional_text,
    table_at,
    tables_at,
    text,
)
from depnorm.read.locks.json_lock import JsonLock, parse_json_lock
from depnorm.read.locks.piece import PackageReader, Piece
from depnorm.read.pep508 import path_kind
from depnorm.read.r.origins import PACKAGE_NAME
from depnorm.read.text import decode

_VERSION = re.compile(r"\d{1,9}(?:[.-]\d{1,9}){0,8}")
_DATED = re.compile(r"/(\d{4}-\d{2}-\d{2})(?:/|$)")
_REQUIREMENT = re.compile(r"[A-Za-z][A-Za-z0-9.]*")
# Where renv finds the sources of a hosted repository, unless RemoteHost names the API of another host.
_HOSTS = {"GitHub": "github.com", "GitLab": "gitlab.com", "Bitbucket": "bitbucket.org"}
_HOST = re.compile(
    r"(?:https?://)?(?:api\.(?=github\.com|bitbucket\.org))?([A-Za-z0-9.-]{1,253}(?::\d{1,5})?)(?:/[^@\s]*)?"
)
_HINT = "Run `renv::snapshot()`."
_REPOSITORIES = ("Repository", "CRAN", "Bioconductor")


def parse_renv_lock(data: bytes, path: str) -> SpecFile:
    """The packages of a renv.lock: `==version`, the URL and commit of what comes from a host.

    Options are `R` (a version), `Bioconductor`, and `repository` for each, `NAME=URL`. A package from the repository
    (`Source: Local`) is a reference.
    """
    return parse_json_lock(
        data, path, file_format=SpecFormat.RENV_LOCK, header=_header, packages=lambda _, member: _reader(member)
    )


def read_cran_lock(data: bytes) -> CranLock:
    """The Lock of a renv.lock that `parse_renv_lock` read without a problem; raises `FieldError` for another."""
    document = table_at({"document": json.loads(decode(data).text)}, "document")
    found = [_locked(name, table_at({name: each}, name)) for name, each in table_at(document, "Packages").items()]
    r = table_at(document, "R")
    repositories = tuple(_repositories(r))
    dates = [match[1] for _, url in repositories if (match := _DATED.search(url))]
    return CranLock(
        packages=tuple(sorted((each for each in found if isinstance(each, CranPackage)), key=lambda each: each.name)),
        left_out=tuple(sorted((each for each in found if isinstance(each, LeftOut)), key=lambda each: each.name)),
        r_version=optional_text(r, "Version"),
        bioconductor=optional_text(table_at(document, "Bioconductor"), "Version"),
        repositories=repositories,
        as_of=dates[0] if dates else None,
    )


def _reader(member: Member) -> PackageReader | None:
    return _read_package if member.key == "Packages" else None


def _header(lock: JsonLock) -> Iterator[Item]:
    if lock.member("Packages") is None:
        yield lock.piece(None).problem("expected an object with R and Packages, as renv writes it", _HINT)
    piece = lock.piece(lock.member("R"))
    try:
        yield piece.option("R", text(piece.table, "Version"))
        yield from (piece.option("repository", f"{name}={url}") for name, url in _repositories(piece.table))
    except FieldError as error:
        yield piece.problem(f"R: {error}", _HINT)
    if (member := lock.member("Bioconductor")) is not None:
        piece = lock.piece(member)
        try:
            yield piece.option("Bioconductor", text(piece.table, "Version"))
        except FieldError as error:
            yield piece.problem(f"Bioconductor: {error}", _HINT)


def _repositories(r: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The repositories as renv writes them: a list of Name and URL, in renv's first versions an object."""
    value = r.get("Repositories")
    if isinstance(value, dict):
        yield from ((checked_text(name, "Repositories"), text(value, name)) for name in value)
        return
    for each in tables_at(r, "Repositories"):
        yield text(each, "Name"), text(each, "URL")


def _read_package(piece: Piece) -> Iterator[Item]:
    locked = _locked(piece.key, piece.table)
    is_local = isinstance(locked, LeftOut)
    target = text(piece.table, "RemoteUrl") if is_local else None
    yield Dependency(
        ecosystem=Ecosystem.CRAN,
        name=locked.name,
        location=piece.location,
        raw=piece.raw,
        spec=f"=={locked.version}",
        url=f"file:{target}" if isinstance(locked, LeftOut) else locked.url,
        channel=None if isinstance(locked, LeftOut) else locked.repository,
    )
    if target is not None:
        yield piece.reference(path_kind(target), target)


def _locked(name: str, table: Mapping[str, object]) -> CranPackage | LeftOut:
    said, version = text(table, "Package"), text(table, "Version")
    if said != name or not PACKAGE_NAME.fullmatch(name):
        raise FieldError(f"Package: {said[:80]!r} is not the R package that the file lists here")
    if not _VERSION.fullmatch(version):
        raise FieldError(f"Version: {version[:80]!r} is not a version of R's")
    source = text(table, "Source")
    if source == "Local":
        text(table, "RemoteUrl")
        return LeftOut(
            ecosystem=Ecosystem.CRAN,
            name=name,
            version=version,
            kind=LeftOutKind.DIRECTORY,
            why="is a path of the machine that made the lock, or of the repository",
        )
    repository = optional_text(table, "Repository") or (source if source in _REPOSITORIES else None)
    url = None if source in _REPOSITORIES else _url(source, table)
    requires = tuple(dict.fromkeys(_needs(table)))
    return CranPackage(name=name, version=version, repository=None if url else repository, url=url, requires=requires)


def _url(source: str, table: Mapping[str, object]) -> str:
    """Where the sources of a package are that no repository has."""
    if source == "unknown":  # renv wrote it because DESCRIPTION does not tell, and cannot restore it
        raise FieldError("Source: 'unknown' tells nobody where the package is")
    if (url := optional_text(table, "RemoteUrl")) and source not in _HOSTS:
        commit = optional_text(table, "RemoteSha") or optional_text(table, "RemoteRef")
        return f"git+{url}@{commit}" if commit and source != "URL" else url
    if source == "URL":
        raise FieldError("RemoteUrl: expected a string, found none")
    if source not in _HOSTS and optional_text(table, "RemoteUsername") is None:
        raise FieldError(f"Source: {source[:80]!r} tells nobody where the package is")
    host = _host(source, table)
    commit, part = optional_text(table, "RemoteSha") or text(table, "RemoteRef"), optional_text(table, "RemoteSubdir")
    address = f"https://{host}/{text(table, 'RemoteUsername')}/{text(table, 'RemoteRepo')}"
    return f"git+{address}@{commit}" + (f"#subdirectory={part}" if part else "")


def _host(source: str, table: Mapping[str, object]) -> str:
    """The host of a repository: `api.github.com` is GitHub's own, `git.example.org/api/v3` one of an enterprise."""
    said = optional_text(table, "RemoteHost")
    match = _HOST.fullmatch(said) if said else None
    if said and match is None:
        raise FieldError(f"RemoteHost: {redact(said)[:80]!r} is no host")
    return match[1] if match else _HOSTS.get(source, source)


def _needs(table: Mapping[str, object]) -> Iterator[str]:
    """The R packages that one needs: `Requirements` of renv 0.x and 1.0, the fields of DESCRIPTION since 1.1."""
    for key in ("Requirements", "Depends", "Imports", "LinkingTo"):
        value = table.get(key)
        for entry in [value] if isinstance(value, str) else items_at(table, key):
            for part in checked_text(entry, key).split(","):
                match = _REQUIREMENT.match(part.strip())
                if match and match.group() != "R" and match.group() not in BASE_PACKAGES:
                    yield match.group()
