"""The stages that run pip in the prefix."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from depnorm.model import (
    AddWheels,
    Analysis,
    Dependency,
    LeftOutKind,
    PipCommand,
    PipPlacement,
    RunPip,
    Sharing,
    Stage,
    StageKind,
    StagePackage,
    Verify,
    When,
    canonical_name,
    fits_a_line,
)
from depnorm.stages.stage import Shared, packages

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DECLARED = "pip finds nothing broken, and nothing left to do but paths, URLs and VCS lines"
_LOCKED = (
    "exactly the lock is installed, pip finds nothing broken, and nothing left to do but paths, URLs and VCS lines"
)


def early_build_requires(analysis: Analysis, sharing: Sharing) -> Iterator[Stage]:
    """What `build-system.requires` of the local projects asks beyond the wheelhouse (PEP 518)."""
    if analysis.own_sources:
        return  # the build finds them where the user's options say, when it runs
    held = {package.name: package.version for package in sharing.wheelhouse[0].packages} if sharing.wheelhouse else {}
    asked = {line for project in analysis.projects for line in project.build_requires}
    missing = tuple(sorted(line for line in asked if fits_a_line(line) and not _is_held(line, held)))
    if missing and sharing.installer:
        yield Stage(
            kind=StageKind.EARLY,
            name="build requirements",
            why="what the late build asks for beyond the shared wheelhouse",
            step=AddWheels(requirements=missing),
        )


def _is_held(line: str, held: dict[str, str]) -> bool:
    from packaging.requirements import Requirement  # noqa: PLC0415  only for repositories with a project

    requirement = Requirement(line)
    version = held.get(canonical_name(requirement.name))
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def versions_beside(sharing: Sharing) -> tuple[str, ...]:
    """`name==version` of what the lock has at a version and no artifact of: built from source, of that version."""
    left_out = sharing.lock.remainder if sharing.lock else ()
    return tuple(
        sorted(f"{each.name}=={each.version}" for each in left_out if each.kind is LeftOutKind.SOURCE and each.version)
    )


def early_pip(analysis: Analysis, shared: Shared, *, soft: bool, pins: tuple[str, ...] = ()) -> Iterator[Stage]:
    """The early lines of each requirements file, and what the projects declare, as the user's commands would ask it.

    `pins` bind them: constraints change no line of the user's, and no option of a line.
    """
    declared = _declared_early(analysis)
    for placement in analysis.pip:
        joining = declared.joining if placement is declared.host else ()
        if placement.when is When.EARLY and (placement.packages[When.EARLY] or joining or not placement.waits):
            yield Stage(
                kind=StageKind.EARLY,
                name=placement.file,
                why=_why_early(placement, joining),
                step=RunPip(commands=(_bound(_early_command(placement, joining), pins),), soft=soft),
                needs=placement.needs,
                packages=_listed([*placement.packages[When.EARLY], *joining], shared, pins),
            )
        if placement.packages[When.SOFT]:
            yield Stage(
                kind=StageKind.EARLY,
                name=placement.file,
                why="lines that only running them would tell: tried now, repeated late",
                step=RunPip(commands=(_bound(_soft_command(placement), pins),), soft=True),
                needs=placement.needs,
                packages=_listed(placement.packages[When.SOFT], shared, pins),
            )
    if declared.after:
        yield Stage(
            kind=StageKind.EARLY,
            name="project dependencies",
            why="what the repository's own project declares, without building it",
            step=RunPip(
                commands=(PipCommand(requirements=_requirements(declared.after), constraints=pins),), soft=soft
            ),
            packages=_listed(declared.after, shared, pins),
        )


def _bound(command: PipCommand, pins: tuple[str, ...]) -> PipCommand:
    return replace(command, constraints=pins)


def _listed(dependencies: Iterable[Dependency], shared: Shared, pins: tuple[str, ...]) -> tuple[StagePackage, ...]:
    """The packages of a stage, at the version that a pin gives."""
    versions = {name: version for name, _, version in (pin.partition("==") for pin in pins)}
    found = packages(dependencies, shared)
    return tuple(replace(each, version=versions[each.name]) if each.name in versions else each for each in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declared:
    """What projects declare and installs early: with the command of `host`, and by a command of its own after it."""

    host: PipPlacement | None
    joining: tuple[Dependency, ...]
    after: tuple[Dependency, ...]


def _declared_early(analysis: Analysis) -> _Declared:
    """A project that a line names is resolved with its file, the one that the builder installs after all files.

    Where no file can take them along, or one still has to wait as a whole, they install with the project, late.
    """
    host = next((each for each in analysis.pip if each.when is When.EARLY and not each.alone), None)
    after = all(each.when is When.EARLY for each in analysis.pip)
    found = [
        (each, project.by_line)
        for project in analysis.projects
        for each in project.requirements
        if _can_be_written(each)
    ]
    return _Declared(
        host=host,
        joining=tuple(each for each, by_line in found if by_line and host),
        after=tuple(each for each, by_line in found if not by_line and after),
    )


def _can_be_written(declared: Dependency) -> bool:
    """Whether a command can ask for it: a URL may hold a credential, and a marker may hold anything."""
    return not declared.url and fits_a_line(declared.requirement)


def _why_early(placement: PipPlacement, joining: Iterable[Dependency]) -> str:
    beside = " and what the repository's own project declares" if joining else ""
    if placement.waits:
        return f"the lines that need no repository{beside}"
    return f"the user's own command{beside}, from a closed set of files"


def _requirements(dependencies: Iterable[Dependency]) -> tuple[str, ...]:
    return tuple(sorted({each.requirement for each in dependencies}))


def _command(placement: PipPlacement) -> PipCommand:
    """The user's own command."""
    # From the root of the repository; a relative path would ask where the process stands, which may be nowhere.
    file = posixpath.relpath(f"/{placement.file}", f"/{placement.directory}")
    return PipCommand(files=(file,), directory=placement.directory)


