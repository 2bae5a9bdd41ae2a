"""What a script was seen to do: dependencies, references, options, problems, and the class of each statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from depnorm.model import Dependency, Ecosystem, Location, Option, Problem, ReferenceKind, RepoReference, Scope
from depnorm.read.r.values import Cause, Item, Unknown

_TARGET_LENGTH = 60  # characters of source text that stand for a computed argument
_REFERENCE_OF = {
    Cause.DYNAMIC: ReferenceKind.DYNAMIC,
    Cause.MACHINE: ReferenceKind.DYNAMIC,
    Cause.FILE: ReferenceKind.PACKAGE_LIST,
    Cause.VARIABLE: ReferenceKind.VARIABLE,
}


class StatementClass(StrEnum):
    """What a top-level statement does, the most consequential first: a statement has the first class that applies."""

    DYNAMIC = "dynamic"  # not understood
    SYSTEM = "system"  # runs a program
    SOURCE = "source"  # runs another script
    INSTALL_OTHER = "install-other"  # installs from elsewhere than the default repository, or in a special way
    INSTALL = "install"  # installs constant packages from the default repository
    OPTIONS = "options"  # sets options or environment variables
    OTHER_EFFECT = "other-effect"  # does something beside R packages: a kernel, a TeX distribution
    ASSIGN = "assign"
    LIBRARY = "library"  # loads packages
    MESSAGE = "message"  # has no effect


_TEXT = {value: value.value for value in StatementClass}
_ORDER = {value: index for index, value in enumerate(StatementClass)}


class Record:
    """Collects while a script is read. `begin` and `end` enclose each top-level statement."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self._path = path
        self._lines = lines
        self._dependencies: dict[tuple[object, ...], Dependency] = {}
        self._references: dict[tuple[object, ...], RepoReference] = {}
        self._options: dict[tuple[object, ...], Option] = {}
        self._problems: dict[Problem, None] = {}
        self._raws: dict[tuple[int, int], str] = {}
        self.installed: set[str] = set()
        self._location = Location(path=path)
        self._class = StatementClass.MESSAGE
        self._touches = False
        self._referred = False
        self._doubts: list[Cause | None] = []
        self._guards = 0

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """In the order of the file."""
        return tuple(sorted(self._dependencies.values(), key=lambda dependency: dependency.location.line))

    @property
    def references(self) -> tuple[RepoReference, ...]:
        """In the order of the file."""
        return tuple(sorted(self._references.values(), key=lambda reference: reference.location.line))

    @property
    def options(self) -> tuple[Option, ...]:
        """In the order of the file."""
        return tuple(sorted(self._options.values(), key=lambda option: option.location.line))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """In the order of the file."""
        return tuple(sorted(self._problems, key=lambda problem: problem.location.line))

    def raw(self, line: int, end_line: int) -> str:
        """The physical lines from `line` to `end_line`."""
        if end_line <= line:
            return self._lines[line - 1] if line <= len(self._lines) else ""
        span = line, end_line
        if span not in self._raws:
            self._raws[span] = "\n".join(self._lines[span[0] - 1 : span[1]])
        return self._raws[span]

    def location(self, line: int) -> Location:
        """Where a line is; one past the end counts as the last."""
        line = min(line, len(self._lines))
        if self._location.line != line:
            self._location = Location(path=self._path, line=line)
        return self._location

    def begin(self) -> None:
        """A statement starts."""
        self._class = StatementClass.MESSAGE
        self._touches = self._referred = False
        self._doubts.clear()

    def end(self, line: int, end_line: int, index: int) -> None:
        """The statement is over: note its class. One that is not understood refers to what only running it tells."""
        raw = self.raw(line, end_line)
        if self._touches and not self._referred:
            self.reference(ReferenceKind.DYNAMIC, shorten(raw), line, end_line)
        option = Option(name="statement", value=_TEXT[self._class], location=self.location(line), raw=raw)
        self._options["statement", index] = option

    def mark(self, value: StatementClass) -> None:
        """The statement does this too."""
        if _ORDER[value] < _ORDER[self._class]:
            self._class = value

    def give_up(self, cause: Cause = Cause.DYNAMIC) -> None:
        """The statement is not understood; unless it only depends on the machine, it may use the repository."""
        self.mark(StatementClass.DYNAMIC)
        self._touches = self._touches or cause is not Cause.MACHINE

    @property
    def in_doubt(self) -> bool:
        """Whether what happens now may not happen."""
        return bool(self._doubts) or self._guards > 0

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """What happens inside happens because packages are missing."""
        self._guards += 1
        try:
            yield
        finally:
            self._guards -= 1

    @contextmanager
    def doubting(self, cause: Cause | None) -> Iterator[None]:
        """What happens inside may not happen: `cause` says why; None: only if packages are there already."""
        self._doubts.append(cause)
        try:
            yield
        finally:
            self._doubts.pop()

    def doubt_rest(self, cause: Cause | None) -> None:
        """What follows in this statement may not happen."""
        self._doubts.insert(0, cause)

    def effect(self, value: StatementClass) -> None:
        """Something that matters happens, perhaps only under a condition."""
        self.mark(value)
        for cause in self._doubts:
            self.give_up(cause or Cause.MACHINE)

    def dependency(
        self, name: str | None, item: Item, span: tuple[int, int], *, spec: str = "", url: str | None = None,
        channel: str | None = None, known: bool = True,
    ) -> None:  # fmt: skip
        """A package is installed; it stands where its literal does, else at the call (`span`)."""
        line, end_line = (item.line, item.end_line) if item.line else span
        key = (name, url, line, spec, channel)
        value = StatementClass.INSTALL if known else StatementClass.INSTALL_OTHER
        if self._doubts and (any(self._doubts) or name not in self.installed):
            self.effect(value)
        self.mark(value)
        if name:
            self.installed.add(name)
        self._dependencies[key] = Dependency(
            ecosystem=Ecosystem.CRAN, name=name, location=self.location(line), raw=self.raw(line, end_line),
            spec=spec, url=url, channel=channel,
        )  # fmt: skip

    def reference(self, kind: ReferenceKind, target: str, line: int, end_line: int) -> None:
        """The script refers back to the repository, or past it."""
        self._referred = True
        if (kind, target, line) in self._references:
            return
        self._references[kind, target, line] = RepoReference(
            kind=kind, target=target, location=self.location(line), raw=self.raw(line, end_line), scope=Scope.UNKNOWN
        )

    def unknown_argument(self, unknown: Unknown, source: str, span: tuple[int, int]) -> None:
        """An argument that decides what is installed is computed."""
        self.give_up(unknown.cause)
        kind = _REFERENCE_OF[unknown.cause]
        named = kind is not ReferenceKind.DYNAMIC and unknown.target
        self.reference(kind, unknown.target if named else shorten(source), *span)

    def option(self, name: str, value: str, span: tuple[int, int]) -> None:
        """A setting beside the packages."""
        location = self.location(span[0])
        self._options[name, value, span] = Option(name=name, value=value, location=location, raw=self.raw(*span))

    def problem(self, message: str, hint: str, span: tuple[int, int]) -> None:
        """A line that R would reject."""
        problem = Problem(location=self.location(span[0]), raw=self.raw(*span), message=message, hint=hint)
        self._problems[problem] = None


def shorten(source: str) -> str:
    """Source text on one line, cut to what fits a message."""
    text = " ".join(source[: 4 * _TARGET_LENGTH].split())
    return text if len(text) <= _TARGET_LENGTH else text[: _TARGET_LENGTH - 1] + "…"
