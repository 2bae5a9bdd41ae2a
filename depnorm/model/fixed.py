"""A spec file as it is, and as `depnorm fix` writes it."""

from dataclasses import dataclass

from depnorm.model.dependency import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something that was left as it is, and why, as a clause: `its order: a comment says that it matters`."""

    location: Location
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFile:
    """One file before and after; equal where it is canonical, or where `kept` says why it cannot be.

    The texts are what the bytes say in the encoding of the file.
    """

    path: str
    before: bytes
    after: bytes
    text_before: str = ""
    text_after: str = ""
    kept: tuple[Kept, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return self.before != self.after
