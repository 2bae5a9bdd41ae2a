"""A comment of a spec file that speaks to depnorm."""

from dataclasses import dataclass

from depnorm.model.dependency import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment with depnorm's name in it, from its sign to the end of its line.

    `about` is the line that it is about: its own, or where it stands alone the next one with content (0: none follows).
    `in_head` tells that nothing but comments stands before it.
    """

    location: Location
    text: str
    about: int
    in_head: bool
