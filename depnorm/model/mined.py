"""Layers mined from many environments."""

from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.plan import Emitter

Package = tuple[str, str]
"""Name (canonical) and version."""


class Taken(StrEnum):
    """What counts as the environment of a repository."""

    LOCKED = "locked"  # what lock files hold, and closures
    PINNED = "pinned"  # where nothing is locked, what requirements pin to one version, without what that needs


@dataclass(frozen=True, slots=True)
class Known:
    """A package: its installed bytes, and how many environments have it; none of one whose size alone was told."""

    size: int
    seen_in: int


@dataclass(frozen=True, slots=True)
class MinedLayer:
    """Packages that travel together, `size` bytes; `seen_in` environments have all of them."""

    name: str
    packages: tuple[Package, ...]
    size: int
    seen_in: int


@dataclass(frozen=True, slots=True)
class MinedCatalog:
    """Layers chosen for images with at most `max_layers` shared ones, from so many environments.

    `held_out` says which environments were left out, to be scored with: "half" (`depnorm.corpus.closures`); `before` a
    day (YYYY-MM-DD): only what was resolved or committed before it was looked at. `taken` is what environments are, and
    `guesses` are the packages whose size nobody told.
    """

    emitter: Emitter
    max_layers: int
    environments: int
    layers: tuple[MinedLayer, ...]
    packages: dict[Package, Known]
    held_out: str | None = None
    before: str | None = None
    taken: Taken = Taken.LOCKED
    guesses: int | None = None
