"""Findings as GitLab's Code Quality report (docs.gitlab.com/ci/testing/code_quality, "Code Quality report format")."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from depnorm import model
from depnorm.report.redact import encodable, printable

_SEVERITIES = {
    model.Severity.ERROR: "major",
    model.Severity.WARNING: "minor",
    model.Severity.INFO: "info",
}


def findings_gitlab(findings: Iterable[model.Finding]) -> str:
    """A list with one object a finding; paths are relative to the directory that is checked out."""
    issues = [_issue(finding) for finding in findings]
    return msgspec.json.format(msgspec.json.encode(issues), indent=2).decode("utf-8") + "\n"


def _issue(finding: model.Finding) -> dict[str, object]:
    hint = f" ({finding.hint})" if finding.hint else ""
    return {
        "description": printable(f"{finding.rule}: {finding.message}{hint}"),
        "check_name": finding.rule,
        "fingerprint": _unique(finding),
        "severity": _SEVERITIES[finding.severity],
        # A remark on a file or on the repository has to be on some line.
        "location": {"path": encodable(finding.path) or ".", "lines": {"begin": finding.line or 1}},
    }


def _unique(finding: model.Finding) -> str:
    """Of equal fingerprints GitLab shows one, and several repositories may have the same file."""
    place = f"{finding.path}\0{finding.fingerprint}"
    return sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[: len(finding.fingerprint) or None]
