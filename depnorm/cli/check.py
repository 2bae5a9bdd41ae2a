"""`depnorm check`."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from depnorm.analyze.selection import Selection
from depnorm.cli import messages
from depnorm.cli.config import ConfigOption, NoConfigOption, configuration
from depnorm.cli.options import takes_options
from depnorm.cli.outcome import Outcome, written
from depnorm.cli.review import Found, Scope, entries_to_write, find_all, review_findings
from depnorm.cli.sources import REF_HELP
from depnorm.cli.terminal import display
from depnorm.errors import UsageError
from depnorm.library.baseline import DEFAULT_NAME
from depnorm.library.config import Config
from depnorm.model import Severity
from depnorm.report import wording
from depnorm.report.formats import FindingsFormat, format_review

if TYPE_CHECKING:
    from depnorm.analyze.rules import Rule

Codes = Annotated[list[str] | None, typer.Option(metavar="CODES", help="Rules by code, group or name: DN1,DN203.")]
_WITH_NOTES = frozenset({FindingsFormat.TEXT, FindingsFormat.JSON})
"""Formats that tell by themselves what does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """The options of `depnorm check`. None: the configuration decides."""

    ref: Annotated[str | None, typer.Option(metavar="REF", help=REF_HELP)] = None
    offline: Annotated[bool, typer.Option("--offline", help="Fetch nothing over a network.")] = False
    format: Annotated[FindingsFormat, typer.Option(help="How to print findings.")] = FindingsFormat.TEXT
    select: Codes = None
    ignore: Codes = None
    fail_on: Annotated[
        Severity | None, typer.Option(help="Exit with 1 at this severity or above; warning by default.")
    ] = None
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Tell only what this file does not have yet.")
    ] = None
    write_baseline: Annotated[
        bool,
        typer.Option(
            "--write-baseline", help=f"Write all findings into the baseline, {DEFAULT_NAME} if no other is named."
        ),
    ] = False
    inline_ignores: Annotated[
        bool | None,
        typer.Option("--inline-ignores/--no-inline-ignores", help="Whether comments of the repository can ignore."),
    ] = None
    omit_ignored: Annotated[
        bool,
        typer.Option("--omit-ignored", help="Leave out of JSON and SARIF what is ignored; GitHub takes it for open."),
    ] = False
    config: ConfigOption = None
    no_config: NoConfigOption = False


@partial(takes_options, CheckOptions)
def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Repositories (also archives and git URLs) or spec files; or '.'."),
    ] = None,
    *,
    options: CheckOptions,
) -> Outcome:
    """Find what is wrong or makes builds slow.

    Paths in JSON are relative to the repository; where several are checked, they start with it.

    A comment `# depnorm: ignore[DN103] reason` ignores what is found on its line. What is not given here is taken from
    depnorm.toml, or [tool.depnorm] in pyproject.toml, of the working directory or the nearest one above it.
    """
    from depnorm.analyze.rules import RULES  # noqa: PLC0415  only this command needs them

    config = configuration(options.config, no_config=options.no_config)
    scope = Scope(
        sources=tuple(paths or ["."]),
        ref=options.ref,
        offline=options.offline,
        selection=_selection(options, config, RULES),
        config=config,
        to_baseline=options.write_baseline,
    )
    inline = config.inline_ignores if options.inline_ignores is None else options.inline_ignores
    as_given = options.format is FindingsFormat.JSON
    found = find_all(scope, inline_ignores=inline is not False, as_given=as_given)
    baseline = options.baseline or (config.baseline and _from_here(config.baseline))
    if options.write_baseline:
        if options.baseline is None:
            _refuse_elsewhere(config)
        baseline = _write(found, scope, baseline or _from_here(config.directory / DEFAULT_NAME))
    review = review_findings(found, scope, baseline)
    failed = any(finding.severity.rank >= _fail_on(options, config).rank for finding in review.findings)
    if options.format not in _WITH_NOTES:
        for note in wording.review_notes(review):
            messages.tell(note)
    shown = replace(review, ignored=()) if options.omit_ignored else review
    text = format_review(shown, options.format, display(), RULES)
    return Outcome(text=text, exit_code=int(failed), document=options.format is not FindingsFormat.TEXT)


def _selection(options: CheckOptions, config: Config, rules: "Mapping[str, Rule]") -> Selection:
    names = {code: rule.name for code, rule in rules.items()}
    return Selection.parse(options.select or config.select or (), options.ignore or config.ignore or (), names)


def _from_here(path: Path) -> Path:
    """A configured path as messages are to show it."""
    return Path(os.path.relpath(path))


def _refuse_elsewhere(config: Config) -> None:
    """Raise `UsageError` where the configuration, perhaps a stranger's, names a baseline outside of its directory."""
    inside = os.path.normpath(config.directory)
    if config.baseline and not Path(os.path.normpath(config.baseline)).is_relative_to(inside):
        raise UsageError(
            f"{config.baseline}: the configuration names a baseline outside of its directory, which is not written",
            hint="Name it on the command line if you mean it: --baseline FILE",
        )


def _fail_on(options: CheckOptions, config: Config) -> Severity:
    return options.fail_on or Severity(config.fail_on or Severity.WARNING)


def _write(found: Sequence[Found], scope: Scope, baseline: Path) -> Path:
    """Write the baseline; gives where it is."""
    from depnorm.report.baseline import render_baseline  # noqa: PLC0415  seldom

    entries = entries_to_write(found, scope, baseline)
    written(render_baseline(entries), baseline)
    messages.tell(f"{baseline} has {wording.count(len(entries), 'finding')} now")
    if scope.config.baseline is None:
        messages.tell(f'a key `baseline = "{baseline.name}"` of the configuration lets every check use it')
    return baseline
