"""What a spec file means to its tool, apart from its spelling: equal for two texts that ask for the same.

Asking for the same is all that a text can promise. Where several sets of versions answer it, pip and uv favour the
requirement that stands first; `rewrite.signals` tells where else an order is known to count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from depnorm.model import Dependency, Option, ReferenceKind, RepoReference, SpecFile
from depnorm.rewrite.asked import Asked, asks, own_options, stronger
from depnorm.rewrite.options import ORDERED, Effect, Given, effect

INCLUDES = frozenset({ReferenceKind.INCLUDE, ReferenceKind.CONSTRAINT})
"""What brings in the lines of another file, with its options."""
_DIRECTORIES = frozenset({ReferenceKind.FIND_LINKS, ReferenceKind.INDEX})
_LAYOUT = frozenset({"yaml", "pip-requirement", "statement"})
"""Options that say how a file is written."""
_CHANNELS = "channels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a file asks for. `ordered` is what is obeyed in the order in which it stands.

    `rules` are those of its problems, whose messages may count lines.
    """

    encoding: str
    asked: frozenset[Asked]
    references: frozenset[object]
    ordered: tuple[object, ...]
    others: frozenset[Given]
    rules: frozenset[str]


def meaning(file: SpecFile, *, includes_count: bool = True) -> Meaning:
    """What a file asks for. `includes_count`: the files that it includes may have options, so their order counts."""
    by_line = {
        line: tuple(options) for line, options in groupby(_options(file.options), key=lambda each: each.location.line)
    }
    required = {each.location.line for each in file.dependencies}
    asked = [asks(each, own_options(by_line.get(each.location.line, ()))) for each in file.dependencies]
    others = [each for each in _options(file.options) if each.location.line not in required or each.name in ORDERED]
    return Meaning(
        encoding=file.encoding,
        asked=frozenset(asked[place] for place in stronger(asked)),
        references=frozenset(map(_refers, file.references)),
        ordered=(*_channels(others), *_effects(file, others, includes_count=includes_count)),
        others=frozenset((each.name, each.value) for each in others if each.name not in {*ORDERED, _CHANNELS}),
        rules=frozenset(each.rule for each in file.problems),
    )


def has_ordered_options(file: SpecFile) -> bool:
    """Whether a file has options that pip obeys in the order in which they stand, also across files."""
    return any(option.name in ORDERED for option in file.options) or any(
        each.kind in _DIRECTORIES for each in file.references
    )


def _options(options: Iterable[Option]) -> list[Option]:
    return [each for each in options if each.name not in _LAYOUT]


def _refers(reference: RepoReference) -> object:
    return (reference.kind, reference.target, reference.extras, reference.marker, reference.base)


def _channels(options: Iterable[Option]) -> Iterator[str]:
    """Conda's channels, of which the first that has a package wins."""
    yield from (each.value for each in options if each.name == _CHANNELS)


def _effects(file: SpecFile, options: Iterable[Option], *, includes_count: bool) -> Iterator[Effect | Given]:
    """What the options of pip leave behind, between the files that may hold more of them."""
    told = [(each.location.line, each.name, each.value) for each in options if each.name in ORDERED]
    told += [(each.location.line, each.kind.value, each.target) for each in file.references if _counts(each)]
    includes = {each.value for each in INCLUDES}
    ordered: list[Given] = [(name, value) for _, name, value in sorted(told, key=lambda each: each[0])]
    if not includes_count:
        ordered = [each for each in ordered if each[0] not in includes]
    for is_include, run in groupby(ordered, key=lambda each: each[0] in includes):
        if is_include:
            yield from (each for each, _ in groupby(run))
        else:
            yield effect(list(run))


def _counts(reference: RepoReference) -> bool:
    return reference.kind in INCLUDES | _DIRECTORIES


def asked_of(items: Iterable[object]) -> Asked | None:
    """What items ask for that are one requirement with its options, and nothing else; None for any others."""
    found = tuple(items)
    dependencies = [item for item in found if isinstance(item, Dependency)]
    options = [item for item in found if isinstance(item, Option)]
    if len(dependencies) != 1 or len(dependencies) + len(options) != len(found):
        return None
    return asks(dependencies[0], own_options(options))
