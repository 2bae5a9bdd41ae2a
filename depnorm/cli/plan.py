"""`depnorm plan` and `depnorm dockerfile`."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli import EXIT_FINDINGS, messages
from depnorm.cli.options import CommandOptions, takes_plan_options
from depnorm.cli.outcome import Outcome, written
from depnorm.cli.sources import HELP, opened
from depnorm.cli.terminal import display
from depnorm.errors import UsageError
from depnorm.library.plans import is_too_old
from depnorm.model import Plan, Progress, Severity
from depnorm.read.spec_names import OWN_HEADER
from depnorm.report import wording
from depnorm.report.display import Display
from depnorm.report.formats import Format, PlanFormat, format_dockerfile, format_plan

_BEGINNING = 64
"""Bytes that tell whether depnorm wrote a file."""
Repository = Annotated[str, typer.Argument(metavar="REPO", help=HELP)]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file, not to standard output.")
]


@takes_plan_options
def plan(
    repo: Repository,
    *,
    output: Output = None,
    format: Annotated[PlanFormat, typer.Option(help="How to print the plan.")] = PlanFormat.TEXT,  # noqa: A002  --format
    options: CommandOptions,
) -> Outcome:
    """Show what would be built, and why.

    Which files count, what refers back to the repository, the stages in order, and what is shared.
    """
    with opened(repo, ref=options.ref, offline=options.offline) as repository:
        result = depnorm.plan(repository.path, **options.for_library(_progress(options)))
        name = (repository.path / (options.subdir or "")).resolve().name
    where = display() if output is None else Display()
    text = format_plan(result, format, where, name, _next_step(result, repo, options))
    code = 0 if result.stages else EXIT_FINDINGS
    if format is not PlanFormat.TEXT or output is not None:
        return replace(written(text, output), exit_code=code)
    return Outcome(text=text, exit_code=code, document=False)


def _progress(options: CommandOptions) -> Progress | None:
    if not options.lock:
        return None
    return messages.progress()


def _next_step(made: Plan, repo: str, options: CommandOptions) -> str:
    """The command that makes the Dockerfile of the plan that was shown, or what to do before that; empty for none."""
    if not made.stages:
        return ""
    if not made.choice.used and not made.choice.installs_itself:
        return "say in a spec file what the image needs, and plan again."
    if is_too_old(made):
        return f"name a later Python than {made.target.python}, and plan again."
    command = shlex.join(["depnorm", "dockerfile", repo, *options.as_arguments(), "-o", "Dockerfile"])
    errors = _errors(made)
    first = f"mend what is an error ({wording.count(errors, 'finding')} above), then " if errors else ""
    return f"{first}{command}"


def _errors(made: Plan) -> int:
    return sum(finding.severity is Severity.ERROR for finding in made.findings)


@takes_plan_options
def dockerfile(
    repo: Repository,
    *,
    output: Output = None,
    format: Annotated[Format, typer.Option(help="The Dockerfile alone, or inside JSON.")] = Format.TEXT,  # noqa: A002
    options: CommandOptions,
) -> Outcome:
    """Print the staged Dockerfile.

    Its build context is the repository, or with --subdir that directory of it. A file that depnorm did not write is not
    overwritten.
    """
    if output is not None:
        _check_own(output)
    with opened(repo, ref=options.ref, offline=options.offline) as repository:
        made = depnorm.plan(repository.path, **options.for_library(_progress(options)))
    text = format_dockerfile(depnorm.dockerfile(made), format)
    for line in _doubts(made, repo, options):
        messages.tell(line)
    return written(text, output)


def _check_own(output: Path) -> None:
    """Raise `UsageError` for a file that somebody wrote by hand: one word too few would lose it."""
    if not output.is_file():
        return
    try:
        with output.open("rb") as file:
            begins = file.read(_BEGINNING)
    except OSError:
        return  # it cannot be written either, which is told then
    is_json = re.match(rb'\{\s*"schema":', begins)  # as --format json writes it
    if begins and not is_json and not begins.startswith(OWN_HEADER):
        raise UsageError(
            f"{output}: is there and was not written by depnorm, so it is not overwritten",
            hint="Write to another file, or delete that one.",
        )


def _doubts(made: Plan, repo: str, options: CommandOptions) -> Iterator[str]:
    """Why what the Dockerfile makes may not be what somebody wants."""
    if not made.choice.used and not made.choice.installs_itself:
        yield "no spec file was found, so this image gets the base and the repository alone"
    if errors := _errors(made):
        command = shlex.join(["depnorm", "plan", repo, *options.as_arguments()])
        yield f"{wording.count(errors, 'finding')} of severity error, so the build may fail; `{command}` tells more"
