"""`depnorm check`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli.outcome import Outcome
from depnorm.cli.paths import from_working_directory, shown_path
from depnorm.cli.select import Selection
from depnorm.cli.terminal import display
from depnorm.model import Finding, Severity
from depnorm.report.formats import FindingsFormat, format_findings

Codes = Annotated[list[str] | None, typer.Option(metavar="CODES", help="Rules by code, group or name: DN1,DN203.")]


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Repositories or spec files; '.' without any.")
    ] = None,
    *,
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
    roots = paths or [Path()]
    as_given = format is FindingsFormat.JSON
    alone = as_given and len(roots) == 1 and roots[0].is_dir()
    found = [
        finding
        for root in roots
        for finding in _located(depnorm.check(root), Path() if alone else root, as_given=as_given)
        if finding.rule in selection
    ]
    failed = any(finding.severity.rank >= fail_on.rank for finding in found)
    text = format_findings(found, format, display(), RULES)
    return Outcome(text=text, exit_code=int(failed), document=format is not FindingsFormat.TEXT)


def _located(findings: Iterable[Finding], root: Path, *, as_given: bool) -> Iterator[Finding]:
    start = root if as_given else from_working_directory(root)
    shown = cache(partial(shown_path, start))
    return (replace(finding, path=shown(finding.path)) for finding in findings)
