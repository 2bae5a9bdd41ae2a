"""Helpers for the notebooks of a time series course."""

from more_itertools import pairwise


def differences(values: list[float]) -> list[float]:
    """What each value adds to the one before it."""
    return [after - before for before, after in pairwise(values)]
