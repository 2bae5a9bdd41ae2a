"""Which shared layers a repository gets without a lock: only those that its own command will keep.

pip keeps what is installed as long as nothing asks for another version. So a layer is admitted iff one of its heads is
asked for, (a) every package that comes with it satisfies every requirement and constraint, and (b) none of them is in
the snapshot closure of a requirement that excludes the snapshot's version, since another version of that requirement
may need another version of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from depnorm.model import (
    Admission,
    Catalog,
    CranAdmission,
    Dependency,
    Ecosystem,
    LockedPackage,
    SharedLayer,
    Snapshot,
    marker_environment,
)
from depnorm.share.layers import closure

DEFAULT_MAX_LAYERS = 8


@dataclass(frozen=True, slots=True)
class _Demand:
    """A requirement that may apply. `certain` is false where only the patch release of Python would tell."""

    name: str
    dependency: Dependency
    certain: bool


def admit(
    asked: Sequence[Dependency],
    constraints: Sequence[Dependency],
    snapshot: Snapshot,
    *,
    max_layers: int = DEFAULT_MAX_LAYERS,
    builds_locally: bool = False,
) -> Admission:
    """The layers of `snapshot` for a repository that asks for `asked` under `constraints`, and why not others.

    A head counts as asked for also when the snapshot's closure of a requirement holds it. Where more than `max_layers`
    are admissible the larger ones win. `builds_locally` asks for the wheelhouse. The order of `asked` does not matter.
    """
    demands = _demands(asked, snapshot)
    reach = {demand.name: closure([demand.name], snapshot.packages) for demand in demands}
    wanted = frozenset[str]().union(*(reach[demand.name] for demand in demands if demand.certain))
    blocked = _blocked(demands, _demands(constraints, snapshot), reach, snapshot)
    layers = {layer.name: layer for layer in snapshot.layers}
    admissible: list[SharedLayer] = []
    refused: dict[str, str] = {}
    for layer in snapshot.layers:
        if layer.wheelhouse or wanted.isdisjoint(layer.heads):
            continue
        if reason := _objection(layer, layers, blocked):
            refused[layer.name] = reason
        else:
            admissible.append(layer)
    wheelhouses = [layer.name for layer in snapshot.layers if layer.wheelhouse and builds_locally]
    taken = _fit(admissible, layers, set(wheelhouses[:max_layers]), max_layers)
    late = f"no more than {max_layers} shared layers are taken, the larger ones first"
    refused |= {layer.name: late for layer in admissible if layer.name not in taken}
    return Admission(layers=tuple(layer for layer in snapshot.layers if layer.name in taken), refused=refused)


def admit_cran(names: Iterable[str], snapshot_date: str | None, catalog: Catalog) -> CranAdmission:
    """The CRAN subsets of which a head is asked for, where the catalog has the repository's snapshot date."""
    asked = frozenset(names)
    candidates = [s for s in catalog.subsets if s.ecosystem is Ecosystem.CRAN and not asked.isdisjoint(s.heads)]
    if snapshot_date in catalog.r_snapshots:
        return CranAdmission(subsets=tuple(candidates), refused={})
    dates = ", ".join(catalog.r_snapshots)
    given = f"the snapshot {snapshot_date} is not one of" if snapshot_date else "no snapshot is given, there are"
    return CranAdmission(subsets=(), refused={subset.name: f"{given} the catalog's: {dates}" for subset in candidates})


def _demands(dependencies: Sequence[Dependency], snapshot: Snapshot) -> list[_Demand]:
    """The Python requirements that apply under the snapshot's Python, in one order for every order of lines."""
    environments = tuple(_environments(snapshot))
    demands = []
    for dependency in sorted(dependencies, key=_position):
        if dependency.ecosystem is not Ecosystem.PYPI or dependency.name is None:
            continue
        answers = {_holds(dependency.marker, environment) for environment in environments}
        if answers != {False}:
            demands.append(_Demand(dependency.name, dependency, certain=answers == {True}))
    return demands


def _position(dependency: Dependency) -> tuple[str, int, str, str]:
    return (dependency.location.path, dependency.location.line, dependency.name or "", dependency.spec)


def _environments(snapshot: Snapshot) -> Iterator[Mapping[str, str]]:
    """The oldest and the newest patch release: the base image, not the snapshot, decides which one it is."""
    first = marker_environment(snapshot.python, snapshot.platform)
    last = f"{snapshot.python}.99"
    yield {**first, "extra": ""}
    yield {**first, "extra": "", "python_full_version": last, "implementation_version": last}


def _holds(marker: str | None, environment: Mapping[str, str]) -> bool | None:
    """Whether a marker holds, None where it cannot be evaluated."""
    if marker is None:
        return True
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName  # noqa: PLC0415

    try:
        return Marker(marker).evaluate(dict(environment))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return None


def _blocked(
    demands: Sequence[_Demand], limits: Sequence[_Demand], reach: Mapping[str, frozenset[str]], snapshot: Snapshot
) -> dict[str, str]:
    """Packages that must not come from a shared layer, each with the sentence that names the deciding requirement."""
    direct: dict[str, str] = {}
    for demand in (*demands, *limits):
        package = snapshot.packages.get(demand.name)
        if package is not None and (why := _exclusion(demand.dependency, package)):
            direct.setdefault(demand.name, why)
    indirect: dict[str, str] = {}
    reached = frozenset[str]().union(*reach.values())
    for name, why in direct.items():
        # A constraint on a package that nobody needs changes nothing but that package.
        for other in sorted(closure([name], snapshot.packages)) if name in reached else ():
            indirect.setdefault(other, f"{why} and may need another {other}")
    for demand in demands:
        for other in snapshot.held_back.get(demand.name, ()):
            indirect.setdefault(other, f"{_shown(demand.dependency)} needs an older {other}")
    return indirect | direct


def _exclusion(dependency: Dependency, package: LockedPackage) -> str | None:
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
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  most names have no specifier

    try:
        # pip allows pre-releases here: this version is installed already.
        return SpecifierSet(spec).contains(version, prereleases=True)
    except InvalidSpecifier:
        return False


def _shown(dependency: Dependency) -> str:
    """The requirement without its raw text, which may hold a credential."""
    extras = f"[{','.join(dependency.extras)}]" if dependency.extras else ""
    return f"{dependency.name}{extras}{dependency.spec} ({dependency.location})"


def _objection(layer: SharedLayer, layers: Mapping[str, SharedLayer], blocked: Mapping[str, str]) -> str | None:
    if not blocked:
        return None
    own = [*layer.heads, *(package.name for package in layer.packages)]
    before = [package.name for name in layer.after for package in layers[name].packages]
    return next((blocked[name] for name in (*own, *before) if name in blocked), None)


def _fit(
    admissible: Sequence[SharedLayer], layers: Mapping[str, SharedLayer], taken: set[str], max_layers: int
) -> set[str]:
    """Names of the layers to take, each with those it comes after: the largest first, as long as they fit."""
    for layer in sorted(admissible, key=lambda layer: (-layer.size, layer.name)):
        grown = taken | {layer.name, *(name for name in layer.after if name in layers)}
        if len(grown) <= max_layers:
            taken = grown
    return taken
