"""What depnorm tells the owner of a repository."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, least first by `rank`."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 2 for error."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark on one line (0: on the file; path "": on the repository), with what to do about it.

    `target` is what the line refers to, for DN1xx.
    """

    rule: str
    severity: Severity
    path: str
    line: int
    message: str
    hint: str = ""
    target: str | None = None
