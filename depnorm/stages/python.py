"""The stages that run pip in the prefix."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from depnorm.model import (
    AddWheels,
    Analysis,
    Dependency,
    PipCommand,
    PipPlacement,
    RunPip,
    Sharing,
    Stage,
    StageKind,
    Verify,
    When,
    canonical_name,
)
from depnorm.stages.stage import Shared, packages


def early_build_requires(analysis: Analysis, sharing: Sharing) -> Iterator[Stage]:
    """What `build-system.requires` of the local projects asks beyond the wheelhouse (PEP 518)."""
    held = {package.name: package.version for package in sharing.wheelhouse[0].packages} if sharing.wheelhouse else {}
    asked = {line for project in analysis.projects for line in project.build_requires}
    missing = tuple(sorted(line for line in asked if not _is_held(line, held)))
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


def early_pip(analysis: Analysis, shared: Shared, *, soft: bool) -> Iterator[Stage]:
    """The early lines of each requirements file; the first that may takes what the projects declare along."""
    declared = [each for project in analysis.projects for each in project.requirements if not each.url]
    early = [each for each in analysis.pip if each.copyable and (each.packages[When.EARLY] or not each.waits)]
    host = next((each for each in early if not each.alone), None)
    for placement in early:
        joining = declared if placement is host else []
        yield Stage(
            kind=StageKind.EARLY,
            name=placement.file,
            why=_why_early(placement, joining),
            step=RunPip(commands=(_early_command(placement, joining),), soft=soft),
            needs=placement.needs,
            packages=packages([*placement.packages[When.EARLY], *joining], shared),
        )
    if declared and not host:
        yield Stage(
            kind=StageKind.EARLY,
            name="project dependencies",
            why="what the repository's own project declares, without building it",
            step=RunPip(commands=(PipCommand(requirements=_requirements(declared)),), soft=soft),
            packages=packages(declared, shared),
        )
    yield from _soft_pip(analysis, shared)


def _soft_pip(analysis: Analysis, shared: Shared) -> Iterator[Stage]:
    for placement in analysis.pip:
        if placement.copyable and placement.lines[When.SOFT]:
            yield Stage(
                kind=StageKind.EARLY,
                name=placement.file,
                why="lines that only running them would tell: tried now, repeated late",
                step=RunPip(commands=(_soft_command(placement),), soft=True),
                needs=placement.needs,
                packages=packages(placement.packages[When.SOFT], shared),
            )


def _why_early(placement: PipPlacement, joining: Iterable[Dependency]) -> str:
    beside = " and what the repository's own project declares" if joining else ""
    if placement.waits:
        return f"the lines that need no repository{beside}"
    return f"the user's own command{beside}, from a closed set of files"


def _requirements(dependencies: Iterable[Dependency]) -> tuple[str, ...]:
    return tuple(sorted({each.requirement for each in dependencies}))


def _command(placement: PipPlacement) -> PipCommand:
    """The user's own command."""
    file = posixpath.relpath(placement.file, placement.directory or ".")
    return PipCommand(files=(file,), directory=placement.directory)


def _early_command(placement: PipPlacement, joining: Iterable[Dependency]) -> PipCommand:
    without = _joined(placement.lines[When.SOFT], placement.lines[When.LATE])
    return replace(_command(placement), requirements=_requirements(joining), without=without)


def _soft_command(placement: PipPlacement) -> PipCommand:
    """The soft lines alone: what installed early is not built once more, options and constraints stay."""
    early: dict[str, tuple[int, ...]] = {}
    for each in placement.packages[When.EARLY]:
        lines = tuple(range(each.location.line, each.location.line + each.raw.count("\n") + 1))
        early[each.location.path] = (*early.get(each.location.path, ()), *lines)
    return replace(_command(placement), without=_joined(early, placement.lines[When.LATE]))


def _joined(*maps: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    paths = sorted({path for each in maps for path in each})
    return {path: tuple(sorted({line for each in maps for line in each.get(path, ())})) for path in paths}


def late_pip(analysis: Analysis, shared: Shared, *, soft: bool) -> Iterator[Stage]:
    """The user's own commands, unmodified, for files of which some line had to wait."""
    if commands := _late_commands(analysis, soft=soft):
        yield Stage(
            kind=StageKind.LATE,
            name="pip install",
            why="the user's own command, with the repository there",
            step=RunPip(commands=commands),
            needs=(".",),
            packages=packages((each for placement in analysis.pip for each in _late_packages(placement)), shared),
        )


def _late_commands(analysis: Analysis, *, soft: bool) -> tuple[PipCommand, ...]:
    commands = [_command(placement) for placement in analysis.pip if soft or placement.waits]
    if analysis.choice.installs_itself and analysis.uses_prefix:
        commands.append(PipCommand(projects=(".",)))
    return tuple(commands)


def _late_packages(placement: PipPlacement) -> tuple[Dependency, ...]:
    if placement.copyable:
        return placement.packages[When.LATE]
    return tuple(each for moment in When for each in placement.packages[moment])


def verify(analysis: Analysis, sharing: Sharing) -> Iterator[Stage]:
    """The check of the prefix; only for a Python whose pip the catalog pins (`--dry-run --report` is young)."""
    if not (analysis.pip or analysis.projects) or not analysis.uses_prefix or not sharing.installer:
        return
    # A project that is installed by path is checked by `pip check`; asking pip again would build it once more.
    commands = tuple(_command(placement) for placement in analysis.pip)
    yield Stage(
        kind=StageKind.VERIFY,
        name="pip",
        why="pip finds nothing broken, and nothing left to do but paths, URLs and VCS lines",
        step=Verify(commands=commands),
    )
