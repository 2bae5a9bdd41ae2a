"""`depnorm inspect`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli.outcome import Outcome
from depnorm.cli.paths import shown_path
from depnorm.cli.terminal import display
from depnorm.model import SpecFile
from depnorm.report.formats import Format, format_inspection


def inspect(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Repositories or spec files.")],
    *,
    format: Annotated[Format, typer.Option(help="How to print what was read.")] = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Show what depnorm reads, line by line.

    Packages, references to the repository, options, and lines that are broken.

    Paths are relative to the repository; where several are given, they start with it.
    """
    files = [file for path in paths for file in _files(path, alone=len(paths) == 1)]
    return Outcome(text=format_inspection(files, format, display()), document=format is not Format.TEXT)


def _files(path: Path, *, alone: bool) -> Iterator[SpecFile]:
    for file in depnorm.inspect(path):
        yield file if alone and path.is_dir() else replace(file, path=shown_path(path, file.path))
