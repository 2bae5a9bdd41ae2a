"""What pip's options leave behind, in the order in which they stand.

Source: `handle_option_line` in pip/_internal/req/req_file.py and `handle_mutual_excludes` in
pip/_internal/models/format_control.py (pip 26.3). `--index-url` drops every `--extra-index-url` before it, `--no-index`
all that follow; `--no-binary` and `--only-binary` take packages from each other. Find-links are apart from indexes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

_INDEXES = frozenset({"--index-url", "--extra-index-url", "--no-index", "index"})
_LINKS = frozenset({"--find-links", "find-links"})
_FORMATS = frozenset({"--no-binary", "--only-binary"})
_RELEASES = frozenset({"--pre", "--all-releases", "--only-final"})
ORDERED = _INDEXES | _LINKS | _FORMATS | _RELEASES
"""Options that pip obeys wherever they stand, but not in any order; `index` and `find-links` name directories."""

Given = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a run of options leaves behind, whatever came before it.

    `replaces` tells whether the indexes from before are forgotten, `no_index` whether none are asked from here on.
    """

    indexes: tuple[str, ...]
    replaces: bool
    no_index: bool
    links: tuple[str, ...]
    formats: object
    releases: object


def effect(options: Sequence[Given]) -> Effect:
    """The effect of options that are given one after another, each by its name and value."""
    indexes: tuple[str, ...] = ()
    replaces = no_index = False
    for name, value in options:
        if name == "--no-index":
            indexes, no_index = (), True
        elif name in _INDEXES and not no_index:
            replaces = replaces or name != "--extra-index-url"
            indexes = (*indexes, value) if name == "--extra-index-url" else (value,)
    return Effect(
        indexes=tuple(dict.fromkeys(indexes)),
        replaces=replaces,
        no_index=no_index,
        links=tuple(dict.fromkeys(value for name, value in options if name in _LINKS)),
        formats=_in_order_if_it_counts((each for each in options if each[0] in _FORMATS), {":all:", ":none:"}),
        releases=_in_order_if_it_counts((each for each in options if each[0] in _RELEASES), {":all:", ":none:"}),
    )


def _in_order_if_it_counts(options: Iterable[Given], special: set[str]) -> object:
    """A set of options of one name that only add packages; in their order, repetitions in a row once, any others."""
    given = [each for each, _ in groupby(options)]
    mixed = len({name for name, _ in given}) > 1 or any(not special.isdisjoint(value.split(",")) for _, value in given)
    return tuple(given) if mixed else frozenset(given)
