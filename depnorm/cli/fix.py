"""`depnorm fix`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli import EXIT_FINDINGS
from depnorm.cli.outcome import Outcome
from depnorm.cli.paths import shown_path
from depnorm.report.formats import Format, format_fix


def fix(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Repositories or spec files; '.' without any.")
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if there is something to fix.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
    format: Annotated[Format, typer.Option(help="How to print what was done.")] = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Spell and sort spec files canonically, in place.

    Comments, hashes, line ends and encodings stay, and so does what is asked for: requirements and constraints,
    environment.yml, and install.R where it is nothing but a list. What may mean something else afterwards is left, and
    the reason is said.
    """
    write = not (check or diff)
    given = tuple(dict.fromkeys(paths or ["."]))
    for path in given if write and len(given) > 1 else ():
        depnorm.fix(path, write=False)  # all of them can be read, or nothing is written
    files = tuple(
        replace(file, path=shown_path(Path(path), file.path))
        for path in given
        for file in depnorm.fix(path, write=write)
    )
    changed = any(file.changed for file in files)
    text = format_fix(files, format, written=write, diff=diff)
    return Outcome(text=text, exit_code=EXIT_FINDINGS if check and changed else 0, document=format is not Format.TEXT)
