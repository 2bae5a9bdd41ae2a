"""What the reader of environment.yml finds, and where it stands."""

import re
from dataclasses import dataclass, field
from typing import TypeVar

from depnorm.model import (
    Dependency,
    Location,
    Option,
    PathBase,
    Problem,
    ReferenceKind,
    RepoReference,
    SpecFile,
    SpecFormat,
)
from depnorm.read.yaml_node import Node, Source

LONG_LINE = 1_000  # characters: of a longer line, `raw` is only the item's own part

# conda-build's selectors, and what they are made of.
_SELECTOR = re.compile(r"\[([^\[\]]+)\]")
_PLATFORM = re.compile(r"\b(linux|osx|mac|win|unix|x86|arm64|aarch64|ppc64le|py\d*\b)")

Item = TypeVar("Item", Dependency, RepoReference, Option, Problem)


@dataclass(slots=True, kw_only=True)
class Reading:
    """What was found so far, and the text it was found in."""

    path: str
    source: Source
    dependencies: list[Dependency] = field(default_factory=list)
    references: list[RepoReference] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def lines_of(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last line with content of a range of characters."""
        return self.source.span(start, end)

    def place(self, start: int, end: int) -> tuple[Location, str]:
        """Location and raw text of a range of characters."""
        first, last = self.lines_of(start, end)
        raw = self.source.raw(first, last)
        if len(raw) > LONG_LINE:
            raw = self.source.slice(start, end)
        return Location(path=self.path, line=first), raw

    def option(self, name: str, value: str, node: Node, end: int | None = None) -> None:
        """Add an option that stands where `node` does, or from there to `end`."""
        location, raw = self.place(node.start, node.end if end is None else end)
        self.options.append(Option(name=name, value=value, location=location, raw=raw))

    def problem(self, node: Node, message: str, hint: str, rule: str = "DN305", end: int | None = None) -> None:
        """Add a problem that stands where `node` does, or from there to `end`."""
        location, raw = self.place(node.start, node.end if end is None else end)
        self.problems.append(Problem(location=location, raw=raw, message=message, hint=hint, rule=rule))

    def reference(self, kind: ReferenceKind, target: str, node: Node) -> None:
        """Add one whose target is relative to the directory that conda runs in."""
        location, raw = self.place(node.start, node.end)
        base = PathBase.WORKING_DIRECTORY
        self.references.append(RepoReference(kind=kind, target=target, location=location, raw=raw, base=base))

    def line_problem(self, line: int, message: str, hint: str) -> None:
        """Add a problem of a whole line; the parser may complain behind the last one."""
        line = min(line, max(len(self.source.lines) - (self.source.lines[-1] == ""), 1))
        location = Location(path=self.path, line=line)
        raw = self.source.raw(line, line)
        self.problems.append(Problem(location=location, raw=raw, message=message, hint=hint, rule="DN305"))

    def nothing_read(self, why: str, hint: str) -> None:
        """Add the problem that spans the file, so that nothing of it is lost."""
        location = Location(path=self.path, line=1)
        message = f"nothing of this file could be read: {why}"
        self.problems.append(
            Problem(
                location=location,
                raw="\n".join(self.source.lines).rstrip("\n"),
                message=message,
                hint=hint,
                rule="DN305",
                of_file=True,
            )
        )

    def report_selector(self, node: Node) -> None:
        """Add a problem where a conda-build selector such as `# [linux]` follows the node."""
        comment = self.source.rest_of_line(node.end).lstrip()
        if comment.startswith("#") and "[" in comment and any(map(_PLATFORM.search, _SELECTOR.findall(comment))):
            message = "a selector in a comment is only a comment to conda: the line counts on every platform"
            self.problem(node, message, "Keep one file per platform, or drop the selector.", rule="DN303")

    def cover_rest(self) -> None:
        """Make an option of each line with content that is in no item: `---`, brackets, keys without a value."""
        covered: set[int] = set()
        for items in (self.dependencies, self.references, self.options, self.problems):
            for item in items:
                covered.update(range(item.location.line, item.location.line + item.raw.count("\n") + 1))
        for number, line in enumerate(self.source.lines, 1):
            if number not in covered and (value := line.strip()) and not value.startswith("#"):
                location = Location(path=self.path, line=number)
                self.options.append(Option(name="yaml", value=value, location=location, raw=line))

    def spec_file(self, encoding: str) -> SpecFile:
        """All that was found, in file order."""
        return SpecFile(
            path=self.path,
            format=SpecFormat.CONDA,
            encoding=encoding,
            dependencies=_in_file_order(self.dependencies),
            references=_in_file_order(self.references),
            options=_in_file_order(self.options),
            problems=_in_file_order(self.problems),
        )


def _in_file_order(items: list[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: item.location.line))
