"""`depnorm plan` and `depnorm dockerfile`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli.options import CommandOptions, takes_plan_options
from depnorm.cli.outcome import Outcome, written
from depnorm.cli.terminal import display
from depnorm.model import Progress
from depnorm.report.formats import Format, PlanFormat, format_dockerfile, format_plan
from depnorm.report.redact import printable

Repository = Annotated[Path, typer.Argument(metavar="REPO", help="The directory of the repository.")]


@takes_plan_options
def plan(
    repo: Repository,
    *,
    format: Annotated[PlanFormat, typer.Option(help="How to print the plan.")] = PlanFormat.TEXT,  # noqa: A002  --format
    options: CommandOptions,
) -> Outcome:
    """Show what would be built, and why.

    Which files count, what refers back to the repository, the stages in order, and what is shared.
    """
    result = depnorm.plan(repo, **options.for_library(_progress(options)))
    text = format_plan(result, format, display())
    if format is not PlanFormat.TEXT:
        return Outcome(text=text)
    return Outcome(text=text + (_next_step(repo, options) if result.stages else ""), document=False)


def _progress(options: CommandOptions) -> Progress | None:
    if not options.lock:
        return None
    from depnorm.cli.progress import show_progress  # noqa: PLC0415  a plan without a lock is quick

    return show_progress()


def _next_step(repo: Path, options: CommandOptions) -> str:
    """The command that makes the Dockerfile of the plan that was shown."""
    command = shlex.join(["depnorm", "dockerfile", str(repo), *options.as_arguments(), "-o", "Dockerfile"])
    return f"Next: {printable(command)}\n"


@takes_plan_options
def dockerfile(
    repo: Repository,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file, not to standard output.")
    ] = None,
    format: Annotated[Format, typer.Option(help="The Dockerfile alone, or inside JSON.")] = Format.TEXT,  # noqa: A002
    options: CommandOptions,
) -> Outcome:
    """Print the staged Dockerfile.

    Its build context is the repository, or with --subdir that directory of it.
    """
    made = depnorm.dockerfile(repo, **options.for_library(_progress(options)))
    return written(format_dockerfile(made, format), output)
