"""What no wheel can stand for: the packages that pip would build, and what a lock without them must not make of that.

A resolver that knows wheels alone goes on to older versions, and to pre-releases, until it finds wheels for all that
they need. pip does not.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.version import Version

from depnorm.model import Ecosystem, LeftOut, LeftOutKind, Lock, canonical_name, requirement_name
from depnorm.model.environment import marker_environment, marker_holds
from depnorm.resolve.uv_command import (
    FAILED_BUILD,
    NoSolutionError,
    Prereleases,
    Query,
    compile_pylock_text,
    newest_versions,
)

_NO_WHEEL = re.compile(r"Wheels are required for `([^`]+)`")
_NOT_FOUND = re.compile(r"\b([A-Za-z0-9][\w.-]*) was not found in the (?:package registry|provided package locations)")


def unlockable(query: Query, message: str) -> Iterator[LeftOut]:
    """The packages that no wheel, or nothing at all, is there for.

    uv names every package of which it met a version without a wheel, on its way through older and older versions of
    what needs it. Those count that have no answer alone; or the one that is named, where it is a single one.
    """
    message = " ".join(message.split())  # uv breaks lines at the width of a terminal
    for name in dict.fromkeys(_NOT_FOUND.findall(message)):
        yield left_out_by_name(name, LeftOutKind.NOT_FOUND, "is not on the index")
    for name in dict.fromkeys(map(canonical_name, FAILED_BUILD.findall(message))):
        yield left_out_by_name(name, LeftOutKind.SOURCE, "has no wheel that fits, and its source cannot be built here")
    named = [name for name in dict.fromkeys(_NO_WHEEL.findall(message)) if name not in query.excluded]
    for name in named:
        if len(named) == 1 or not _has_wheel(query, name):
            yield left_out_by_name(name, LeftOutKind.SOURCE, "has no wheel that fits, and building it runs code")


def _has_wheel(query: Query, name: str) -> bool:
    """Whether a version that the lines allow has a wheel for the Target, whatever it needs."""
    lines = tuple(line for line in query.requirements if requirement_name(line) == name)
    try:
        compile_pylock_text(replace(query, requirements=lines or (name,), alone=True))
    except NoSolutionError:
        return False
    return True


def each_alone(lock: Lock, query: Query) -> Query:
    """The question for each package of the lock (with edges) alone, under all that the lock requires of it.

    So a version that is held back by what another package says of it is no surprise.
    """
    environment = {**marker_environment(query.release, query.platform), "extra": ""}
    asked = [*query.requirements, *query.constraints]
    asked += [line for package in lock.packages for line in package.requires]
    limits: dict[str, set[str]] = {each.name: set() for each in lock.packages}
    for requirement in map(Requirement, asked):
        holds = requirement.marker is None or marker_holds(str(requirement.marker), environment)
        if requirement.name in limits and holds:
            limits[requirement.name].update(map(str, requirement.specifier))
    lines = tuple(f"{name}{','.join(sorted(limits[name]))}" for name in sorted(limits))
    return replace(query, requirements=lines, constraints=(), excluded=(), alone=True)


def too_early(lock: Lock, alone: Query) -> Iterator[str]:
    """A constraint for each pre-release that pip would not look at: another version is allowed, so that they count not.

    https://packaging.python.org/en/latest/specifications/version-specifiers/#handling-of-pre-releases
    """
    early = {each.name: version for each in lock.packages if (version := Version(each.version)).is_prerelease}
    if not early or alone.prereleases is Prereleases.ALL:
        return
    lines = tuple(line for line in alone.requirements if requirement_name(line) in early)
    others = newest_versions(replace(alone, requirements=lines, sdists=True))
    for name, version in early.items():
        other = Version(others.get(name, "0.dev0"))
        if not other.is_prerelease:
            # All pre-releases of that release at once, unless the release itself is the other version.
            is_same = other.base_version == version.base_version
            yield f"{name}!={version}" if is_same else f"{name}!={version.base_version}.0.0.*"


def missed_wheels(lock: Lock, alone: Query, wheels: Mapping[str, str], query: Query) -> Iterator[LeftOut]:
    """The packages that pip would build: for a newer version than any wheel has, or for one of what needs them.

    `wheels` are the answer to `alone`.
    """
    sdists = newest_versions(replace(alone, sdists=True))
    newer = [name for name in sdists if name in wheels and Version(sdists[name]) > Version(wheels[name])]
    for name in newer:
        why = f"has no wheel that fits of its newest version {sdists[name]}, and building it runs code"
        yield left_out_by_name(name, LeftOutKind.SOURCE, why)
    if not newer:
        yield from _missed_below(lock, wheels, query)


def _missed_below(lock: Lock, wheels: Mapping[str, str], query: Query) -> Iterator[LeftOut]:
    """The first packages without a wheel that alone keep what needs them from its version in `wheels`."""
    for package in lock.packages:
        best = wheels.get(package.name, package.version)
        if _is_preferred(Version(best), Version(package.version)):
            try:
                compile_pylock_text(replace(query, requirements=(f"{package.name}=={best}",)))
            except NoSolutionError as error:
                missed = list(unlockable(query, str(error)))
                if missed and _is_possible(query, f"{package.name}=={best}", missed):
                    yield from missed
                    return


def _is_possible(query: Query, pin: str, missed: Iterable[LeftOut]) -> bool:
    """Whether all lines have an answer with that pin, if something else installs what is missed."""
    excluded = {*query.excluded, *(each.name for each in missed)}
    try:
        compile_pylock_text(replace(query, constraints=(*query.constraints, pin), excluded=tuple(sorted(excluded))))
    except NoSolutionError:
        return False
    return True


def _is_preferred(version: Version, other: Version) -> bool:
    return (not version.is_prerelease, version) > (not other.is_prerelease, other)


def left_out_by_name(name: str, kind: LeftOutKind, why: str) -> LeftOut:
    """A package by name, since nothing tells a version of it."""
    return LeftOut(ecosystem=Ecosystem.PYPI, name=name, version=None, kind=LeftOutKind(kind), why=why)
