"""The order of the entries of a list, and which of them repeat others."""

import re
from collections.abc import Iterable
from dataclasses import replace

from depnorm.model import Dependency, Option, RepoReference
from depnorm.model.layout import Piece
from depnorm.rewrite.meaning import Asked, asks, own_options

_WORD = re.compile(r"[^;\s]+", re.ASCII)
_COMPARISON = re.compile(r"={2,3}|!=|~=|>=?|<=?")
_COMMENT = re.compile(r"(?:^|\s)(#.*)")


def in_fixer_order(pieces: Iterable[Piece]) -> list[Piece]:
    """The lines of a requirements file in the order of pre-commit's requirements-txt-fixer, so that both agree.

    By the first word in lower case up to its version, so that options come first; of equal names the one with comments
    first. What that leaves open is decided by the text of a requirement; options of one name keep their order.
    """
    return sorted(pieces, key=_fixer_key)


def _fixer_key(piece: Piece) -> tuple[bytes, bool, str]:
    text = "".join(character.lower() if character.isascii() else character for character in piece.text)
    for egg in ("#egg=", "&egg="):
        if egg in piece.text:
            return text.partition(egg)[2].encode(errors="surrogatepass"), not piece.above, ""
    word = _WORD.match(text)
    name = _COMPARISON.split(word.group(), maxsplit=1)[0] if word else ""
    return name.encode(errors="surrogatepass"), not piece.above, "" if name.startswith("-") else piece.text


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
    """The entries without those that repeat or weaken another; the comments of these move above the one that stays."""
    kept: dict[int, Piece] = {}
    places: dict[str, list[int]] = {}
    for number, piece in enumerate(pieces):
        rivals = places.setdefault(_name(piece) or _code(piece), [])
        stronger = next((index for index in rivals if _says_all(kept[index], piece)), None)
        weaker = next((index for index in rivals if _says_all(piece, kept[index])), None)
        if stronger is not None:
            kept[stronger] = _with_comments_of(kept[stronger], piece)
        elif weaker is not None:
            kept[weaker] = _with_comments_of(piece, kept[weaker])
        else:
            rivals.append(number)
            kept[number] = piece
    return list(kept.values())


def _name(piece: Piece) -> str | None:
    return next((item.name for item in piece.items if isinstance(item, Dependency)), None)


def _code(piece: Piece) -> str:
    """The text without comments, and with one blank wherever there is white space."""
    return " ".join(" ".join(_COMMENT.sub("", line) for line in piece.text.splitlines()).split())


def _says_all(piece: Piece, other: Piece) -> bool:
    """Whether nothing is lost with `other` where `piece` stays."""
    if not (piece.movable and other.movable):
        return False
    one, two = _asked(piece), _asked(other)
    return _code(piece) == _code(other) or (one is not None and two is not None and two.is_weaker(one))


def _asked(piece: Piece) -> Asked | None:
    """What a piece asks for that is one requirement and nothing else."""
    dependencies = [item for item in piece.items if isinstance(item, Dependency)]
    options = [item for item in piece.items if isinstance(item, Option)]
    if len(dependencies) != 1 or any(isinstance(item, RepoReference) for item in piece.items):
        return None
    if len(dependencies) + len(options) != len(piece.items):
        return None
    return asks(dependencies[0], own_options(options))


def _with_comments_of(kept: Piece, dropped: Piece) -> Piece:
    """The piece that stays, below its own comments and those of the one that goes."""
    above = (*kept.above, *dropped.above) if kept.above != dropped.above else kept.above
    own = _COMMENT.findall(kept.text[kept.end :])
    indent = kept.text[: len(kept.text) - len(kept.text.lstrip())]
    end = kept.text[len(kept.text.rstrip("\r\n")) :] or "\n"
    said = [comment.rstrip() for comment in _COMMENT.findall(dropped.text[dropped.end :])]
    return replace(kept, above=(*above, *(f"{indent}{comment}{end}" for comment in said if comment not in own)))
