"""Warnings of one module left unsaid, in a process that has other threads."""

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def warnings_ignored(module: str) -> Iterator[None]:
    """Ignore what is warned about in modules whose name starts with `module`, and leave the process as it was.

    `warnings.catch_warnings` puts back a list that it kept: where two threads overlap, the later one puts back the
    filters of the earlier, for good (https://docs.python.org/3/library/warnings.html#concurrent-safety-of-context-managers).
    Here each thread adds one filter of its own and takes that away again.
    """
    if getattr(sys.flags, "context_aware_warnings", False):  # from Python 3.14 on, where it was asked for
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
        return
    ours = ("ignore", None, Warning, re.compile(re.escape(module)), 0)
    filters: Any = warnings.filters
    filters.insert(0, ours)
    try:
        yield
    finally:
        filters.remove(ours)
        now: Any = warnings.filters
        if now is not filters and ours in now:  # somebody else's catch_warnings has begun or ended meanwhile
            now.remove(ours)
