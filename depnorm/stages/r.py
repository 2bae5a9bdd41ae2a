"""The stages that run R."""

from collections.abc import Iterator

from depnorm.model import (
    Analysis,
    InstallRPackages,
    InstallRProject,
    RunRScript,
    ScriptPlacement,
    SpecFile,
    Stage,
    StageKind,
    When,
)
from depnorm.model.cran import BASE_PACKAGES
from depnorm.stages.stage import Shared, packages


def early_description(description: SpecFile, snapshot: str | None, shared: Shared) -> Iterator[Stage]:
    """What the DESCRIPTION of an R package repository imports."""
    declared = [
        each
        for each in description.dependencies
        if each.name and each.name not in BASE_PACKAGES and not each.group and not each.url
    ]
    if declared:
        yield Stage(
            kind=StageKind.EARLY,
            name=description.path,
            why="what the repository's own R package declares, without building it",
            step=InstallRPackages(
                packages=tuple(sorted({each.name for each in declared if each.name})), snapshot=snapshot
            ),
            packages=packages(declared, shared),
        )


def early_script(placement: ScriptPlacement, snapshot: str | None, shared: Shared, *, soft: bool) -> Iterator[Stage]:
    """The script itself, or the packages that it lists plainly where it has to wait."""
    if placement.when is not When.LATE:
        soft = soft or placement.when is When.SOFT
        yield Stage(
            kind=StageKind.EARLY,
            name=placement.file,
            why="tried now, repeated late: only running it tells what it needs" if soft else "the script as it is",
            step=_run_script(placement, snapshot, soft=soft),
            needs=placement.needs,
            packages=packages(placement.dependencies, shared),
        )
    elif placement.plain:
        plain = [each for each in placement.dependencies if each.name in placement.plain]
        yield Stage(
            kind=StageKind.EARLY,
            name=f"{placement.file} (packages)",
            why="what the script lists plainly; the script itself runs with the repository there",
            step=InstallRPackages(packages=placement.plain, snapshot=snapshot),
            packages=packages(plain, shared),
        )


def _run_script(placement: ScriptPlacement, snapshot: str | None, *, soft: bool = False) -> RunRScript:
    names = {each.name for each in placement.dependencies if each.name}
    return RunRScript(file=placement.file, packages=tuple(sorted(names)), snapshot=snapshot, soft=soft)


def late_r(analysis: Analysis, shared: Shared, *, soft: bool) -> Iterator[Stage]:
    """The script where it had to wait, and the repository itself where it is an R package."""
    for script in analysis.scripts:
        if not soft and script.when is When.EARLY:
            continue
        rest = [each for each in script.dependencies if each.name not in script.plain]
        yield Stage(
            kind=StageKind.LATE,
            name=script.file,
            why="the script as it is, with the repository there",
            step=_run_script(script, analysis.r_snapshot),
            needs=(".",),
            packages=packages(rest, shared) if script.when is When.LATE else (),
        )
    if analysis.description:
        yield Stage(
            kind=StageKind.LATE,
            name=analysis.description.path,
            why="the repository's own R package",
            step=InstallRProject(snapshot=analysis.r_snapshot),
            needs=(".",),
        )
