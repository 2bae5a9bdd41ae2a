"""Merge what several lines say of one package, and tell where they contradict each other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from depnorm.model import Dependency, Ecosystem, Problem, marker_holds
from depnorm.model.remembered import remembered

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

MAX_RIVALS = 20
"""Different requirements of one package, the first ones, that every further one is held against."""


def applies(dependency: Dependency, environment: Mapping[str, str]) -> bool:
    """Whether a dependency's marker holds in a marker environment (PEP 508), or may."""
    return dependency.marker is None or marker_holds(dependency.marker, environment) is not False


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

    Lines under different markers are different requirements, and a constraint is no repetition. Time is linear in the
    number of lines.
    """
    named = sorted((each for each in dependencies if each.name), key=_same)
    for _, group in groupby(named, key=_same):
        yield from _repetitions(sorted(group, key=lambda each: each.location))


def _same(dependency: Dependency) -> tuple[str, str, str]:
    return (dependency.ecosystem, dependency.name or "", dependency.marker or "")


def _repetitions(lines: list[Dependency]) -> Iterator[Problem]:
    """What there is to say of all lines of a package but the first."""
    rivals = _Rivals()
    for position, line in enumerate(lines):
        rival = rivals.meet(line)
        if position:
            yield _repeats(line, lines[0]) if rival is None else _contradicts(line, rival)


@dataclass
class _Rivals:
    """The different requirements of one package met so far, and for each the first line that contradicts it."""

    met: list[Dependency] = field(default_factory=list)
    first: dict[tuple[str, str | None], Dependency | None] = field(default_factory=dict)

    def meet(self, line: Dependency) -> Dependency | None:
        """The first earlier line that contradicts `line`."""
        if _asks(line) not in self.first:
            for each in self.met:
                if self.first[_asks(each)] is None and contradict(line, each):
                    self.first[_asks(each)] = line
            self.first[_asks(line)] = next((each for each in self.met if contradict(line, each)), None)
            if len(self.met) < MAX_RIVALS:
                self.met.append(line)
        return self.first[_asks(line)]


def _asks(dependency: Dependency) -> tuple[str, str | None]:
    return (dependency.spec, dependency.url)


def _repeats(line: Dependency, earlier: Dependency) -> Problem:
    return Problem(
        location=line.location,
        raw=line.raw,
        message=f"{line.name} is already asked for at {earlier.location}; the two are merged",
        hint=_how_to_merge(line, earlier),
        rule="DN201",
    )


def _how_to_merge(line: Dependency, earlier: Dependency) -> str:
    """What to write instead: one of the lines where it says all, else what both say."""
    if line.ecosystem is not Ecosystem.PYPI or "" in {line.spec, earlier.spec} or line.spec == earlier.spec:
        same_file = line.location.path == earlier.location.path
        return "Keep one line; `depnorm fix` does that." if same_file else "Keep one line."
    return f"Write one line: `{line.name}{earlier.spec},{line.spec}`."


def _contradicts(line: Dependency, rival: Dependency) -> Problem:
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
    return excludes(one.spec, other.spec) or excludes(other.spec, one.spec) or _are_apart(one.spec, other.spec)


def _exact_conda(one: Dependency, other: Dependency) -> bool:
    pins = [each.spec.lstrip("=") for each in (one, other) if each.spec.startswith("==")]
    return len(pins) > 1 and pins[0] != pins[1]


def _are_apart(one: str, other: str) -> bool:
    """Whether two ranges leave no version between them: `>=2` and `<1` (PEP 440)."""
    clauses = [clause for spec in (one, other) for clause in spec.split(",")]
    lower_bounds = [clause for clause in clauses if clause[:1] == ">" or clause[:2] == "~="]
    upper_bounds = [clause for clause in clauses if clause[:1] == "<"]
    if not (lower_bounds and upper_bounds):
        return False
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    try:
        lower = max((Version(clause.lstrip(">~=")), not clause.startswith((">=", "~="))) for clause in lower_bounds)
        upper = min((Version(clause.lstrip("<=")), clause.startswith("<=")) for clause in upper_bounds)
    except InvalidVersion:
        return False
    return lower[0] > upper[0] or (lower[0] == upper[0] and (lower[1] or not upper[1]))


def excludes(spec: str, pinned: str) -> bool:
    """Whether `pinned` is an exact version that `spec` does not admit (PEP 440)."""
    if not spec or not pinned.startswith("==") or "*" in pinned or "," in pinned:
        return False
    from packaging.specifiers import InvalidSpecifier  # noqa: PLC0415
    from packaging.version import InvalidVersion  # noqa: PLC0415

    try:
        return not _specifier_set(spec).contains(pinned.removeprefix("===").removeprefix("=="), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


@remembered(2 * MAX_RIVALS)
def _specifier_set(spec: str) -> "SpecifierSet":
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415

    return SpecifierSet(spec)
