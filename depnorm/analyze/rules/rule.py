"""What every rule has."""

from dataclasses import dataclass

from depnorm.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: `code` (DN101), `name` in kebab case, `summary` in one sentence, and the `page` of `depnorm explain`.

    A page is plain text of at most 88 columns: what the finding means, why it matters for builds, an example
    (indented by four spaces), and when to ignore it.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    page: str
