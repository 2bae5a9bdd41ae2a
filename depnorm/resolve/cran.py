"""A lock of R packages: what a repository asks of CRAN, closed over what that needs, at a dated snapshot.

A snapshot has one version of each package, so nothing is solved: the index tells. Nothing is run, and no R is needed.
"""

import hashlib
import urllib.error
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.parse import unquote, urlsplit

from depnorm.errors import ResolutionError
from depnorm.model import CranLock, CranPackage, Dependency, Ecosystem, LeftOut, LeftOutKind, Progress, redact
from depnorm.resolve.cran_index import STRONG, Index, IndexEntry, Need, parse_index, parse_version, satisfies
from depnorm.resolve.cran_request import CranRequest
from depnorm.resolve.kept import keep
from depnorm.resolve.wheel import fetch

NAME = "CRAN"
"""Of the repository, in a renv.lock and in R's option `repos`."""
_MAX_DOWNLOAD_BYTES = 32 * 1024 * 1024
_MAX_INDEX_BYTES = 128 * 1024 * 1024
"""CRAN's own has 5 MB, and a tenth of that compressed."""
_GZIP = zlib.MAX_WBITS + 16


def lock_cran(request: CranRequest, cache: Path, progress: Progress | None = None) -> CranLock:
    """The lock; the index is kept in `cache`, for that of a day in the past stays the same.

    What the snapshot has not, and what comes from elsewhere, is left out by name. Raises `ResolutionError` for a line
    that asks for a version which the snapshot cannot give, and where there is no index.
    """
    text = _read_index(request, cache, progress)
    closure = _Closure(request=request, index=parse_index(text, request.r_version))
    _check_r(request, closure.index)
    closure.walk()
    closure.check()
    return CranLock(
        packages=tuple(sorted(closure.packages(), key=lambda each: each.name)),
        left_out=tuple(sorted((*request.left_out, *closure.left_out), key=lambda each: each.name)),
        r_version=request.r_version,
        repositories=((NAME, _authorized(request.repository)[0]),),
        as_of=request.as_of,
    )


def _check_r(request: CranRequest, index: Index) -> None:
    for line in request.own_r:
        if not satisfies(index.r_version, line.value):
            raise ResolutionError(
                f"{line.location}: asks for R {line.value}, and the image has R {request.r_version}",
                hint="Name another R in runtime.txt.",
            )


@dataclass(kw_only=True)
class _Closure:
    """The packages that are asked for with all that they need, as far as the snapshot has it."""

    request: CranRequest
    index: Index
    found: dict[str, IndexEntry] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    skipped: set[str] = field(default_factory=set)

    def walk(self) -> None:
        """Find them, those that are asked for first: R leaves what it brings as it is, unless it is asked for."""
        self.skipped.update(each.name for each in self.request.left_out)
        asked = sorted(self.request.asked, key=lambda each: (each.name or "", each.location))
        for dependency in asked:
            self._ask(dependency)
        waiting = [(name, need) for name in sorted(self.found) for need in self._first_needs(name)]
        while waiting:
            by, need = waiting.pop()
            entry = None if need.name in self.found or need.name in self.skipped else self._find(need.name, by)
            if entry is not None:
                self.found[need.name] = entry
                waiting += [(need.name, each) for each in entry.needs(*STRONG)]

    def _ask(self, dependency: Dependency) -> None:
        name = dependency.name or ""
        entry = self.index.find(name)
        if entry is None:
            self._leave_out(name, LeftOutKind.NOT_FOUND, f"is not in the snapshot ({dependency.location})")
        elif not satisfies(entry.order, dependency.spec):
            self._refuse(dependency, entry)
        elif name not in self.skipped:
            self.found[name] = entry

    def _refuse(self, dependency: Dependency, entry: IndexEntry) -> None:
        """A script may get an older version from CRAN's archive; a newer one nobody has."""
        told = f"asks for {entry.name} {dependency.spec}, and the snapshot has {entry.version}"
        wants_newer = any(_is_above(part, entry) for part in dependency.spec.split(","))
        if wants_newer or dependency.location.path.endswith("DESCRIPTION"):
            raise ResolutionError(
                f"{dependency.location}: {told}",
                hint="Name another date in runtime.txt, or plan without a lock (verify: --declared).",
            )
        self.found.pop(entry.name, None)
        self._leave_out(entry.name, LeftOutKind.ARCHIVE, f"{told} ({dependency.location})")

    def _first_needs(self, name: str) -> Iterator[Need]:
        entry = self.found[name]
        if name not in self.request.alone:
            yield from entry.needs(*STRONG)
        if name in self.request.with_suggested:
            yield from (each for each in entry.needs("Suggests") if self.index.find(each.name))

    def _find(self, name: str, by: str) -> IndexEntry | None:
        entry = self.index.find(name)
        if entry is None:
            r = self.request.r_version
            self._leave_out(name, LeftOutKind.NOT_FOUND, f"is needed by {by}, and not in the snapshot for R {r}")
        elif entry.is_recommended:
            self._leave_out(name, LeftOutKind.OTHER_TARGET, "comes with R")
            return None
        return entry

    def _leave_out(self, name: str, kind: LeftOutKind, why: str) -> None:
        if name not in self.skipped:
            self.skipped.add(name)
            self.left_out.append(LeftOut(ecosystem=Ecosystem.CRAN, name=name, version=None, kind=kind, why=why))

    def check(self) -> None:
        """Raise `ResolutionError` where a package needs another version of one than the snapshot has: R refuses it."""
        for entry in self.found.values():
            for need in entry.needs(*STRONG):
                other = self.found.get(need.name)
                if other is not None and not satisfies(other.order, need.constraint):
                    raise ResolutionError(
                        f"{entry.name} {entry.version} needs {need.name} {need.constraint}, and the snapshot "
                        f"{self.request.as_of} has {other.version} for R {self.request.r_version}",
                        hint="Name another date, or a newer R, in runtime.txt.",
                    )

    def packages(self) -> Iterator[CranPackage]:
        """What was found."""
        for entry in self.found.values():
            requires = tuple(dict.fromkeys(each.name for each in entry.needs(*STRONG)))
            yield CranPackage(name=entry.name, version=entry.version, repository=NAME, requires=requires)


