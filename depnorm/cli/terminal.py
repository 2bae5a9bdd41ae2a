"""What standard output is."""

import os
import shutil
import sys

from depnorm.report.display import Display


def display() -> Display:
    """Standard output as a display: its columns, its encoding, and colour only for a terminal that wants it.

    `NO_COLOR` (no-color.org) and `COLUMNS` count.
    """
    terminal = sys.stdout.isatty()
    return Display(
        width=max(shutil.get_terminal_size(fallback=(100, 24)).columns, 40),
        color=terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        encoding=sys.stdout.encoding or "utf-8",
    )
