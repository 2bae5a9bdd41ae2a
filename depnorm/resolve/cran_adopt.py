"""A renv.lock of the repository as its lock: taken where it fits, refused with the reason where it does not.

An image installs R packages from one dated snapshot, so the lock fits where that has exactly its version of all that
is needed. Where the file says that packages lie is asked nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from depnorm.model import (
    Analysis,
    CranLock,
    CranPackage,
    Dependency,
    Ecosystem,
    LeftOut,
    LeftOutKind,
    Location,
    Progress,
    ReferenceKind,
    RepoReference,
    redact,
)
from depnorm.model.cran import BASE_PACKAGES, RECOMMENDED_PACKAGES
from depnorm.resolve.adopt import DoesNotFitError, check_date
from depnorm.resolve.cran import NAME, lock_cran
from depnorm.resolve.cran_index import parse_version
from depnorm.resolve.cran_request import CranRequest
from depnorm.resolve.fit import WHY_NOT_NEEDED, summary

_MINOR = re.compile(r"\d{1,9}\.\d{1,9}", re.ASCII)
_OF_CRAN = frozenset({NAME, "RSPM", "P3M", "PPM", "Repository"})
"""What renv calls CRAN and mirrors of it."""
_WITH_R = "comes with R, in a version of R's own; the lock has {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenvLock:
    """A renv.lock that was read, and what its repository has for R beside it."""

    path: str
    lock: CranLock
    analysis: Analysis

    @property
    def restoring(self) -> tuple[RepoReference, ...]:
        """Where scripts restore all of it."""
        return tuple(
            each
            for file in self.analysis.files
            for each in file.references
            if each.kind is ReferenceKind.PACKAGE_LIST and each.resolved == self.path
        )

    @property
    def is_alone(self) -> bool:
        """Whether nothing else says which R packages there are to be."""
        return not self.analysis.scripts and self.analysis.description is None


def adopt_cran(
    renv: RenvLock,
    request_at: Callable[[str], CranRequest],
    default: str,
    cache: Path,
    *,
    not_after: str | None,
    progress: Progress | None = None,
) -> CranLock:
    """What a repository needs of its renv.lock, at the snapshot that `request_at` gives for a date.

    That is the date in runtime.txt, else that of the lock's own repository, else the `default`. All of the lock is
    needed where a script restores it, or where it is all that there is for R. Raises `DoesNotFitError`, and
    `ResolutionError` where it is newer than the ISO date `not_after`, or there is no such snapshot.
    """
    found, runtime = renv.lock, renv.analysis.r_snapshot
    if runtime is None and found.as_of:
        check_date(found.as_of, not_after)
    request = request_at(runtime or found.as_of or default)
    _check_r(found, request)
    is_whole = bool(renv.restoring) or renv.is_alone
    if is_whole:
        request = replace(request, asked=(*request.asked, *_listed(renv, request)))
    lock = lock_cran(request, cache, progress)
    _check(_objections(lock, request, renv))
    left_out = tuple(sorted(_left_out(lock, renv, is_whole=is_whole), key=lambda each: each.name))
    if renv.is_alone:
        _check(f"{each.name} {each.why}, and no script installs it" for each in left_out if each.is_wanted)
    return replace(lock, left_out=left_out)


def _check(objections: Iterable[str]) -> None:
    told = list(dict.fromkeys(objections))
    if told:
        raise DoesNotFitError(summary(told))


def _check_r(found: CranLock, request: CranRequest) -> None:
    """Raise `DoesNotFitError` for a lock of another R: packages are built anew for each `X.Y`."""
    theirs, ours = (_MINOR.match(each or "") for each in (found.r_version, request.r_version))
    if theirs and ours and theirs[0] != ours[0]:
        raise DoesNotFitError(
            f"it was made with R {found.r_version}, the image has R {request.r_version}; runtime.txt may name another R"
        )


def _listed(renv: RenvLock, request: CranRequest) -> Iterator[Dependency]:
    """What the lock has of repositories, but for what R brings."""
    others = BASE_PACKAGES | RECOMMENDED_PACKAGES | {each.name for each in request.left_out}
    others |= {each.name for each in request.asked if each.name}
    for each in renv.lock.packages:
        if each.url is None and each.name not in others:
            yield Dependency(ecosystem=Ecosystem.CRAN, name=each.name, location=Location(path=renv.path), raw=each.name)


def _objections(lock: CranLock, request: CranRequest, renv: RenvLock) -> Iterator[str]:
    """What the snapshot has otherwise than the lock file, of all that is needed."""
    known = {each.name: each for each in renv.lock.packages}
    snapshot = f"CRAN as of {request.as_of}"
    for each in lock.packages:
        theirs = known.get(each.name)
        if theirs is None:
            yield f"{_who(each.name, lock, request)} {each.name}, the lock does not have it"
        elif theirs.url is not None:
            who = _who(each.name, lock, request)
            yield f"{who} {each.name}, the lock has it from {redact(theirs.url)} and not from CRAN"
        elif parse_version(theirs.version) != parse_version(each.version):
            yield f"the lock has {each.name} {theirs.version}, and {snapshot} has {each.version}"
    for left in lock.left_out:
        theirs = known.get(left.name)
        if left.kind is LeftOutKind.NOT_FOUND and theirs is not None and _is_of_cran(theirs, renv.lock):
            yield f"the lock has {left.name} {theirs.version}, and {snapshot} does not have it"


def _who(name: str, lock: CranLock, request: CranRequest) -> str:
    """Who needs a package, as a clause that its name completes."""
    asking = sorted(each.location for each in request.asked if each.name == name)
    if asking:
        return f"{asking[0]} asks for"
    return next((f"{each.name} {each.version} requires" for each in lock.packages if name in each.requires), "R needs")


def _is_of_cran(package: CranPackage, lock: CranLock) -> bool:
    """Whether the lock has it from CRAN, by the name of its repository."""
    urls = dict(lock.repositories)
    repository = package.repository or ""
    return repository in _OF_CRAN or ("bioc" not in repository.lower() and repository in urls)


def _left_out(lock: CranLock, renv: RenvLock, *, is_whole: bool) -> Iterator[LeftOut]:
    """What is left out of the lock at the snapshot, with what the file says of it; and the rest of the file."""
    known = {each.name: each for each in renv.lock.packages}
    restored = {redact(each.target) for each in renv.restoring}
    told = {each.name for each in lock.packages} | {each.name for each in lock.left_out}
    for left in lock.left_out:
        if not (left.kind is LeftOutKind.COMPUTED and left.name in restored):
            yield _with_place(left, known.get(left.name), renv.path)
    for package in renv.lock.packages:
        if package.name not in told:
            yield _not_taken(package, renv.path, is_whole=is_whole)
    for left in renv.lock.left_out:
        if left.name not in told:
            yield left if is_whole else replace(left, kind=LeftOutKind.OTHER_TARGET, why=WHY_NOT_NEEDED)


def _with_place(left: LeftOut, theirs: CranPackage | None, path: str) -> LeftOut:
    """The reason, with where the lock file has the package from, which nothing installs it from."""
    if theirs is None or not left.is_wanted:
        return left
    source = redact(theirs.url) if theirs.url else f"{theirs.repository} at {theirs.version}"
    return replace(left, why=f"{left.why}; {path} has it from {source}")


def _not_taken(package: CranPackage, path: str, *, is_whole: bool) -> LeftOut:
    kind, why = LeftOutKind.OTHER_TARGET, WHY_NOT_NEEDED
    if is_whole and package.url is not None:
        kind = LeftOutKind.VCS if package.url.startswith("git+") else LeftOutKind.ARCHIVE
        why = f"comes from {redact(package.url)} ({path})"
    elif package.name in RECOMMENDED_PACKAGES:
        why = _WITH_R.format(package.version)
    return LeftOut(ecosystem=Ecosystem.CRAN, name=package.name, version=package.version, kind=kind, why=why)
