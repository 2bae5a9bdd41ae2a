"""Names of knots and how many crossings they have."""

from attrs import frozen


@frozen
class Knot:
    """A prime knot."""

    name: str
    crossings: int


TREFOIL = Knot("trefoil", 3)
