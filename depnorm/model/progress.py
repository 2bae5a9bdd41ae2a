"""How long work tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told what is worked on, how many are done, and of how many."""

Trace = Callable[[str], None]
"""Told of each step when it is done: what was read or decided, in a clause for a person."""
