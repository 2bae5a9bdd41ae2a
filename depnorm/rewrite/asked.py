"""What single requirements ask for, and which of them say nothing that others do not say."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from depnorm.model import Dependency, Option
from depnorm.rewrite.options import ORDERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one requirement asks for, apart from where it stands and how it is spelled."""

    package: tuple[Hashable, ...]
    spec: str
    extras: frozenset[str]
    rest: tuple[Hashable, ...]


def asks(dependency: Dependency, options: frozenset[tuple[str, str]] = frozenset()) -> Asked:
    """What a requirement asks for, with the options that belong to it."""
    each = dependency
    return Asked(
        package=(each.ecosystem, each.name, each.marker, each.url, each.editable, each.channel, each.subdir),
        spec=each.spec,
        extras=frozenset(each.extras),
        rest=(frozenset(each.hashes), each.build, each.group, options),
    )


def own_options(options: Iterable[Option]) -> frozenset[tuple[str, str]]:
    """The options of a requirement that belong to it, and not to pip as a whole."""
    return frozenset((each.name, each.value) for each in options if each.name not in ORDERED)


def stronger(asked: Sequence[Asked]) -> list[int]:
    """For each requirement the place of one that asks for all that it does, and is no weaker than any: its own mostly.

    `numpy` is weaker than `numpy>=2`, `a` than `a[x]`; of equal ones the first stays.
    """
    place = list(range(len(asked)))
    by_package: dict[object, list[int]] = {}
    for index, each in enumerate(asked):
        by_package.setdefault((each.package, each.rest), []).append(index)
    for members in by_package.values():
        _point_to_stronger(asked, members, place)
    return [_end(place, index) for index in range(len(asked))]


def _point_to_stronger(asked: Sequence[Asked], members: Sequence[int], place: list[int]) -> None:
    """Within the lines of one package; time is linear in them, times the different sets of extras."""
    firsts: dict[tuple[str, frozenset[str]], int] = {}
    for index in members:
        place[index] = firsts.setdefault((asked[index].spec, asked[index].extras), index)
    specified: dict[frozenset[str], int] = {}
    by_spec: dict[str, list[frozenset[str]]] = {}
    for (spec, extras), index in firsts.items():
        by_spec.setdefault(spec, []).append(extras)
        if spec:
            specified.setdefault(extras, index)
    for (spec, extras), index in firsts.items():
        larger = next((firsts[spec, other] for other in by_spec[spec] if extras < other), None)
        if larger is None and not spec:
            larger = next((found for other, found in specified.items() if extras <= other), None)
        place[index] = index if larger is None else larger


def _end(place: Sequence[int], index: int) -> int:
    while place[index] != index:
        index = place[index]
    return index
