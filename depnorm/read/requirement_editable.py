"""The argument of -e, as pip understands it, decided by its text alone.

Source: `parse_editable` in pip/_internal/req/constructors.py (pip 26.3).
"""

import re

from depnorm.model import ReferenceKind
from depnorm.model.redact import redact
from depnorm.read.assemble import Item
from depnorm.read.requirement_links import URL_SCHEMES, VCS_TOOLS, Link, is_windows_path, parse_link, split_extras
from depnorm.read.requirement_mistakes import find_address_mistake
from depnorm.read.requirement_path import path, path_with_leftover, windows_path
from depnorm.read.requirement_pep508 import bracketed_extras, canonical_extras, parse_or_none
from depnorm.read.requirement_text import RequirementLine, quoted
from depnorm.read.requirement_url import linked, named_url

_LEFTOVER = re.compile(r"\s*(?:#(?:egg|subdirectory)=|[;\[])")


def editable_items(line: RequirementLine, text: str) -> list[Item]:
    """What -e declares; raises ValueError where `packaging` or urllib refuse the text."""
    requirement = parse_or_none(text)
    if requirement and requirement.url:
        marker = str(requirement.marker) if requirement.marker else None
        extras = canonical_extras(requirement.extras)
        link = parse_link(requirement.url)
        if link.scheme not in URL_SCHEMES:
            return named_url(line, requirement, extras=extras, marker=marker)
        return _editable_url(line, link, name=requirement.name, extras=extras, marker=marker)
    bare, extras_text = split_extras(text)
    extras = bracketed_extras(extras_text)
    if bare.lower().startswith("file:"):
        link = parse_link(bare)
        return _editable_url(line, link, name=link.name, extras=extras)
    link = parse_link(f"{text.partition(':')[0].lower()}+{text}" if text.lower().startswith(VCS_TOOLS) else text)
    if link.scheme in URL_SCHEMES:
        return _editable_url(line, link, name=link.name)
    if requirement and requirement.specifier:
        message = f"{quoted(f'-e {text}')}: -e takes a path or a version control URL"
        return [line.problem(message, f"Write `{text}` without -e.")]
    return _editable_path(line, text, bare, extras)


def _editable_url(
    line: RequirementLine, link: Link, *, name: str | None, extras: tuple[str, ...] = (), marker: str | None = None
) -> list[Item]:
    items = linked(line, link, name=name, extras=extras, marker=marker, editable=True)
    if not link.is_vcs and not link.is_local:
        message = f"{quoted(link.url)}: -e takes a path or a version control URL, not an archive"
        items.append(line.problem(message, "Drop the -e."))
    elif not link.is_local and name is None and link.egg is None:
        message = f"{quoted(link.url)}: pip installs this with -e only if the line names the package"
        items.append(line.problem(message, f"Add `#egg=NAME`, or write `NAME @ {redact(link.url)}` without -e."))
    return items


def _editable_path(line: RequirementLine, text: str, bare: str, extras: tuple[str, ...]) -> list[Item]:
    if is_windows_path(text):
        return windows_path(line, ReferenceKind.EDITABLE, text)
    leftover = _LEFTOVER.search(bare)
    if leftover:
        return path_with_leftover(line, ReferenceKind.EDITABLE, bare, leftover.start())
    if mistake := find_address_mistake(text):
        return [line.problem(f"{quoted(text)} {mistake.message}", mistake.hint)]
    return path(line, ReferenceKind.EDITABLE, bare, extras=extras)