def _is_above(constraint: str, entry: IndexEntry) -> bool:
    """Whether a constraint excludes the version and every older one."""
    limit = parse_version(constraint.lstrip("<>=!"))
    above = limit is None or limit > entry.order or (limit == entry.order and constraint[:2] == ">=")
    return above and constraint[:1] in {">", "="} and not satisfies(entry.order, constraint)


def _read_index(request: CranRequest, cache: Path, progress: Progress | None) -> str:
    """The text of PACKAGES, from the cache where it is a past day's."""
    kept = cache / "cran" / f"{hashlib.sha256(request.repository.encode()).hexdigest()}.gz"
    try:
        text = _unpacked(kept.read_bytes())
    except (OSError, zlib.error):
        task = f"the index of CRAN as of {request.as_of}"
        if progress:
            progress(task, 0, 1)
        data = _download(request)
        if progress:
            progress(task, 1, 1)
        text = _checked(data, request)
        if request.as_of < datetime.now(UTC).date().isoformat() and redact(request.repository) == request.repository:
            keep(kept, data)
    return text


def _download(request: CranRequest) -> bytes:
    """PACKAGES.gz, or PACKAGES compressed where there is no other."""
    place, headers = _authorized(request.repository)
    url = f"{place}/src/contrib/PACKAGES"
    try:
        try:
            return _limited(fetch(f"{url}.gz", _MAX_DOWNLOAD_BYTES + 1, headers).body, request)
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
            return zlib.compress(_limited(fetch(url, _MAX_DOWNLOAD_BYTES + 1, headers).body, request), wbits=_GZIP)
    except urllib.error.HTTPError as error:
        raise ResolutionError(
            f"{redact(request.repository)}: there is no index of R packages as of {request.as_of} (HTTP {error.code})",
            hint="Name another date, in runtime.txt or by --as-of, or another repository of snapshots in DEPNORM_CRAN.",
        ) from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise ResolutionError(
            f"{redact(request.repository)}: cannot be asked ({reason})",
            hint="Is the network there? DEPNORM_CRAN names the repository of snapshots.",
        ) from error


def _authorized(url: str) -> tuple[str, dict[str, str]]:
    """A URL without its user and password, and the header that has them."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=host).geturl()
    return bare, {"Authorization": f"Basic {b64encode(unquote(user).encode()).decode()}"} if user else {}


def _limited(data: bytes, request: CranRequest) -> bytes:
    if len(data) > _MAX_DOWNLOAD_BYTES:
        raise ResolutionError(f"{redact(request.repository)}: its index is larger than any that R packages have")
    return data


def _checked(data: bytes, request: CranRequest) -> str:
    try:
        return _unpacked(data)
    except zlib.error as error:
        raise ResolutionError(f"{redact(request.repository)}: its index cannot be read ({error})") from error


def _unpacked(data: bytes) -> str:
    unpacking = zlib.decompressobj(wbits=_GZIP)
    text = unpacking.decompress(data, _MAX_INDEX_BYTES)
    if not unpacking.eof:
        raise zlib.error("it is cut short, or too large")
    return text.decode("utf-8", "replace")
