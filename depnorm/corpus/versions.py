"""Versions of one package beside each other: what they cost, and what one changed pin would bring."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from depnorm.corpus.layer_use import Layer, LayerUse
from depnorm.model.corpus_report import PinChange, VersionsBeside
from depnorm.model.mined import Package

_MAX_TRIED = 20_000
"""Environments that are given other layers, in all that is tried: a few seconds."""
MOST_OF_A_PACKAGE = 3
"""Changes of one package that are listed, so that one of many versions does not hide all others."""


def versions_beside(use: LayerUse, limit: int) -> tuple[VersionsBeside, ...]:
    """The packages whose versions beside the largest one take most bytes, if each is stored once."""
    found = [_beside(use, name, packages) for name, packages in _by_name(use).items() if len(packages) > 1]
    return tuple(sorted(found, key=lambda each: (-each.extra, each.name))[:limit])


def pin_changes(use: LayerUse, limit: int, pinned: dict[Package, int] | None = None) -> tuple[PinChange, ...]:
    """The changes of one version that save most bytes in a registry, the most first, a few of each package.

    Each is tried by itself: all environments with a version get the most common one of its series, every other package
    stays, and those images are given their layers again. A series is what semantic versioning keeps compatible: one
    major version, below 1.0 one minor version. Nothing is resolved: that the other packages admit it is not proven.
    """
    found = []
    tried = 0
    for before, after in _candidates(use):
        rows = [row for row in use.rows[before] if row not in use.rows[after]]
        tried += len(rows)
        if tried > _MAX_TRIED:
            break
        saved = _saved(use, rows, before, after)
        if saved > 0:
            found.append(_change(before, after, len(rows), saved, pinned))
    found.sort(key=lambda each: (-each.bytes, -each.environments, each.name, each.before))
    return tuple(_few_of_each(found))[:limit]


def _few_of_each(changes: list[PinChange]) -> Iterator[PinChange]:
    seen: Counter[str] = Counter()
    for change in changes:
        seen[change.name] += 1
        if seen[change.name] <= MOST_OF_A_PACKAGE:
            yield change


def _by_name(use: LayerUse) -> dict[str, list[Package]]:
    packages: defaultdict[str, list[Package]] = defaultdict(list)
    for package in sorted(use.rows):
        packages[package[0]].append(package)
    return packages


def _beside(use: LayerUse, name: str, packages: list[Package]) -> VersionsBeside:
    common = max(packages, key=lambda package: (len(use.rows[package]), *_order(package[1])))
    sizes = [use.sizes[package] for package in packages]
    return VersionsBeside(
        name=name,
        versions=len(packages),
        environments=sum(len(use.rows[package]) for package in packages),
        most_common=common[1],
        most_common_in=len(use.rows[common]),
        bytes=sum(sizes),
        extra=sum(sizes) - max(sizes),
    )


def _candidates(use: LayerUse) -> Iterator[tuple[Package, Package]]:
    """Versions, each with the most common one of its series; those that could save most first."""
    series: defaultdict[tuple[str, str], list[Package]] = defaultdict(list)
    for package in sorted(use.rows):
        series[package[0], _series(package[1])].append(package)
    pairs = []
    for packages in series.values():
        common = max(packages, key=lambda package: (len(use.rows[package]), *_order(package[1])))
        pairs += [(package, common) for package in packages if package != common]
    yield from sorted(pairs, key=lambda pair: (-use.sizes[pair[0]], -len(use.rows[pair[0]]), pair))


def _order(version: str) -> tuple[bool, Version, str]:
    """Of equally common versions the newest; what is no version is older than all."""
    parsed = _parsed(version)
    return parsed is not None, parsed or Version("0"), version


def _parsed(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None


def _series(version: str) -> str:
    parsed = _parsed(version)
    if parsed is None:
        return version
    release = parsed.release
    return ".".join(map(str, release[:1] if release[0] else release[:2]))


def _saved(use: LayerUse, rows: list[int], before: Package, after: Package) -> int:
    """Bytes of layers that nobody has any more, less those of layers that nobody had."""
    moved: Counter[Layer] = Counter()
    for row in rows:
        moved.subtract(use.assigned[row])
        moved.update(use.assigner.layers({*use.environment(row), after} - {before}))
    saved = 0
    for layer, difference in moved.items():
        had = use.use[layer]
        if had and had + difference == 0:
            saved += use.size(layer)
        elif not had and difference > 0:
            saved -= use.size(layer)
    return saved


def _change(
    before: Package, after: Package, environments: int, saved: int, pinned: dict[Package, int] | None
) -> PinChange:
    return PinChange(
        name=before[0],
        before=before[1],
        after=after[1],
        environments=environments,
        bytes=saved,
        pinned_by=None if pinned is None else pinned.get(before, 0),
    )
