"""requirements.txt and constraints files, read as pip 26.3 reads them, but without a disk.

The commonest lines (`name`, `name==1.0`, `name~=1.0  # why`) are read here, all others by `requirement_unusual`: common
ones with patterns and `packaging` (`name>=1,<2; marker`, `-r base.txt`, hashes). pip-requirements-parser is consulted
for what those refuse: its option parser (`requirement_options`) reads every option line that is not one plain option.
It does not read whole files here because it opens what `-r` names, fails on cycles and on missing files, never expands
`${VAR}`, loses the name of `a @ ./x`, takes every URL for a local path, refuses `--config-settings` and
`--all-releases`, keeps no physical lines, and takes thirty times as long (tests/benchmarks/requirements_reader.py).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from depnorm.model import Dependency, Ecosystem, Location, Problem, SpecFile, SpecFormat, canonical_name
from depnorm.read.assemble import Item, assemble
from depnorm.read.requirement_text import RequirementLine, logical_line, quoted, refuses
from depnorm.read.text import Text, decode

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_RELEASE = r"[0-9]++(?:\.[0-9]++)"
_SUFFIX = r"(?:(?:a|b|rc|\.post|\.dev)[0-9]++)?+"
_SPECIFIER = (
    rf"(?:==|>=|<=|!=|<|>)[ \t]*+{_RELEASE}*+{_SUFFIX}|~=[ \t]*+{_RELEASE}++{_SUFFIX}|[=!]=[ \t]*+{_RELEASE}*+\.\*"
)
# Blank, a comment, or a requirement so simple that its canonical specifier is its own text; all else goes through
# `packaging`. `#egg=` is no comment to its author. A comment that ends in a backslash may take the next line with it.
_PLAIN = re.compile(rf"[ \t]*+(?:({_NAME})[ \t]*+(?:({_SPECIFIER})[ \t]*+)?(?:(?<=[ \t])#(?!egg).*(?<!\\))?|#.*)?")
MAX_REQUIREMENTS = 50_000
"""Lines with content of one file; what follows them is one problem."""
MAX_REFUSED = 1_000
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
    if text.refused:
        message = f"declares the encoding {quoted(text.refused)}, which no file can be in: pip refuses the file"
    elif text.damaged:
        message = f"is not valid {'utf-8' if text.encoding == 'latin-1' else text.encoding}: pip may refuse the file"
    elif text.encoding.startswith(("utf-16", "utf-32")):
        message = f"is {text.encoding}: pip reads it, most other tools do not"
    else:
        return
    hint = "Save it as UTF-8, and delete the comment that declares it." if text.refused else "Save it as UTF-8."
    yield Problem(location=Location(path=path), raw="", message=message, hint=hint, rule="DN302")


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
    count = refused = 0
    for number, raw in physical:
        items = _read_plain(number, raw, path)
        if items is None:
            line = logical_line(number, raw, physical, path)
            items = _read_unusual(line, constraints=constraints) if line else ()
            refused += refuses(items)
        yield from items
        count += bool(items)
        if count == MAX_REQUIREMENTS:
            yield from _unread_rest(physical, path, f"more than {MAX_REQUIREMENTS:,} requirements")
        elif refused == MAX_REFUSED:
            yield from _unread_rest(physical, path, f"{MAX_REFUSED:,} lines that pip refuses")


def _unread_rest(physical: Iterator[tuple[int, str]], path: str, reason: str) -> Iterator[Problem]:
    """One problem for all that is left of a file that is no list of requirements, or too long a one."""
    rest = list(physical)
    if any(line.strip() for _, line in rest):
        message = f"was not read, nor were the {len(rest) - 1:,} lines after it: the file has {reason}"
        yield Problem(
            location=Location(path=path, line=rest[0][0]),
            raw="\n".join(line for _, line in rest),
            message=message,
            hint="List only what is to be installed, one requirement a line.",
            of_file=True,
        )


def _read_plain(number: int, raw: str, path: str) -> Sequence[Item] | None:
    """What a line declares that is read without a look at its neighbours; None for any other line."""
    match = _PLAIN.fullmatch(raw)
    if match is None:
        return None
    name, spec = match.groups()
    if name is None:
        return ()
    if spec is None:
        if "." in name:  # `a.zip` is an archive
            return None
        spec = ""
    elif " " in spec or "\t" in spec:
        spec = spec.replace(" ", "").replace("\t", "")
    location = Location(path=path, line=number)
    return (Dependency(ecosystem=Ecosystem.PYPI, name=canonical_name(name), location=location, raw=raw, spec=spec),)


def _read_unusual(line: RequirementLine, *, constraints: bool) -> Sequence[Item]:
    # Imported here: many files hold nothing but names and versions, and `packaging` costs more than reading those.
    from depnorm.read.requirement_unusual import read_unusual_line  # noqa: PLC0415

    return list(read_unusual_line(line, constraints=constraints))
