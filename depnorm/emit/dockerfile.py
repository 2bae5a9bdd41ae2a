"""A plan as a Dockerfile.

A chain of stages is for every builder: docker, BuildKit, buildah, kaniko. Layers that are linked need BuildKit.
"""

import posixpath
from itertools import groupby
from typing import assert_never

from depnorm.emit import conda, conda_locked, link, python, r
from depnorm.emit.base import create_base
from depnorm.emit.instruction import comment, copy, environment, exec_form, quote_word, run
from depnorm.emit.system import install_apt
from depnorm.errors import UnsupportedError
from depnorm.model import (
    AddWheels,
    CopyRepository,
    CreateBase,
    CreateEnvironment,
    InstallApt,
    InstallConda,
    InstallCran,
    InstallEnvironmentWheels,
    InstallRPackages,
    InstallRProject,
    InstallWheels,
    LockedPackage,
    Mode,
    Plan,
    RunEnvironmentPip,
    RunPip,
    RunPostBuild,
    RunRScript,
    Stage,
    StageKind,
    Step,
    StoreWheels,
    Verify,
    VerifyEnvironment,
    VerifyR,
)

MAX_LINE_BYTES = 64_000
"""BuildKit reads lines of at most 65,535 bytes."""
MAX_INSTRUCTION_BYTES = 100_000
"""Linux passes at most 131,072 bytes as one argument, and a RUN is one argument of the shell."""
_AS_ROOT = CreateBase | InstallWheels | StoreWheels | InstallConda | InstallEnvironmentWheels | InstallCran | InstallApt
_NAMED = 6  # packages that a comment names


def render_dockerfile(plan: Plan) -> str:
    """The Dockerfile of `plan`: every stage in order, each under a comment that says what it is for.

    Raises `UsageError` for a target, and `UnsupportedError` for a file name or a text, that no Dockerfile can hold.
    """
    origin = f"packages of {plan.lock_file}" if plan.lock_file else f"catalog as of {plan.as_of}"
    head = f"depnorm, {plan.mode.value}, {origin}: what repositories share first, this one last"
    blocks, root = [comment(head)], True
    for stage in plan.stages:
        instructions = [comment(describe(stage))]
        if root and not isinstance(stage.step, _AS_ROOT):
            instructions += _become_user(plan)
        elif not root and isinstance(stage.step, _AS_ROOT):
            instructions.append("USER 0:0")
        root = isinstance(stage.step, _AS_ROOT)
        blocks.append("\n".join([*instructions, *_copy_needs(plan, stage), *_instructions(plan, stage)]))
        if isinstance(stage.step, CreateBase):
            blocks += _built_apart(plan)
    if root:
        blocks.append("\n".join(_become_user(plan)))
    return check_sizes("\n\n".join(blocks) + "\n")


def _built_apart(plan: Plan) -> list[str]:
    """A stage for each layer that is built apart, and the beginning of the one that joins them."""
    apart = link.built_apart(plan)
    if not apart:
        return []
    built = ["\n".join([comment(describe(stage)), *link.build_apart(stage, plan.target.prefix)]) for stage in apart]
    return [
        *built,
        f"{comment('the image: what was built apart, then what is of this repository alone')}\nFROM {link.BASE}",
    ]


def _instructions(plan: Plan, stage: Stage) -> list[str]:
    step = stage.step
    if isinstance(step, CreateBase | InstallApt | CopyRepository | RunPostBuild):
        return _image_instructions(plan, step)
    if isinstance(step, InstallWheels | StoreWheels | AddWheels | RunPip | Verify):
        return _python_instructions(plan, stage, step)
    if isinstance(
        step, CreateEnvironment | InstallConda | InstallEnvironmentWheels | RunEnvironmentPip | VerifyEnvironment
    ):
        return _conda_instructions(plan, stage, step)
    return _r_instructions(plan, stage, step)


def _image_instructions(plan: Plan, step: CreateBase | InstallApt | CopyRepository | RunPostBuild) -> list[str]:
    match step:
        case CreateBase():
            return create_base(plan, step, name=link.BASE if link.built_apart(plan) else "")
        case InstallApt():
            return [install_apt(step.packages)]
        case CopyRepository():
            return [copy(["."], f"{plan.repo_dir}/", owner=_owner(plan))]
        case RunPostBuild():
            return _post_build(plan, step)
    assert_never(step)


def _python_instructions(
    plan: Plan, stage: Stage, step: InstallWheels | StoreWheels | AddWheels | RunPip | Verify
) -> list[str]:
    prefix, repo_dir = plan.target.prefix, plan.repo_dir
    match step:
        case InstallWheels() | StoreWheels():
            return [link.join(stage)] if link.is_apart(plan, stage) else python.add_layer(step, prefix)
        case AddWheels():
            return [python.add_wheels(step, prefix)]
        case RunPip():
            if stage.kind is StageKind.LATE:
                return [python.run_late(step, prefix, repo_dir)]
            return [python.run_early(step, prefix, repo_dir, slim=plan.slim)]
        case Verify():
            return [python.verify(step, prefix, repo_dir, _lock(plan))]
    assert_never(step)


