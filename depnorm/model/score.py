"""How much images share: bytes stored, between sharing nothing and sharing each package."""

from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.plan import Emitter


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Bytes that the images of one way to split take: where layers are blobs, and where they are steps of a chain.

    `blobs`: each different layer once, as in a registry. `chain`: each layer once over the same layers below it, as in
    a build cache and on the disk of a node.
    """

    name: str
    cap: int | None  # of shared layers in an image
    blobs: int
    chain: int
    most_layers: int  # of an image, with its own


class Habit(StrEnum):
    """How a repository asks for versions in the files that are installed."""

    PINNED = "pinned"  # each to one version
    PARTLY = "partly pinned"
    UNPINNED = "unpinned"  # none to one version
    UNKNOWN = "unknown"  # nothing tells


@dataclass(frozen=True, slots=True, kw_only=True)
class MinedFor:
    """What the catalog that is scored was mined for: the cap of shared layers, and how images hold them.

    `held_out` and `since` tell that these environments are new to it: another half, or later ones.
    """

    max_layers: int
    emitter: Emitter
    held_out: bool = False
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSizes:
    """Where the sizes of so many packages (each version one) come from.

    Of some the very version was told, of others there is the median of other versions; the rest are guesses, which make
    up `guessed_part` of all bytes if nothing is shared.
    """

    packages: int
    medians: int
    guesses: int
    guessed_part: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of so many environments: bytes if nothing is shared, and if each package is stored once; and ways in between.

    `attainable` is the difference of both; a way's percentage is the part of it that it saves. `sizes` is None where
    nothing tells where they come from. `splits` are the same for a part of the environments each, under the cap that
    the catalog was mined for.
    """

    environments: int
    total: int
    ideal: int
    ways: tuple[Stored, ...]
    sizes: KnownSizes | None = None
    mined_for: MinedFor | None = None
    splits: tuple["Split", ...] = ()

    def attained(self, stored: int) -> float:
        """What part of the attainable saving is made where `stored` bytes are stored, in percent."""
        return 100 * (self.total - stored) / (self.total - self.ideal) if self.total > self.ideal else 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The score of the repositories of one habit."""

    habit: Habit
    score: Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What was given out: environments, their bytes, and the bytes stored as blobs and as a chain.

    `emitter` and `max_layers` are how images hold layers, and how many shared ones.
    """

    environments: int
    total: int
    blobs: int
    chain: int
    emitter: Emitter
    max_layers: int
    sizes: KnownSizes
