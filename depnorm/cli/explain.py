"""`depnorm explain`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from depnorm.analyze.selection import unknown_rule
from depnorm.cli.outcome import Outcome
from depnorm.report.formats import Format, format_rule, format_rules

if TYPE_CHECKING:
    from depnorm.analyze.rules import Rule


def explain(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CODE|NAME|WORD...]", help="A rule, a family (DN1), or words to look for."),
    ] = None,
    *,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Explain a rule, or list all of them.

    A page says what a finding means, why it matters, what to write instead, and when to ignore it. Words that are no
    rule list those whose pages have all of them.
    """
    from depnorm.analyze.rules import FAMILIES, RULES  # noqa: PLC0415  only this command needs them

    found = _find(words or [], RULES)
    text = format_rule(found[0], format, RULES) if len(found) == 1 else format_rules(found, format, FAMILIES)
    return Outcome(text=text, document=format is Format.JSON)


def _find(words: Sequence[str], rules: "Mapping[str, Rule]") -> "list[Rule]":
    """The rules that are meant, by code, name, beginning of a family's codes, or words; all without any."""
    if not words:
        return list(rules.values())
    text = " ".join(words).strip()
    if len(words) > 1 and all(word.upper() in rules for word in words):
        return [rules[word.upper()] for word in dict.fromkeys(words)]
    exact = [rule for rule in rules.values() if text.upper() == rule.code or text.lower() == rule.name]
    family = [rule for rule in rules.values() if text.upper() == rule.code[:3]]
    return exact or family or _search(text, rules)


def _search(text: str, rules: "Mapping[str, Rule]") -> "list[Rule]":
    """The rules whose pages have all of the words, in any order; raises `UsageError` where none has."""
    names = {code: rule.name for code, rule in rules.items()}
    words = text.lower().split()
    found = [
        rule
        for rule in rules.values()
        if words and all(word in f"{rule.name} {rule.summary} {rule.page}".lower() for word in words)
    ]
    if not found or text[:2].upper() == "DN":
        raise unknown_rule(text, names)
    return found