def _conda_instructions(
    plan: Plan,
    stage: Stage,
    step: CreateEnvironment | InstallConda | InstallEnvironmentWheels | RunEnvironmentPip | VerifyEnvironment,
) -> list[str]:
    late = stage.kind is StageKind.LATE
    match step:
        case CreateEnvironment():
            return [conda.create_environment(step, plan.repo_dir, late=late)]
        case InstallConda():
            return conda_locked.install_conda(step)
        case InstallEnvironmentWheels():
            return conda_locked.install_environment_wheels(step)
        case RunEnvironmentPip():
            return [conda.run_environment_pip(step, plan.repo_dir, late=late)]
        case VerifyEnvironment():
            return [conda_locked.verify_environment(step)]
    assert_never(step)


def _r_instructions(
    plan: Plan, stage: Stage, step: InstallCran | InstallRPackages | RunRScript | InstallRProject | VerifyR
) -> list[str]:
    match step:
        case InstallCran():
            return r.install_cran(step, plan.target)
        case InstallRPackages():
            return [r.install_packages(step)]
        case RunRScript():
            return [r.run_script(step, late=stage.kind is StageKind.LATE)]
        case InstallRProject():
            return [r.install_project()]
        case VerifyR():
            return [r.verify(step)]
    assert_never(step)


def _become_user(plan: Plan) -> list[str]:
    """From here on nothing is shared, so that the date of the repository's R packages may show."""
    dated = [environment(CRAN_SNAPSHOT=plan.target.r_snapshot)] if plan.target.r_snapshot else []
    return [*dated, f"USER {_owner(plan)}"]


def _post_build(plan: Plan, step: RunPostBuild) -> list[str]:
    scripts = [script for script in (step.post_build, step.start) if script is not None]
    commands = [f"chmod +x {quote_word(f'{plan.repo_dir}/{script}')}" for script in scripts]
    if step.post_build is not None:
        commands.append(quote_word(f"./{step.post_build}"))
    instructions = [run(*commands)] if commands else []
    if step.start is not None:
        # An entry point resets the command that the base image brings.
        command = "R" if plan.target.r_version else "python3"
        instructions += [exec_form("ENTRYPOINT", f"{plan.repo_dir}/{step.start}"), exec_form("CMD", command)]
    return instructions


def _copy_needs(plan: Plan, stage: Stage) -> list[str]:
    """COPY for what a step needs: the files of a directory together, and each directory alone.

    Several sources are copied flat into the destination, and of a directory only what is in it.
    """
    if isinstance(stage.step, CopyRepository):
        return []
    files = sorted({need for need in stage.needs if need != "." and not need.endswith("/")})
    directories = sorted({need.rstrip("/") for need in stage.needs if need.endswith("/")})
    by_directory = sorted(files, key=posixpath.dirname)
    groups = [(list(group), f"{name}/" if name else "") for name, group in groupby(by_directory, posixpath.dirname)]
    copies = [*groups, *(([name], f"{name}/") for name in directories)]
    return [copy(sources, f"{plan.repo_dir}/{place}", owner=_owner(plan)) for sources, place in copies]


def describe(stage: Stage) -> str:
    """What a comment says of a stage; that of a shared one says nothing of the repository."""
    if stage.kind is not StageKind.SHARED or stage.key is None:
        return f"{stage.kind.value} {stage.name}: {stage.why}"
    # Of R what is asked for: what comes with it only a lock tells, and the text is that of the layer in any plan.
    packages = stage.step.packages if isinstance(stage.step, InstallCran) else stage.packages
    names = [each if isinstance(each, str) else each.name for each in packages]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"shared layer {stage.name}: {', '.join(names[:_NAMED])}{more} (key sha256:{stage.key[:16]})"


def _lock(plan: Plan) -> list[LockedPackage]:
    """What a locked plan installs; a declared one proves no set."""
    if plan.mode is not Mode.LOCKED:
        return []
    steps: list[Step] = [stage.step for stage in plan.stages]
    return [package for step in steps if isinstance(step, InstallWheels) for package in step.packages]


def _owner(plan: Plan) -> str:
    return f"{plan.target.uid}:{plan.target.gid}"


def check_sizes(text: str) -> str:
    """The text itself; raises `UnsupportedError` for a line or an instruction that no builder reads."""
    if any(len(line.encode()) > MAX_LINE_BYTES for line in text.splitlines()):
        raise UnsupportedError(f"a line of the Dockerfile would be longer than {MAX_LINE_BYTES} bytes")
    blocks = text.replace("\\\n", "\\\r").split("\n")
    if any(len(block.encode()) > MAX_INSTRUCTION_BYTES for block in blocks):
        raise UnsupportedError(f"an instruction of the Dockerfile would be longer than {MAX_INSTRUCTION_BYTES} bytes")
    return text
