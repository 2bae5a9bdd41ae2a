"""Lines of a requirements file that are more than a name and a version: options, extras, markers, URLs, paths."""

import re
from collections.abc import Iterable, Iterator

from depnorm.model import Dependency, Problem, ReferenceKind, RepoReference
from depnorm.read.assemble import Item
from depnorm.read.requirement_globals import (
    ALWAYS_EFFECTIVE,
    ignored_problem,
    read_global_options,
    written_with_backslashes,
)
from depnorm.read.requirement_line import read_requirement
from depnorm.read.requirement_links import VARIABLE, has_credentials, is_windows_path
from depnorm.read.requirement_mistakes import explain_options, find_mistake
from depnorm.read.requirement_options import (
    NO_OPTIONS,
    LineOptions,
    OptionError,
    known_options,
    parse_options,
    split_options,
)
from depnorm.read.requirement_text import (
    CREDENTIALS,
    IGNORED,
    REJECTED,
    RequirementLine,
    quoted,
    refuses,
)

_HASH = re.compile(r"[= ][ \t]*(sha(?:256|384|512):[0-9A-Za-z]+)[ \t]*")

_FRAGMENT = re.compile(r"\s(#(?:egg|subdirectory|sha256|md5)(?:=\S*|$))", re.MULTILINE)


def read_unusual_line(line: RequirementLine, *, constraints: bool) -> Iterator[Item]:
    """All that a line declares and what is wrong with it; `constraints` is for a file that -c names."""
    items = _read_text(line) if line.text else []
    yield from items
    if (
        line.text and not items and not VARIABLE.search(line.text)
    ):  # such as `--`, which ends the options of a line that has none
        yield line.problem(f"{quoted(line.text)} says nothing to pip", "Delete the line.", rule=IGNORED)
    if constraints:
        yield from _constraint_problems(line, items)
    for name in dict.fromkeys(VARIABLE.findall(line.text)):
        yield line.reference(ReferenceKind.VARIABLE, name)
    if has_credentials(line.text):
        yield line.problem(
            "holds a password or token, which everyone who sees the repository can use",
            "Revoke it; then write `${VARIABLE}` in its place, which pip fills from the environment.",
            rule=CREDENTIALS,
        )
    yield from _lost_fragment(line)
    if line.swallowed:
        yield line.problem(
            "the comment ends in a backslash, so pip takes the lines after it for comment too",
            "Delete the backslash at the end of the comment.",
            rule=IGNORED,
        )


def _lost_fragment(line: RequirementLine) -> Iterator[Problem]:
    """The problem of `URL #egg=x`, where a space makes a comment of what belongs to the URL."""
    found = _FRAGMENT.search(line.raw)
    if found and line.text and found.group(1) not in line.text:
        word = quoted(found.group(1))
        hint = "Delete the space in front of it." if ":" in line.text else "Delete it: the line names the package."
        yield line.problem(f"pip takes {word} for a comment, since a space stands before it", hint, rule=IGNORED)


def _read_text(line: RequirementLine) -> list[Item]:
    hashed = _split_hashes(line.text)
    if hashed:
        return _read_requirement(line, *hashed)
    requirement, options_text = split_options(line.text)
    try:
        options = parse_options(options_text) if options_text else NO_OPTIONS
    except OptionError as error:
        return _refused_options(line, requirement, error)
    if requirement or options.values("--editable"):
        return _read_requirement(line, requirement, options)
    return read_global_options(line, options)


def _split_hashes(text: str) -> tuple[str, LineOptions] | None:
    """A requirement and its hashes, where the line has no other options and needs no shell quoting."""
    requirement, *words = text.split(" --hash")
    if not words or requirement.startswith("-") or " -" in requirement:
        return None
    matches = [_HASH.fullmatch(word) for word in words]
    if not all(matches):
        return None
    return requirement, LineOptions(tuple(("--hash", match.group(1)) for match in matches if match))


