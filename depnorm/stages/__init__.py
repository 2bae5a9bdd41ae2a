"""Analysis and shared layers to a Plan: the one place that orders stages.

base → shared (the catalog's order) → system → own (of a lock) → early → copy → late → verify → post-build. A stage of
one repository never precedes a shared one. Where nothing has to wait for the repository, verification comes before the
copy: a change of a README then runs nothing but the copy.

The room is not called `plan` because `depnorm.plan` is the function.
"""

from collections.abc import Iterator

from depnorm.model import (
    Analysis,
    Builder,
    CopyRepository,
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
from depnorm.stages.python import early_build_requires, early_pip, late_pip, verify
from depnorm.stages.r import early_description, early_script, late_r
from depnorm.stages.shared import base, own, shared, shared_names, system
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
        stages = tuple(_ordered(analysis, sharing, target, soft=always_soft))
    return Plan(
        mode=Mode.LOCKED if sharing.lock else Mode.DECLARED,
        as_of=(sharing.lock and sharing.lock.as_of) or sharing.as_of,
        target=target,
        choice=analysis.choice,
        findings=analysis.findings,
        stages=stages,
        layers=sharing.decisions,
        repo_dir=repo_dir,
        emitter=emitter,
        left_out=sharing.lock.remainder if sharing.lock else (),
    )


def _ordered(analysis: Analysis, sharing: Sharing, target: Target, *, soft: bool) -> Iterator[Stage]:
    held = shared_names(sharing)
    late = tuple(_late(analysis, held, soft=soft))
    checks = tuple(verify(analysis, sharing))
    yield base(analysis, sharing, target)
    yield from shared(sharing, target)
    yield from system(analysis)
    yield from own(sharing)
    yield from early_build_requires(analysis, sharing)
    yield from _early(analysis, held, soft=soft)
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


def _early(analysis: Analysis, held: Shared, *, soft: bool) -> Iterator[Stage]:
    yield from early_pip(analysis, held, soft=soft)
    for environment in analysis.environments:
        yield from early_environment(environment, soft=soft)
    if analysis.description:
        yield from early_description(analysis.description, analysis.r_snapshot, held)
    for script in analysis.scripts:
        yield from early_script(script, analysis.r_snapshot, held, soft=soft)


def _late(analysis: Analysis, held: Shared, *, soft: bool) -> Iterator[Stage]:
    yield from late_pip(analysis, held, soft=soft)
    for environment in analysis.environments:
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
