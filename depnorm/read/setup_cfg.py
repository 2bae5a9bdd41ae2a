"""setup.cfg: what setuptools reads from `[metadata]` and `[options]`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from depnorm.model import Location, Option, PathBase, Problem, ReferenceKind, RepoReference, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, encoding_problems, physical_lines
from depnorm.read.pep508 import parse_pep508
from depnorm.read.text import decode
from depnorm.read.vcs_version import git_reader

_SECTION = re.compile(r"\[(?P<name>.+)\]")
_KEY = re.compile(r"(?P<key>[^=:]*)[=:](?P<value>.*)", re.DOTALL)
_TEXT_OPTIONS = {("metadata", "name"): "project-name", ("options", "python_requires"): "requires-python"}
_SIGNS = ("#", ";")
_LIST_COMMENT = " #"
_GROUPS = {"install_requires": None, "setup_requires": "build-system", "tests_require": "group:tests"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of a value: its number, the part that belongs to the value, and the whole physical line."""

    number: int
    text: str
    raw: str


@dataclass(slots=True, kw_only=True)
class _Entry:
    """One `key = value` of a section, its lines without blank ones and comments."""

    section: str
    key: str
    line: int
    indent: int
    lines: list[_Line] = field(default_factory=list)

    @property
    def value(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def is_inline(self) -> bool:
        """Whether the whole value stands beside its key."""
        return len(self.lines) == 1 and self.lines[0].number == self.line


def parse_setup_cfg(data: bytes, path: str) -> SpecFile:
    """The project that a setup.cfg declares.

    Dependencies have group None (`install_requires`), `extra:NAME`, `build-system` (`setup_requires`) or `group:tests`
    (`tests_require`, which pip never installs). `file:` directives are INCLUDE references. Options are `project-name`,
    `requires-python`, `reads-git` and one named after each section that spans all of its lines.
    https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
    """
    text = decode(data)
    items = [*encoding_problems(text, path), *_read(physical_lines(text.text), path)]
    return assemble(items, path=path, file_format=SpecFormat.SETUP_CFG, encoding=text.encoding)


def find_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a setup.cfg, each with its line: lines that begin with a sign, and ` #` in a list."""
    lines = physical_lines(text)
    yield from ((number, raw.strip()) for number, raw in enumerate(lines, 1) if raw.strip().startswith(_SIGNS))
    for part in _parts(lines):
        if isinstance(part, _Entry) and _is_list(part):
            for line, item in _split(part):
                _, sign, comment = item.partition(_LIST_COMMENT)
                if sign:
                    yield line.number, f"#{comment}"


def _read(lines: list[str], path: str) -> Iterator[Item]:
    yield from _sections(lines, path)
    for part in _parts(lines):
        if isinstance(part, _Entry):
            yield from _read_entry(part, path)
        else:
            yield _broken(part.number, part.raw, path)


def _parts(lines: list[str]) -> Iterator[_Entry | _Line]:
    """The entries in order, and the lines that are part of none."""
    entry: _Entry | None = None
    section = ""
    for number, raw in enumerate(lines, 1):
        text = raw.strip()
        if not text or text.startswith(_SIGNS):
            continue
        indent = len(raw) - len(raw.lstrip())
        if entry is not None and indent > entry.indent:
            entry.lines.append(_Line(number=number, text=text, raw=raw))
            continue
        if entry is not None:
            yield entry
            entry = None
        if header := _SECTION.match(text):
            section = header["name"]
        elif section and (match := _KEY.fullmatch(text)):
            entry = _Entry(section=section, key=match["key"].strip(), line=number, indent=indent)
            if value := match["value"].strip():
                entry.lines.append(_Line(number=number, text=value, raw=raw))
        else:
            yield _Line(number=number, text=text, raw=raw)
    if entry is not None:
        yield entry


def _sections(lines: list[str], path: str) -> Iterator[Option]:
    """Every section as one Option; what stands before the first is `top-level`."""
    starts = [(1, "top-level")]
    starts += [(number, match["name"]) for number, line in enumerate(lines, 1) if (match := _SECTION.match(line))]
    for (first, name), (end, _) in pairwise([*starts, (len(lines) + 1, "")]):
        raw = "\n".join(lines[first - 1 : end - 1]).rstrip()
        if raw:
            yield Option(name=name, value="", location=Location(path=path, line=first), raw=raw)


def _broken(number: int, raw: str, path: str) -> Problem:
    return Problem(
        location=Location(path=path, line=number),
        raw=raw,
        message="is neither `[section]` nor `key = value`, so setuptools rejects the whole file",
        hint="Indent it if it belongs to the value above.",
    )


def _read_entry(entry: _Entry, path: str) -> Iterator[Item]:
    key = entry.key.replace("-", "_")
    if (option := _TEXT_OPTIONS.get((entry.section, key))) and entry.lines:
        first = entry.lines[0]
        yield Option(name=option, value=entry.value, location=Location(path=path, line=first.number), raw=first.raw)
    elif entry.section == "options" and key in _GROUPS:
        yield from _requirements(entry, path, _GROUPS[key])
    elif entry.section == "options.extras_require":
        yield from _requirements(entry, path, f"extra:{entry.key}")


def _is_list(entry: _Entry) -> bool:
    is_group = entry.section == "options" and entry.key.replace("-", "_") in _GROUPS
    return is_group or entry.section == "options.extras_require"


def _requirements(entry: _Entry, path: str, group: str | None) -> Iterator[Item]:
    if entry.value.startswith("file:") and group == "group:tests":
        location = Location(path=path, line=entry.lines[0].number)
        yield Option(name="tests_require", value=entry.value, location=location, raw=entry.lines[0].raw)
    elif entry.value.startswith("file:"):
        yield from _files(entry, path, group)
    else:
        yield from _listed(entry, path, group)


def _listed(entry: _Entry, path: str, group: str | None) -> Iterator[Item]:
    for line, text in _split(entry):
        location = Location(path=path, line=line.number)
        requirement = text.partition(_LIST_COMMENT)[0].strip()
        yield from parse_pep508(requirement, location=location, raw=line.raw, group=group)
        if group == "build-system" and (backend := git_reader(requirement)):
            yield Option(name="reads-git", value=backend, location=location, raw=line.raw)


def _split(entry: _Entry) -> Iterator[tuple[_Line, str]]:
    """One requirement a line; a value beside its key is split at semicolons, so it can hold no marker."""
    for line in entry.lines:
        for text in line.text.split(";") if entry.is_inline else [line.text]:
            if text.strip():
                yield line, text.strip()


def _files(entry: _Entry, path: str, group: str | None) -> Iterator[RepoReference]:
    extras = (group.removeprefix("extra:"),) if group and group.startswith("extra:") else ()
    for line in entry.lines:
        for target in line.text.removeprefix("file:").split(","):
            if target.strip():
                yield RepoReference(
                    kind=ReferenceKind.INCLUDE,
                    target=target.strip(),
                    location=Location(path=path, line=line.number),
                    raw=line.raw,
                    base=PathBase.FILE,
                    extras=extras,
                )
