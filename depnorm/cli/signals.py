"""Signals that ask the process to end: it ends as after Ctrl-C, with nothing left behind."""

import signal
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")
_CODE = 128
"""To which shells add the number of the signal."""


class Signals:
    """SIGTERM and SIGHUP of this process, while a command runs; one that is ignored already (`nohup`) stays ignored."""

    def __init__(self) -> None:
        self._received = 0
        wanted = (getattr(signal, name, None) for name in _NAMES)  # Windows has no SIGHUP
        self._taken = [each for each in wanted if each is not None and signal.getsignal(each) == signal.SIG_DFL]
        for each in self._taken:
            signal.signal(each, self._interrupt)

    def end(self, code: int) -> int:
        """Give the signals back; the exit code is `code`, or that of the signal that was received."""
        for each in self._taken:
            signal.signal(each, signal.SIG_DFL)
        return _CODE + self._received if self._received else code

    def _interrupt(self, number: int, _: FrameType | None) -> None:
        if not self._received:  # the second would interrupt what the first has to be cleaned up
            self._received = number
            raise KeyboardInterrupt
