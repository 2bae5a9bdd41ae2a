"""Findings as SARIF 2.1.0 (OASIS), which code scanning services read."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from depnorm import model
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable, redact
from depnorm.report.rule_text import RuleText

_LEVELS = {
    model.Severity.ERROR: "error",
    model.Severity.WARNING: "warning",
    model.Severity.INFO: "note",
}


def findings_sarif(findings: Sequence[model.Finding], rules: Mapping[str, RuleText]) -> str:
    """One run with the rules that were found; paths are relative to the directory that is checked out."""
    codes = sorted({finding.rule for finding in findings})
    driver = {
        "name": "depnorm",
        "version": version("depnorm"),
        "rules": [_rule(code, rules) for code in codes],
    }
    return encode_json(
        {
            "version": "2.1.0",
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "runs": [
                {
                    "tool": {"driver": driver},
                    "results": [_result(finding, codes) for finding in findings],
                }
            ],
        }
    )


def _rule(code: str, rules: Mapping[str, RuleText]) -> dict[str, Any]:
    if code not in rules:
        return {"id": code}
    rule = rules[code]
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: model.Finding, codes: Sequence[str]) -> dict[str, Any]:
    message = f"{finding.message} ({finding.hint})" if finding.hint else finding.message
    return {
        "ruleId": finding.rule,
        "ruleIndex": codes.index(finding.rule),
        "level": _LEVELS[finding.severity],
        # SARIF gives [text](target) in a message a meaning (3.11.6); a backslash takes it away.
        "message": {"text": printable(message).replace("[", "\\[").replace("]", "\\]")},
        "locations": [{"physicalLocation": _physical_location(finding)}],
    }


def _physical_location(finding: model.Finding) -> dict[str, Any]:
    """A remark on the repository points at its directory: code scanning services ask for a location."""
    path = redact(finding.path) or "."  # before it is quoted, which would hide it from what redacts the document
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(path, safe="/.", errors="surrogateescape")}}
    if finding.line:
        location["region"] = {"startLine": finding.line}
    return location
