"""A plan as scripts of repo2docker: what is equal in many repositories first, what is of this one later.

repo2docker brings base image, user, prefixes, copy, postBuild and start. What a list of names asks for is in the text
of a script, sorted, so that equal lists are equal layers, over any repository; what reads files runs from exactly
these; the user's own commands run last, where a line had to wait.

A name that `COPY` could not be given unquoted (repo2docker writes it so) is not copied: what needs it waits.
"""

import posixpath
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from depnorm.emit.dockerfile import MAX_LINE_BYTES, check_sizes
from depnorm.emit.repo2docker import conda, pip, r
from depnorm.emit.repo2docker.text import ROOT, USER, chain, install_apt
from depnorm.errors import UnsupportedError, UsageError
from depnorm.model import (
    CreateEnvironment,
    Ecosystem,
    InstallApt,
    InstallRPackages,
    InstallRProject,
    Mode,
    PipCommand,
    Plan,
    Repo2DockerPhase,
    Repo2DockerScript,
    RunEnvironmentPip,
    RunPip,
    RunRScript,
    Stage,
    StageKind,
)

BUILD, PREASSEMBLE, ASSEMBLE = Repo2DockerPhase
_PUNCTUATION = frozenset("/._-+@=,")
"""What a copied path may hold beside letters and digits: nothing of it means anything to COPY, or to a template."""


