"""The canonical text of one spec file: proposed by `depnorm.rewrite`, and read again before it is believed."""

import codecs
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from depnorm.model import Location, Problem, SpecFile, SpecFormat
from depnorm.model.fixed import FixedFile, Kept
from depnorm.model.layout import Layout, Piece
from depnorm.read.formats import parse
from depnorm.read.text import decode
from depnorm.rewrite.meaning import Meaning, meaning
from depnorm.rewrite.order import in_fixer_order, in_sections, without_repeated
from depnorm.rewrite.r_list import in_r_order
from depnorm.rewrite.signals import order_matters
from depnorm.rewrite.spelling import spell

FIXABLE = (SpecFormat.REQUIREMENTS, SpecFormat.CONSTRAINTS, SpecFormat.CONDA, SpecFormat.R_SCRIPT)
"""The formats that have a canonical form here."""
_BOMS = {
    "utf-8-sig": (codecs.BOM_UTF8,),
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
_ENDS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_ENDS |= {codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be"}
_LINE_END = re.compile(r"\r\n|\n|\r")
_GENERATED = re.compile(r"^#.*\b(auto-?generated|generated) by (pip-compile|uv|pip-tools)\b", re.MULTILINE)
_REFUSED = frozenset({"DN301", "DN305", "DN307", "DN114"})
"""Rules of lines and files that their tool cannot read: what they mean is not known."""
MAX_ROUNDS = 5
"""Times that a text is written again until nothing changes; more than two were never seen to be needed."""

Layouts = Callable[[str, str], tuple[Layout, ...]]
Arrange = Callable[[Iterable[Piece]], list[Piece]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file to fix: its encoding, the scripts beside it, and what its reader has made of texts so far."""

    path: str
    format: SpecFormat
    mark: bytes
    codec: str
    beside: tuple[bytes, ...]
    known: dict[str, SpecFile] = field(default_factory=dict, compare=False)

    def write(self, text: str) -> bytes:
        """The bytes of a text."""
        return self.mark + text.encode(self.codec)

    def read(self, text: str) -> SpecFile:
        """What its reader makes of the text."""
        if text not in self.known:
            self.known[text] = parse(self.write(text), self.path, self.format)
        return self.known[text]

    def means(self, text: str) -> Meaning:
        """What the text means once it is written."""
        return meaning(self.read(text))

    def kept(self, reason: str, line: int = 0) -> Kept:
        """Something of this file that stays."""
        return Kept(location=Location(path=self.path, line=line), reason=reason)


def fix_bytes(data: bytes, path: str, file_format: SpecFormat, beside: Iterable[bytes] = ()) -> FixedFile:
    """A file of one of `FIXABLE` formats with canonical spelling and order and without repetitions.

    What it installs does not change: each proposal is read again and compared. Comments, hashes, continuations, the
    encoding and the line ends stay. `beside` are the scripts of the repository that may install the file. Never raises.
    """
    text = decode(data)
    mark = next((each for each in _BOMS.get(text.encoding, ()) if data.startswith(each)), b"")
    codec = _ENDS.get(mark, text.encoding)
    file = _File(path=path, format=file_format, mark=mark, codec=codec, beside=tuple(beside))
    unfixed = FixedFile(path=path, before=data, after=data)
    if text.damaged or text.refused or file.write(text.text) != data:
        return replace(unfixed, kept=(file.kept("all of it: it is not in the encoding that it promises"),))
    if reason := _reason_to_leave(file, text.text):
        return replace(unfixed, kept=(reason,))
    fixed, kept = _until_stable(file, text.text)
    return replace(unfixed, after=file.write(fixed), kept=kept)


def _reason_to_leave(file: _File, text: str) -> Kept | None:
    refusals = [each for each in file.read(text).problems if each.rule in _REFUSED]
    if refused := min(refusals, key=_says_little, default=None):
        return file.kept(f"all of it: {refused.message}", refused.location.line)
    if match := _GENERATED.search(text):
        return file.kept(f"all of it: {match.group(2)} wrote it, and will write it again")
    bare = _LINE_END.sub("", text)
    if odd := next((number for number, c in enumerate(bare) if c.splitlines() != [c]), None):
        return file.kept(f"all of it: {bare[odd]!r} ends a line for pip, but not for most tools")
    return None


def _says_little(problem: Problem) -> bool:
    return problem.message.startswith("nothing of this file")


def _until_stable(file: _File, text: str) -> tuple[str, tuple[Kept, ...]]:
    kept: tuple[Kept, ...] = ()
    for _ in range(MAX_ROUNDS):
        before = text
        text, kept = _FIXERS[file.format](file, _with_last_line_end(text))
        if text == before:
            break
    return text, kept


def _with_last_line_end(text: str) -> str:
    """The text with one line end after its last line, as most of its lines have it; a blank text is empty."""
    if not text.strip():
        return ""
    ends = _LINE_END.findall(text)
    return text.rstrip() + (max(set(ends), key=ends.count) if ends else "\n")


def _fix_requirements(file: _File, text: str) -> tuple[str, tuple[Kept, ...]]:
    from depnorm.read.requirement_layout import requirement_layout  # noqa: PLC0415  read when its format comes up

    return _rewrite(file, text, 0, lambda text, path: (requirement_layout(text, path),), in_fixer_order)


def _fix_environment(file: _File, text: str) -> tuple[str, tuple[Kept, ...]]:
    from depnorm.read.environment_layout import environment_layouts  # noqa: PLC0415  brings a YAML parser

    kept: tuple[Kept, ...] = ()
    for index in range(len(environment_layouts(text, file.path))):
        text, more = _rewrite(file, text, index, environment_layouts, in_sections)
        kept += more
    return text, tuple(dict.fromkeys(kept))


def _rewrite(file: _File, text: str, index: int, layouts: Layouts, arrange: Arrange) -> tuple[str, tuple[Kept, ...]]:
    """The text with one of its lists in canonical spelling, and in canonical order unless that may mean something."""
    layout = layouts(text, file.path)[index]
    proposed = replace(layout, pieces=tuple(map(spell, layout.pieces)))
    again = layouts(proposed.render(), file.path)
    pieces = again[index].pieces if len(again) > index else ()
    if len(pieces) == len(layout.pieces):
        chosen = [new if _same(old, new) else old for old, new in zip(layout.pieces, pieces, strict=True)]
        layout = replace(layout, pieces=tuple(chosen))
    spelled = layout.render()
    if file.means(spelled) != file.means(text):
        return text, (file.kept("all of it: it could not be spelled otherwise without a change of what it means"),)
    if reason := order_matters(layout, file.read(spelled), file.beside):
        return spelled, _if_changed(spelled, _ordered(layout, arrange), file.kept(f"its order: {reason}"))
    ordered = _ordered(layout, arrange)
    if file.means(ordered) != file.means(spelled):
        return spelled, (file.kept(f"its order: {_why_it_counts(file, spelled, ordered)}"),)
    return ordered, ()


def _ordered(layout: Layout, arrange: Arrange) -> str:
    return replace(layout, pieces=tuple(arrange(without_repeated(layout.pieces)))).render()


def _why_it_counts(file: _File, text: str, ordered: str) -> str:
    if file.read(ordered).encoding != file.read(text).encoding:
        return "the file says its encoding in a comment that would move"
    return "pip reads its options in the order in which they stand"


def _if_changed(text: str, other: str, kept: Kept) -> tuple[Kept, ...]:
    return () if text == other else (kept,)


def _same(old: Piece, new: Piece) -> bool:
    """Whether two spellings of an entry mean the same to its reader."""
    bare = [[replace(item, raw="", location=Location(path="")) for item in piece.items] for piece in (old, new)]
    return bare[0] == bare[1] and old.above == new.above and old.movable == new.movable


def _fix_r_script(file: _File, text: str) -> tuple[str, tuple[Kept, ...]]:
    from depnorm.read.r import is_pure_install_list  # noqa: PLC0415  only R scripts need the reader of R
    from depnorm.read.r.layout import string_lists  # noqa: PLC0415  the same

    read = file.read(text)
    if not is_pure_install_list(read):
        return text, (file.kept("all of it: it does more than install a list of packages"),)
    packages = {each.name for each in read.dependencies if each.name}
    fixed = text
    for start, strings, between in reversed(list(string_lists(text))):
        ordered = in_r_order(strings, between, packages)
        end = start + sum(map(len, strings)) + sum(map(len, between))
        fixed = fixed if ordered is None else fixed[:start] + ordered + fixed[end:]
    if file.means(fixed) != file.means(text):
        return text, (file.kept("all of it: another order would install something else"),)
    return fixed, ()


_FIXERS = {
    SpecFormat.REQUIREMENTS: _fix_requirements,
    SpecFormat.CONSTRAINTS: _fix_requirements,
    SpecFormat.CONDA: _fix_environment,
    SpecFormat.R_SCRIPT: _fix_r_script,
}
