"""The order of the entries of a list, and which of them repeat others."""

import re
from collections.abc import Iterable
from dataclasses import replace

from depnorm.model import Dependency
from depnorm.model.layout import Piece
from depnorm.rewrite.asked import stronger
from depnorm.rewrite.meaning import asked_of

_WORD = re.compile(r"[^;\s]+", re.ASCII)
_COMPARISON = re.compile(r"={2,3}|!=|~=|>=?|<=?")
_COMMENT = re.compile(r"(?:^|\s)(#.*)")


def in_fixer_order(pieces: Iterable[Piece]) -> list[Piece]:
    """The lines of a requirements file in the order of pre-commit's requirements-txt-fixer, so that both agree.

    By the first word in lower case up to its version, so that options come first; of equal names the one with comments
    first, and one with indented comments below it last, since the fixer takes them for the next line's. What that
    leaves open is decided by the text of a requirement; options of one name keep their order.
    """
    return sorted(pieces, key=_fixer_key)


def _fixer_key(piece: Piece) -> tuple[bytes, bool, bool, str]:
    text = "".join(character.lower() if character.isascii() else character for character in piece.text)
    below = piece.text.splitlines()[-1].lstrip().startswith("#")
    for egg in ("#egg=", "&egg="):
        if egg in piece.text:
            return text.partition(egg)[2].encode(errors="surrogatepass"), not piece.above, below, ""
    word = _WORD.match(text)
    name = _COMPARISON.split(word.group(), maxsplit=1)[0] if word else ""
    own = "" if name.startswith("-") else piece.text
    return name.encode(errors="surrogatepass"), not piece.above, below, own


def in_sections(pieces: Iterable[Piece]) -> list[Piece]:
    """Entries by name within each section, which a comment or a blank line above an entry begins.

    An entry below a comment keeps its place, since the comment may be about it alone; those after it are sorted.
    """
    sections: list[list[Piece]] = []
    for piece in pieces:
        if piece.above or not sections or not piece.movable:
            sections.append([])
        sections[-1].append(piece)
    return [piece for section in sections for piece in _section(section)]


def _section(pieces: list[Piece]) -> list[Piece]:
    first = pieces[0]
    if not first.movable or any(line.strip() for line in first.above):
        return [first, *sorted(pieces[1:], key=_name_key)]
    top, *rest = sorted((replace(each, above=()) for each in pieces), key=_name_key)
    return [replace(top, above=first.above), *rest]


def _name_key(piece: Piece) -> tuple[bool, str, str]:
    if piece.entry.startswith("-"):
        return False, "", ""
    return True, (_name(piece) or piece.entry).lower(), piece.entry


def without_repeated(pieces: Iterable[Piece]) -> list[Piece]:
    """The entries without those that repeat or weaken another; the comments of these move above the one that stays.

    An option or a path goes only where the same one stands right before it, as for requirements-txt-fixer.
    """
    found = list(pieces)
    asked = [asked_of(piece.items) if piece.movable else None for piece in found]
    asking = [index for index, each in enumerate(asked) if each is not None]
    places = stronger([each for each in asked if each is not None])
    stays = dict(zip(asking, (asking[place] for place in places), strict=True))
    for index in range(1, len(found)):
        before = stays.get(index - 1, index - 1)
        if index not in stays and found[index].movable and _code(found[index]) == _code(found[before]):
            stays[index] = before
    kept = {index: piece for index, piece in enumerate(found) if stays.get(index, index) == index}
    for index, place in sorted(stays.items()):
        if index != place:
            kept[place] = _with_comments_of(kept[place], found[index])
    return list(kept.values())


def _name(piece: Piece) -> str | None:
    return next((item.name for item in piece.items if isinstance(item, Dependency)), None)


def _code(piece: Piece) -> str:
    """The text without comments, and with one blank wherever there is white space."""
    return " ".join(" ".join(_COMMENT.sub("", line) for line in piece.text.splitlines()).split())


def _with_comments_of(kept: Piece, dropped: Piece) -> Piece:
    """The piece that stays, below its own comments and those of the one that goes."""
    above = (*kept.above, *dropped.above) if kept.above != dropped.above else kept.above
    own = _COMMENT.findall(kept.text[kept.end :])
    indent = kept.text[: len(kept.text) - len(kept.text.lstrip())]
    end = kept.text[len(kept.text.rstrip("\r\n")) :] or "\n"
    said = [comment.rstrip() for comment in _COMMENT.findall(dropped.text[dropped.end :])]
    return replace(kept, above=(*above, *(f"{indent}{comment}{end}" for comment in said if comment not in own)))
