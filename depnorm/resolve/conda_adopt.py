"""A conda-lock.yml of the repository as its lock: taken where it fits, refused with the reason where it does not.

Its hashes say which files are meant. What these are, and where they lie, the channels say that the environment file
and the machine name: nothing is asked of another place because a lock file names it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from depnorm.errors import ResolutionError
from depnorm.model import Ecosystem, LeftOut, LeftOutKind, Lock, LockedPackage, Progress, redact
from depnorm.model.conda_order import PYTHON
from depnorm.model.conda_url import conda_stem
from depnorm.resolve.adopt import DoesNotFitError, check_date, day_of
from depnorm.resolve.conda import locked_package
from depnorm.resolve.conda_adopt_pip import adopt_pip_section
from depnorm.resolve.conda_channel import CondaChannel, without_credentials
from depnorm.resolve.conda_request import CondaRequest, CondaSpec
from depnorm.resolve.conda_solve import Record, ask, channels_at_hand
from depnorm.resolve.fit import WHY_NOT_NEEDED, summary

_TASK = "the lock file of the repository"


def adopt_conda(
    found: Lock, request: CondaRequest, cache: Path, *, not_after: str | None, progress: Progress | None = None
) -> Lock:
    """What the request needs of a lock that was read from a conda-lock.yml for its Target.

    Channels and indexes are asked for its files. Its `as_of` is the day that the file tells, else that of its newest
    package, None where neither tells it. Raises `DoesNotFitError`, and `ResolutionError` where it is newer than the
    ISO date `not_after`, or where no channel has a file.
    """
    if progress:
        progress(_TASK, 0, 1)
    _check_channels(found, request.channels)
    taken = _take(found, request, cache)
    if progress:
        progress(_TASK, 1, 1)
    lock = replace(
        taken.lock,
        created_by=found.created_by,
        platforms=(request.subdir,),
        channels=tuple(dict.fromkeys(channel.public_url for channel in request.channels)),
    )
    days = [taken.days[each.name] for each in lock.packages]
    if request.pip is not None:
        lock, more = adopt_pip_section(lock, found, request, cache, progress)
        days += more
    newest = max((day for day in days if day), default=None) if None not in days else None
    check_date(newest or day_of(found.as_of), not_after)
    return replace(lock, as_of=day_of(found.as_of) or newest)


def _check_channels(lock: Lock, channels: Sequence[CondaChannel]) -> None:
    """Raise `DoesNotFitError` unless the lock was made from the channels that the file lists, in their order."""
    places: dict[str, int] = {}
    for channel in (each for each in channels if each.listed):
        place = next((number for number, text in enumerate(lock.channels) if _is_named(channel, text)), None)
        if place is None:
            raise DoesNotFitError(f"{channel.location} lists {channel.name}, a channel that the lock was not made from")
        places.setdefault(channel.name, place)
    if list(places.values()) != sorted(places.values()):
        raise DoesNotFitError(f"the lock was made from the channels {', '.join(places)} in another order")


def _is_named(channel: CondaChannel, text: str) -> bool:
    """Whether a lock file means the channel: by its name, by its URL, or by one of another mirror."""
    try:
        named = without_credentials(text).rstrip("/") if "://" in text else text
    except ValueError:  # a malformed host
        return False
    return (
        named in {channel.name, channel.public_url}
        or named.endswith(f"/{channel.name}")
        or ("://" not in named and channel.public_url.endswith(f"/{named}"))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """The conda packages that are needed, as channels have them, and the day of each, where that is known."""

    lock: Lock
    days: Mapping[str, str | None]


def _take(found: Lock, request: CondaRequest, cache: Path) -> _Taken:
    conda = [each for each in found.packages if each.ecosystem is Ecosystem.CONDA]
    left_out = {each.name: each.why for each in found.left_out if each.ecosystem is Ecosystem.CONDA}
    held = {each.name: each for each in conda}
    _object(_missing(request.specs, held, left_out))
    answer = _answer(conda, request, cache) if conda else {"unmet": [], "records": [], "broken": []}
    _object(_unmet(spec, held[spec.name]) for spec in (request.specs[number] for number in answer["unmet"]))
    days = {each.name: record and record.pop("day") for each, record in zip(conda, answer["records"], strict=True)}
    records = {
        each.name: Record(**record) for each, record in zip(conda, answer["records"], strict=True) if record is not None
    }
    packages = {name: _package(record, held) for name, record in records.items()}
    needed = _reached([spec.name for spec in request.specs], packages, held)
    for name in sorted(needed - packages.keys()):
        if name in held:
            raise ResolutionError(_not_found(held[name], request))
    _object(
        _broken(held[conda[number].name], line, name, version, left_out)
        for number, line, name, version in answer["broken"]
        if conda[number].name in needed
    )
    lock = Lock(
        ecosystem=Ecosystem.CONDA,
        packages=tuple(packages[name] for name in sorted(needed & packages.keys())),
        left_out=tuple(_not_needed(each) for each in conda if each.name not in needed),
    )
    return _Taken(lock=lock, days=days)


def _package(record: Record, held: Mapping[str, LockedPackage]) -> LockedPackage:
    """The package as a solve would lock it: conda makes Python bring pip, where there is one."""
    if record.name == PYTHON and "pip" in held:
        record = replace(record, depends=[*record.depends, "pip"])
    return locked_package(record, record.sha256 or "")


def _object(objections: Iterator[str]) -> None:
    found = list(dict.fromkeys(objections))
    if found:
        raise DoesNotFitError(summary(found))


def _missing(
    specs: Sequence[CondaSpec], held: Mapping[str, LockedPackage], left_out: Mapping[str, str]
) -> Iterator[str]:
    for spec in sorted(specs, key=lambda each: each.location):
        if spec.name not in held and not spec.name.startswith("__"):
            yield f"{spec.location} asks for {spec.written}, {_without(spec.name, left_out)}"


def _without(name: str, left_out: Mapping[str, str]) -> str:
    return f"and {name} {redact(left_out[name])}" if name in left_out else f"the lock does not have {name}"


def _unmet(spec: CondaSpec, package: LockedPackage) -> str:
    build = f" {_build(package)}" if "build" in spec.keys else ""
    return f"{spec.location} asks for {spec.written}, the lock has {package.version}{build}"


def _build(package: LockedPackage) -> str:
    return conda_stem(package).removeprefix(f"{package.name}-{package.version}-")


def _broken(package: LockedPackage, line: str, name: str, version: str | None, left_out: Mapping[str, str]) -> str:
    has = f"the image has {version}" if name.startswith("__") else f"the lock has {version}"
    if version is None:
        has = "which the image is not" if name.startswith("__") else _without(name, left_out)
    return f"{package.name} {package.version} requires {' '.join(line.split())}, {has}"


def _reached(
    names: Sequence[str], packages: Mapping[str, LockedPackage], held: Mapping[str, LockedPackage]
) -> frozenset[str]:
    """What is asked for, and all that it needs."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in held and name not in found:
            found.add(name)
            waiting += [line.partition(" ")[0] for line in packages[name].requires] if name in packages else []
    return frozenset(found)


