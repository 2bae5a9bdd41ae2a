"""The plan of somebody who has no depnorm: the same base, all of the repository, then the user's own commands."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from depnorm.model import (
    CopyRepository,
    CreateBase,
    CreateEnvironment,
    InstallApt,
    InstallRProject,
    Mode,
    PipCommand,
    Plan,
    RunEnvironmentPip,
    RunPip,
    RunRScript,
    Stage,
    StageKind,
    Step,
    Verify,
)


def plain_plan(plan: Plan) -> Plan:
    """The base of `plan`, the system packages, the repository, and each command of the user once, unmodified."""
    return replace(plan, mode=Mode.DECLARED, stages=tuple(_stages(plan)), layers=())


def _stages(plan: Plan) -> Iterator[Stage]:
    steps = [stage.step for stage in plan.stages]
    yield from (stage for stage in plan.stages if isinstance(stage.step, CreateBase | InstallApt))
    yield from (stage for stage in plan.stages if isinstance(stage.step, CopyRepository))
    for step in (*_pip(steps), *_environments(steps), *_r(steps)):
        # Early in form: no wheelhouse to look into first, and no earlier attempt.
        yield Stage(kind=StageKind.EARLY, name="plain", why="the user's own command", step=step)


def _pip(steps: Iterable[Step]) -> Iterator[Step]:
    """The commands; the check at the end has those on files in the user's order."""
    steps = tuple(steps)
    in_order = [command for step in steps if isinstance(step, Verify) for command in step.commands]
    others = [command for step in steps if isinstance(step, RunPip) for command in step.commands]
    found = dict.fromkeys(map(_key, (*in_order, *others)))
    commands = [PipCommand(files=key[0], projects=key[1], directory=key[2]) for key in found if key[0] or key[1]]
    if commands:
        yield RunPip(commands=tuple(commands))


def _key(command: PipCommand) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """What makes a command one of the user's: neither lines that wait nor what a plan adds."""
    return command.files, command.projects, command.directory


def _environments(steps: Iterable[Step]) -> Iterator[Step]:
    """The environment files as they are. conda runs their pip sections itself."""
    created = dict.fromkeys(step.file for step in steps if isinstance(step, CreateEnvironment))
    yield from (CreateEnvironment(text=None, file=file) for file in created)


def _r(steps: Iterable[Step]) -> Iterator[Step]:
    scripts = {step.file: replace(step, soft=False) for step in steps if isinstance(step, RunRScript)}
    yield from scripts.values()
    yield from dict.fromkeys(step for step in steps if isinstance(step, InstallRProject))


def beyond_python(plan: Plan) -> tuple[str, ...]:
    """What a virtual environment cannot install, as sentences."""
    steps = [stage.step for stage in plan.stages]
    return tuple(
        sentence
        for kinds, sentence in (
            ((CreateEnvironment, RunEnvironmentPip), "the conda environment and its pip section"),
            ((RunRScript, InstallRProject), "the R packages"),
            ((InstallApt,), "the packages of apt.txt"),
        )
        if any(isinstance(step, kinds) for step in steps)
    )
