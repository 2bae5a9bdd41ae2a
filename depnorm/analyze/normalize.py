"""Merge what several lines say of one package, and tell where they contradict each other."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from depnorm.model import Dependency, Ecosystem, Problem


def applies(dependency: Dependency, environment: Mapping[str, str]) -> bool:
    """Whether a dependency's marker holds in a marker environment (PEP 508)."""
    if dependency.marker is None:
        return True
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName  # noqa: PLC0415

    try:
        return Marker(dependency.marker).evaluate(dict(environment))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return True


def in_canonical_order(dependencies: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """Sorted by ecosystem, name, then by all that tells lines apart: independent of the order they were written in."""
    return tuple(sorted(dependencies, key=_order))


def _order(dependency: Dependency) -> tuple[str, ...]:
    return (
        dependency.ecosystem,
        dependency.name or "",
        dependency.spec,
        dependency.marker or "",
        dependency.url or "",
        ",".join(dependency.extras),
        dependency.location.path,
        f"{dependency.location.line:09}",
    )


def duplicates(dependencies: Iterable[Dependency]) -> Iterator[Problem]:
    """DN201 for a package that lines repeat compatibly, DN202 where no version can satisfy them all.

    Lines under different markers are different requirements, and a constraint is no repetition.
    """
    named = sorted((each for each in dependencies if each.name), key=_same)
    for _, group in groupby(named, key=_same):
        lines = sorted(group, key=lambda each: each.location)
        for position, line in enumerate(lines[1:], start=1):
            yield _problem(line, lines[:position])


def _same(dependency: Dependency) -> tuple[str, str, str]:
    return (dependency.ecosystem, dependency.name or "", dependency.marker or "")


def _problem(line: Dependency, earlier: list[Dependency]) -> Problem:
    rival = next((each for each in earlier if contradict(line, each)), None)
    if rival is None:
        return Problem(
            location=line.location,
            raw=line.raw,
            message=f"{line.name} is already asked for at {earlier[0].location}; the two are merged",
            hint="Keep one line.",
            rule="DN201",
        )
    return Problem(
        location=line.location,
        raw=line.raw,
        message=f"{line.name}{line.spec} contradicts {rival.name}{rival.spec} at {rival.location}: no version is both",
        hint="Keep the line that is right; the installer refuses both together.",
        rule="DN202",
    )


def contradict(one: Dependency, other: Dependency) -> bool:
    """Whether no version can satisfy both: exact pins against specifiers, and URLs against each other (PyPI only)."""
    if one.ecosystem is not Ecosystem.PYPI or other.ecosystem is not Ecosystem.PYPI:
        return one.ecosystem is other.ecosystem and _exact_conda(one, other)
    if one.url and other.url:
        return one.url != other.url
    return excludes(one.spec, other.spec) or excludes(other.spec, one.spec)


def _exact_conda(one: Dependency, other: Dependency) -> bool:
    pins = [each.spec.lstrip("=") for each in (one, other) if each.spec.startswith("==")]
    return len(pins) > 1 and pins[0] != pins[1]


def excludes(spec: str, pinned: str) -> bool:
    """Whether `pinned` is an exact version that `spec` does not admit (PEP 440)."""
    version = pinned.removeprefix("===").removeprefix("==")
    if not pinned.startswith("==") or "*" in version or "," in version or not spec:
        return False
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415
    from packaging.version import InvalidVersion  # noqa: PLC0415

    try:
        return not SpecifierSet(spec).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False
