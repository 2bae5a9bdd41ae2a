"""The rule table: complete, consistent, and worth reading."""

import re
from pathlib import Path

import pytest

import depnorm
from depnorm.analyze.rules import FAMILIES, RULES, Rule
from depnorm.model import Severity

ERRORS = {
    "DN002", "DN012", "DN109", "DN110", "DN114", "DN202", "DN301", "DN304", "DN307", "DN308", "DN311", "DN401", "DN402",
}  # fmt: skip
REMARKS = {
    "DN006", "DN011", "DN103", "DN104", "DN105", "DN106", "DN116", "DN201", "DN203", "DN204", "DN206",
    "DN310",
}  # fmt: skip
EXPECTED = (
    *range(1, 13), *range(101, 118), *range(201, 207), *range(301, 312), *range(401, 404),
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
    """It stands in a list of 80 columns, behind code and severity."""
    assert re.fullmatch(r"[A-Za-z.][^\n]{20,61}\.", rule.summary)


@each_rule
def test_page_teaches(rule: Rule) -> None:
    """What it means, why it matters, an input that has it, what to write instead, when to ignore it: in this order."""
    parts = re.fullmatch(
        r"(?P<means>\S.+?)\n\nWhy it matters: (?P<costs>.+?)\n\n"
        r"(?P<before>Before\b.+?)\n(?P<after>After\b.+?)\n\n"
        r"(?P<ignore>(Ignore it|There is no (good )?reason to ignore).+)",
        rule.page,
        re.DOTALL,
    )
    assert parts, "a part is missing, or in another place"
    assert all(re.search(r"^ {4}\S", parts[name], re.MULTILINE) for name in ("before", "after"))
    assert all(parts[name].rstrip().endswith((".", ")")) for name in ("means", "costs", "ignore"))
    assert len(parts["costs"]) >= 30


@each_rule
def test_page_fits_a_terminal(rule: Rule) -> None:
    """80 columns, and with what stands around it less than two screens."""
    lines = rule.page.splitlines()
    assert 10 <= len(lines) <= 34
    assert max(map(len, lines)) <= 80
    assert rule.page == rule.page.strip() + "\n"


@each_rule
def test_related_rules_lead_on(rule: Rule) -> None:
    """One at least, none twice, never to itself; what a page names by its code is among them."""
    assert rule.related
    assert set(rule.related) <= RULES.keys() - {rule.code}
    assert len(set(rule.related)) == len(rule.related)
    assert set(re.findall(r"\bDN\d+\b", rule.page)) <= {*rule.related, rule.code}


def test_every_rule_has_a_family() -> None:
    """The list of rules has a place for each."""
    assert {rule.code[:3] for rule in RULES.values()} == FAMILIES.keys()


@each_rule
def test_pages_refer_to_rules_that_exist(rule: Rule) -> None:
    """A code on a page can be explained."""
    assert set(re.findall(r"\bDN\d+\b", rule.page)) <= RULES.keys()


def test_every_code_in_the_source_is_a_rule() -> None:
    """No finding is made that cannot be explained."""
    package = Path(depnorm.__file__).parent
    used = {code for path in package.rglob("*.py") for code in re.findall(r"\bDN\d{3}\b", path.read_text("utf-8"))}
    assert used <= RULES.keys()
