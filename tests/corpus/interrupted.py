"""`depnorm corpus facts`, interrupted while it reads."""

import contextlib
import os
import signal
import subprocess
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

# What people run. `python -m depnorm` may end as killed by the signal where Ctrl-C comes while a module loads that
# makes functions of text, as dataclasses does: CPython notes an interrupt of `exec` and forgets that it was caught.
COMMAND = (Path(sysconfig.get_path("scripts"), "depnorm"), "corpus", "facts")


def interrupt_facts(arguments: Sequence[str | Path], output: Path) -> tuple[int, str]:
    """Run until something is kept, then Ctrl-C: its exit code, and what it said."""
    process = subprocess.Popen(
        [*COMMAND, *arguments, "-o", output],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    parts = output.with_name(f"{output.name}.parts")
    while process.poll() is None and not parts.exists():
        time.sleep(0.005)
    while True:  # a signal just before it waits for its last input is not noticed: then a person presses again
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            _, told = process.communicate(timeout=10)
            return process.returncode, told
