"""How much images share: bytes stored, between sharing nothing and sharing each package."""

from dataclasses import dataclass


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
    nothing tells where they come from.
    """

    environments: int
    total: int
    ideal: int
    ways: tuple[Stored, ...]
    sizes: KnownSizes | None = None

    def attained(self, stored: int) -> float:
        """What part of the attainable saving is made where `stored` bytes are stored, in percent."""
        return 100 * (self.total - stored) / (self.total - self.ideal) if self.total > self.ideal else 100.0
