"""Findings for people: one line each, `path:line: CODE message`, and a hint below."""

from collections.abc import Sequence

from rich.text import Text

from depnorm import model
from depnorm.report.display import Display
from depnorm.report.redact import printable
from depnorm.report.wording import tally

STYLES = {
    model.Severity.ERROR: "bold red",
    model.Severity.WARNING: "yellow",
    model.Severity.INFO: "cyan",
}


def findings_text(findings: Sequence[model.Finding], display: Display) -> str:
    """The findings in the order given and how many there are; a line is never wrapped, so it can be searched."""
    lines = [line for finding in findings for line in finding_lines(finding)]
    summary = tally(findings)
    return display.render_lines([*lines, Text(summary[:1].upper() + summary[1:] + ".")])


def finding_lines(finding: model.Finding) -> list[Text]:
    """One finding as one or two lines."""
    place = printable(str(model.Location(path=finding.path, line=finding.line)))
    first = Text.assemble(
        (f"{place}: " if place else "", "bold"),
        (printable(finding.rule), STYLES[finding.severity]),
        f" {printable(finding.message)}",
    )
    return [first, Text(f"  hint: {printable(finding.hint)}", style="dim")] if finding.hint else [first]
