"""The canonical text of one spec file, format by format."""

import re
from collections.abc import Iterable
from dataclasses import replace

from depnorm.library.fix_file import FileToFix
from depnorm.library.fix_list import fix_list
from depnorm.model import Problem, SpecFormat
from depnorm.model.fixed import FixedFile, Kept
from depnorm.read.text import decode
from depnorm.rewrite.order import in_fixer_order, in_sections
from depnorm.rewrite.r_list import in_r_order

FIXABLE = (SpecFormat.REQUIREMENTS, SpecFormat.CONSTRAINTS, SpecFormat.CONDA, SpecFormat.R_SCRIPT)
"""The formats that have a canonical form here."""
_LINE_END = re.compile(r"\r\n|\n|\r")
_GENERATED = re.compile(
    r"^#.*generated\s+by:?\s+`?(pip-compile|pip-tools|uv|pdm|rye|poetry|pipenv|hatch-pip-compile)\b",
    re.MULTILINE | re.IGNORECASE,
)
_REFUSED = frozenset({"DN301", "DN305", "DN307", "DN114"})
"""Rules of lines and files that their tool cannot read: what they mean is not known."""
MAX_ROUNDS = 5
"""Times that a text is written again until nothing changes; more than two were never seen to be needed."""


def fix_bytes(
    data: bytes, path: str, file_format: SpecFormat, beside: Iterable[bytes] = (), *, includes_count: bool = True
) -> FixedFile:
    """A file of one of `FIXABLE` formats with canonical spelling and order and without repetitions.

    What it asks for does not change: each proposal is read again and compared. Comments, hashes, continuations, the
    encoding and the line ends stay. `beside` are the scripts of the repository that may install the file; without
    `includes_count` it is known that no file which it includes has options of pip. Never raises.
    """
    text = decode(data)
    file = FileToFix(
        path=path,
        format=file_format,
        data=data,
        encoding=text.encoding,
        beside=tuple(beside),
        includes_count=includes_count,
    )
    unfixed = FixedFile(path=path, before=data, after=data, text_before=text.text, text_after=text.text)
    if text.damaged or text.refused or file.write(text.text) != data:
        return replace(unfixed, kept=(file.kept("all of it: it is not in the encoding that it promises"),))
    if reason := _reason_to_leave(file, text.text):
        return replace(unfixed, kept=(reason,))
    fixed, kept = _until_stable(file, text.text)
    return replace(unfixed, after=file.write(fixed), text_after=fixed, kept=kept)


def _reason_to_leave(file: FileToFix, text: str) -> Kept | None:
    refusals = [each for each in file.read(text).problems if each.rule in _REFUSED]
    if refused := min(refusals, key=_says_little, default=None):
        return file.kept(f"all of it: {refused.message}", refused.location.line)
    if match := _GENERATED.search(text):
        return file.kept(f"all of it: {match.group(1)} wrote it, and will write it again")
    bare = _LINE_END.sub("", text)
    if odd := next((character for character in bare if character.splitlines() != [character]), None):
        return file.kept(f"all of it: {odd!r} ends a line for some tools, but not for others")
    return None


def _says_little(problem: Problem) -> bool:
    """Whether a problem is about all of a file that has another one, which says why."""
    return problem.message.startswith("nothing of this file")


def _until_stable(file: FileToFix, text: str) -> tuple[str, tuple[Kept, ...]]:
    kept: tuple[Kept, ...] = ()
    for _ in range(MAX_ROUNDS):
        before = text
        ended = _with_last_line_end(text)
        text, kept = _FIXERS[file.format](file, ended if file.means(ended) == file.means(text) else text)
        if text == before:
            break
    return text, kept


def _with_last_line_end(text: str) -> str:
    """The text with one line end after its last line, as most of its lines have it; a blank text is empty."""
    if not text.strip():
        return ""
    ends = _LINE_END.findall(text)
    content = text.rstrip(" \t\r\n")
    blanks = len(text[len(content) :]) - len(text[len(content) :].lstrip(" \t"))  # behind a backslash they mean much
    return text[: len(content) + blanks] + (max(set(ends), key=ends.count) if ends else "\n")


def _fix_requirements(file: FileToFix, text: str) -> tuple[str, tuple[Kept, ...]]:
    from depnorm.read.requirement_layout import (  # noqa: PLC0415  read when its format comes up
        odd_continuation,
        requirement_layout,
    )

    if line := odd_continuation(text):
        return text, (file.kept("all of it: a comment or a blank line stands within a continued line", line),)
    return fix_list(file, text, 0, lambda text, path: (requirement_layout(text, path),), in_fixer_order)


def _fix_environment(file: FileToFix, text: str) -> tuple[str, tuple[Kept, ...]]:
    from depnorm.read.environment_layout import (  # noqa: PLC0415  brings a YAML parser
        environment_layouts,
        lists_without_layout,
    )

    kept: tuple[Kept, ...] = ()
    for index in range(len(environment_layouts(text, file.path))):
        text, more = fix_list(file, text, index, environment_layouts, in_sections)
        kept += more
    left = "the list that begins here: its entries do not stand on lines of their own"
    kept += tuple(file.kept(left, line) for line in lists_without_layout(text, file.path))
    return text, tuple(dict.fromkeys(kept))


def _fix_r_script(file: FileToFix, text: str) -> tuple[str, tuple[Kept, ...]]:
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
