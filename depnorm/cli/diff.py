"""`depnorm diff`."""

from contextlib import ExitStack
from typing import Annotated

import typer

import depnorm
from depnorm.cli import messages
from depnorm.cli.options import CommandOptions, takes_plan_options
from depnorm.cli.outcome import Outcome
from depnorm.cli.revision import split_revision
from depnorm.cli.sources import opened
from depnorm.cli.terminal import display
from depnorm.errors import UsageError
from depnorm.model import redact
from depnorm.report.formats import Format, format_diff

_HELP = "A repository as of `plan`, and @REF for a revision of it; @REF alone is the directory's."
Revision = tuple[str, str | None]


@takes_plan_options
def diff(
    a: Annotated[str, typer.Argument(metavar="A[@REF]", help=_HELP)],
    b: Annotated[
        str | None, typer.Argument(metavar="[B[@REF]]", help="The other one; without it, what A is without its REF.")
    ] = None,
    *,
    format: Annotated[Format, typer.Option(help="How to print what they share.")] = Format.TEXT,  # noqa: A002  --format
    options: CommandOptions,
) -> Outcome:
    """Show which layers two repositories, or two revisions of one, share, and why not the others.

    At three levels: a build cache, which shares what two Dockerfiles begin with (linked layers in any order); a
    registry, which stores equal layers once; the disk of a node, where a layer counts with all that is below it.

    `depnorm diff . --ref main` compares main with the directory as it is. The options of a plan hold for both. Exits
    with 0 whether they differ or not.
    """
    first, second = _revisions(a, b, options.ref)
    with ExitStack() as stack:
        plans = []
        for source, ref in (first, second):
            repository = stack.enter_context(opened(source, ref=ref, offline=options.offline))
            plans.append(depnorm.plan(repository.path, **options.for_library(messages.progress())))
    found = depnorm.diff(*plans, names=(_name(first), _name(second)))
    return Outcome(text=format_diff(found, format, display()), document=format is Format.JSON)


def _revisions(a: str, b: str | None, ref: str | None) -> tuple[Revision, Revision]:
    """The two that are compared, the older one first."""
    first = split_revision(a)
    if b is not None:
        if ref is not None:
            raise UsageError("--ref is for one repository, and two are given", hint=f"Write {redact(a)}@{ref}.")
        return first, split_revision(b)
    source, given = first
    if given is not None and ref is not None:
        return (source, given), (source, ref)
    if (revision := given or ref) is None:
        raise UsageError(
            "one repository is given, and nothing to compare it with",
            hint=f"depnorm diff {redact(a)} OTHER, or depnorm diff {redact(a)} --ref main",
        )
    return (source, revision), (source, None)


def _name(revision: Revision) -> str:
    """As it was given, without credentials."""
    source, ref = revision
    return redact(source) + (f"@{ref}" if ref else "")
