"""The plan of somebody who has no depnorm: the same base, all of the repository, then the user's own commands."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from depnorm.model import (
    CopyRepository,
    CreateBase,
    CreateEnvironment,
    Ecosystem,
    InstallApt,
    InstallConda,
    InstallRPackages,
    InstallRProject,
    InstallWheels,
    LockedPackage,
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
    VerifyEnvironment,
    VerifyR,
)
from depnorm.model.conda_url import conda_stem


def plain_plan(plan: Plan) -> Plan:
    """The base of `plan`, the system packages, the repository, and each command of the user once, unmodified."""
    return replace(plan, mode=Mode.DECLARED, stages=tuple(_stages(plan)), layers=(), slim=False)


def _stages(plan: Plan) -> Iterator[Stage]:
    steps = [stage.step for stage in plan.stages]
    yield from (stage for stage in plan.stages if isinstance(stage.step, CreateBase | InstallApt))
    yield from (stage for stage in plan.stages if isinstance(stage.step, CopyRepository))
    for step in (
        *_pip(steps, is_bound=bool(plan.lock_file)),
        *_environments(steps, is_bound=bool(plan.lock_file)),
        *_r(steps),
    ):
        # Early in form: no wheelhouse to look into first, and no earlier attempt.
        yield Stage(kind=StageKind.EARLY, name="plain", why="the user's own command", step=step)


def _pip(steps: Iterable[Step], *, is_bound: bool) -> Iterator[Step]:
    """The commands; the check at the end has those on files in the user's order.

    What a lock file of the repository says binds both installations: they would differ by what was published since.
    """
    steps = tuple(steps)
    pins = _pins(steps) if is_bound else ()
    in_order = [command for step in steps if isinstance(step, Verify) for command in step.commands]
    others = [command for step in steps if isinstance(step, RunPip) for command in step.commands]
    found = dict.fromkeys(map(_key, (*in_order, *others)))
    commands = [
        PipCommand(files=key[0], projects=key[1], directory=key[2], constraints=pins)
        for key in found
        if key[0] or key[1]
    ]
    if commands:
        yield RunPip(commands=tuple(commands))


def _pins(steps: Iterable[Step]) -> tuple[str, ...]:
    """All that is installed at an exact version."""
    steps = tuple(steps)
    wheels = (each for step in steps if isinstance(step, InstallWheels) for each in step.packages)
    added = {line for step in steps if isinstance(step, RunPip) for each in step.commands for line in each.constraints}
    return tuple(sorted({*(f"{each.name}=={each.version}" for each in wheels), *added}))


def _key(command: PipCommand) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """What makes a command one of the user's: neither lines that wait nor what a plan adds."""
    return command.files, command.projects, command.directory


def _environments(steps: Iterable[Step], *, is_bound: bool) -> Iterator[Step]:
    """The environment files as they are. conda runs their pip sections itself; a lock file binds both."""
    steps = tuple(steps)
    locked = [each for step in steps if isinstance(step, VerifyEnvironment) for each in step.packages if is_bound]
    created = dict.fromkeys(step.file for step in steps if isinstance(step, CreateEnvironment | VerifyEnvironment))
    pins = tuple(_conda_pin(each) for each in locked if each.ecosystem is Ecosystem.CONDA)
    constraints = tuple(f"{each.name}=={each.version}" for each in locked if each.ecosystem is Ecosystem.PYPI)
    yield from (CreateEnvironment(text=None, file=file, pins=pins, constraints=constraints) for file in created)


def _conda_pin(package: LockedPackage) -> str:
    build = conda_stem(package).removeprefix(f"{package.name}-{package.version}-")
    return f"{package.name}={package.version}={build}"


def _r(steps: Iterable[Step]) -> Iterator[Step]:
    steps = tuple(steps)
    scripts = {file: RunRScript(file=file) for step in steps if isinstance(step, VerifyR) for file in step.scripts}
    scripts |= {step.file: replace(step, soft=False) for step in steps if isinstance(step, RunRScript)}
    projects = dict.fromkeys(step for step in steps if isinstance(step, InstallRProject))
    yield from scripts.values()
    yield from projects
    if not scripts and not projects:  # a renv.lock says it all: what it has, by one command
        locked = [step.versions for step in steps if isinstance(step, VerifyR)]
        yield from (InstallRPackages(packages=tuple(sorted(each)), versions=each) for each in locked)


def beyond_python(plan: Plan) -> tuple[str, ...]:
    """What a virtual environment cannot install, as sentences."""
    steps = [stage.step for stage in plan.stages]
    by_uv = any(isinstance(step, CreateBase) and step.uv for step in steps)
    return (("what uv words in its own way: pip installs in its place",) if by_uv else ()) + tuple(
        sentence
        for kinds, sentence in (
            ((CreateEnvironment, InstallConda, RunEnvironmentPip), "the conda environment and its pip section"),
            ((RunRScript, InstallRProject, VerifyR), "the R packages"),
            ((InstallApt,), "the packages of apt.txt"),
        )
        if any(isinstance(step, kinds) for step in steps)
    )
