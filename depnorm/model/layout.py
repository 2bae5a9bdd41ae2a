"""How the list in a spec file is laid out, so that it can be written again without losing anything around it."""

from dataclasses import dataclass

from depnorm.model.dependency import Dependency, Ecosystem, Option, Problem
from depnorm.model.reference import RepoReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One entry of a list with what belongs to it: the comments and blank lines above it move with it.

    `above` and `text` are physical lines with their ends; `start` and `end` are where in `text` the entry itself stands
    (its line ends, indentation, dash, quotes and comment are around it). `items` are what its reader makes of it.
    `movable` is false for an entry that keeps its place, such as the `pip:` list of an environment.
    """

    above: tuple[str, ...]
    text: str
    start: int
    end: int
    items: tuple[Dependency | RepoReference | Option | Problem, ...]
    movable: bool = True

    @property
    def entry(self) -> str:
        """The entry itself."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A text as what stands before a list, the list, and what stands after it; together they are the whole text.

    `ecosystem` tells whose list it is.
    """

    head: str
    pieces: tuple[Piece, ...]
    tail: str
    ecosystem: Ecosystem = Ecosystem.PYPI

    def render(self) -> str:
        """The whole text."""
        return self.head + "".join("".join(piece.above) + piece.text for piece in self.pieces) + self.tail
