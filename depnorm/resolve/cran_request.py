"""What a repository asks of CRAN together: the input of a lock of R packages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from depnorm.model import (
    Analysis,
    Dependency,
    Ecosystem,
    LeftOut,
    LeftOutKind,
    Option,
    ReferenceKind,
    RepoReference,
    SpecFile,
    SpecFormat,
    redact,
)
from depnorm.model.cran import BASE_PACKAGES

_OWN = frozenset({ReferenceKind.SELF_INSTALL, ReferenceKind.PATH, ReferenceKind.ARCHIVE})
_COMPUTED = frozenset({ReferenceKind.DYNAMIC, ReferenceKind.VARIABLE, ReferenceKind.PACKAGE_LIST})
_DATED = re.compile(r"/(\d{4}-\d{2}-\d{2})/*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CranRequest:
    """What a repository asks of CRAN.

    `asked` come from the snapshot; of those in `with_suggested` also what they suggest, of those `alone` nothing that
    they need. `own_r` are lines that say which R they are for. `left_out` is what the snapshot does not decide.
    `repository` is the URL of the snapshot, `r_version` `X.Y` or `X.Y.Z`, `as_of` the snapshot's ISO date.
    """

    asked: tuple[Dependency, ...]
    with_suggested: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    own_r: tuple[Option, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    repository: str
    r_version: str
    as_of: str


def cran_request_of(analysis: Analysis, *, repository: str, r_version: str, as_of: str) -> CranRequest:
    """The request of a repository: its scripts, what these source, and the DESCRIPTION of its own package."""
    scripts = [_Script(file, as_of) for file in analysis.files if file.format is SpecFormat.R_SCRIPT]
    left_out = [each for script in scripts for each in script.left_out()]
    asked = [each for script in scripts for each in script.file.dependencies if not script.objection(each)]
    described = analysis.description
    if described:
        left_out += _own_package(described)
        asked += [each for each in described.dependencies if not each.group and not each.url]
    not_asked = BASE_PACKAGES.union(each.name for each in left_out)
    return CranRequest(
        asked=tuple(each for each in asked if each.name and each.name not in not_asked),
        with_suggested=frozenset(name for script in scripts for name in script.told("TRUE")),
        alone=frozenset(name for script in scripts for name in script.told("FALSE")),
        own_r=tuple(option for option in described.options if option.name == "R" and option.value) if described else (),
        left_out=tuple({each.name: each for each in left_out}.values()),
        repository=repository,
        r_version=r_version,
        as_of=as_of,
    )


def _own_package(described: SpecFile) -> Iterator[LeftOut]:
    name = described.option("Package")
    if name:
        yield _left_out(name, LeftOutKind.DIRECTORY, "is the repository's own")
    for each in described.dependencies:
        if each.url and not each.group:
            yield _of_url(each)


@dataclass(frozen=True)
class _Script:
    """A script, and which of its packages come from the snapshot."""

    file: SpecFile
    as_of: str

    @cached_property
    def computes(self) -> bool:
        """Whether some statement is not understood."""
        return any(each.name == "statement" and each.value == "dynamic" for each in self.file.options)

    @cached_property
    def plain_lines(self) -> frozenset[int]:
        """The lines of statements that install constant packages in the plainest way."""
        return _lines(each for each in self.file.options if each.name == "statement" and each.value == "install")

    @cached_property
    def elsewhere(self) -> tuple[Option, ...]:
        """What names a repository, or a date, that is not the snapshot's."""
        return tuple(each for each in self.file.options if self._is_elsewhere(each))

    def objection(self, dependency: Dependency) -> LeftOut | None:
        """Why the snapshot does not decide on a package; None where it does."""
        name, at = dependency.name or "", f"({dependency.location})"
        if dependency.url:
            return _of_url(dependency)
        if dependency.channel:
            return _left_out(name, LeftOutKind.REPOSITORY, f"comes from {redact(dependency.channel)} {at}")
        if source := self._covering(dependency, self.elsewhere):
            what = f"the date {source.value}" if source.name == "date" else redact(source.value)
            return _left_out(name, LeftOutKind.REPOSITORY, f"comes from {what}, which the script names {at}")
        if self.computes and dependency.location.line not in self.plain_lines:
            return _left_out(name, LeftOutKind.COMPUTED, f"is named by a script that only running it tells {at}")
        return None

    def left_out(self) -> Iterator[LeftOut]:
        """What of the script the snapshot does not decide."""
        yield from (found for each in self.file.dependencies if (found := self.objection(each)))
        yield from (found for each in self.file.references if (found := _of_reference(each)))

    def told(self, value: str) -> Iterator[str]:
        """The packages that are installed with `dependencies = value`."""
        told = tuple(each for each in self.file.options if each.name == "dependencies")
        for each in self.file.dependencies:
            option = self._covering(each, told)
            if option and each.name and option.value == value:
                yield each.name

    def _covering(self, dependency: Dependency, options: tuple[Option, ...]) -> Option | None:
        """The option whose call names a package; else one whose call names its packages elsewhere: this, perhaps."""
        lines = {each.location.line for each in self.file.dependencies}
        line = dependency.location.line
        around = next((each for each in options if line in _lines([each])), None)
        return around or next((each for each in options if lines.isdisjoint(_lines([each]))), None)

    def _is_elsewhere(self, option: Option) -> bool:
        if option.name == "repos":
            dates = _DATED.findall(option.value)
            return dates != [self.as_of]
        return option.name == "date"


def _lines(options: Iterable[Option]) -> frozenset[int]:
    return frozenset(
        line for each in options for line in range(each.location.line, each.location.line + each.raw.count("\n") + 1)
    )


def _of_url(dependency: Dependency) -> LeftOut:
    url = dependency.url or ""
    kind = LeftOutKind.VCS if url.startswith("git+") else LeftOutKind.ARCHIVE
    return _left_out(dependency.name or redact(url), kind, f"comes from {redact(url)} ({dependency.location})")


def _of_reference(reference: RepoReference) -> LeftOut | None:
    target, at = redact(reference.target), f"({reference.location})"
    if reference.kind in _OWN:
        return _left_out(target, LeftOutKind.DIRECTORY, f"is the repository's own {at}")
    if reference.kind in _COMPUTED:
        return _left_out(target, LeftOutKind.COMPUTED, f"is what only running it tells {at}")
    if reference.kind is ReferenceKind.SCRIPT and reference.resolved is None:
        return _left_out(target, LeftOutKind.COMPUTED, f"is a script that was not read {at}")
    return None


def _left_out(name: str, kind: LeftOutKind, why: str) -> LeftOut:
    return LeftOut(ecosystem=Ecosystem.CRAN, name=name, version=None, kind=kind, why=why)
