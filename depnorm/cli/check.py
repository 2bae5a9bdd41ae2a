"""`depnorm check`."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli import messages
from depnorm.cli.outcome import Outcome
from depnorm.cli.paths import fetched_path, from_working_directory, shown_path
from depnorm.cli.select import Selection
from depnorm.cli.sources import REF_HELP, opened
from depnorm.cli.terminal import display
from depnorm.model import Finding, Severity
from depnorm.model.source import OpenRepository
from depnorm.report.formats import FindingsFormat, format_findings

Codes = Annotated[list[str] | None, typer.Option(metavar="CODES", help="Rules by code, group or name: DN1,DN203.")]


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Repositories (also archives and git URLs) or spec files; or '.'."),
    ] = None,
    *,
    ref: Annotated[str | None, typer.Option(metavar="REF", help=REF_HELP)] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Fetch nothing over a network.")] = False,
    format: Annotated[FindingsFormat, typer.Option(help="How to print findings.")] = FindingsFormat.TEXT,  # noqa: A002
    select: Codes = None,
    ignore: Codes = None,
    fail_on: Annotated[Severity, typer.Option(help="Exit with 1 at this severity or above.")] = Severity.WARNING,
) -> Outcome:
    """Find what is wrong or makes builds slow.

    Paths in JSON are relative to the repository; where several are checked, they start with it.
    """
    from depnorm.analyze.rules import RULES  # noqa: PLC0415  only this command needs them

    names = {code: rule.name for code, rule in RULES.items()}
    selection = Selection.parse(select or (), ignore or (), names)
    roots = paths or ["."]
    found: list[Finding] = []
    for root in roots:
        with opened(root, ref=ref, offline=offline) as repository:
            found += [each for each in _findings(repository, format, len(roots)) if each.rule in selection]
    failed = any(finding.severity.rank >= fail_on.rank for finding in found)
    text = format_findings(found, format, display(), RULES)
    return Outcome(text=text, exit_code=int(failed), document=format is not FindingsFormat.TEXT)


def _findings(repository: OpenRepository, form: FindingsFormat, roots: int) -> Iterator[Finding]:
    """The findings of one repository, with the paths that the format has: as given, or from the working directory."""
    as_given, root = form is FindingsFormat.JSON, repository.path
    if repository.is_temporary:
        shown = fetched_path(repository, alone=roots == 1)
    else:
        alone = as_given and roots == 1 and root.is_dir()
        shown = partial(shown_path, Path() if alone else root if as_given else from_working_directory(root))
    shown = cache(shown)
    for finding in depnorm.check(root, trace=messages.trace()):
        yield replace(finding, path=shown(finding.path))