def repo2docker_scripts(
    plan: Plan, phase: Repo2DockerPhase | str, *, hidden: Collection[str] = ()
) -> tuple[Repo2DockerScript, ...]:
    """The scripts of one phase, in order; see `Plan.to_repo2docker_scripts`."""
    if phase not in [*Repo2DockerPhase]:
        raise UsageError(
            f"{phase!r}: repo2docker has no such phase", hint=f"Take one of {', '.join(Repo2DockerPhase)}."
        )
    if plan.mode is Mode.LOCKED:
        raise UnsupportedError(
            "repo2docker's environment is not the one that this plan is locked for", hint="Plan without a lock."
        )
    if not plan.stages:
        raise UnsupportedError(
            f"this repository is built with {plan.choice.builder.value}, which depnorm has no stages for",
            hint="repo2docker's own build pack builds it.",
        )
    placed = tuple(_placed(plan.stages, frozenset(hidden)))
    return tuple(each.script for each in _once(placed) if each.phase == phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A script and its phase."""

    phase: Repo2DockerPhase
    script: Repo2DockerScript


def _placed(stages: tuple[Stage, ...], hidden: frozenset[str]) -> Iterator[_Placed]:
    """All scripts: system packages, then conda, pip and R, as repo2docker orders them; the same for what is late."""
    for stage in stages:
        if isinstance(stage.step, InstallApt):
            yield _script(BUILD, stage, Ecosystem.APT, install_apt(stage.step.packages), user=ROOT)
    early = [stage for stage in stages if stage.kind is StageKind.EARLY]
    late = [stage for stage in stages if stage.kind is StageKind.LATE]
    environments = [*_environments(early, hidden)]
    yield from environments
    # One prefix holds what both install, and conda comes first.
    inlined = PREASSEMBLE if any(each.phase is PREASSEMBLE for each in environments) else BUILD
    yield from _pip(early, hidden, inlined)
    yield from _r(early, hidden, inlined)
    yield from _late(sorted(late, key=lambda stage: not isinstance(stage.step, CreateEnvironment | RunEnvironmentPip)))


def _script(phase: Repo2DockerPhase, stage: Stage, tool: Ecosystem, text: str, *, user: str = USER) -> _Placed:
    files = stage.needs if phase is PREASSEMBLE else ()
    script = Repo2DockerScript(user=user, text=check_sizes(text), tool=tool, files=files, packages=stage.packages)
    return _Placed(phase=phase, script=script)


def _environments(early: Iterable[Stage], hidden: frozenset[str]) -> Iterator[_Placed]:
    """The conda environment. An attempt that fails could not be undone in it, so a soft one waits."""
    sections = {stage.step.directory: stage for stage in early if isinstance(stage.step, RunEnvironmentPip)}
    for stage in early:
        step = stage.step
        if not isinstance(step, CreateEnvironment):
            continue
        section = sections.get(posixpath.dirname(step.file))
        if step.text is not None and not step.soft:
            yield from _from_text(stage, step.text, section, hidden)
        elif step.soft or not _can_copy(stage.needs, hidden):
            yield _script(ASSEMBLE, stage, Ecosystem.CONDA, conda.update_from_file(step.file))
        else:
            yield _script(PREASSEMBLE, stage, Ecosystem.CONDA, conda.update_from_file(step.file))


def _from_text(stage: Stage, text: str, section: Stage | None, hidden: frozenset[str]) -> Iterator[_Placed]:
    """Canonical specs; the pip section among them where it is plain, else after them, from what it reads."""
    step = section.step if section else None
    plain = step.plain if isinstance(step, RunEnvironmentPip) and not step.soft else None
    packages = (*stage.packages, *section.packages) if section and plain is not None else stage.packages
    yield _script(BUILD, replace(stage, packages=packages), Ecosystem.CONDA, conda.update_from_text(text, plain))
    if section and isinstance(step, RunEnvironmentPip) and plain is None:
        early = not step.soft and _can_copy(section.needs, hidden)
        lines = pip.environment_section(step.lines, step.directory)
        yield _script(PREASSEMBLE if early else ASSEMBLE, section, Ecosystem.PYPI, chain(*lines))


def _pip(early: Iterable[Stage], hidden: frozenset[str], inlined: Repo2DockerPhase) -> Iterator[_Placed]:
    """What pip installs before the repository is there; what cannot be copied waits."""
    for stage in early:
        if not isinstance(stage.step, RunPip):
            continue
        for command in stage.step.commands:
            text = None if stage.step.soft else pip.inlined(command)
            if text is None or len(text.encode()) >= MAX_LINE_BYTES:
                yield _from_files(stage, command, hidden, soft=stage.step.soft)
            elif text:
                yield _script(inlined, stage, Ecosystem.PYPI, text)


def _from_files(stage: Stage, command: PipCommand, hidden: frozenset[str], *, soft: bool) -> _Placed:
    """A command that reads files, as far as they can be copied."""
    composed = None if soft else pip.composed(command)
    needs = tuple(need for need in stage.needs if composed is None or need not in command.files)
    if not _can_copy(needs, hidden):
        return _script(ASSEMBLE, stage, Ecosystem.PYPI, pip.unmodified(command))
    text = composed or (pip.softly(command) if soft else pip.from_files(command))
    return _script(PREASSEMBLE, replace(stage, needs=needs), Ecosystem.PYPI, text)


def _r(early: Iterable[Stage], hidden: frozenset[str], inlined: Repo2DockerPhase) -> Iterator[_Placed]:
    """What R installs before the repository is there; what cannot be copied waits."""
    for stage in early:
        step = stage.step
        if isinstance(step, InstallRPackages):
            yield _script(inlined, stage, Ecosystem.CRAN, r.install_packages(step.packages))
        elif isinstance(step, RunRScript):
            if step.plain is not None and not step.soft:
                if not step.plain:  # a script that does nothing
                    continue
                yield _script(inlined, stage, Ecosystem.CRAN, r.install_packages(step.plain))
            elif not _can_copy(stage.needs, hidden):
                yield _script(ASSEMBLE, stage, Ecosystem.CRAN, r.repeat_script(step))
            else:
                text = r.try_script(step) if step.soft else r.run_script(step)
                yield _script(PREASSEMBLE, stage, Ecosystem.CRAN, text)


def _late(late: Iterable[Stage]) -> Iterator[_Placed]:
    """What needs the repository."""
    for stage in late:
        for number, (tool, text) in enumerate(_late_texts(stage)):
            yield _script(ASSEMBLE, replace(stage, packages=() if number else stage.packages), tool, text)


def _late_texts(stage: Stage) -> Iterator[tuple[Ecosystem, str]]:
    step = stage.step
    if isinstance(step, CreateEnvironment):
        yield Ecosystem.CONDA, conda.update_from_file(step.file)
    elif isinstance(step, RunEnvironmentPip):
        yield Ecosystem.PYPI, chain(*pip.environment_section(step.lines, step.directory))
    elif isinstance(step, RunPip):
        yield from ((Ecosystem.PYPI, pip.unmodified(command)) for command in step.commands)
    elif isinstance(step, RunRScript):
        yield Ecosystem.CRAN, r.repeat_script(step)
    elif isinstance(step, InstallRProject):
        yield Ecosystem.CRAN, r.install_project()


def _once(placed: Iterable[_Placed]) -> tuple[_Placed, ...]:
    """Each script once, with all that it installs: the late one of an early step that had to wait may be there too."""
    found: dict[tuple[Repo2DockerPhase, str], _Placed] = {}
    for each in placed:
        first = found.setdefault((each.phase, each.script.text), each)
        if first is not each:
            packages = (*first.script.packages, *each.script.packages)
            script = replace(first.script, packages=tuple(dict.fromkeys(packages)))
            found[each.phase, each.script.text] = replace(first, script=script)
    return tuple(found.values())


def _can_copy(needs: Iterable[str], hidden: frozenset[str]) -> bool:
    return all(need not in hidden and all(c.isalnum() or c in _PUNCTUATION for c in need) for need in needs)
