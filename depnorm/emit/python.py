"""Steps of pip in the prefix of the image."""

from collections.abc import Sequence

from depnorm.emit import layout
from depnorm.emit.base import pin
from depnorm.emit.instruction import TELL, enter, instead, line_up, quote_word, run, words, write_lines
from depnorm.model import AddWheels, InstallWheels, LockedPackage, PipCommand, RunPip, StoreWheels, Verify

_CONSTRAINTS = f"{layout.TEMPORARY}/constraints.txt"
_PORTION = 500  # wheels in one RUN: its text is an argument of one process, and must stay below 128 kB


def add_layer(step: InstallWheels | StoreWheels, prefix: str, *, apart: bool = False) -> list[str]:
    """RUN instructions whose text, and whose layers, depend on the wheels alone.

    With `apart`, what they write is moved to `layout.APART`, from where it can be copied.
    """
    command = "install" if isinstance(step, InstallWheels) else "store"
    pins = sorted(map(pin, step.packages))
    portions = (pins[start : start + _PORTION] for start in range(0, len(pins), _PORTION))
    tool = f"{prefix}/bin/python -B {layout.LAYER} {'apart ' if apart else ''}{command}"
    return [run(words(tool, portion)) for portion in portions]


def add_wheels(step: AddWheels, prefix: str) -> str:
    """What a build asks for beyond the wheelhouse, and what that needs, as wheels."""
    places = f"--wheel-dir {layout.WHEELHOUSE} --find-links {layout.WHEELHOUSE}"
    return run(words(f"{layout.RETRY} {prefix}/bin/pip wheel {places}", step.requirements))


def run_early(step: RunPip, prefix: str, repo_dir: str, *, slim: bool = False) -> str:
    """The commands before the repository is there; where it is to be `slim`, what they installed is trimmed."""
    form = _soft if step.soft else _hard
    commands = (
        _bound(command, _inside(command, repo_dir, form(command, prefix, repo_dir))) for command in step.commands
    )
    return run(
        *(line for lines in commands for line in lines), *([f"{prefix}/bin/python -B {layout.TRIM}"] if slim else [])
    )


def run_late(step: RunPip, prefix: str, repo_dir: str) -> str:
    """The commands with the repository: from what the image holds, else from the index."""
    commands = (
        _bound(command, _inside(command, repo_dir, _offline_first(command, prefix, repo_dir)))
        for command in step.commands
    )
    return run(*(line for lines in commands for line in lines))


def verify(step: Verify, prefix: str, repo_dir: str, lock: Sequence[LockedPackage]) -> str:
    """No half installation; `pip check`; nothing left to do for the commands; and exactly the lock, if there is one."""
    tool = f"{prefix}/bin/python -B {layout.LAYER}"
    checks = [
        _inside(each, repo_dir, _without(each, prefix, repo_dir) + _pip(each, f"{tool} verify"))
        for each in step.commands
    ]
    pins = sorted(f"{package.name}=={package.version}" for package in lock)
    exactly = [words(f"{tool} lock", [*pins, *step.beside])] if pins else []
    return run(f"{tool} records", f"{prefix}/bin/pip check", *checks, *exactly)


def _hard(command: PipCommand, prefix: str, repo_dir: str) -> str:
    return f"{layout.RETRY} --into {prefix} {_plain(command, prefix, repo_dir)}"


def _soft(command: PipCommand, prefix: str, repo_dir: str) -> str:
    """Once: pip writes only when all is there, so what fails later is no fault of the network or of a missing file."""
    return instead(_plain(command, prefix, repo_dir), TELL, prefix)


def _offline_first(command: PipCommand, prefix: str, repo_dir: str) -> str:
    offline = f"env PIP_NO_INDEX=1 PIP_FIND_LINKS={layout.WHEELHOUSE}"
    plain = _plain(command, prefix, repo_dir)
    return instead(f"{offline} {plain}", f"{layout.RETRY} --into {prefix} {plain}", prefix)


def _plain(command: PipCommand, prefix: str, repo_dir: str) -> str:
    return _without(command, prefix, repo_dir) + _pip(command, f"{prefix}/bin/pip install")


def _bound(command: PipCommand, text: str) -> list[str]:
    """The shell commands that run `text` where the constraints of the command are in a file."""
    if not command.constraints:
        return [text]
    write = write_lines(command.constraints, _CONSTRAINTS)
    return [f"mkdir -p {layout.TEMPORARY}", write, text, f"rm -rf {layout.TEMPORARY}"]


def _inside(command: PipCommand, repo_dir: str, text: str) -> str:
    """`text` in the command's directory. Each step starts in that of the repository."""
    return f"({enter(command.directory, repo_dir)} && {text})" if command.directory else text


def _without(command: PipCommand, prefix: str, repo_dir: str) -> str:
    edits = [f"{repo_dir}/{path}:{','.join(map(str, lines))}" for path, lines in sorted(command.without.items())]
    return words(f"{prefix}/bin/python -B {layout.WITHOUT}", edits) + " -- \\\n    " if edits else ""


def _pip(command: PipCommand, pip: str) -> str:
    """The command as the user would type it, each word quoted."""
    files = [f"-r {quote_word(path)}" for path in command.files]
    files += [f"-c {_CONSTRAINTS}"] if command.constraints else []
    # Without a slash, pip takes a directory for the name of a package.
    projects = [path if path == "." else f"./{path}" for path in command.projects]
    return line_up(pip, [*files, *map(quote_word, [*command.requirements, *projects])])
