"""Rules for people and programs: a list of all, or the page of one."""

from collections.abc import Iterable

from depnorm.report import documents
from depnorm.report.encode import encode_json_verbatim
from depnorm.report.rule_text import RuleText


def rule_list_text(rules: Iterable[RuleText]) -> str:
    """One line a rule."""
    return "".join(f"{rule.code}  {rule.severity.value:<7}  {rule.summary}\n" for rule in rules)


def rule_page_text(rule: RuleText) -> str:
    """The page of `depnorm explain CODE`."""
    return f"{rule.code} {rule.name} ({rule.severity.value})\n\n{rule.summary}\n\n{rule.page}"


def rules_json(rules: Iterable[RuleText]) -> str:
    """The rules with their pages (`depnorm schema explain`)."""
    return encode_json_verbatim(
        documents.ExplainDocument(
            schema=1,
            rules=tuple(
                documents.RuleText(
                    rule=rule.code, name=rule.name, severity=rule.severity, summary=rule.summary, page=rule.page
                )
                for rule in rules
            ),
        )
    )
