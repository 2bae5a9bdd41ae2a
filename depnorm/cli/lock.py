"""`depnorm lock`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli.options import CommandOptions, takes_plan_options
from depnorm.cli.outcome import Outcome, written
from depnorm.cli.plan import Repository
from depnorm.cli.progress import show_progress
from depnorm.report.formats import Format, format_lock
from depnorm.report.lock import lock_summary


@takes_plan_options
def lock(
    repo: Repository,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file, not to standard output.")
    ] = None,
    format: Annotated[Format, typer.Option(help="A pylock.toml (PEP 751), or JSON.")] = Format.TEXT,  # noqa: A002
    options: CommandOptions,
) -> Outcome:
    """Resolve all that pip installs, together, as of a date.

    Asks the package index, by way of uv; builds and runs nothing. What no wheel can stand for is left out and named.
    """
    found = depnorm.lock(repo, **options.for_library(show_progress()))
    sys.stderr.write(lock_summary(found))
    return written(format_lock(found, format), output)
