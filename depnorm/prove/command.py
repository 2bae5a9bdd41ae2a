"""Commands of a verification: bounded in time, ended as a whole, and told."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from depnorm.model import Progress

STEP_SECONDS = 3600
"""For one step: a large environment over a slow line."""
PROBING = "what is installed, and what can be imported"
"""The last step of each installation."""
_PRINTED = re.compile(r"#\d+ \d+\.\d+ ?(.*)")
MAX_LOG_LINES = 40
"""What is shown of the log of a failed step: its end."""
MAX_LINE_CHARACTERS = 400
_SOURCE = re.compile(r"\s*\d+ \|")
"""`  12 | >>> RUN …` (https://github.com/moby/buildkit, `solver/errdefs/source.go`)."""


class CommandFailedError(Exception):
    """A command of an installation failed; `log` is the end of what it printed, `step` what it was for."""

    def __init__(self, log: str) -> None:
        super().__init__(log)
        self.log = log
        self.step = ""

    @property
    def reason(self) -> str:
        """The last line of the log that is an error of pip, conda or R; else the last that says something."""
        lines = [line.strip() for line in self.log.splitlines()]
        # BuildKit marks what the command printed, and then says more of its own.
        printed = [match[1] for line in lines if (match := _PRINTED.fullmatch(line))]
        told = [line for line in printed or lines if line]
        errors = [line for line in told if line.upper().startswith("ERROR")]
        return next(iter([*errors[-1:], *told[-1:]]), "no output")


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended; `output` is what it printed, errors included."""

    ok: bool
    output: str


def run(
    command: Sequence[str | Path],
    *,
    directory: Path,
    environment: Mapping[str, str],
    log: Path,
    text: Path | None = None,
    seconds: int = STEP_SECONDS,
) -> Done:
    """Run a command that reads the file `text`.

    What it prints goes through the file `log`, so that no process it leaves behind holds us up.

    A command that takes longer than `seconds` ends, with all of its process group, as a failure.
    """
    with log.open("wb") as file, Path(text or os.devnull).open("rb") as given:
        process = subprocess.Popen(  # noqa: S603  pip, docker, interpreters: no shell
            [str(word) for word in command],
            cwd=directory,
            env=environment,
            stdin=given,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=seconds)
            note = ""
        except subprocess.TimeoutExpired:
            code, note = 1, f"\nended: it took longer than {seconds} seconds\n"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return Done(ok=code == 0, output=log.read_text("utf-8", "replace") + note)


@dataclass(slots=True)
class Steps:
    """Tells `progress` of each step when it begins."""

    progress: Progress | None
    total: int
    done: int = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The next step; a command that fails in it is known by its name."""
        if self.progress:
            self.progress(name, self.done, self.total)
        self.done += 1
        try:
            yield
        except CommandFailedError as error:
            error.step = name
            raise

    def end(self) -> None:
        """Nothing more to do, all done or not."""
        if self.progress:
            self.progress("compared", self.total, self.total)


def end_of(output: str) -> str:
    """The last lines of what a step printed, each cut; without the Dockerfile that BuildKit repeats."""
    lines = [line for line in output.splitlines() if not _SOURCE.match(line)]
    return "\n".join(line[:MAX_LINE_CHARACTERS] for line in lines[-MAX_LOG_LINES:])
