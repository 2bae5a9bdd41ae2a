"""The options of a requirements file that stand without a requirement, and those that pip ignores.

Source: `_parse_and_recurse` and `handle_option_line` in pip/_internal/req/req_file.py (pip 26.3).
"""

import re
from collections.abc import Iterable

from depnorm.model import PathBase, ReferenceKind
from depnorm.read.assemble import Item
from depnorm.read.requirement_links import VARIABLE, is_machine_path
from depnorm.read.requirement_mistakes import find_mistake
from depnorm.read.requirement_options import LineOptions
from depnorm.read.requirement_text import ELSEWHERE, IGNORED, INSECURE, LOCAL_IN_INTENT, RequirementLine, quoted

ALWAYS_EFFECTIVE = frozenset({"--no-binary", "--only-binary", "--all-releases", "--only-final"})
"""Options that pip obeys wherever on a line they stand, since it applies them while it parses."""

_INDEXES = frozenset({"--index-url", "--extra-index-url"})
_NEEDS_REQUIREMENT = frozenset({"--hash", "--config-settings"})
_INCLUDES = {"--requirement": ReferenceKind.INCLUDE, "--constraint": ReferenceKind.CONSTRAINT}
_REMOTE = re.compile(r"(?!file:)[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_PLAIN_HTTP = re.compile(r"http://(?!(?:[^/@]*@)?(?:localhost|127\.|\[::1\]))", re.IGNORECASE)
_BACKSLASHED = re.compile(r"(?:--[a-z-]+=|-[a-z])?([^\s'\"]*\\[^\s'\"]*)")


def read_global_options(line: RequirementLine, options: LineOptions) -> list[Item]:
    """What a line without a requirement declares."""
    include = _effective_include(options)
    if include:
        obeyed = [option for option in options.given if option[0] in ALWAYS_EFFECTIVE]
        ignored = [option for option in options.given if option[0] not in ALWAYS_EFFECTIVE]
        ignored.remove(include)
        items = _include(line, *include)
    else:
        obeyed, ignored = _split_ignored(options)
        items = []
    for name, value in obeyed:
        items += _option(line, name, value)
    return items + ignored_problem(line, ignored, options.stray)


def ignored_problem(line: RequirementLine, options: Iterable[tuple[str, str]], stray: Iterable[str]) -> list[Item]:
    """The problem of a line of which pip ignores a part; none where it ignores nothing."""
    parts = [*(f"{name} {value}".strip() for name, value in options), *stray]
    if not parts:
        return []
    shown = " ".join(parts)
    if line.text.startswith("- "):
        item = line.text[2:].strip()
        mistake = find_mistake(item)
        message = f"{quoted(line.text)} is an item of a YAML list: pip ignores the line"
        return [line.problem(message, mistake.hint if mistake else f"Write `{quoted(item)[1:-1]}`.", rule=IGNORED)]
    return [line.problem(f"pip ignores {quoted(shown)} here", "Put it on a line of its own.", rule=IGNORED)]


def written_with_backslashes(line: RequirementLine, value: str) -> str | None:
    """The word of the line that became `value` when pip took its backslashes for quoting; None without any."""
    if "\\" not in line.text:
        return None
    words = _BACKSLASHED.findall(line.text[:10_000])
    return next((word for word in words if word.replace("\\", "") == value), None)


def _effective_include(options: LineOptions) -> tuple[str, str] | None:
    """The first -r, else the first -c: pip looks at no other."""
    for name in _INCLUDES:
        values = options.values(name)
        if values:
            return name, values[0]
    return None


def _include(line: RequirementLine, name: str, value: str) -> list[Item]:
    word = written_with_backslashes(line, value)
    if word:
        value = word.replace("\\", "/")
    items: list[Item] = [line.reference(_INCLUDES[name], value, base=PathBase.FILE)]
    if word:
        items.append(
            line.problem(
                f"{quoted(word)}: pip removes backslashes here", f"Write `{name} {value}`.", rule=LOCAL_IN_INTENT
            )
        )
    return items + _elsewhere(line, value)


def _split_ignored(options: LineOptions) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Options that pip obeys and those it ignores, on a line without -r and -c."""
    obeyed: list[tuple[str, str]] = []
    ignored: list[tuple[str, str]] = []
    find_links_seen = False
    for name, value in options.given:
        second_find_links = name == "--find-links" and find_links_seen
        find_links_seen = find_links_seen or name == "--find-links"
        (ignored if second_find_links or name in _NEEDS_REQUIREMENT else obeyed).append((name, value))
    return obeyed, ignored


def _option(line: RequirementLine, name: str, value: str) -> list[Item]:
    items: list[Item] = []
    if name == "--find-links" and _is_local(value):
        base = PathBase.FILE_THEN_WORKING_DIRECTORY
        items = [line.reference(ReferenceKind.FIND_LINKS, value, base=base), *_elsewhere(line, value)]
    elif name in _INDEXES and _is_local(value):
        items = [line.reference(ReferenceKind.INDEX, value), *_elsewhere(line, value)]
    else:
        items = [line.option(name, value)]
    return items + _insecure(line, name, value)


def _is_local(value: str) -> bool:
    return not _REMOTE.match(value) and not VARIABLE.fullmatch(value)


def _elsewhere(line: RequirementLine, value: str) -> list[Item]:
    if _REMOTE.match(value) or not is_machine_path(value):
        return []
    message = f"{quoted(value)} exists only on the machine where this was written"
    return [line.problem(message, "Use a path inside the repository.", rule=ELSEWHERE)]


def _insecure(line: RequirementLine, name: str, value: str) -> list[Item]:
    if name == "--trusted-host":
        message = f"--trusted-host {quoted(value)}: pip then checks no certificate of that host"
        return [line.problem(message, "Use https with a valid certificate, and drop the option.", rule=INSECURE)]
    if name in _INDEXES | {"--find-links"} and _PLAIN_HTTP.match(value):
        message = f"{name} {quoted(value)}: whoever is on the way can replace packages that come over plain http"
        return [line.problem(message, "Use https.", rule=INSECURE)]
    return []
