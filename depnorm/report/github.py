"""Findings as workflow commands: GitHub shows them beside the lines of a pull request."""

from collections.abc import Iterable

from depnorm import model
from depnorm.report.redact import printable

_COMMANDS = {
    model.Severity.ERROR: "error",
    model.Severity.WARNING: "warning",
    model.Severity.INFO: "notice",
}


def findings_github(findings: Iterable[model.Finding]) -> str:
    """One `::warning file=…` a line (docs.github.com, "Workflow commands for GitHub Actions")."""
    return "".join(f"{_command(finding)}\n" for finding in findings)


def _command(finding: model.Finding) -> str:
    properties = {"title": finding.rule}
    if finding.path:
        properties |= {"file": finding.path}
    if finding.line:
        properties |= {"line": str(finding.line)}
    if finding.end_line:
        properties |= {"endLine": str(finding.end_line)}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    hint = f" ({finding.hint})" if finding.hint else ""
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(finding.message + hint)}"


def _data(text: str) -> str:
    """Escaped as @actions/core does; `%` first."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
