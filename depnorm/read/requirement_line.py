"""One requirement, as pip's constructors understand it, decided by its text alone.

Source: `parse_req_from_line` in pip/_internal/req/constructors.py (pip 26.3). Where pip asks the disk whether a path
exists, everything that pip would take for a path if it existed is a reference.
"""

import posixpath
import re

from depnorm.model import ReferenceKind
from depnorm.read.assemble import Item
from depnorm.read.requirement_editable import editable_items
from depnorm.read.requirement_links import (
    archive_extension,
    is_url,
    is_windows_path,
    looks_like_path,
    parse_link,
    split_extras,
)
from depnorm.read.requirement_mistakes import explain, find_mistake
from depnorm.read.requirement_path import archive, path, path_with_leftover, windows_path
from depnorm.read.requirement_pep508 import bracketed_extras, canonical_extras, canonical_marker, parse, parse_or_none
from depnorm.read.requirement_text import RequirementLine
from depnorm.read.requirement_url import direct_url, named_url

_HOST = re.compile(r"'[^']*@[^']*'")
"""Where urllib quotes the user and host of a URL that it refuses."""
MAX_REQUIREMENT_CHARACTERS = 8_192
"""Characters; bounds the work on one hostile line."""


def read_requirement(
    line: RequirementLine, text: str, *, hashes: tuple[str, ...] = (), editable: bool = False
) -> list[Item]:
    """What one requirement declares, or the argument of an -e. `hashes` are those of the line's options."""
    if len(text) > MAX_REQUIREMENT_CHARACTERS:
        return [line.problem(f"is longer than {MAX_REQUIREMENT_CHARACTERS:,} characters", "Split the line.")]
    try:
        return editable_items(line, text) if editable else _requirement_items(line, text, hashes)
    except RecursionError:
        return [line.problem(*explain(text, "nested too deeply"))]
    except ValueError as error:  # of packaging, or of urllib for `http://[`: both stop pip
        reason = (str(error).splitlines() or ["not understood"])[0]
        return [line.problem(*explain(text, _HOST.sub("'***'", reason[:200])))]


def _requirement_items(line: RequirementLine, text: str, hashes: tuple[str, ...]) -> list[Item]:
    text, marker = _split_marker(text)
    if is_url(text):
        return direct_url(line, parse_link(text), marker=marker, hashes=hashes)
    bare, extras_text = split_extras(posixpath.normpath(text))
    extras = bracketed_extras(extras_text)
    if archive_extension(bare) and not _is_named_url(text):
        return archive(line, split_extras(text)[0], extras=extras, marker=marker, hashes=hashes)
    requirement = parse_or_none(text)
    if requirement is None:
        return _path_items(line, text, marker)
    extras = extras or canonical_extras(requirement.extras)
    if requirement.url:
        return named_url(line, requirement, extras=extras, marker=marker, hashes=hashes)
    spec = str(requirement.specifier)
    return [line.dependency(requirement.name, spec=spec, extras=extras, marker=marker, hashes=hashes)]


def _path_items(line: RequirementLine, text: str, marker: str | None) -> list[Item]:
    """What PEP 508 does not allow is a path, or raises the reason why it is nothing."""
    if is_windows_path(text):
        return windows_path(line, ReferenceKind.PATH, text, marker=marker)
    if not _means_path(text):
        parse(text)
    if (fragment := text.find("#egg=")) > 0:
        return path_with_leftover(line, ReferenceKind.PATH, text, fragment)
    target, extras_text = split_extras(text)
    return path(line, ReferenceKind.PATH, target, extras=bracketed_extras(extras_text), marker=marker)


def _means_path(text: str) -> bool:
    """Whether pip would install a directory of this name, and it is not known as something else (`<a href="/">`)."""
    return looks_like_path(text) and (text.startswith((".", "/", "~")) or find_mistake(text) is None)


def _split_marker(text: str) -> tuple[str, str | None]:
    separator = "; " if is_url(text) else ";"
    text, _, marker = text.partition(separator)
    return text.strip(), canonical_marker(marker.strip())


def _is_named_url(text: str) -> bool:
    name, at, _ = text.partition("@")
    return bool(at) and not looks_like_path(name)
