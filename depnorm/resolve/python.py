"""Joint locks of Python packages: versions from uv, one wheel each as pip chooses, edges from the wheels' metadata."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from depnorm.errors import ResolutionError
from depnorm.model import Artifact, Ecosystem, LockedPackage, Progress
from depnorm.model.environment import marker_environment, marker_holds
from depnorm.resolve.uv_command import NoSolutionError, Query, compile_pylock
from depnorm.resolve.wheel import Wheel, choose_wheel, read_requirements, supported_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The packages of one joint resolution, sorted by name, and where each artifact lies, by file name."""

    packages: tuple[LockedPackage, ...]
    urls: Mapping[str, str]


def resolve_versions(query: Query, scratch: Path) -> dict[str, str]:
    """Name to version of a joint resolution, without artifacts or edges: one run of uv.

    Raises `ResolutionError` with uv's message.
    """
    return {package["name"]: package["version"] for package in compile_pylock(query, scratch)}


def resolve_python(query: Query, scratch: Path, progress: Progress | None = None) -> Resolution:
    """One joint resolution from wheels alone, evaluated for the Target, extras in use included.

    `scratch` is a directory for what the index answers; calls that share it ask once. Raises `ResolutionError` when
    there is no answer, or when a wheel requires what the resolution does not hold.
    """
    tags = supported_tags(query.python, query.platform)
    entries = sorted(compile_pylock(query, scratch), key=lambda entry: str(entry["name"]))
    wheels = [choose_wheel(entry["name"], entry.get("wheels", ()), tags) for entry in entries]
    declared = read_requirements(wheels, scratch, progress)
    lines = {entry["name"]: found for entry, found in zip(entries, declared, strict=True)}
    edges = evaluate_requirements(query.requirements, lines, marker_environment(query.release, query.platform))
    packages = tuple(_package(e["name"], e["version"], wheel, edges) for e, wheel in zip(entries, wheels, strict=True))
    check_consistent(packages)
    return Resolution(packages=packages, urls={wheel.artifact.filename: wheel.url for wheel in wheels})


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonResolver:
    """Resolutions for one Python, platform and date, from one cache. What refreshing a catalog asks."""

    python: str
    platform: str
    as_of: str
    scratch: Path
    progress: Progress | None = None

    def versions(self, requirements: Sequence[str], constraints: Sequence[str]) -> Mapping[str, str] | None:
        """Name to version, None where there is no solution; raises `ResolutionError` where nobody could tell."""
        try:
            return resolve_versions(self._query(requirements, constraints), self.scratch)
        except NoSolutionError:
            return None

    def packages(self, requirements: Sequence[str], constraints: Sequence[str]) -> Sequence[LockedPackage]:
        """The same with artifacts and edges; raises `ResolutionError`."""
        return resolve_python(self._query(requirements, constraints), self.scratch, self.progress).packages

    def _query(self, requirements: Sequence[str], constraints: Sequence[str]) -> Query:
        return Query(
            requirements=tuple(requirements),
            constraints=tuple(constraints),
            python=self.python,
            platform=self.platform,
            as_of=self.as_of,
        )


def _package(name: str, version: str, wheel: Wheel, edges: Mapping[str, tuple[str, ...]]) -> LockedPackage:
    artifact: Artifact = wheel.artifact
    return LockedPackage(
        ecosystem=Ecosystem.PYPI, name=name, version=version, artifact=artifact, requires=edges.get(name, ())
    )


def evaluate_requirements(
    roots: Sequence[str], declared: Mapping[str, Sequence[str]], environment: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Per package the requirements that hold in `environment`, without their markers, sorted.

    What a package requires by an extra of another one is an edge of its own: of `requests[socks]`, PySocks. The other
    one has the extras that `roots` ask for. So what a package brings is the same, whatever else is installed beside it.
    """
    asked: dict[str, set[str]] = {name: set() for name in declared}
    for root in map(Requirement, roots):
        asked.setdefault(canonicalize_name(root.name), set()).update(_extras(root))
    edges = {}
    for name, extras in asked.items():
        if name in declared:
            edges[name] = tuple(sorted(set(_edges(name, extras, declared, environment))))
    return edges


def _edges(
    name: str, extras: set[str], declared: Mapping[str, Sequence[str]], environment: Mapping[str, str]
) -> Iterator[str]:
    followed: dict[str, set[str]] = {}
    pending = list(_holding(declared[name], extras, environment))
    while pending:
        requirement = pending.pop()
        yield _edge(requirement)
        other = canonicalize_name(requirement.name)
        more = _extras(requirement) - followed.get(other, set())
        if more and other in declared:
            followed.setdefault(other, set()).update(more)
            plain = set(map(_edge, _holding(declared[other], set(), environment)))
            pending += [each for each in _holding(declared[other], more, environment) if _edge(each) not in plain]


def _extras(requirement: Requirement) -> set[str]:
    return {canonicalize_name(extra) for extra in requirement.extras}


def _holding(lines: Sequence[str], extras: set[str], environment: Mapping[str, str]) -> Iterable[Requirement]:
    for line in lines:
        try:
            requirement = Requirement(line)
        except (InvalidRequirement, RecursionError) as error:  # RecursionError: thousands of parentheses
            raise ResolutionError(f"{line:.200}: a wheel's metadata requires what PEP 508 does not allow") from error
        if _applies(requirement, extras, environment):
            requirement.marker = None
            yield requirement


def _applies(requirement: Requirement, extras: set[str], environment: Mapping[str, str]) -> bool:
    if requirement.marker is None:
        return True
    answers = {marker_holds(str(requirement.marker), {**environment, "extra": extra}) for extra in ("", *extras)}
    if None in answers:
        raise ResolutionError(f"{requirement.name}: the marker of what a wheel requires cannot be evaluated")
    return True in answers


def _edge(requirement: Requirement) -> str:
    requirement.name = canonicalize_name(requirement.name)
    requirement.extras = {canonicalize_name(extra) for extra in requirement.extras}
    return str(requirement)


def check_consistent(packages: Sequence[LockedPackage], missing: frozenset[str] = frozenset()) -> None:
    """Raises `ResolutionError` where a package requires a name or a version that `packages` do not hold.

    `missing` are names that were left out on purpose.
    """
    versions = {package.name: package.version for package in packages}
    for package in packages:
        for line in package.requires:
            requirement = Requirement(line)
            held = versions.get(requirement.name)
            if held is None and requirement.name in missing:
                continue
            if held is None or not requirement.specifier.contains(held, prereleases=True):
                raise ResolutionError(f"{package.name} {package.version} requires {line}, the resolution has {held}")
