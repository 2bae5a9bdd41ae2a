"""Pins that alone keep a repository from shared layers, and the near version that would not.

Near is what PEP 440's `~=` reads as compatible: the same release series and no older. The series is the major version,
of 0.x the minor one. So a hint never proposes a jump of the major version, nor a downgrade, nor what a `!=` or a lower
bound excludes on purpose. Several pins may keep a repository from one layer together: they are one hint.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from depnorm.model import (
    Admission,
    Dependency,
    Lock,
    Problem,
    SharedLayer,
    Snapshot,
)
from depnorm.model.remembered import remembered
from depnorm.share.admit import admit
from depnorm.share.exclusion import MAX_SPECIFIERS, Demand, exclusion, find_causes, find_demands
from depnorm.share.layers import closure

if TYPE_CHECKING:
    from packaging.version import Version

    from depnorm.share.split import Split

RULE = "DN204"
MAX_PINS = 8
"""Lines that a hint may change together: more is an update of the whole file, not a hint."""
MAX_RESOLUTIONS = 3
"""Sets of pins that are tried for one lock, each by a resolution."""
MAX_LAYERS = 5
"""Layers that a hint names one by one."""

Relock = Callable[[tuple[Dependency, ...], tuple[Dependency, ...]], Lock | None]
"""The lock of other requirements and constraints of the same repository, None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """`pins` that `versions` would replace (`==`), and `layers`: what the repository would share then and does not now.

    `bytes` is by how much more the repository would share of what the catalog knows, layers that had to give way
    subtracted.
    """

    pins: tuple[Dependency, ...]
    versions: Mapping[str, str]
    layers: tuple[SharedLayer, ...]
    bytes: int

    def as_problem(self) -> Problem:
        """What there is to say of it, at its first line."""
        first, *others = self.pins
        named = [f"{first.name}{first.spec}", *(f"{each.name}{each.spec} ({each.location})" for each in others)]
        written = [f"{name}=={version}" for name, version in self.versions.items()]
        versions = [f"{name} {version}" for name, version in self.versions.items()]
        shown = self.versions[first.name or ""] if len(versions) == 1 else _all_of(versions)
        return Problem(
            location=first.location,
            raw=first.raw,
            message=f"{_all_of(named)}: {shown} would share {_megabytes(self.bytes)} {_with_whom(self.layers)}",
            hint=f"Write {_all_of(written)}, if your code works with it. A plan never changes what you ask for.",
            rule=RULE,
        )


def find_nearest(
    asked: Sequence[Dependency],
    constraints: Sequence[Dependency],
    snapshot: Snapshot,
    admission: Admission,
    *,
    max_layers: int,
    builds_locally: bool = False,
) -> tuple[Nearest, ...]:
    """For a repository without a lock, what its pins cost it of `admission`: that of the other arguments (`admit`).

    The figures are those of the admission after the change; other lines are as they were.
    """
    demands, limits = find_demands(asked, snapshot), find_demands(constraints, snapshot)
    movable = _movable((*demands, *limits), snapshot)
    if not movable:
        return ()
    reach = {demand.name: closure([demand.name], snapshot.packages) for demand in demands}
    causes = find_causes(demands, limits, reach, snapshot)
    found: list[Nearest] = []
    for moves, unlocked in _needed(_with_earlier(snapshot), admission.layers, causes, movable).items():
        pins = _pins(moves, movable)
        then = admit(
            _moved(asked, pins, snapshot),
            _moved(constraints, pins, snapshot),
            snapshot,
            max_layers=max_layers,
            builds_locally=builds_locally,
        )
        found += _gain(admission.layers, then.layers, unlocked, pins, snapshot)
    return tuple(found)


def find_nearest_locked(
    asked: Sequence[Dependency],
    constraints: Sequence[Dependency],
    snapshot: Snapshot,
    lock: Lock,
    split: "Callable[[Lock], Split]",
    relock: Relock,
) -> tuple[Nearest, ...]:
    """The same for a lock and what it is `split` into: each set of pins that promises something is tried by `relock`.

    That resolves again and may take its time, so only the `MAX_RESOLUTIONS` sets of the largest layers are. Only where
    the lock has the snapshot's date it can be had what the catalog has.
    """
    demands = (*find_demands(asked, snapshot), *find_demands(constraints, snapshot))
    movable = _movable(demands, snapshot)
    if not movable or lock.as_of != snapshot.as_of:
        return ()
    versions = {package.name: package.version for package in lock.packages}
    # A package that differs and is not excluded may follow the one that moves: the resolution tells.
    causes = {name: {name} for name in _excluded(demands, snapshot) if name in versions}
    now = split(lock).layers
    sets = [
        (moves, unlocked)
        for moves, layers in _needed(_alone(snapshot), now, causes, movable).items()
        if (unlocked := [layer for layer in layers if not versions.keys().isdisjoint(layer.heads)])
    ]
    sets.sort(key=lambda each: -sum(layer.size for layer in each[1]))
    found: list[Nearest] = []
    for moves, unlocked in sets[:MAX_RESOLUTIONS]:
        pins = _pins(moves, movable)
        then = relock(_moved(asked, pins, snapshot), _moved(constraints, pins, snapshot))
        if then is not None:
            found += _gain(now, split(then).layers, unlocked, pins, snapshot)
    return tuple(sorted(found, key=lambda each: each.pins[0].location))


def _excluded(demands: Iterable[Demand], snapshot: Snapshot) -> list[str]:
    """Packages that some line keeps from the snapshot's version."""
    held = snapshot.packages
    return [each.name for each in demands if each.name in held and exclusion(each.dependency, held[each.name])]


