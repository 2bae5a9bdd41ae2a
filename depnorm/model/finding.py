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


class IgnoredBy(StrEnum):
    """Where it is said that a finding does not count."""

    COMMENT = "comment"  # `# depnorm: ignore[DN101] reason`, in the file itself
    BASELINE = "baseline"  # a file with the findings of an earlier day


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Why a finding does not count: who says so, for what reason ("": none given), on which line (0: in no line)."""

    by: IgnoredBy
    reason: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark on one line (0: on the file; path "": on the repository), with what to do about it.

    `end_line` is the last line of what spans several, 0 where it is one. `target` is what the line refers to, for
    DN1xx. `text` is the line, shortened and without credentials. `fingerprint` stays the same wherever in the file the
    line moves. `ignored` says who does not want to hear of it, None where it counts.
    """

    rule: str
    severity: Severity
    path: str
    line: int
    message: str
    hint: str = ""
    target: str | None = None
    end_line: int = 0
    text: str = ""
    fingerprint: str = ""
    ignored: Ignored | None = None
