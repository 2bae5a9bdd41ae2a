"""The stages that run R."""

from collections.abc import Iterator

from depnorm.model import (
    Analysis,
    Dependency,
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

_ELSEWHERE = frozenset({"biocViews", "Additional_repositories"})
"""Fields of a DESCRIPTION that bring packages from another repository than CRAN."""


def early_description(description: SpecFile, snapshot: str | None, shared: Shared) -> Iterator[Stage]:
    """What the DESCRIPTION of an R package repository imports."""
    declared = _plainly_declared(description)
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


def _plainly_declared(description: SpecFile) -> list[Dependency]:
    """Imports that install.packages() finds: none where the file says that some come from elsewhere, but not which."""
    if any(option.name in _ELSEWHERE for option in description.options):
        return []
    declared = [each for each in description.dependencies if each.name and not each.group]
    others = BASE_PACKAGES.union(each.name for each in declared if each.name and each.url)
    return [each for each in declared if each.name not in others]


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
        names = frozenset(placement.plain)
        plain = [each for each in placement.dependencies if each.name in names]
        yield Stage(
            kind=StageKind.EARLY,
            name=f"{placement.file} (packages)",
            why="what the script lists plainly; the script itself runs with the repository there",
            step=InstallRPackages(packages=placement.plain, snapshot=snapshot),
            packages=packages(plain, shared),
        )


def _run_script(placement: ScriptPlacement, snapshot: str | None, *, soft: bool = False) -> RunRScript:
    return RunRScript(
        file=placement.file, packages=placement.certain, snapshot=snapshot, soft=soft, plain=placement.listed
    )


def late_r(analysis: Analysis, shared: Shared, *, soft: bool) -> Iterator[Stage]:
    """The script where it had to wait, and the repository itself where it is an R package."""
    for script in analysis.scripts:
        if not soft and script.when is When.EARLY:
            continue
        names = frozenset(script.plain)
        rest = [each for each in script.dependencies if each.name not in names]
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
            packages=packages(_declared_late(analysis.description), shared),
        )


def _declared_late(description: SpecFile) -> list[Dependency]:
    early = frozenset(_plainly_declared(description))
    return [
        each
        for each in description.dependencies
        if not each.group and each not in early and each.name not in BASE_PACKAGES
    ]
