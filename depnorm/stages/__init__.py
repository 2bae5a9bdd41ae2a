"""Analysis and shared layers to a Plan: the one place that orders stages.

base → shared (the catalog's order) → system → own (of a lock) → early → copy → late → verify → post-build. A stage of
one repository never precedes a shared one. Where nothing has to wait for the repository, verification comes before the
copy: a change of a README then runs nothing but the copy.

The room is not called `plan` because `depnorm.plan` is the function.
"""

from collections.abc import Iterator
from dataclasses import replace

from depnorm.model import (
    Analysis,
    Builder,
    CopyRepository,
    CranLock,
    Ecosystem,
    Emitter,
    Mode,
    Plan,
    RunPostBuild,
    Sharing,
    Stage,
    StageKind,
    Target,
)
from depnorm.stages.conda import early_environment, late_environment
from depnorm.stages.conda_locked import (
    early_locked_pip,
    is_conda_lock,
    late_locked_pip,
    own_conda,
    shared_conda,
    verify_conda,
)
from depnorm.stages.python import early_build_requires, early_pip, late_pip, verify, versions_beside
from depnorm.stages.r import early_description, early_script, late_r
from depnorm.stages.r_lock import installed_by_scripts, settle, split_scripts, verify_r
from depnorm.stages.shared import base, own, own_cran, shared, shared_names, system
from depnorm.stages.stage import Shared

PLANNED = frozenset({Builder.PYTHON, Builder.CONDA, Builder.R, Builder.NONE})
"""Builders that depnorm has stages for. The others' repositories get an empty plan and a finding."""


def plan_repository(
    analysis: Analysis,
    sharing: Sharing,
    target: Target,
    *,
    repo_dir: str,
    emitter: Emitter = Emitter.CHAIN,
    always_soft: bool = False,
) -> Plan:
    """The plan of one repository. `always_soft` gives every early step the soft form (`--fallback always`)."""
    stages: tuple[Stage, ...] = ()
    if analysis.choice.builder in PLANNED:
        r = sharing.cran_lock
        with_r = None if r is None else _ordered_with_r(analysis, sharing, r, target, soft=always_soft)
        ordered = with_r or _ordered(analysis, sharing, target, soft=always_soft)
        stages = tuple(_with_reasons(each, sharing) for each in ordered)
    locks = [each for each in (sharing.lock, sharing.cran_lock) if each is not None]
    return Plan(
        mode=Mode.LOCKED if locks else Mode.DECLARED,
        as_of=_as_of(sharing),
        target=target,
        choice=analysis.choice,
        findings=analysis.findings,
        stages=stages,
        layers=sharing.decisions,
        repo_dir=repo_dir,
        emitter=emitter,
        left_out=tuple(left for each in locks for left in each.remainder),
        lock_file=locks[0].file if locks else "",
    )


def _with_reasons(stage: Stage, sharing: Sharing) -> Stage:
    """The stage, with the reason of each Python package why it is in no shared layer; that of a lock is there."""
    if sharing.lock is not None or not stage.packages or stage.kind is StageKind.SHARED:
        return stage
    told = tuple(
        replace(each, why=sharing.why_own.get(each.name, "")) if each.ecosystem is Ecosystem.PYPI else each
        for each in stage.packages
    )
    return replace(stage, packages=told)


def _as_of(sharing: Sharing) -> str:
    """That of the lock; a lock file of the repository may tell none."""
    if sharing.lock and sharing.lock.file:
        return sharing.lock.as_of or ""
    return next((each.as_of for each in (sharing.lock, sharing.cran_lock) if each and each.as_of), sharing.as_of)


def _ordered_with_r(
    analysis: Analysis, sharing: Sharing, lock: CranLock, target: Target, *, soft: bool
) -> Iterator[Stage]:
    """The stages of a repository whose R packages are locked."""
    analysis, stood_for = split_scripts(analysis, lock, soft=soft)
    without = installed_by_scripts(analysis, soft=soft)
    packages = tuple(own_cran(sharing, without=without, snapshot=target.r_snapshot))
    held = shared_names(sharing) | {(each.ecosystem, each.name) for stage in packages for each in stage.packages}
    more = (*packages, *verify_r(lock, stood_for))
    yield from settle(_ordered(analysis, sharing, target, soft=soft, held=held, more=more), held, lock)


def _ordered(
    analysis: Analysis,
    sharing: Sharing,
    target: Target,
    *,
    soft: bool,
    held: Shared | None = None,
    more: tuple[Stage, ...] = (),
) -> Iterator[Stage]:
    """All stages, and `more` that are the repository's own, or verify; `held` is what no other stage lists."""
    held = shared_names(sharing) if held is None else held
    is_conda = is_conda_lock(sharing.lock)
    pins = () if is_conda else versions_beside(sharing)
    late = tuple(_late(analysis, held, soft=soft, is_conda=is_conda, pins=pins))
    checks = (*_verify(analysis, sharing), *(stage for stage in more if stage.kind is StageKind.VERIFY))
    yield base(analysis, sharing, target)
    yield from shared_conda(sharing) if is_conda else shared(sharing, target)
    yield from system(analysis)
    yield from own_conda(sharing) if is_conda else own(sharing)
    yield from (stage for stage in more if stage.kind is StageKind.OWN)
    yield from early_build_requires(analysis, sharing)
    yield from _early(analysis, held, soft=soft, is_conda=is_conda, pins=pins)
    yield from () if late else checks
    yield Stage(
        kind=StageKind.COPY,
        name="repository",
        why="everything else in the repository",
        step=CopyRepository(),
        needs=(".",),
    )
    yield from late
    yield from checks if late else ()
    yield from _post_build(analysis)


def _verify(analysis: Analysis, sharing: Sharing) -> Iterator[Stage]:
    yield from verify(analysis, sharing)
    if is_conda_lock(sharing.lock):
        for environment in analysis.environments:
            yield from verify_conda(environment, sharing)


def _early(analysis: Analysis, held: Shared, *, soft: bool, is_conda: bool, pins: tuple[str, ...]) -> Iterator[Stage]:
    yield from early_pip(analysis, held, soft=soft, pins=pins)
    for environment in analysis.environments:
        if is_conda:
            yield from early_locked_pip(environment, held, soft=soft)
        else:
            yield from early_environment(environment, soft=soft)
    if analysis.description:
        yield from early_description(analysis.description, analysis.r_snapshot, held)
    for script in analysis.scripts:
        yield from early_script(script, analysis.r_snapshot, held, soft=soft)


def _late(analysis: Analysis, held: Shared, *, soft: bool, is_conda: bool, pins: tuple[str, ...]) -> Iterator[Stage]:
    yield from late_pip(analysis, held, soft=soft, pins=pins)
    for environment in analysis.environments:
        if is_conda:
            yield from late_locked_pip(environment, soft=soft)
        else:
            yield from late_environment(environment, soft=soft)
    yield from late_r(analysis, held, soft=soft)


def _post_build(analysis: Analysis) -> Iterator[Stage]:
    if analysis.post_build or analysis.start:
        names = [name for name in (analysis.post_build, analysis.start) if name]
        yield Stage(
            kind=StageKind.POST_BUILD,
            name=" and ".join(names),
            why="the repository's own scripts, as the user",
            step=RunPostBuild(post_build=analysis.post_build, start=analysis.start),
        )
