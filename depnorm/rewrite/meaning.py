"""What a spec file means to its tool, apart from its spelling: equal for two texts that install the same.

Source: `handle_option_line` in pip/_internal/req/req_file.py (pip 26.3). pip obeys index options in the order it meets
them (`--index-url` drops every `--extra-index-url` before it), also across the files that `-r` names.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from depnorm.model import Dependency, Option, ReferenceKind, RepoReference, SpecFile

Meaning = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one requirement asks for, apart from where it stands and how it is spelled."""

    package: tuple[object, ...]
    spec: str
    extras: frozenset[str]
    rest: tuple[object, ...]

    def is_weaker(self, other: "Asked") -> bool:
        """Whether the other requirement asks for all that this one does: `numpy` beside `numpy>=2`."""
        same = self.package == other.package and self.rest == other.rest
        return same and self.spec in {"", other.spec} and self.extras <= other.extras


_INCLUDES = frozenset({ReferenceKind.INCLUDE, ReferenceKind.CONSTRAINT})
_ORDERED = frozenset(
    {
        "--index-url",
        "--extra-index-url",
        "--no-index",
        "--find-links",
        "--no-binary",
        "--only-binary",
        "--pre",
        "--all-releases",
        "--only-final",
        "channels",
    }
)
_PIP_ORDERED = _ORDERED - {"channels"}
_LAYOUT = frozenset({"yaml", "pip-requirement", "statement"})
"""Options that say how a file is written."""


def meaning(file: SpecFile) -> Meaning:
    """What a file asks for: its requirements as a set, its references, its options in the order that counts."""
    by_line = {line: tuple(items) for line, items in groupby(_options(file), key=lambda each: each.location.line)}
    required = {each.location.line for each in file.dependencies}
    asked = [asks(each, own_options(by_line.get(each.location.line, ()))) for each in file.dependencies]
    other = [each for each in _options(file) if each.location.line not in required or each.name in _ORDERED]
    return (
        file.encoding,
        frozenset(without_weaker(asked)),
        frozenset(_refers(each) for each in file.references if each.kind not in _INCLUDES),
        tuple(_in_order(file, other)),
        frozenset((each.name, each.value) for each in other if each.name not in _ORDERED),
        frozenset((each.rule, each.message) for each in file.problems),
    )


def asks(dependency: Dependency, options: frozenset[tuple[str, str]] = frozenset()) -> Asked:
    """What a requirement asks for, with the options that belong to it."""
    each = dependency
    return Asked(
        package=(each.ecosystem, each.name, each.marker, each.url, each.editable, each.channel, each.subdir),
        spec=each.spec,
        extras=frozenset(each.extras),
        rest=(frozenset(each.hashes), each.build, each.group, options),
    )


def without_weaker(asked: Iterable[Asked]) -> Iterator[Asked]:
    """The requirements that no other one contains."""
    found = sorted(set(asked), key=lambda each: str(each.package))
    for _, group in groupby(found, key=lambda each: each.package):
        same = list(group)
        yield from (each for each in same if not any(other != each and each.is_weaker(other) for other in same))


def own_options(options: Iterable[Option]) -> frozenset[tuple[str, str]]:
    """The options of a requirement that belong to it, and not to pip as a whole."""
    return frozenset((each.name, each.value) for each in options if each.name not in _ORDERED)


def _options(file: SpecFile) -> list[Option]:
    return [each for each in file.options if each.name not in _LAYOUT]


def _refers(reference: RepoReference) -> Meaning:
    return (reference.kind, reference.target, reference.extras, reference.marker, reference.base)


def _in_order(file: SpecFile, options: Sequence[Option]) -> Iterator[tuple[str, str]]:
    """Options that pip obeys in their order, and between them the files that may hold more of these."""
    ordered = [(each.location.line, each.name, each.value) for each in options if each.name in _ORDERED]
    ordered += [
        (each.location.line, each.kind.value, each.target)
        for each in file.references
        if each.kind in _INCLUDES | {ReferenceKind.FIND_LINKS, ReferenceKind.INDEX}
    ]
    told: list[tuple[str, str]] = [(name, value) for _, name, value in sorted(ordered, key=lambda each: each[0])]
    alone = not any(name in _PIP_ORDERED | {"find-links", "index"} for name, _ in told)
    # Without such an option the order of included files means nothing: each only adds requirements.
    yield from dict.fromkeys(sorted(told) if alone and not _has_channels(told) else told)


def _has_channels(told: Iterable[tuple[str, str]]) -> bool:
    return any(name == "channels" for name, _ in told)
