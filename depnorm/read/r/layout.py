"""Where an R script lists packages: the `c("a", "b")` of nothing but strings."""

import re
from collections.abc import Iterator
from itertools import pairwise

_STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_LIST = re.compile(
    rf"#[^\n]*|`[^`\n]*`|(?<![\w.])c\((?P<items>\s*(?:{_STRING})(?:\s*,\s*(?:{_STRING}))*)\s*\)|{_STRING}"
)
_ITEM = re.compile(_STRING)


def string_lists(text: str) -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """Each list: where its first string begins, its strings as they are quoted, and what stands between them."""
    for match in _LIST.finditer(text):
        if match.group("items") is not None:
            yield _parts(match.group("items"), match.start("items"))


def _parts(items: str, start: int) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    found = list(_ITEM.finditer(items))
    between = [items[one.end() : two.start()] for one, two in pairwise(found)]
    return start + found[0].start(), tuple(each.group() for each in found), tuple(between)
