"""`depnorm verify`."""

from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli import messages
from depnorm.cli.options import CommandOptions, takes_plan_options
from depnorm.cli.outcome import Outcome
from depnorm.cli.plan import Repository
from depnorm.cli.sources import opened
from depnorm.cli.terminal import display
from depnorm.errors import UsageError
from depnorm.model.verification import Engine
from depnorm.report.formats import Format, format_verification


@takes_plan_options
def verify(
    repo: Repository,
    *,
    engine: Annotated[
        Engine, typer.Option(help="Compare virtual environments of this machine (pip's packages only), or images.")
    ] = Engine.VENV,
    declared: Annotated[
        bool, typer.Option("--declared", help="Verify the plan without a lock; by default it has one.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep what was installed, in a new directory; images, too.")
    ] = None,
    network: Annotated[
        str | None, typer.Option(metavar="NAME", help="The network of `docker build`, such as host.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the outcome.")] = Format.TEXT,  # noqa: A002  --format
    options: CommandOptions,
) -> Outcome:
    """Prove that the staged image is the plain one.

    Installs the repository twice, by its own commands and by its plan, and compares packages, files, `pip check` and
    imports. Exits with 1 if anything differs.

    This runs code of the repository and of its packages as you. Verify what you do not trust with --engine docker.
    """
    if options.offline:
        raise UsageError("verify installs from a package index, --offline forbids it", hint="Leave --offline out.")
    if options.lock and declared:
        raise UsageError("--lock and --declared exclude each other", hint="Leave one of them out.")
    if network is not None and engine is not Engine.DOCKER:
        raise UsageError("--network is docker's", hint="Add --engine docker.")
    asked = options.for_library(messages.progress())
    asked["lock"] = not declared
    with opened(repo, ref=options.ref) as repository:
        found = depnorm.verify(repository.path, engine=engine, keep=keep, network=network, **asked)
    text = format_verification(found, format, display())
    return Outcome(text=text, exit_code=int(not found.is_equal), document=format is Format.JSON)