def _early_command(placement: PipPlacement, joining: Iterable[Dependency]) -> PipCommand:
    without = _joined(placement.lines[When.SOFT], placement.lines[When.LATE])
    return replace(
        _command(placement),
        requirements=_requirements(joining),
        without=without,
        plain=placement.plain,
        words=placement.words,
    )


def _soft_command(placement: PipPlacement) -> PipCommand:
    """The soft lines alone: what installed early is not built once more, options and constraints stay."""
    early: dict[str, list[int]] = {}
    for each in placement.packages[When.EARLY]:
        lines = range(each.location.line, each.location.line + each.raw.count("\n") + 1)
        early.setdefault(each.location.path, []).extend(lines)
    return replace(_command(placement), without=_joined(early, placement.lines[When.LATE]))


def _joined(*maps: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, ...]]:
    paths = sorted({path for each in maps for path in each})
    return {path: tuple(sorted({line for each in maps for line in each.get(path, ())})) for path in paths}


def late_pip(analysis: Analysis, shared: Shared, *, soft: bool, pins: tuple[str, ...] = ()) -> Iterator[Stage]:
    """The user's own commands, unmodified but for `pins` that bind them, for files of which some line had to wait."""
    if commands := tuple(_bound(each, pins) for each in _late_commands(analysis, soft=soft)):
        yield Stage(
            kind=StageKind.LATE,
            name="pip install",
            why=_why_late(commands),
            step=RunPip(commands=commands),
            needs=(".",),
            packages=_listed(_late_packages(analysis), shared, pins),
        )


def _why_late(commands: Sequence[PipCommand]) -> str:
    itself = "`pip install .` of the package, as repo2docker does"
    if all(command.projects for command in commands):
        return itself
    return f"the user's own command{f', then {itself}' if any(command.projects for command in commands) else ''}"


def _late_commands(analysis: Analysis, *, soft: bool) -> tuple[PipCommand, ...]:
    commands = [_command(placement) for placement in analysis.pip if soft or placement.waits]
    if analysis.choice.installs_itself and analysis.uses_prefix:
        commands.append(PipCommand(projects=(".",)))
    return tuple(commands)


def _late_packages(analysis: Analysis) -> Iterator[Dependency]:
    """The late lines, and what projects need that did not install early."""
    declared = _declared_early(analysis)
    early = {*declared.joining, *declared.after}
    for placement in analysis.pip:
        yield from placement.packages[When.LATE]
    for project in analysis.projects:
        yield from (each for each in project.requirements if each not in early)


def verify(analysis: Analysis, sharing: Sharing) -> Iterator[Stage]:
    """The check of the prefix; only for a Python whose pip the catalog pins (`--dry-run --report` is young)."""
    if not (analysis.pip or analysis.projects) or not analysis.uses_prefix or not sharing.installer:
        return
    # A project that is installed by path is checked by `pip check`; asking pip again would build it once more. And
    # where lines contradict each other, the commands of the user undo each other: nothing to compare.
    contradicts = any(finding.rule == "DN202" for finding in analysis.findings)
    commands = () if contradicts else tuple(_command(placement) for placement in analysis.pip)
    yield Stage(
        kind=StageKind.VERIFY,
        name="pip",
        why=_LOCKED if sharing.lock else _DECLARED,
        step=Verify(commands=commands, beside=beside(sharing)),
    )


def beside(sharing: Sharing) -> tuple[str, ...]:
    """What the lock leaves to the repository's own command. What has no name came from a URL, and pip knows it."""
    left_out = sharing.lock.remainder if sharing.lock else ()
    names = {each.name for each in left_out if _NAME.fullmatch(each.name)}
    return tuple(sorted({*names, *versions_beside(sharing)}))
