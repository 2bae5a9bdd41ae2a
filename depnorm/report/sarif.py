"""Findings as SARIF 2.1.0 (OASIS), which code scanning services read."""

import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, assert_never
from urllib.parse import quote

from depnorm import model
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable, redact
from depnorm.report.rule_text import RuleText

FINGERPRINT = "depnorm/v1"
"""What the fingerprints are called; another way to make them gets another number (3.27.17)."""
_LEVELS = {
    model.Severity.ERROR: "error",
    model.Severity.WARNING: "warning",
    model.Severity.INFO: "note",
}
_GROUPS = {"0": "spec-files", "1": "references", "2": "sharing", "3": "broken-input", "4": "security"}


def findings_sarif(
    findings: Sequence[model.Finding],
    rules: Mapping[str, RuleText],
    ignored: Sequence[model.Finding] = (),
    baseline: str = "",
) -> str:
    """One run with the rules that were found; paths are relative to the directory that is checked out.

    What is ignored is there and suppressed, in the source by a comment or outside of it by the baseline (3.35).
    """
    found = (*findings, *ignored)
    codes = sorted({finding.rule for finding in found})
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
                    "automationDetails": {"id": "depnorm/"},
                    "results": [_result(finding, codes, baseline) for finding in found],
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
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.page, "markdown": f"```text\n{rule.page}```\n"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [_GROUPS.get(code[2:3], "dependencies")]},
    }


def _result(finding: model.Finding, codes: Sequence[str], baseline: str) -> dict[str, Any]:
    message = f"{finding.message} ({finding.hint})" if finding.hint else finding.message
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": codes.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": _without_links(printable(message))},
        "locations": [{"physicalLocation": _physical_location(finding.path, finding.line, finding.end_line)}],
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {FINGERPRINT: finding.fingerprint}
    if finding.ignored:
        result["suppressions"] = [_suppression(finding.path, finding.ignored, baseline)]
    return result


def _suppression(path: str, ignored: model.Ignored, baseline: str) -> dict[str, Any]:
    match ignored.by:
        case model.IgnoredBy.COMMENT:
            place = {"physicalLocation": _physical_location(path, ignored.line)}
            found = {"kind": "inSource", "status": "accepted", "location": place}
            return found | ({"justification": printable(ignored.reason)} if ignored.reason else {})
        case model.IgnoredBy.BASELINE:
            justification = f"It was there when the baseline {baseline} was written."
            return {"kind": "external", "status": "accepted", "justification": printable(justification)}
        case _:
            assert_never(ignored.by)


def _without_links(message: str) -> str:
    """SARIF gives [text](target) in a message a meaning (3.11.6); a backslash takes it away, unless it is escaped."""
    return re.sub(r"(\\*)([\[\]])", lambda match: rf"{2 * match[1]}\{match[2]}", message)


def _physical_location(path: str, line: int, end_line: int = 0) -> dict[str, Any]:
    """A remark on the repository points at its directory: code scanning services ask for a location."""
    shown = redact(path) or "."  # before it is quoted, which would hide it from what redacts the document
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(shown, safe="/.", errors="surrogateescape")}}
    if line:
        location["region"] = {"startLine": line} | ({"endLine": end_line} if end_line else {})
    return location
