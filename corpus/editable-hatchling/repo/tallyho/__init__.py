"""Counts birds from field notes."""

from more_itertools import map_reduce


def tally(names: list[str]) -> dict[str, int]:
    """How often each name occurs."""
    return dict(map_reduce(names, keyfunc=str.casefold, reducefunc=len))
