"""Scripts of pip in repo2docker's environments."""

import posixpath
from dataclasses import replace

from depnorm.emit.image import read_tool
from depnorm.emit.instruction import enter, line_up, quote_word, words, write_lines
from depnorm.emit.repo2docker.text import HERE, KERNEL, SERVER, TEMPORARY, chain, tried
from depnorm.model import PipCommand

_TOOL = f"{TEMPORARY}/without.py"
_REQUIREMENTS = "condaenv.depnorm.requirements.txt"


def inlined(command: PipCommand) -> str | None:
    """All that an early command installs, as one command that needs no file; None where it has to read one."""
    if command.files and (command.plain is None or command.words):
        return None
    lines = _lines(command)
    return words(_pip(command), lines) if lines else ""


def composed(command: PipCommand) -> str | None:
    """An early command in place of its file, of which only lines are left; None where it has to read that.

    It reads what the file includes, and nothing has to be blank meanwhile.
    """
    if not command.without or command.plain is None:
        return None
    return words(_pip(command), [*command.words, *_lines(command)])


def _lines(command: PipCommand) -> list[str]:
    return sorted({*(command.plain or ()), *command.requirements})


def from_files(command: PipCommand) -> str:
    """An early command with the files that it reads; lines that wait are blank meanwhile."""
    return chain(*_prepared(command, _inside(command, _without(command) + _plain(command))))


def softly(command: PipCommand) -> str:
    """The same where it may fail."""
    attempt = tried(_inside(command, _without(command) + _plain(command)), prefix_of(command))
    return chain(*_prepared(command, *attempt))


def unmodified(command: PipCommand) -> str:
    """The user's own command, with the repository."""
    return _inside(command, _plain(replace(command, requirements=(), without={})))


def environment_section(lines: tuple[str, ...], directory: str) -> tuple[str, ...]:
    """The pip section of an environment file as conda runs it: from a file beside that, in its directory."""
    pip = f"{KERNEL}/bin/python -m pip install --no-cache-dir -U -r {_REQUIREMENTS} --exists-action=b"
    before = [enter(directory, HERE)] if directory else []
    return (*before, write_lines(lines, _REQUIREMENTS), pip, f"rm {_REQUIREMENTS}")


def prefix_of(command: PipCommand) -> str:
    """Where it installs: requirements3.txt is for the server beside a legacy Python."""
    return SERVER if any(posixpath.basename(file) == "requirements3.txt" for file in command.files) else KERNEL


def _pip(command: PipCommand) -> str:
    return f"{prefix_of(command)}/bin/pip install --no-cache-dir"


def _plain(command: PipCommand) -> str:
    """The command as the user would type it, each word quoted."""
    files = [f"-r {quote_word(file)}" for file in command.files]
    # Without a slash, pip takes a directory for the name of a package.
    projects = [path if path == "." else f"./{path}" for path in command.projects]
    return line_up(_pip(command), [*files, *map(quote_word, [*command.requirements, *projects])])


def _inside(command: PipCommand, text: str) -> str:
    return f"({enter(command.directory, HERE)} && {text})" if command.directory else text


def _without(command: PipCommand) -> str:
    """The words before a command that runs without some lines."""
    edits = [
        f"./{posixpath.relpath(path, command.directory or '.')}:{','.join(map(str, lines))}"
        for path, lines in sorted(command.without.items())
    ]
    # conda's own Python: the kernel's may be too old for the tool.
    return words(f"${{CONDA_DIR}}/bin/python -B {_TOOL}", edits) + " -- \\\n    " if edits else ""


def _prepared(command: PipCommand, *commands: str) -> tuple[str, ...]:
    """The commands where the tool is there that they call."""
    if not command.without:
        return commands
    write = write_lines(read_tool("without.py"), _TOOL)
    return (f"mkdir -p {TEMPORARY}", write, *commands, f"rm -rf {TEMPORARY}")
