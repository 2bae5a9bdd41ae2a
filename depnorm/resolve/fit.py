"""Whether a lock file of the repository still fits what its spec files ask for, and what of it they need.

The spec files say what is wanted, a lock that fits says which artifacts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from depnorm.model import Dependency, LeftOut, LeftOutKind, Lock, marker_environment, marker_holds, requirement_name
from depnorm.resolve.request import Request

WHY_NOT_NEEDED = "is in the lock file, and nothing in the spec files needs it"


def objections(lock: Lock, request: Request) -> tuple[str, ...]:
    """Why the lock, made for the request's Target, does not fit the request: sentences, none where it does.

    It fits if each package that is asked for is in it at a version that all lines and constraints allow, and what
    each of these requires as well, as far as `LockedPackage.requires` tells. What it names without an artifact counts
    as being there, and so does what is installed already, and what no lock can hold: the repository's own projects,
    URLs, what must be built.
    """
    held = _Held.of(lock, request)
    return tuple(dict.fromkeys((*_asked(held, request), *_required(held, lock, request))))


def needed(lock: Lock, request: Request) -> Lock:
    """The lock without what the request does not need: with other groups, or for other projects, it holds more."""
    names = _reached(lock, request) - beyond_locks(request)
    packages = tuple(each for each in lock.packages if each.name in names)
    dropped = [
        LeftOut(
            ecosystem=each.ecosystem,
            name=each.name,
            version=each.version,
            kind=LeftOutKind.OTHER_TARGET,
            why=WHY_NOT_NEEDED,
        )
        for each in lock.packages
        if each.name not in names
    ]
    left_out = [
        each if each.name in names else replace(each, kind=LeftOutKind.OTHER_TARGET, why=WHY_NOT_NEEDED)
        for each in lock.left_out
        if each.name not in beyond_locks(request)
    ]
    return replace(lock, packages=packages, left_out=tuple(sorted([*left_out, *dropped], key=lambda each: each.name)))


def beyond_locks(request: Request) -> frozenset[str]:
    """Names that no artifact of an index stands for."""
    return request.own | request.built | {each.name for each in request.direct if each.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """Name to version (None where the lock does not tell it) of all that needs no objection for being missing."""

    versions: Mapping[str, str | None]

    @classmethod
    def of(cls, lock: Lock, request: Request) -> "_Held":
        versions: dict[str, str | None] = {each.name: each.version for each in lock.remainder}
        versions |= {each.name: each.version for each in lock.packages}
        return cls(versions=versions | dict(request.installed) | dict.fromkeys(beyond_locks(request)))

    def objection(self, name: str, spec: str) -> str:
        """What the lock has instead; empty where the version satisfies `spec`."""
        if name not in self.versions:
            return f"the lock does not have {name}"
        version = self.versions[name]
        return "" if version is None or satisfies(version, spec) else f"the lock has {version}"


def _asked(held: _Held, request: Request) -> Iterator[str]:
    for each in sorted(request.asked, key=_place):
        if each.name and (objection := held.objection(each.name, each.spec)):
            yield f"{each.location} asks for {_shown(each)}, {objection}"
    for each in sorted(request.constraints, key=_place):
        if each.name in held.versions and not each.url and _applies(each, request):
            objection = held.objection(each.name or "", each.spec)
            if objection:
                yield f"{each.location} allows {_shown(each)} alone, {objection}"


def _required(held: _Held, lock: Lock, request: Request) -> Iterator[str]:
    """What packages that are needed require."""
    names = _reached(lock, request)
    for package in lock.packages:
        if package.name in names:
            for line in package.requires:
                requirement = Requirement(line)
                if objection := held.objection(requirement_name(line), str(requirement.specifier)):
                    yield f"{package.name} {package.version} requires {line}, {objection}"


def _reached(lock: Lock, request: Request) -> frozenset[str]:
    """What is asked for, and all that it requires."""
    requires = {each.name: each.requires for each in lock.packages}
    stop = beyond_locks(request)
    found: set[str] = set()
    waiting = [each.name for each in request.asked if each.name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += map(requirement_name, requires.get(name, ()) if name not in stop else ())
    return frozenset(found)


def _applies(constraint: Dependency, request: Request) -> bool:
    marker, environment = constraint.marker, marker_environment(request.release, request.platform)
    return marker is None or marker_holds(marker, environment) is not False


def satisfies(version: str, spec: str) -> bool:
    """Whether a version, pre-releases too, is one that `spec` allows; False for what is no version or specifier."""
    try:
        return SpecifierSet(spec).contains(Version(version), prereleases=True)
    except ValueError:  # no specifier, no version, or one of thousands of digits
        return False


def _place(dependency: Dependency) -> tuple[str, int, str, str]:
    return (dependency.location.path, dependency.location.line, dependency.name or "", dependency.spec)


def _shown(dependency: Dependency) -> str:
    extras = f"[{','.join(dependency.extras)}]" if dependency.extras else ""
    return f"{dependency.name}{extras}{dependency.spec}"


def summary(found: Sequence[str]) -> str:
    """The first objection, and how many more there are."""
    first, *others = found
    return f"{first}{f' (and {len(others)} more)' if others else ''}"