def _movable(demands: Iterable[Demand], snapshot: Snapshot) -> dict[str, tuple[Dependency, ...]]:
    """Packages with the lines that exclude the snapshot's version, where all of these are near it."""
    found: dict[str, list[Dependency]] = {}
    for demand in demands:
        package = snapshot.packages.get(demand.name)
        if package is not None and exclusion(demand.dependency, package):
            found.setdefault(demand.name, []).append(demand.dependency)
    return {
        name: tuple(dict.fromkeys(lines))
        for name, lines in found.items()
        if _can_move(lines, snapshot.packages[name].version)
    }


def _can_move(lines: Sequence[Dependency], version: str) -> bool:
    """All lines of a package together: those that contradict each other need more than a hint (DN202)."""
    is_plain = not any(line.url or line.editable or line.hashes for line in lines)
    return is_plain and is_near(",".join(dict.fromkeys(line.spec for line in lines)), version)


@remembered(1_024)
def is_near(spec: str, version: str) -> bool:
    """Whether `spec` excludes `version` by being narrow, and allows an older one of the same release series."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415  only a pin leads here
    from packaging.version import Version  # noqa: PLC0415

    if spec.count(",") > MAX_SPECIFIERS:
        return False
    try:
        specifiers = SpecifierSet(spec)
        proposed = Version(version)
        if any(each.operator == "!=" and not each.contains(proposed, prereleases=True) for each in specifiers):
            return False
        texts = [each.version.removesuffix(".*") for each in specifiers]
        mentioned = [Version(text) for text in texts]
        near = [_floor(proposed), *mentioned, *(Version(f"{text}.1") for text in texts if _is_release(text))]
    except ValueError:  # no specifier, or no version
        return False
    return any(
        _series(each) == _series(proposed) and each < proposed and specifiers.contains(each, prereleases=True)
        for each in near
    )


def _is_release(text: str) -> bool:
    return text.replace(".", "").isdecimal()


def _series(version: "Version") -> tuple[int, ...]:
    return (version.epoch, version.major, *([] if version.major else [version.minor]))


def _floor(version: "Version") -> "Version":
    """The first version of its series."""
    epoch, *release = _series(version)
    return type(version)(f"{epoch}!{'.'.join(map(str, release))}")


def _with_earlier(snapshot: Snapshot) -> Iterator[tuple[SharedLayer, frozenset[str]]]:
    """The layers, each with the names of what comes with it."""
    held: dict[str, frozenset[str]] = {}
    for layer in snapshot.layers:
        if not layer.wheelhouse:
            held[layer.name] = frozenset(package.name for package in layer.packages)
            yield layer, held[layer.name].union(*(held[name] for name in layer.after))


def _alone(snapshot: Snapshot) -> Iterator[tuple[SharedLayer, frozenset[str]]]:
    """The layers, each with the names of what it holds: a lock is split into them without a thought of others."""
    for layer in snapshot.layers:
        if not layer.wheelhouse:
            yield layer, frozenset(package.name for package in layer.packages)


def _needed(
    layers: Iterable[tuple[SharedLayer, frozenset[str]]],
    taken: Sequence[SharedLayer],
    causes: Mapping[str, AbstractSet[str]],
    movable: Mapping[str, tuple[Dependency, ...]],
) -> dict[frozenset[str], list[SharedLayer]]:
    """The sets of packages that would have to move, smallest first, each with the layers that would need just that."""
    found: dict[frozenset[str], list[SharedLayer]] = {}
    for layer, names in layers:
        moves = frozenset[str]().union(*(causes[name] for name in names if name in causes))
        is_small = moves and moves <= movable.keys() and sum(len(movable[name]) for name in moves) <= MAX_PINS
        if is_small and layer not in taken:
            found.setdefault(moves, []).append(layer)
    return dict(sorted(found.items(), key=lambda each: (len(each[0]), sorted(each[0]))))


def _pins(moves: frozenset[str], movable: Mapping[str, tuple[Dependency, ...]]) -> tuple[Dependency, ...]:
    lines = [line for name in moves for line in movable[name]]
    return tuple(sorted(lines, key=lambda each: (each.location, each.name or "", each.spec)))


def _moved(
    dependencies: Sequence[Dependency], pins: Sequence[Dependency], snapshot: Snapshot
) -> tuple[Dependency, ...]:
    """The lines, the pins among them at the versions of the snapshot."""
    return tuple(
        replace(each, spec=f"=={snapshot.packages[each.name or ''].version}") if each in pins else each
        for each in dependencies
    )


def _gain(
    now: Sequence[SharedLayer],
    then: Sequence[SharedLayer],
    unlocked: Sequence[SharedLayer],
    pins: tuple[Dependency, ...],
    snapshot: Snapshot,
) -> Iterator[Nearest]:
    known = [layer for layer in then if layer in snapshot.layers]
    gained = tuple(layer for layer in known if layer not in now)
    size = sum(layer.size for layer in known) - sum(layer.size for layer in now if layer in snapshot.layers)
    if size > 0 and any(layer in unlocked for layer in gained):
        names = dict.fromkeys(each.name or "" for each in pins)
        versions = {name: snapshot.packages[name].version for name in names}
        yield Nearest(pins=pins, versions=versions, layers=gained, bytes=size)


def _all_of(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _megabytes(size: int) -> str:
    return f"{size / 10**6:.1f} MB" if size < 10**7 else f"{size / 10**6:.0f} MB"


def _with_whom(layers: Sequence[SharedLayer]) -> str:
    if len(layers) == 1:
        return f"with {layers[0].seen_in} repositories"
    named = [f"{layer.name} with {layer.seen_in}" for layer in layers[:MAX_LAYERS]]
    more = [f"{len(layers) - MAX_LAYERS} more layers"] if len(layers) > MAX_LAYERS else []
    return f"with other repositories ({', '.join([*named, *more])})"
