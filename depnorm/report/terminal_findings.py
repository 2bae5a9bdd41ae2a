"""Findings for people: one line each, `path:line: CODE message`, and a hint below."""

from collections.abc import Sequence

from rich.text import Text

from depnorm import model
from depnorm.report import wording
from depnorm.report.display import Display
from depnorm.report.redact import printable

STYLES = {
    model.Severity.ERROR: "bold red",
    model.Severity.WARNING: "yellow",
    model.Severity.INFO: "cyan",
}


def review_text(review: model.Review, display: Display) -> str:
    """The findings that count, how many there are, and in a line each how many do not count and why."""
    lines = [line for finding in review.findings for line in finding_lines(finding)]
    notes = (Text(note, style="dim") for note in wording.review_notes(review))
    return display.render_lines([*lines, _summary(review.findings), *notes])


def findings_text(findings: Sequence[model.Finding], display: Display) -> str:
    """The findings in the order given and how many there are; a line is never wrapped, so it can be searched."""
    return review_text(model.Review(findings=tuple(findings)), display)


def finding_lines(finding: model.Finding) -> list[Text]:
    """One finding as one or two lines."""
    first = finding_line(finding)
    return [first, Text(f"  hint: {printable(finding.hint)}", style="dim")] if finding.hint else [first]


def finding_line(finding: model.Finding) -> Text:
    """A finding without its hint: `path:line: CODE message (severity)`, and who ignores it."""
    place = printable(str(model.Location(path=finding.path, line=finding.line)))
    style = STYLES[finding.severity]
    return Text.assemble(
        (f"{place}: " if place else "", "bold"),
        (printable(finding.rule), style),
        f" {printable(finding.message)} (",
        (finding.severity.value, style),
        f"{printable(wording.judgement(finding).removeprefix(finding.severity.value))})",
    )


def _summary(findings: Sequence[model.Finding]) -> Text:
    summary = wording.tally(findings)
    return Text(f"{summary[:1].upper()}{summary[1:]}.")
