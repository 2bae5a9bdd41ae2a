"""Findings for code scanning: SARIF and GitHub's workflow commands."""

import json
import re
from typing import Any

import pytest
from report_samples import HOSTILE, SECRET, finding

from depnorm.analyze.rules import RULES
from depnorm.model import Finding, Severity
from depnorm.report.github import findings_github
from depnorm.report.sarif import findings_sarif


def sarif(*findings: Finding) -> Any:
    return json.loads(findings_sarif(findings, RULES))


def test_sarif_has_what_the_standard_asks_for() -> None:
    """Version, one run with its tool, rules that results point at, and places (SARIF 2.1.0, 3.13 to 3.28)."""
    document = sarif(finding(), finding("x", rule="DN301", severity=Severity.ERROR))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "depnorm"
    assert [rule["id"] for rule in driver["rules"]] == ["DN101", "DN301"]
    assert driver["rules"][0]["shortDescription"]["text"] == RULES["DN101"].summary
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert [result["level"] for result in run["results"]] == ["warning", "error"]
    assert run["results"][0]["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "numpy"}, "region": {"startLine": 4}}}
    ]


def test_sarif_of_the_whole_repository_has_no_line() -> None:
    """Lines count from 1: a remark on a file or the repository has no region."""
    document = sarif(Finding(rule="DN008", severity=Severity.WARNING, path="", line=0, message="nothing"))
    (location,) = document["runs"][0]["results"][0]["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "."}}


@pytest.mark.parametrize("path", ["a b/ü.txt", "50%.txt", "a#b?c.txt", "\udcff.txt", "a:b"])
def test_sarif_paths_are_uris(path: str) -> None:
    """Whatever a file is called, its place is a valid relative reference (RFC 3986)."""
    (result,) = sarif(finding(path))["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"(?:[\w./~-]|%[0-9A-F]{2})+", uri, re.ASCII)


@pytest.mark.parametrize("text", HOSTILE)
def test_sarif_messages_have_no_links(text: str) -> None:
    """Brackets of a repository's text are not SARIF's embedded links."""
    (result,) = sarif(finding(text))["runs"][0]["results"]
    assert not re.search(r"(?<!\\)[\[\]]", result["message"]["text"])


def test_github_command() -> None:
    """Level, place and text, as Actions reads them."""
    assert findings_github([finding()]) == "::warning title=DN101,file=numpy,line=4::numpy (numpy)\n"
    error = Finding(rule="DN002", severity=Severity.ERROR, path="", line=0, message="both")
    assert findings_github([error]) == "::error title=DN002::both\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_github_text_cannot_inject_a_command(text: str) -> None:
    """One finding is one line, whose properties end where they should."""
    lines = findings_github([finding(text)]).split("\n")
    assert len(lines) == 2
    match = re.fullmatch(r"::warning title=DN101,file=([^:,]*),line=4::(.*)", lines[0])
    assert match
    assert not re.search(r"%(?!25|0D|0A|3A|2C)", match[1] + match[2])


def test_neither_holds_a_credential() -> None:
    """Annotations and alerts are public in a public repository."""
    secret = finding(f"https://me:{SECRET}@host/x")
    assert SECRET not in findings_github([secret])
    assert SECRET not in findings_sarif([secret], RULES).replace(RULES["DN101"].page, "")
