"""Rules by code, by the beginning of a code or by name: what `--select`, `--ignore` and comments take."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from depnorm.errors import UsageError


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules that count. A longer code wins over a shorter one: `--select DN101 --ignore DN1` leaves DN101."""

    selected: frozenset[str]
    ignored: frozenset[str]

    @classmethod
    def parse(cls, select: Iterable[str], ignore: Iterable[str], known: Mapping[str, str]) -> Self:
        """From comma-separated codes, beginnings of codes, or names; `known` are the names by code.

        Nothing given selects all. Raises `UsageError` for a word that is none of a known rule, and for no word at all.
        """
        return cls(frozenset(_codes(select, known)) or frozenset({""}), frozenset(_codes(ignore, known)))

    def __contains__(self, rule: object) -> bool:
        text = str(rule)
        return self._longest(self.selected, text) > self._longest(self.ignored, text)

    @staticmethod
    def _longest(codes: frozenset[str], rule: str) -> int:
        return max((len(code) for code in codes if rule.startswith(code)), default=-1)


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """A sentence with the known word that is nearest, or one that says where to find them."""
    near = difflib.get_close_matches(text, list(known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else "`depnorm explain` lists all rules."


def unknown_rule(word: str, known: Mapping[str, str]) -> UsageError:
    """The error for a word that is neither the code nor the name of a rule."""
    is_code = word[:2].upper() == "DN"
    hint = did_you_mean(word.upper(), known) if is_code else did_you_mean(word.lower(), known.values())
    return UsageError(f"{word}: there is no such rule", hint=hint)


def rule_code(word: str, known: Mapping[str, str]) -> str:
    """The code, or the beginning of codes, that a word stands for; raises `UsageError` where it is none."""
    code = find_code(word, spellings(known))
    if code is None:
        raise unknown_rule(word, known)
    return code


def spellings(known: Mapping[str, str]) -> Mapping[str, str]:
    """Every word for rules: codes and their beginnings in upper case, names in lower case, each with what it means."""
    beginnings = {code[:length] for code in known for length in range(1, len(code) + 1)}
    return {beginning: beginning for beginning in beginnings} | {name: code for code, name in known.items()}


def find_code(word: str, spelled: Mapping[str, str]) -> str | None:
    """What a word means by `spellings`, None where it is no word for rules."""
    return spelled.get(word.lower()) or spelled.get(word.upper())


def _codes(values: Iterable[str], known: Mapping[str, str]) -> Iterable[str]:
    for value in values:
        words = [part.strip() for part in value.split(",") if part.strip()]
        if not words:
            raise UsageError(f"{value!r}: names no rule", hint="Leave the option out to take all rules.")
        yield from (rule_code(word, known) for word in words)
