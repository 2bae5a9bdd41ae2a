"""How far long work is, on standard error."""

import sys
import time

from depnorm.model import Progress
from depnorm.report.redact import printable

_SECONDS = 2
"""Between two lines where standard error is no terminal."""
_FEW = 30
"""Steps that get a line each: there are not many, and each may take long. A single step gets one when it begins."""
_MAX_SHOWN = 60


def show_progress() -> Progress:
    """A function that tells progress: in one line that changes on a terminal, now and then a line elsewhere."""
    last, begun = 0.0, set[str]()
    terminal = sys.stderr.isatty()

    def show(what: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        is_over = done == total
        text = printable(what) if total == 1 else f"{done}/{total} {printable(what)}"
        if terminal:
            sys.stderr.write(f"\r\x1b[K{'' if is_over else text[:_MAX_SHOWN]}")
            sys.stderr.flush()
        elif total == 1 and is_over and what in begun:
            begun.remove(what)
        elif is_over or total <= _FEW or now - last >= _SECONDS:
            last = now
            if total == 1 and not is_over:
                begun.add(what)
            sys.stderr.write(f"{text}\n")

    return show
