"""The rule table: complete, consistent, and worth reading."""

import re
from pathlib import Path

import pytest

import depnorm
from depnorm.analyze.rules import RULES, Rule
from depnorm.model import Severity

ERRORS = {"DN002", "DN109", "DN110", "DN114", "DN202", "DN301", "DN304", "DN307", "DN308", "DN401", "DN402"}
REMARKS = {
    "DN006", "DN011", "DN103", "DN104", "DN105", "DN106", "DN116", "DN201", "DN203", "DN204", "DN206",
    "DN310",
}  # fmt: skip
EXPECTED = (
    *range(1, 12), *range(101, 118), *range(201, 207), *range(301, 311), *range(401, 404),
)  # fmt: skip

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


def test_every_rule_is_there_once_and_in_order() -> None:
    """The codes of the design, no other, under their own code."""
    assert list(RULES) == [f"DN{number:03}" for number in EXPECTED]
    assert all(code == rule.code for code, rule in RULES.items())


def test_names_are_unique_and_in_kebab_case() -> None:
    """`depnorm explain NAME` finds one rule."""
    names = [rule.name for rule in RULES.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@each_rule
def test_severity_says_whether_a_build_breaks(rule: Rule) -> None:
    """Errors break a build or leak, warnings cost rebuilds or surprise, the rest is information."""
    expected = Severity.ERROR if rule.code in ERRORS else Severity.INFO if rule.code in REMARKS else Severity.WARNING
    assert rule.severity is expected


@each_rule
def test_summary_is_one_sentence(rule: Rule) -> None:
    """It stands in a list."""
    assert re.fullmatch(r"[A-Za-z][^\n]{20,118}\.", rule.summary)


@each_rule
def test_page_teaches(rule: Rule) -> None:
    """What it means, why it matters, an example with code, and when to ignore it, in 10 to 32 lines of a terminal."""
    lines = rule.page.splitlines()
    assert "Why it matters:" in rule.page
    assert re.search(r"^(Before|Example)\b.*\n {4}\S", rule.page, re.MULTILINE)
    assert re.search(r"\b[Ii]gnore (it|this)\b", rule.page)
    assert 10 <= len(lines) <= 32
    assert max(len(line) for line in lines) <= 92
    assert rule.page.endswith("\n")
    assert not rule.page.startswith((" ", "\n"))


@each_rule
def test_pages_refer_to_rules_that_exist(rule: Rule) -> None:
    """A code on a page can be explained."""
    assert set(re.findall(r"\bDN\d+\b", rule.page)) <= RULES.keys()


def test_every_code_in_the_source_is_a_rule() -> None:
    """No finding is made that cannot be explained."""
    package = Path(depnorm.__file__).parent
    used = {code for path in package.rglob("*.py") for code in re.findall(r"\bDN\d{3}\b", path.read_text("utf-8"))}
    assert used <= RULES.keys()
