"""What a lock of R packages changes about the stages that run R."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from depnorm.model import (
    Analysis,
    CranLock,
    Ecosystem,
    InstallRPackages,
    ScriptPlacement,
    Stage,
    StageKind,
    StagePackage,
    VerifyR,
    When,
)
from depnorm.model.cran import BASE_PACKAGES
from depnorm.stages.stage import Shared

_WITHOUT_MORE = frozenset({"install", "assign", "library", "message", "options"})
"""Statements that leave nothing behind but packages of the default repository."""


def split_scripts(analysis: Analysis, lock: CranLock, *, soft: bool) -> tuple[Analysis, tuple[str, ...]]:
    """The analysis without the scripts that need not run, and their files: the lock is all that they install."""
    locked = BASE_PACKAGES.union(each.name for each in lock.packages)
    stood_for = tuple(each for each in analysis.scripts if not soft and _is_stood_for(each, analysis, locked))
    rest = tuple(each for each in analysis.scripts if each not in stood_for)
    return replace(analysis, scripts=rest), tuple(each.file for each in stood_for)


def _is_stood_for(script: ScriptPlacement, analysis: Analysis, locked: frozenset[str]) -> bool:
    file = next(each for each in analysis.files if each.path == script.file)
    statements = {option.value for option in file.options if option.name == "statement"}
    plain = statements <= _WITHOUT_MORE and not file.references and not file.problems
    return script.when is When.EARLY and plain and locked.issuperset(each.name or "" for each in script.dependencies)


def installed_by_scripts(analysis: Analysis, *, soft: bool) -> frozenset[str]:
    """What a script installs early, in any case, whether it is there or not: twice would be once too often."""
    early = [each for each in analysis.scripts if each.when is When.EARLY and not soft]
    return frozenset(each.name for script in early for each in script.dependencies if each.name)


def settle(stages: Iterable[Stage], held: Shared, lock: CranLock) -> Iterator[Stage]:
    """The stages with the versions of the lock, but for those that would install only what is `held`."""
    versions = {each.name: each.version for each in lock.packages}
    for stage in stages:
        if not _is_done(stage, held):
            yield replace(stage, packages=tuple(_settled(each, versions) for each in stage.packages))


def _is_done(stage: Stage, held: Shared) -> bool:
    if stage.kind is not StageKind.EARLY or not isinstance(stage.step, InstallRPackages):
        return False
    return held.issuperset((Ecosystem.CRAN, name) for name in stage.step.packages)


def _settled(package: StagePackage, versions: dict[str, str]) -> StagePackage:
    is_locked = package.ecosystem is Ecosystem.CRAN and package.version is None and package.name in versions
    return replace(package, version=versions[package.name]) if is_locked else package


def verify_r(lock: CranLock, scripts: tuple[str, ...]) -> Iterator[Stage]:
    """The check that what is locked is found, at its version."""
    if lock.packages:
        yield Stage(
            kind=StageKind.VERIFY,
            name="R packages",
            why="every locked R package is there, at its version",
            step=VerifyR(versions={each.name: each.version for each in lock.packages}, scripts=scripts),
        )
