"""How far long work is, on standard error."""

import sys
import time

from depnorm.model import Progress
from depnorm.report.redact import printable

_SECONDS = 2
"""Between two lines where standard error is no terminal."""
_FEW = 30
"""Steps that get a line each: there are not many, and each may take long."""
_MAX_SHOWN = 60


def show_progress() -> Progress:
    """A function that tells progress: in one line that changes on a terminal, now and then a line elsewhere."""
    last = 0.0
    terminal = sys.stderr.isatty()

    def show(what: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        is_over = done == total
        if terminal:
            text = "" if is_over else f"{done}/{total} {printable(what)[:_MAX_SHOWN]}"
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()
        elif is_over or total <= _FEW or now - last >= _SECONDS:
            last = now
            sys.stderr.write(f"{done}/{total} {printable(what)}\n")

    return show
