"""The parts of a requirement that `packaging` reads, remembered: corpora repeat the same lines thousands of times."""

from collections.abc import Iterable

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement

from depnorm.model import canonical_name
from depnorm.model.remembered import remembered


@remembered(4_096)
def parse(text: str) -> Requirement:
    """A PEP 508 requirement; raises `InvalidRequirement`, and `RecursionError` for absurd nesting."""
    return Requirement(text)


def parse_or_none(text: str) -> Requirement | None:
    """A PEP 508 requirement, None for any other text."""
    try:
        return parse(text)
    except InvalidRequirement:
        return None


@remembered(1_024)
def canonical_marker(text: str) -> str | None:
    """A marker in its canonical spelling, None for an empty one; raises `InvalidMarker`."""
    return str(Marker(text)) if text else None


def bracketed_extras(text: str) -> tuple[str, ...]:
    """The extras in `[a,b]`, canonical; raises `InvalidRequirement`."""
    return canonical_extras(parse("placeholder" + text.lower()).extras) if text else ()


def canonical_extras(extras: Iterable[str]) -> tuple[str, ...]:
    """Extras in canonical spelling (PEP 685), sorted."""
    return tuple(sorted({canonical_name(extra) for extra in extras}))
