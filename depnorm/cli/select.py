"""Which rules count: `--select` and `--ignore`."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from depnorm.errors import UsageError


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules that count. A longer code wins over a shorter one: `--select DN101 --ignore DN1` leaves DN101."""

    selected: frozenset[str]
    ignored: frozenset[str]

    @classmethod
    def parse(cls, select: Iterable[str], ignore: Iterable[str], known: Collection[str]) -> Self:
        """From comma-separated codes or beginnings of codes, nothing selected meaning all.

        Raises `UsageError` for a code that no known rule begins with.
        """
        return cls(frozenset(_codes(select, known)) or frozenset({""}), frozenset(_codes(ignore, known)))

    def __contains__(self, rule: object) -> bool:
        text = str(rule)
        return self._longest(self.selected, text) > self._longest(self.ignored, text)

    @staticmethod
    def _longest(codes: frozenset[str], rule: str) -> int:
        return max((len(code) for code in codes if rule.startswith(code)), default=-1)


def did_you_mean(text: str, known: Collection[str]) -> str:
    """A sentence with the known word that is nearest, or one that says where to find them."""
    near = difflib.get_close_matches(text, known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else "`depnorm explain` lists all rules."


def _codes(values: Iterable[str], known: Collection[str]) -> Iterable[str]:
    for value in values:
        for word in filter(None, (part.strip().upper() for part in value.split(","))):
            if not any(rule.startswith(word) for rule in known):
                raise UsageError(f"{word}: no rule has this code", hint=did_you_mean(word, known))
            yield word
