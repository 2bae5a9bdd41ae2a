"""What standard output is."""

import os
import sys

from depnorm.report.display import Display

DEFAULT_COLUMNS = 100
MIN_COLUMNS = 40


def display() -> Display:
    """Standard output as a display: its columns, its encoding, and colour only for a terminal that wants it.

    `NO_COLOR` (no-color.org) and `COLUMNS` count.
    """
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Display(
        width=max(_columns(), MIN_COLUMNS),
        color=sys.stdout.isatty() and wanted,
        encoding=sys.stdout.encoding or "utf-8",
    )


def _columns() -> int:
    """The terminal's columns, also where output goes through a pager: then standard error still is the terminal."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    for descriptor in (1, 2, 0):
        try:
            return os.get_terminal_size(descriptor).columns
        except OSError:
            continue
    return DEFAULT_COLUMNS
