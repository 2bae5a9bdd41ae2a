"""`depnorm inspect`."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli import messages
from depnorm.cli.outcome import Outcome
from depnorm.cli.paths import fetched_path, shown_path
from depnorm.cli.sources import REF_HELP, opened
from depnorm.cli.terminal import display
from depnorm.model import SpecFile
from depnorm.model.source import OpenRepository
from depnorm.report.formats import Format, format_inspection


def inspect(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Repositories (also archives and git URLs) or spec files.")
    ],
    *,
    ref: Annotated[str | None, typer.Option(metavar="REF", help=REF_HELP)] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Fetch nothing over a network.")] = False,
    format: Annotated[Format, typer.Option(help="How to print what was read.")] = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Show what depnorm reads, line by line.

    Packages, references to the repository, options, and lines that are broken.

    Paths are relative to the repository; where several are given, they start with it.
    """
    files: list[SpecFile] = []
    for path in paths:
        with opened(path, ref=ref, offline=offline) as repository:
            files += _files(repository, alone=len(paths) == 1)
    return Outcome(text=format_inspection(files, format, display()), document=format is not Format.TEXT)


def _files(repository: OpenRepository, *, alone: bool) -> Iterator[SpecFile]:
    path = repository.path
    if repository.is_temporary:
        shown = fetched_path(repository, alone=alone)
    else:
        shown = partial(shown_path, Path() if alone and path.is_dir() else path)
    for file in depnorm.inspect(path, trace=messages.trace()):
        yield replace(file, path=shown(file.path))
