"""Rules for people and programs: a list by family, or the page of one."""

from collections.abc import Iterable, Mapping

from depnorm.report import documents
from depnorm.report.encode import encode_json_verbatim
from depnorm.report.rule_text import RuleText


def rule_list_text(rules: Iterable[RuleText], families: Mapping[str, str]) -> str:
    """The rules, one line each, under what their family is about."""
    known = list(rules)
    blocks = []
    for family, title in families.items():
        lines = [f"{rule.code}  {rule.severity.value:<7}  {rule.summary}" for rule in known if rule.code[:3] == family]
        if lines:
            blocks.append("\n".join((f"{family}xx  {title}", *(f"  {line}" for line in lines))))
    after = "`depnorm explain CODE` shows a page: meaning, cost, example, what to write."
    return "\n\n".join((*blocks, after)) + "\n"


def rule_page_text(rule: RuleText, rules: Mapping[str, RuleText]) -> str:
    """The page of `depnorm explain CODE`; `rules` has the related ones by code."""
    related = "".join(f"    {rules[code].code}  {rules[code].summary}\n" for code in rule.related)
    return f"{rule.code} {rule.name} ({rule.severity.value})\n\n{rule.summary}\n\n{rule.page}\nSee also\n{related}"


def rules_json(rules: Iterable[RuleText]) -> str:
    """The rules with their pages (`depnorm schema explain`)."""
    return encode_json_verbatim(
        documents.ExplainDocument(
            schema=1,
            rules=tuple(
                documents.RuleText(
                    rule=rule.code,
                    name=rule.name,
                    severity=rule.severity,
                    summary=rule.summary,
                    page=rule.page,
                    related=rule.related,
                )
                for rule in rules
            ),
        )
    )
