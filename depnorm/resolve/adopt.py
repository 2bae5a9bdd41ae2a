"""A lock file of the repository as its lock: taken where it fits, refused with the reason where it does not."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from depnorm.errors import ResolutionError
from depnorm.model import Artifact, Ecosystem, LeftOut, LeftOutKind, Lock, LockedPackage, Progress, redact
from depnorm.resolve.elsewhere import tell_elsewhere
from depnorm.resolve.fit import needed, objections, summary
from depnorm.resolve.joint import beside_indexes, with_collisions, with_edges
from depnorm.resolve.request import Request
from depnorm.resolve.uv_command import NoSolutionError, Prereleases, Query, compile_pylock_text
from depnorm.resolve.wheel import wheel_of

_KINDS = frozenset(LeftOutKind) - {LeftOutKind.OTHER_TARGET}
_VERSION = re.compile(r"[0-9A-Za-z.!+]{1,100}")
_NO_INDEX = "no index that the spec files name, nor the default one,"
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=$|[T ])")


class DoesNotFitError(ResolutionError):
    """A lock file that does not say what the spec files ask for; the message is a clause that says why."""


def adopt_lock(
    found: Lock, text: str, request: Request, cache: Path, *, not_after: str | None, progress: Progress | None = None
) -> Lock:
    """What the request needs of the lock that the file `text` has for its Target, with edges and collisions.

    Asks indexes for the wheels, and for what these say of themselves. Its `as_of` is the day that the file tells, else
    that of its newest wheel, None where it tells neither. Raises `DoesNotFitError`, and `ResolutionError` where it is
    newer than the ISO date `not_after`, or where no index has a wheel, or it cannot be read.
    """
    document = tomllib.loads(text)
    locked = {each.name for each in found.packages}
    left_out = [each for each in _own_left_out(document) if each.name not in locked]
    found = replace(found, left_out=(*found.left_out, *left_out))
    _check(found, request)  # before anything is asked
    if any(each.requires for each in found.packages):
        found = needed(found, request)
    from_them, _ = from_indexes(found, request)
    full = with_edges(tell_elsewhere(from_them, request, cache), request, cache, progress)
    _check(full, request)
    lock = needed(full, request)
    newest = newest_upload(document, lock)
    dated = replace(lock, as_of=day_of(lock.as_of) or _own_date(document) or newest)
    check_date(newest or dated.as_of, not_after)
    return with_collisions(beside_indexes(dated, request), cache, progress)


def from_indexes(lock: Lock, request: Request) -> tuple[Lock, Mapping[str, Any]]:
    """The lock with its wheels as the indexes have them that the spec files name, or the machine; and what these say.

    Nothing is asked of a place because a lock file says that a wheel lies there, and nothing is believed of a wheel
    that another one's hash does not prove. Raises `ResolutionError` for a file that no such index has.
    """
    if not lock.packages:
        return lock, {}
    query = Query(
        requirements=tuple(f"{each.name}=={each.version}" for each in lock.packages),
        options=request.options,
        alone=True,
        prereleases=Prereleases.ALL,
        python=request.python,
        python_patch=request.python_patch,
        platform=request.platform,
        as_of="",
    )
    try:
        document = tomllib.loads(compile_pylock_text(query))
    except NoSolutionError as error:
        raise ResolutionError(f"{_NO_INDEX} has all of its packages: {error}") from error
    known = {
        (each["name"], wheel.artifact.sha256): wheel.artifact
        for each in document.get("packages", [])
        for wheel in map(wheel_of, each.get("wheels", ()))
    }
    packages = tuple(replace(each, artifact=_known(each, known)) for each in lock.packages)
    return replace(lock, packages=packages), document


def _known(package: LockedPackage, known: Mapping[tuple[str, str], Artifact]) -> Artifact:
    artifact = known.get((package.name, package.artifact.sha256))
    if artifact is None:
        place = _host(package.artifact.url or "")
        raise ResolutionError(
            f"{_NO_INDEX} has its file of {package.name} {package.version}{f', said to be at {place}' if place else ''}"
        )
    return replace(artifact, size=package.artifact.size if artifact.size is None else artifact.size)


def _host(url: str) -> str:
    return url.partition("//")[2].partition("/")[0].rpartition("@")[2]


def _check(lock: Lock, request: Request) -> None:
    if found := objections(lock, request):
        raise DoesNotFitError(summary(found))


def check_date(day: str | None, not_after: str | None) -> None:
    """Raise `ResolutionError` for a day after `not_after`, and for none where that is asked for."""
    if not_after is None:
        return
    if day is None:
        raise ResolutionError(f"it does not tell whether its packages are of {not_after} or older")
    if day > not_after:
        raise ResolutionError(f"it has packages of {day}, newer than {not_after}")


def newest_upload(document: Mapping[str, Any], lock: Lock) -> str | None:
    """The day, in UTC as written, of the newest of the lock's wheels; None unless the file tells that of each.

    uv.lock and pylock.toml call it `upload-time`, a string in the one and a TOML date in the other.
    """
    wanted = {package.artifact.sha256 for package in lock.packages}
    days = {sha256: day for sha256, day in _uploads(document) if sha256 in wanted}
    known = [day for day in days.values() if day]
    return max(known) if known and days.keys() == wanted and len(known) == len(days) else None


def _uploads(document: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for package in (*_tables(document.get("package")), *_tables(document.get("packages"))):
        for wheel in _tables(package.get("wheels")):
            hashes = wheel.get("hashes")
            sha256 = (
                hashes.get("sha256") if isinstance(hashes, dict) else str(wheel.get("hash")).removeprefix("sha256:")
            )
            yield str(sha256), day_of(str(wheel.get("upload-time")))


def _own_date(document: Mapping[str, Any]) -> str | None:
    """The date that depnorm writes into its locks."""
    return day_of(str(_own(document).get("as-of")))


def _own(document: Mapping[str, Any]) -> Mapping[str, Any]:
    tool = document.get("tool")
    own = tool.get("depnorm") if isinstance(tool, dict) else None
    return own if isinstance(own, dict) else {}


def _own_left_out(document: Mapping[str, Any]) -> Iterator[LeftOut]:
    """What depnorm had to leave out of its lock, which has no other place for it."""
    for each in _tables(_own(document).get("left-out")):
        name, version, why = each.get("name"), each.get("version"), each.get("why")
        if isinstance(name, str) and each.get("kind") in _KINDS:
            yield LeftOut(
                ecosystem=Ecosystem.PYPI,
                name=name,
                version=version if isinstance(version, str) and _VERSION.fullmatch(version) else None,
                kind=LeftOutKind(each["kind"]),
                why=redact(why) if isinstance(why, str) else "",
            )


def day_of(moment: str | None) -> str | None:
    """The ISO date that a moment begins with, as it is written; None without one."""
    match = _DAY.match(moment or "")
    return match[0] if match else None


def _tables(value: object) -> Iterable[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
