"""What a path in a requirement line makes: a reference, the package that a wheel's name tells, and what is wrong."""

import posixpath
import re

from packaging.utils import parse_wheel_filename

from depnorm.model import ReferenceKind
from depnorm.read.assemble import Item
from depnorm.read.requirement_links import archive_extension, is_machine_path, parse_link, split_extras
from depnorm.read.requirement_mistakes import find_address_mistake
from depnorm.read.requirement_pep508 import bracketed_extras
from depnorm.read.requirement_text import ELSEWHERE, LOCAL_IN_INTENT, RequirementLine, quoted

_BRACKETED = re.compile(r"\[[^\[\]]+\]")


def path(
    line: RequirementLine, kind: ReferenceKind, target: str, *, extras: tuple[str, ...] = (), marker: str | None = None
) -> list[Item]:
    """A directory that pip installs."""
    return [line.reference(kind, target, extras=extras, marker=marker), *machine_path_problems(line, target)]


def archive(
    line: RequirementLine, target: str, *, extras: tuple[str, ...], marker: str | None, hashes: tuple[str, ...]
) -> list[Item]:
    """A wheel or an sdist; a wheel's file name tells its package."""
    items: list[Item] = [line.reference(ReferenceKind.ARCHIVE, target, extras=extras, marker=marker)]
    filename = posixpath.basename(target.rstrip("/"))
    if archive_extension(filename, exact=True) == ".whl":
        name, problems = wheel_name(line, filename)
        items += problems
        if name:
            items.append(line.dependency(name, extras=extras, marker=marker, url=target, hashes=hashes))
    return items + machine_path_problems(line, target)


def windows_path(line: RequirementLine, kind: ReferenceKind, text: str, *, marker: str | None = None) -> list[Item]:
    """A path that only pip on Windows reads as one; its target is spelled as it should be."""
    bare, extras_text = split_extras(text)
    target = bare.replace("\\", "/")
    problems = machine_path_problems(line, bare)
    return [
        line.reference(kind, target, extras=bracketed_extras(extras_text), marker=marker),
        line.problem(
            f"{quoted(text)} is a path as only Windows reads it",
            "Use a path inside the repository, with /." if problems else f"Write `{target}`.",
            rule=LOCAL_IN_INTENT,
        ),
        *problems,
    ]


def path_with_leftover(line: RequirementLine, kind: ReferenceKind, text: str, end: int) -> list[Item]:
    """`-e ./x#egg=x`, `-e .;marker`, `-e .[a, b]`: a path up to `end` for its author, as a whole for pip."""
    target, leftover = text[:end] or ".", text[end:].strip()
    if mistake := find_address_mistake(target):
        return [line.problem(f"{quoted(target)} {mistake.message}", mistake.hint)]
    bracketed = _BRACKETED.search(line.text) if leftover.startswith("[") else None
    extras = bracketed_extras(bracketed.group()) if bracketed else ()
    items: list[Item] = [line.reference(kind, target, extras=extras)]
    name = parse_link(leftover).name
    if name:
        items.append(line.dependency(name, url=target, editable=kind is ReferenceKind.EDITABLE))
    hint = {
        "#": f"Write `{target}` alone: the project itself tells its name.",
        ";": f"Write `{target}` alone: -e takes no marker.",
        "[": f"Write the extras without spaces: `{target}[a,b]`.",
    }[leftover[0]]
    message = f"{quoted(text)}: pip takes all of this for a path"
    return [*items, line.problem(message, hint, rule=LOCAL_IN_INTENT), *machine_path_problems(line, target)]


def wheel_name(line: RequirementLine, filename: str) -> tuple[str | None, list[Item]]:
    """The package that a wheel's file name tells, and the problem of a name that pip refuses."""
    try:
        return parse_wheel_filename(filename)[0], []
    except ValueError as error:
        reason = str(error).splitlines()[0].removeprefix("Invalid wheel filename ")
    message = f"{quoted(filename)} is not the name of a wheel: {reason}"
    hint = "A wheel is called NAME-VERSION-PYTHON-ABI-PLATFORM.whl; pip reads the package from that."
    return None, [line.problem(message, hint)]


def machine_path_problems(line: RequirementLine, target: str) -> list[Item]:
    """The problem of a path that no other machine has; none for a relative one."""
    if not is_machine_path(target):
        return []
    hint = (
        "Name the package and its version, or a path inside the repository."
        " (Where `pip freeze` writes a path, `pip list --format=freeze` writes the version.)"
    )
    message = f"{quoted(target)} exists only on the machine where this was written"
    return [line.problem(message, hint, rule=ELSEWHERE)]