def _read_requirement(line: RequirementLine, requirement: str, options: LineOptions) -> list[Item]:
    """A line with a requirement; where it also has an -e, pip takes the requirement for what -e names."""
    editables = options.values("--editable")
    text = requirement or editables[0]
    if requirement and editables and (mistake := find_mistake(requirement)):
        return [line.problem(f"{quoted(line.text)} {mistake.message}", mistake.hint)]
    if not requirement and options.stray[:1] == ("@",):
        return _split_by_spaces(line, " ".join((text, *options.stray)))
    if editables:
        word = None if requirement else written_with_backslashes(line, text)
        items = read_requirement(line, word if word and is_windows_path(word) else text, editable=True)
    else:
        items = read_requirement(line, text, hashes=tuple(sorted(set(options.values("--hash")))))
    if VARIABLE.search(text):  # what pip makes of it depends on the variable
        items = [item for item in items if not (isinstance(item, Problem) and item.rule == REJECTED)]
    if refuses(items):
        return items
    return items + _options_of_requirement(line, options, used="" if requirement else text)


def _split_by_spaces(line: RequirementLine, text: str) -> list[Item]:
    """`-e name @ URL`: pip takes the first word only, and looks for a directory of that name."""
    meant = [item for item in read_requirement(line, text, editable=True) if not isinstance(item, Problem)]
    message = f"{quoted(line.text)}: pip takes only {quoted(text.split(maxsplit=1)[0])} for the argument of -e"
    return [*meant, line.problem(message, f"Write `-e {quoted(text)}`, in quotes.")]


def _options_of_requirement(line: RequirementLine, options: LineOptions, *, used: str) -> list[Item]:
    """Options beside a requirement. `used` is the argument of the -e that pip obeys."""
    editable = bool(options.values("--editable"))
    items: list[Item] = []
    ignored = []
    for name, value in options.given:
        if name in ALWAYS_EFFECTIVE or name == "--config-settings":
            items.append(line.option(name, value))
        elif name == "--editable" and value == used:
            used = ""
        elif name != "--hash" or editable:
            ignored.append((name, value))
    return items + ignored_problem(line, ignored, options.stray)


def _refused_options(line: RequirementLine, requirement: str, error: OptionError) -> list[Item]:
    """A line whose options pip refuses; what an older pip would have read is told besides."""
    options_text = split_options(line.text)[1]
    shell = find_mistake(line.text) if requirement else None
    if shell:
        return [line.problem(f"{quoted(line.text)} {shell.message}", shell.hint)]
    if error.old is None:
        return [line.problem(*explain_options(options_text, str(error), known_options()))]
    names = sorted({name for name, _ in error.old.given} - set(known_options()))
    items: list[Item] = [line.option(name, value) for name, value in error.old.given if name in names]
    items.append(
        line.problem(
            f"{quoted(options_text)}: pip no longer has {', '.join(names) or 'this spelling'} in requirements files",
            "Use --config-settings KEY=VALUE for the build, or delete it.",
        )
    )
    return (read_requirement(line, requirement) if requirement else []) + items


def _constraint_problems(line: RequirementLine, items: Iterable[Item]) -> Iterator[Problem]:
    """What pip refuses in a constraints file (`check_invalid_constraint_type` in pip/_internal/req/req_install.py)."""
    dependencies = [item for item in items if isinstance(item, Dependency)]
    local = [item for item in items if isinstance(item, RepoReference) and item.kind in _INSTALLED]
    named = any(found.name for found in dependencies)
    refused = {
        "a constraint names a package": (dependencies or local) and not named,
        "a constraint cannot be editable": any(found.editable for found in dependencies),
        "a constraint cannot have extras": any(found.extras for found in dependencies),
    }
    for message, applies in refused.items():
        if applies:
            yield line.problem(f"{message}: pip refuses the file", "Write `name==version`, or use -r for this file.")


_INSTALLED = frozenset({ReferenceKind.EDITABLE, ReferenceKind.PATH, ReferenceKind.ARCHIVE})
