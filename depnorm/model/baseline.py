"""What a baseline holds: findings of an earlier day, which a check does not tell again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BaselineEntry:
    """One finding. `path` is relative to the directory of the baseline; `message` is for who reads the file."""

    path: str
    rule: str
    message: str
    fingerprint: str

    @property
    def key(self) -> tuple[str, str]:
        """What a finding is known by."""
        return self.path, self.fingerprint
