"""Which environments of a corpus are asked for: of what, and of which time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ibis

from depnorm.model.mined import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What counts as an environment, and of which time.

    `before` and `since` are days (YYYY-MM-DD, UTC) between which a state of a repository is dated, the first one not
    included in what is before; of each repository the newest such state counts. What has no date is then left out.
    """

    taken: Taken = Taken.LOCKED
    before: str | None = None
    since: str | None = None

    @property
    def is_dated(self) -> bool:
        """Whether the date of a state matters."""
        return bool(self.before or self.since)

    def newest(self, facts: Any) -> Any:
        """Of a table of facts those of the newest state of each repository, in this time."""
        if self.before:
            facts = facts.filter(facts["date"] < _midnight(self.before))
        if self.since:
            facts = facts.filter(facts["date"] >= _midnight(self.since))
        newest = facts.group_by("repository").agg(position=facts["position"].max())
        return facts.semi_join(newest, ["repository", "position"])


def _midnight(day: str) -> Any:
    return ibis.literal(datetime.fromisoformat(day).replace(tzinfo=UTC), type="timestamp('UTC')")
