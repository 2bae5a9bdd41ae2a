"""requirements.txt and constraints files, read as pip 26.3 reads them, but without a disk.

The commonest lines (`name`, `name==1.0`) are read here, all others by `requirement_unusual`: common ones with patterns
and `packaging` (`name>=1; marker`, `-r base.txt`, hashes). pip-requirements-parser is imported only for unusual option
lines, where it brings the option parser (`requirement_options`). It does not read whole files here because it opens
what `-r` names, fails on cycles and on missing files, never expands `${VAR}`, loses the name of `a @ ./x`, takes every
URL for a local path, refuses `--config-settings` and `--all-releases`, and keeps no physical lines.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from depnorm.model import Dependency, Location, Problem, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble
from depnorm.read.requirement_text import RequirementLine, refuses, requirement_lines
from depnorm.read.text import Text, decode

# Simple enough that its canonical specifier is its own text; everything else goes through `packaging`.
_PLAIN = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[ \t]*"
    r"(?:(==|>=|<=|!=|<|>)[ \t]*([0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc|\.post|\.dev)[0-9]+)?))?"
)
_MAX_LINES = 50_000
_MAX_REFUSED = 1_000
"""Refused lines after which the rest of a file is one problem: pip stops at the first."""


def parse_requirements(data: bytes, path: str, *, constraints: bool = False) -> SpecFile:
    """All that a requirements file declares. `constraints` is for a file that -c names: pip allows less there.

    Lines are counted as pip counts them, where a form feed and other separators of Unicode end a line too. Never
    raises: a line that pip refuses becomes a problem, a file with bytes that its encoding does not have one on line 0.
    """
    text = decode(data)
    items: list[Item] = list(_encoding_problem(text, path))
    items += _read_lines(enumerate(text.text.splitlines(), start=1), path, constraints=constraints)
    file_format = SpecFormat.CONSTRAINTS if constraints else SpecFormat.REQUIREMENTS
    return assemble(items, path=path, file_format=file_format, encoding=text.encoding)


def _encoding_problem(text: Text, path: str) -> Iterator[Problem]:
    if text.damaged:
        message = f"is not valid {'utf-8' if text.encoding == 'latin-1' else text.encoding}: pip may refuse the file"
    elif text.encoding.startswith(("utf-16", "utf-32")):
        message = f"is {text.encoding}: pip reads it, most other tools do not"
    else:
        return
    yield Problem(location=Location(path=path), raw="", message=message, hint="Save it as UTF-8.", rule="DN302")


def parse_constraints(data: bytes, path: str) -> SpecFile:
    """All that a constraints file declares."""
    return parse_requirements(data, path, constraints=True)


def parse_requirement_lines(lines: Sequence[tuple[int, str]], path: str) -> SpecFile:
    """The items of a `pip:` list of environment.yml, each with its line.

    conda writes them into a requirements file beside environment.yml and runs pip there, so both of pip's bases for
    paths are the directory of `path`.
    """
    physical = ((number, part) for number, item in lines for part in item.splitlines())
    items = _read_lines(physical, path, constraints=False)
    return assemble(items, path=path, file_format=SpecFormat.REQUIREMENTS, encoding="utf-8")


def _read_lines(lines: Iterable[tuple[int, str]], path: str, *, constraints: bool) -> Iterator[Item]:
    physical = iter(lines)
    refused = 0
    for count, line in enumerate(requirement_lines(physical, path), start=1):
        items = _read_line(line, constraints=constraints)
        yield from items
        refused += refuses(items)
        if count == _MAX_LINES or refused == _MAX_REFUSED:
            yield from _unread_rest(physical, path)


def _unread_rest(physical: Iterator[tuple[int, str]], path: str) -> Iterator[Problem]:
    """One problem for all that is left of a file that is no list of requirements, or too long a one."""
    rest = list(physical)
    if any(line.strip() for _, line in rest):
        message = f"was not read, nor were the {len(rest) - 1:,} lines after it: too many lines, or too many wrong ones"
        yield Problem(
            location=Location(path=path, line=rest[0][0]),
            raw="\n".join(line for _, line in rest),
            message=message,
            hint="List only what is to be installed, one requirement a line.",
        )


def _plain_dependency(line: RequirementLine) -> Dependency | None:
    match = _PLAIN.fullmatch(line.text)
    if match is None:
        return None
    name, operator, version = match.groups()
    if operator:
        return line.dependency(name, spec=operator + version)
    return None if "." in name else line.dependency(name)  # `a.zip` is an archive


def _read_line(line: RequirementLine, *, constraints: bool) -> list[Item]:
    plain = None if line.swallowed else _plain_dependency(line)
    if plain:
        return [plain]
    # Imported here: many files hold nothing but names and versions, and `packaging` costs more than reading those.
    from depnorm.read.requirement_unusual import read_unusual_line  # noqa: PLC0415

    return list(read_unusual_line(line, constraints=constraints))