def _not_found(package: LockedPackage, request: CondaRequest) -> str:
    channels = ", ".join(dict.fromkeys(each.name for each in request.channels))
    return f"no channel of the spec files ({channels}) has its file of {package.name} {package.version}"


def _answer(conda: Sequence[LockedPackage], request: CondaRequest, cache: Path) -> dict[str, Any]:
    """What the channels say of the packages (`conda_rattler_fit`)."""
    channels = {spec.name: spec.root.rpartition("::")[0] for spec in request.specs if "::" in spec.root}
    with channels_at_hand(request, cache) as place:
        question = {
            "packages": [_told(each, channels.get(each.name)) for each in conda],
            "specs": [f"{spec.name}{spec.keys}" for spec in request.specs],
            "channels": [channel.url for channel in request.channels],
            "cache": str(place.absolute()),
            "subdir": request.subdir,
            "virtual": request.virtual,
        }
        answer: dict[str, Any] = ask("fit", question, request.channels)
    return answer


def _told(package: LockedPackage, channel: str | None) -> dict[str, Any]:
    artifact = package.artifact
    return {
        "name": package.name,
        "version": package.version,
        "build": _build(package),
        "subdir": (artifact.url or "").rpartition("/")[0].rpartition("/")[2] or "noarch",
        "sha256": artifact.sha256,
        "md5": artifact.md5,
        "channel": channel,
    }


def _not_needed(package: LockedPackage) -> LeftOut:
    return LeftOut(
        ecosystem=package.ecosystem,
        name=package.name,
        version=package.version,
        kind=LeftOutKind.OTHER_TARGET,
        why=WHY_NOT_NEEDED,
    )
