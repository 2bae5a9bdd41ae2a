"""Plans carried out in virtual environments of this machine, one after the other at the same place.

So nothing differs because of where it lies: not scripts, not editable projects, not what a build writes down.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from depnorm.errors import UsageError
from depnorm.model import (
    AddWheels,
    CopyRepository,
    CreateBase,
    InstallWheels,
    LockedPackage,
    PipCommand,
    Plan,
    RunPip,
    Stage,
    StageKind,
    StoreWheels,
)
from depnorm.model.verification import Installation
from depnorm.prove.answer import ARGUMENTS, PROBE, parse_answer
from depnorm.prove.command import PROBING, CommandFailedError, Done, Steps, end_of, run
from depnorm.prove.interpreter import find_interpreter
from depnorm.prove.settings import base_environment, dated, pip_settings, platform_module

_WHEELS = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
# Bytecode is not compared. pip takes a false value for "no" to what an option negates.
_QUIET = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_PROGRESS_BAR": "off", "PIP_NO_COMPILE": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where plans are carried out: everything below `directory`, which only this process uses.

    `root` is the repository, which is copied. `tool` is the script that blanks the lines that wait, the image's own.
    """

    directory: Path
    root: Path
    tool: Path
    python: Path
    variables: Mapping[str, str]
    steps: Steps

    @property
    def prefix(self) -> Path:
        """The virtual environment."""
        return self.directory / "venv"

    @property
    def repository(self) -> Path:
        """The copy of the repository."""
        return self.directory / "repository"

    @property
    def wheelhouse(self) -> Path:
        """The wheels of build backends."""
        return self.directory / "wheelhouse"

    def run(self, *command: str | Path, directory: Path | None = None, **variables: str) -> Done:
        """Run a command."""
        place = directory or self.directory
        return run(command, directory=place, environment={**self.variables, **variables}, log=self.directory / "log")

    def must(self, *command: str | Path, directory: Path | None = None, **variables: str) -> str:
        """What a command prints; raises `CommandFailedError`."""
        done = self.run(*command, directory=directory, **variables)
        if not done.ok:
            raise CommandFailedError(end_of(done.output))
        return done.output


def prepare(plan: Plan, root: Path, directory: Path, *, tool: Path, steps: Steps) -> Place:
    """A place for plans with the Target of this one; raises `UsageError` where this machine has no such Python."""
    python = find_interpreter(plan.target)
    hooks = directory / "hooks"
    hooks.mkdir()
    (hooks / "_manylinux.py").write_text(platform_module(plan.target.platform), "utf-8")
    base = base_environment(directory)
    # The user's own files of settings are read once, here, for what they say about indexes.
    boot = directory / "boot"
    log = directory / "log"
    if not run([python, "-m", "venv", boot], directory=directory, environment=base, log=log).ok:
        raise UsageError(f"{python} makes no virtual environment: {end_of(log.read_text('utf-8', 'replace'))}")
    asked = {name: value for name, value in os.environ.items() if name.startswith("PIP_")} | {"HOME": str(Path.home())}
    listed = run([boot / "bin/pip", "config", "list"], directory=directory, environment={**base, **asked}, log=log)
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_CACHE_DIR": str(directory / "cache"), **_QUIET}
    variables = {**base, **pip_settings(listed.output), **pip, **dated(plan), "PYTHONPATH": str(hooks)}
    return Place(directory=directory, root=root, tool=tool, python=python, variables=variables, steps=steps)


def install(plan: Plan, place: Place, name: str) -> Installation:
    """Carry out the Python stages of a plan, and tell what is installed then; raises `CommandFailedError`."""
    for path in (place.prefix, place.repository, place.wheelhouse):
        _remove(path)
    place.repository.mkdir()
    place.wheelhouse.mkdir()
    for stage in plan.stages:
        with place.steps.step(f"{name}: {stage.kind.value} {stage.name}"):
            _carry_out(stage, place)
            if plan.slim and stage.kind is not StageKind.LATE and isinstance(stage.step, InstallWheels | RunPip):
                place.must(place.prefix / "bin/python", "-B", place.tool.with_name("trim.py"))
    with place.steps.step(f"{name}: {PROBING}"):
        return _probe(place)


def _carry_out(stage: Stage, place: Place) -> None:
    match stage.step:
        case CreateBase():
            _create(stage.step.installer, place)
        case InstallWheels():
            lines = _write_pins(stage.step.packages, place)
            place.must(place.prefix / "bin/pip", "install", *_WHEELS, "-r", lines)
        case StoreWheels():
            lines = _write_pins(stage.step.packages, place)
            place.must(place.prefix / "bin/pip", "download", *_WHEELS, "--dest", place.wheelhouse, "-r", lines)
        case AddWheels():
            places = ("--wheel-dir", place.wheelhouse, "--find-links", place.wheelhouse)
            place.must(place.prefix / "bin/pip", "wheel", *places, *stage.step.requirements)
        case CopyRepository():
            _copy(place.root, place.repository)
        case RunPip():
            _copy_needs(stage, place)
            for command in stage.step.commands:
                _run_pip(command, stage, place)
        case _:
            pass  # nothing of Python


