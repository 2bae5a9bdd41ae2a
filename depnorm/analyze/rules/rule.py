"""What every rule has."""

from dataclasses import dataclass

from depnorm.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: `code` (DN101), `name` in kebab case, `summary` in a sentence that fits a list, `related` codes.

    The `page` of `depnorm explain` is plain text of at most 80 columns: what the finding means; "Why it matters:", what
    it costs; "Before", an input that has it, and "After", what to write instead, both indented by four spaces; and when
    to ignore it. Reports add the related rules.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    related: tuple[str, ...]
    page: str
