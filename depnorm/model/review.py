"""What a check comes to: the findings that count, and those that somebody said do not."""

from dataclasses import dataclass

from depnorm.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The findings that count, those that are ignored by comments or by the baseline, and what the baseline has beyond.

    `gone` counts the entries of the baseline that were not found any more; `baseline` is its name, "" without one.
    """

    findings: tuple[Finding, ...]
    ignored: tuple[Finding, ...] = ()
    gone: int = 0
    baseline: str = ""
