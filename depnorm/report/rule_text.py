"""What a report needs to know of a rule."""

from typing import Protocol

from depnorm import model


class RuleText(Protocol):
    """What a report says about a rule (`depnorm.analyze.rules.Rule`, seen from here)."""

    @property
    def code(self) -> str:
        """DN101."""

    @property
    def name(self) -> str:
        """In kebab case."""

    @property
    def severity(self) -> model.Severity:
        """Its level."""

    @property
    def summary(self) -> str:
        """One sentence."""

    @property
    def page(self) -> str:
        """Plain text."""

    @property
    def related(self) -> tuple[str, ...]:
        """Codes of rules that one may look for when one finds this."""
