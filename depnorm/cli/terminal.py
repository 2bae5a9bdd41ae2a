"""What standard output is."""

import os
import sys
from collections.abc import Mapping

from depnorm.report.display import Display

DEFAULT_COLUMNS = 100
MIN_COLUMNS = 40


def display() -> Display:
    """Standard output as a display: its columns, its encoding, and colour for a terminal that wants it.

    `COLUMNS` counts, and so do `NO_COLOR` (no-color.org), `FORCE_COLOR` as rich has it, `CLICOLOR` and
    `CLICOLOR_FORCE` (bixense.com/clicolors).
    """
    return Display(
        width=max(_columns(), MIN_COLUMNS),
        color=_wants_color(os.environ, is_terminal=sys.stdout.isatty()),
        encoding=sys.stdout.encoding or "utf-8",
    )


def _wants_color(environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    is_plain = environment.get("TERM", "").lower() in {"dumb", "unknown"}
    return is_terminal and not is_plain and environment.get("CLICOLOR") != "0"


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