def _create(installer: LockedPackage | None, place: Place) -> None:
    """The environment with the pinned pip alone, which the one that Python brings only downloads."""
    if installer is None:
        place.must(place.python, "-m", "venv", place.prefix)
        return
    lines = _write_pins([installer], place)
    wheels = place.directory / "pip"
    place.must(place.directory / "boot/bin/pip", "download", *_WHEELS, "--dest", wheels, "-r", lines)
    place.must(place.python, "-m", "venv", "--without-pip", place.prefix)
    (wheel,) = wheels.glob("*.whl")
    place.must(place.prefix / "bin/python", wheel / "pip", "install", "--no-index", "--no-deps", wheel)


def _pin(package: LockedPackage) -> str:
    found = package.artifact
    return f"{package.name} @ {found.url}" if found.elsewhere else f"{package.name}=={package.version}"


def _write_pins(packages: Sequence[LockedPackage], place: Place) -> Path:
    path = place.directory / "pins.txt"
    pins = sorted(f"{_pin(each)} --hash=sha256:{each.artifact.sha256}\n" for each in packages)
    path.write_text("".join(pins), "utf-8")
    return path


def _run_pip(command: PipCommand, stage: Stage, place: Place) -> None:
    """As the Dockerfile does: a late command looks into the wheelhouse first, a soft one may fail."""
    directory = place.repository / command.directory
    directory.mkdir(parents=True, exist_ok=True)
    before = _without(command, place)
    pip, asked = place.prefix / "bin/pip", (*_words(command), *_constraints(command, place))
    if isinstance(stage.step, RunPip) and stage.step.soft:
        wheels = place.directory / "soft"
        _remove(wheels)
        if place.run(*before, pip, "wheel", "--wheel-dir", wheels, *asked, directory=directory).ok:
            install_command = (*before, pip, "install", "--no-index", "--find-links", wheels, *asked)
            place.must(*install_command, directory=directory)
        return
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(place.wheelhouse)}
    attempt = (*before, pip, "install", *asked)
    if stage.kind is not StageKind.LATE or not place.run(*attempt, directory=directory, **offline).ok:
        place.must(*attempt, directory=directory)


def _words(command: PipCommand) -> Iterator[str]:
    for file in command.files:
        yield from ("-r", file)
    yield from command.requirements
    # Without a slash, pip takes a directory for the name of a package.
    yield from (path if path == "." else f"./{path}" for path in command.projects)


def _constraints(command: PipCommand, place: Place) -> tuple[str | Path, ...]:
    if not command.constraints:
        return ()
    path = place.directory / "constraints.txt"
    path.write_text("".join(f"{line}\n" for line in command.constraints), "utf-8")
    return "-c", path


def _without(command: PipCommand, place: Place) -> tuple[str | Path, ...]:
    edits = [f"{place.repository / path}:{','.join(map(str, lines))}" for path, lines in command.without.items()]
    return (place.directory / "boot/bin/python", "-B", place.tool, *edits, "--") if edits else ()


def _probe(place: Place) -> Installation:
    empty = place.directory / "empty"
    empty.mkdir(exist_ok=True)
    output = place.must(place.prefix / "bin/python", *ARGUMENTS, PROBE, "--files", directory=empty)
    found = parse_answer(output)
    if found is None:
        raise CommandFailedError(end_of(output))
    return found


def _copy_needs(stage: Stage, place: Place) -> None:
    """What the stage's COPY brings, so that a step which reads more than it says fails here, too."""
    for need in stage.needs:
        if need != ".":
            _copy(place.root / need, place.repository / need)


def _copy(source: Path, destination: Path) -> None:
    """Copy a file or a directory over what is there, as COPY does; links inside stay links.

    What is neither file nor directory stays behind.
    """
    waiting = [(source, destination)]
    while waiting:
        one, other = waiting.pop()
        if one.is_dir():
            other.mkdir(parents=True, exist_ok=True)
            waiting += [(each, other / each.name) for each in one.iterdir() if not each.is_symlink()]
            for link in (each for each in one.iterdir() if each.is_symlink()):
                (other / link.name).unlink(missing_ok=True)
                (other / link.name).symlink_to(link.readlink())
        elif one.is_file():
            other.parent.mkdir(parents=True, exist_ok=True)
            other.unlink(missing_ok=True)
            shutil.copy2(one, other)


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)
