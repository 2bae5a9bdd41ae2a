"""A new snapshot of a catalog: exact artifacts for one Python, as of a date.

Per package the version that most locks of the corpus would select. A lock selects what its roots select, so each root
is resolved alone and votes for the versions it got, as often as the corpus declares it. Then the roots join, most
frequent first, each at the version it selects alone: one that cannot join without holding back a more frequent package
is dropped and listed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from depnorm.errors import CatalogError
from depnorm.model import Catalog, Ecosystem, LockedPackage, Progress, Snapshot, Subset
from depnorm.share.layers import split_layers


class Resolver(Protocol):
    """Joint resolutions for one Python, platform and date. Both raise `ResolutionError` when they cannot tell."""

    def versions(self, requirements: Sequence[str], constraints: Sequence[str]) -> Mapping[str, str] | None:
        """Name to version, None where there is no solution."""

    def packages(self, requirements: Sequence[str], constraints: Sequence[str]) -> Sequence[LockedPackage]:
        """The same with artifacts and edges, for what is known to have a solution."""


@dataclass(frozen=True, slots=True)
class _Root:
    name: str
    seen_in: int
    in_layer: bool


@dataclass(slots=True)
class _Joint:
    """The joint resolution as it grows: its roots at their versions, all its versions, and who stayed out."""

    roots: dict[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    held_back: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Votes:
    """What each root selects alone, and per package the version that most locks select, with how many do."""

    alone: Mapping[str, Mapping[str, str]]
    wanted: Mapping[str, tuple[str, int]]


def refresh_snapshot(
    catalog: Catalog, python: str, as_of: str, resolver: Resolver, progress: Progress | None = None
) -> Snapshot:
    """The snapshot of `catalog` for CPython `python`, as of an ISO date (its uploads included).

    `resolver` must answer for the same Python, date and the catalog's platform. `progress` is told what is resolved,
    how many roots are done, and of how many. Raises `CatalogError` when no root is left, and `ResolutionError` when the
    resolver cannot be run or reached: a root is never dropped because a network was down.
    """
    joint, packages = _resolve(catalog, python, as_of, resolver, progress)
    return Snapshot(
        python=python,
        platform=catalog.platform,
        as_of=as_of,
        pip=next(iter(resolver.packages(["pip"], ()))),
        layers=split_layers(catalog.subsets, packages),
        packages=MappingProxyType(packages),
        dropped=MappingProxyType(joint.dropped),
        held_back=MappingProxyType(joint.held_back),
        uv=next(iter(resolver.packages(["uv"], ()))) if resolver.versions(["uv"], ()) else None,
    )


def resolve_roots(
    roots: Mapping[str, int], python: str, as_of: str, resolver: Resolver, progress: Progress | None = None
) -> dict[str, LockedPackage]:
    """All that these names need at one joint resolution, by name, as a snapshot would have it.

    `roots` counts who declares each name. Raises what `refresh_snapshot` does.
    """
    pool = Subset(
        name="pool",
        ecosystem=Ecosystem.PYPI,
        heads=tuple(roots),
        heads_seen_in=tuple(roots.values()),
        seen_in=max(roots.values()),
        why="",
    )
    alone = Catalog(name="pool", as_of=as_of, default_python=python, pythons=(python,), r_snapshots=(), subsets=(pool,))
    return _resolve(alone, python, as_of, resolver, progress)[1]


def _resolve(
    catalog: Catalog, python: str, as_of: str, resolver: Resolver, progress: Progress | None
) -> tuple[_Joint, dict[str, LockedPackage]]:
    tiers = tuple(_tiers(catalog))
    votes = _collect_votes([root for tier in tiers for root in tier], resolver, progress)
    joint = _Joint()
    for tier in tiers:
        _join(tier, joint, votes, resolver)
    if not joint.roots:
        raise CatalogError(f"catalog {catalog.name}: no root has wheels for Python {python} as of {as_of}")
    found = resolver.packages(_pins(joint.roots), _pins(joint.versions))
    return joint, {package.name: package for package in sorted(found, key=lambda package: package.name)}


def _tiers(catalog: Catalog) -> Iterator[list[_Root]]:
    """The roots by what may hold back what: heads of layers, then build backends, then roots without a layer."""
    subsets = [subset for subset in catalog.subsets if subset.ecosystem is Ecosystem.PYPI]
    taken: set[str] = set()
    for wheelhouse in (False, True):
        counts: dict[str, int] = {}
        for subset in subsets:
            if subset.wheelhouse is wheelhouse:
                counts.update(zip(subset.heads, subset.heads_seen_in, strict=True))
        yield _by_frequency(counts, taken, in_layer=not wheelhouse)
    yield _by_frequency(catalog.also_resolved, taken, in_layer=False)


def _by_frequency(counts: Mapping[str, int], taken: set[str], *, in_layer: bool) -> list[_Root]:
    names = sorted(counts.keys() - taken, key=lambda name: (-counts[name], name))
    taken.update(names)
    return [_Root(name, counts[name], in_layer) for name in names]


def _collect_votes(roots: Sequence[_Root], resolver: Resolver, progress: Progress | None) -> _Votes:
    alone: dict[str, Mapping[str, str]] = {}
    ballots: dict[str, Counter[str]] = defaultdict(Counter)
    for done, root in enumerate(roots):
        if progress is not None:
            progress(root.name, done, len(roots))
        versions = resolver.versions([root.name], ())
        if versions is None:
            continue
        alone[root.name] = versions
        if root.in_layer:
            for name, version in versions.items():
                ballots[name][version] += max(root.seen_in, 1)
    return _Votes(alone, {name: _most_selected(ballot) for name, ballot in ballots.items()})


def _most_selected(ballot: Counter[str]) -> tuple[str, int]:
    from packaging.version import Version  # noqa: PLC0415  refreshing is rare, importing this module is not

    return max(ballot.items(), key=lambda item: (item[1], Version(item[0])))


def _join(roots: Sequence[_Root], joint: _Joint, votes: _Votes, resolver: Resolver) -> None:
    """Adds `roots` to the joint resolution, halving them until those that do not fit stand alone."""
    fitting = [root for root in roots if not _drop_early(root, joint, votes)]
    if not fitting:
        return
    asked = joint.roots | {root.name: votes.alone[root.name][root.name] for root in fitting}
    versions = resolver.versions(_pins(asked), _constraints(fitting, joint, votes))
    if versions is not None:
        joint.roots, joint.versions = asked, versions
    elif len(fitting) == 1:
        _drop(fitting[0], joint, votes)
    else:
        middle = len(fitting) // 2
        _join(fitting[:middle], joint, votes, resolver)
        _join(fitting[middle:], joint, votes, resolver)


def _drop_early(root: _Root, joint: _Joint, votes: _Votes) -> bool:
    """Drops a root without wheels, or one that alone selects an older version of a more frequent package."""
    if root.name in joint.dropped:
        return True
    if root.name not in votes.alone:
        joint.dropped[root.name] = "it cannot be resolved from wheels alone"
        return True
    if _held_back(root, joint, votes):
        _drop(root, joint, votes)
        return True
    return False


def _drop(root: _Root, joint: _Joint, votes: _Votes) -> None:
    held = _held_back(root, joint, votes)
    if held:
        joint.held_back[root.name] = tuple(held)
        alone = votes.alone[root.name]
        listed = ", ".join(f"{name} {alone[name]} instead of {newer}" for name, newer in held.items())
        joint.dropped[root.name] = f"{root.name} {alone[root.name]} holds back {listed}"[:500]
    else:
        joint.dropped[root.name] = "it cannot be resolved together with more frequent roots"


def _held_back(root: _Root, joint: _Joint, votes: _Votes) -> dict[str, str]:
    """The more frequent packages of which `root` alone selects an older version, with the version that is newer."""
    from packaging.version import Version  # noqa: PLC0415  see above

    held = {}
    for name, version in sorted(votes.alone[root.name].items()):
        wanted, count = votes.wanted.get(name, ("", 0))
        newer = joint.versions.get(name) or (wanted if count > root.seen_in else "")
        if newer and Version(version) < Version(newer):
            held[name] = newer
    return held


def _constraints(roots: Sequence[_Root], joint: _Joint, votes: _Votes) -> list[str]:
    """What must not change, and what must not get older than most locks select."""
    least = min(root.seen_in for root in roots)
    floors = [
        f"{name}>={version}"
        for name, (version, count) in votes.wanted.items()
        if name not in joint.versions and count > least
    ]
    return [*_pins(joint.versions), *floors]


def _pins(versions: Mapping[str, str]) -> list[str]:
    return [f"{name}=={version}" for name, version in versions.items()]
