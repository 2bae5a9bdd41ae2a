"""`depnorm explain`."""

from typing import Annotated

import typer

from depnorm.analyze.selection import unknown_rule
from depnorm.cli.outcome import Outcome
from depnorm.report.formats import Format, format_rules


def explain(
    rule: Annotated[str | None, typer.Argument(metavar="[CODE]", help="A code or a name; without one, a list.")] = None,
    *,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Explain a rule, or list all of them.

    A page says what a finding means, why it matters, how to change it, and when to ignore it.
    """
    from depnorm.analyze.rules import RULES  # noqa: PLC0415  only this command needs them

    document = format is Format.JSON
    if rule is None:
        return Outcome(text=format_rules(tuple(RULES.values()), format, pages=False), document=document)
    by_name = {known.name: known for known in RULES.values()}
    found = RULES.get(rule.upper()) or by_name.get(rule.lower())
    if found is None:
        raise unknown_rule(rule, {code: known.name for code, known in RULES.items()})
    return Outcome(text=format_rules((found,), format, pages=True), document=document)
