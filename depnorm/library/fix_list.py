"""One list of a spec file in canonical spelling and order: proposed by `depnorm.rewrite`, then read and compared."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from depnorm.library.fix_file import FileToFix
from depnorm.model import Location
from depnorm.model.fixed import Kept
from depnorm.model.layout import Layout, Piece
from depnorm.rewrite.meaning import Meaning
from depnorm.rewrite.order import without_repeated
from depnorm.rewrite.signals import order_matters
from depnorm.rewrite.spelling import spell

Layouts = Callable[[str, str], tuple[Layout, ...]]
Arrange = Callable[[Iterable[Piece]], list[Piece]]


def fix_list(
    file: FileToFix, text: str, index: int, layouts: Layouts, arrange: Arrange
) -> tuple[str, tuple[Kept, ...]]:
    """The text with one of its lists in canonical spelling, and in canonical order unless that may mean something.

    `layouts` gives the lists of a text; the one at `index` is meant. `arrange` sorts its entries.
    """
    layout = layouts(text, file.path)[index]
    pieces = _spelled(layout, range(len(layout.pieces)), lambda spelled: _read_again(file, spelled, index, layouts))
    layout = replace(layout, pieces=tuple(pieces))
    spelled = layout.render()
    if file.means(spelled) != file.means(text):
        return text, (file.kept("all of it: it could not be spelled otherwise without a change of what it means"),)
    ordered = replace(layout, pieces=tuple(without_repeated(arrange(layout.pieces)))).render()
    if ordered == spelled:
        return spelled, ()
    if reason := order_matters(layout, file.read(spelled), file.beside):
        return spelled, (file.kept(f"its order: {reason}"),)
    before, after = file.means(spelled), file.means(ordered)
    if before != after:
        return spelled, (file.kept(f"its order: {_why_it_counts(before, after)}"),)
    return ordered, ()


def _read_again(file: FileToFix, layout: Layout, index: int, layouts: Layouts) -> Sequence[Piece]:
    found = layouts(layout.render(), file.path)
    return found[index].pieces if len(found) > index else ()


def _spelled(layout: Layout, part: range, read_again: Callable[[Layout], Sequence[Piece]]) -> list[Piece]:
    """The entries of a part of a list, spelled where that reads the same; halved where it cannot be read at all."""
    old = layout.pieces
    proposed = [spell(piece) if index in part else piece for index, piece in enumerate(old)]
    again = read_again(replace(layout, pieces=tuple(proposed)))
    if len(again) == len(old):
        return [_the_same(old[index], again[index]) for index in part]
    if len(part) <= 1:
        return [old[index] for index in part]
    middle = len(part) // 2
    return _spelled(layout, part[:middle], read_again) + _spelled(layout, part[middle:], read_again)


def _the_same(old: Piece, new: Piece) -> Piece:
    """The new spelling of an entry if its reader makes the same of it, else the old one."""
    bare = [[replace(item, raw="", location=Location(path="")) for item in piece.items] for piece in (old, new)]
    return new if bare[0] == bare[1] and old.above == new.above and old.movable == new.movable else old


def _why_it_counts(before: Meaning, after: Meaning) -> str:
    if before.encoding != after.encoding:
        return "the file says its encoding in a comment that would move"
    if before.ordered != after.ordered:
        return "pip obeys its options, and those of the files that it includes, in the order in which they stand"
    return "sorted it would be read as something else"
