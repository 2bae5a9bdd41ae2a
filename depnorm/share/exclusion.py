"""Which packages of a snapshot a repository's own command would not keep, and because of which requirement."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from depnorm.model import (
    Dependency,
    Ecosystem,
    LockedPackage,
    Snapshot,
    marker_environment,
    marker_holds,
    requirement_name,
)
from depnorm.share.layers import closure

MAX_SPECIFIERS = 100
"""Specifiers of one package that are worth comparing: each version in them with each of them."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement that may apply. `certain` is false where only the patch release of Python would tell."""

    name: str
    dependency: Dependency
    certain: bool


def find_demands(dependencies: Sequence[Dependency], snapshot: Snapshot) -> list[Demand]:
    """The Python requirements that apply under the snapshot's Python, in one order for every order of lines."""
    environments = tuple(_environments(snapshot))
    demands = []
    for dependency in sorted(dependencies, key=_position):
        if dependency.ecosystem is not Ecosystem.PYPI or dependency.name is None:
            continue
        marker = dependency.marker
        answers = {marker is None or marker_holds(marker, environment) for environment in environments}
        if answers != {False}:
            demands.append(Demand(dependency.name, dependency, certain=answers == {True}))
    return demands


def _position(dependency: Dependency) -> tuple[str, str, str, int]:
    """By what is asked for: of several reasons the same one is given, wherever the lines are."""
    return (dependency.name or "", dependency.spec, dependency.location.path, dependency.location.line)


def _environments(snapshot: Snapshot) -> Iterator[Mapping[str, str]]:
    """The oldest and the newest patch release: the base image, not the snapshot, decides which one it is."""
    for release in (f"{snapshot.python}.0", f"{snapshot.python}.99"):
        yield {**marker_environment(release, snapshot.platform), "extra": ""}


def find_blocked(
    demands: Sequence[Demand], limits: Sequence[Demand], reach: Mapping[str, frozenset[str]], snapshot: Snapshot
) -> dict[str, str]:
    """Packages that must not come from a shared layer, each with the sentence that names the deciding requirement.

    `limits` are constraints, `reach` is the closure of each demand. Blocked are packages whose version is excluded;
    those that do not work with any version that is left of an excluded one; and, for what the repository needs of
    these, the closure, since another version of it may need another version of anything in it.
    """
    excluded = _find_excluded((*demands, *limits), snapshot)
    reached = frozenset[str]().union(*reach.values())
    # A constraint on a package that nobody needs changes nothing but that package.
    moved = {name: why for name, why in excluded.items() if name in reached}
    for name, cause in _find_ruled_out(frozenset(moved), (*demands, *limits), reached, snapshot):
        moved.setdefault(name, f"{excluded[cause]} and rules out {name} {snapshot.packages[name].version}")
    blocked = {**moved, **excluded}
    for name, why in moved.items():
        for other in sorted(closure([name], snapshot.packages)):
            blocked.setdefault(other, f"{why} and may need another {other}")
    for demand in demands:
        for other in snapshot.held_back.get(demand.name, ()):
            blocked.setdefault(other, f"{_shown(demand.dependency)} needs an older {other}")
    return blocked


def find_causes(
    demands: Sequence[Demand], limits: Sequence[Demand], reach: Mapping[str, frozenset[str]], snapshot: Snapshot
) -> dict[str, set[str]]:
    """For each package that `find_blocked` names all the packages whose requirements block it.

    It is free once each of them is at the snapshot's version.
    """
    excluded = _find_excluded((*demands, *limits), snapshot)
    reached = frozenset[str]().union(*reach.values())
    causes: dict[str, set[str]] = defaultdict(set)
    moved: dict[str, set[str]] = {}
    for name in excluded:
        causes[name].add(name)
        if name in reached:
            moved[name] = {name}
    ruled_out = list(_find_ruled_out(frozenset(moved), (*demands, *limits), reached, snapshot))
    for name, cause in ruled_out:
        moved.setdefault(name, set()).add(cause)
    for name, because in moved.items():
        for other in closure([name], snapshot.packages):
            causes[other] |= because
    for demand in demands:
        for other in snapshot.held_back.get(demand.name, ()):
            causes[other].add(demand.name)
    return causes


def _find_excluded(demands: Sequence[Demand], snapshot: Snapshot) -> dict[str, str]:
    excluded: dict[str, str] = {}
    for demand in demands:
        package = snapshot.packages.get(demand.name)
        if package is not None and (why := exclusion(demand.dependency, package)):
            excluded.setdefault(demand.name, why)
    return excluded


def _find_ruled_out(
    excluded: AbstractSet[str], demands: Sequence[Demand], reached: frozenset[str], snapshot: Snapshot
) -> Iterator[tuple[str, str]]:
    """Packages that require of an excluded one what the repository does not allow: they cannot stay either."""
    if not excluded:
        return
    allowed: dict[str, dict[str, None]] = defaultdict(dict)
    for demand in demands:
        if demand.dependency.spec:
            allowed[demand.name][demand.dependency.spec] = None
    specs = {name: ",".join(found) for name, found in allowed.items()}
    for name in sorted(reached - excluded):
        for line in snapshot.packages[name].requires:
            needed = requirement_name(line)
            if needed in excluded and not _compatible(specs.get(needed, ""), line):
                yield name, needed


def _compatible(spec: str, line: str) -> bool:
    """Whether a version near one that `spec` or the requirement `line` mentions satisfies both.

    Without an index this is a guess. It errs towards incompatible, which costs sharing and never a wrong layer.
    """
    from packaging.requirements import Requirement  # noqa: PLC0415  only an excluded package leads here
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415

    needed = Requirement(line).specifier
    if spec.count(",") > MAX_SPECIFIERS:
        return not needed
    try:
        both = SpecifierSet(spec) & needed
        mentioned = [specifier.version.removesuffix(".*") for specifier in both]
        near = ["0", *mentioned, *(f"{version}.1" for version in mentioned if version.replace(".", "").isdecimal())]
        return not needed or any(both.contains(version, prereleases=True) for version in near)
    except ValueError:  # no specifier, or a version of thousands of digits
        return False


def exclusion(dependency: Dependency, package: LockedPackage) -> str | None:
    """Why pip would replace `package` because of `dependency`; None if it would keep it."""
    shown = _shown(dependency)
    if dependency.url is not None or dependency.editable:
        return f"{shown} does not come from the index"
    if dependency.spec and not _contains(dependency.spec, package.version):
        return f"{shown} excludes {package.version}"
    hashes = dependency.hashes
    if hashes and not any(given.endswith(package.artifact.sha256) for given in hashes):
        return f"{shown} lists hashes of other files than {package.artifact.filename}"
    return None


def _contains(spec: str, version: str) -> bool:
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415  most names have no specifier

    try:
        # pip allows pre-releases here: this version is installed already.
        return SpecifierSet(spec).contains(version, prereleases=True)
    except ValueError:  # no specifier, or a version of thousands of digits
        return False


def _shown(dependency: Dependency) -> str:
    """The requirement without its raw text, which may hold a credential."""
    extras = f"[{','.join(dependency.extras)}]" if dependency.extras else ""
    return f"{dependency.name}{extras}{dependency.spec} ({dependency.location})"
