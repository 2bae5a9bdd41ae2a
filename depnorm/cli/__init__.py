"""The command line: parse arguments, call the library, print, exit. The one place that catches errors."""

import gc
import os
import re
import sys
from collections.abc import Callable, Sequence

from depnorm.cli.signals import Signals
from depnorm.errors import DepnormError, UnsupportedError

EXIT_FINDINGS = 1
EXIT_UNUSABLE = 2
EXIT_BUG = 3
EXIT_INTERRUPTED = 130
GARBAGE_THRESHOLD = 100_000
"""Objects after which Python looks for garbage: more than a plan makes, so that only long commands pay for it."""


def main() -> int:
    """Run the command of this process's arguments as `run` does; the process is to end with the exit code.

    SIGTERM and SIGHUP end it as Ctrl-C does, with 143 and 129.
    """
    # Looking for garbage while modules load, and once more at the end, is a sixth of the time of a plan.
    gc.set_threshold(GARBAGE_THRESHOLD)
    signals = Signals()
    code = signals.end(run())
    gc.freeze()
    return code


def run(args: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    0 fine, 1 findings, 2 usage error or unusable input, 3 a bug in depnorm, 130 interrupted. Standard output gets the
    artifact, standard error everything else.
    """
    try:
        from depnorm.cli.app import app  # noqa: PLC0415  an interrupt while modules load is handled as well
        from depnorm.cli.outcome import Outcome  # noqa: PLC0415

        result = app(args=None if args is None else list(args), prog_name="depnorm", standalone_mode=False)
        return result.write() if isinstance(result, Outcome) else int(result or 0)
    except DepnormError as error:
        _report(str(error), error.hint)
        # A repository that says what it wants, which is not for depnorm: that is a finding, not an error of the user.
        return EXIT_FINDINGS if isinstance(error, UnsupportedError) else EXIT_UNUSABLE
    except BrokenPipeError:
        return _close_output()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  the boundary: what nobody expected is a bug, told in one line
        # A usage error of typer, whose base class has moved between its versions, shows itself.
        show = getattr(error, "show", None)
        return _show(error, show) if callable(show) else _report_bug(error)


def _report(message: str, hint: str) -> None:
    from depnorm.report.redact import printable  # noqa: PLC0415  only needed on failure

    # The further lines of a message are indented, so that none of them looks like one of depnorm's own.
    shown = "\n  ".join(printable(line) for line in message.splitlines())
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")  # the line that told progress
    sys.stderr.write(f"depnorm: error: {shown}\n")
    if hint:
        sys.stderr.write(f"hint: {printable(hint)}\n")


def _show(error: Exception, show: Callable[[], None]) -> int:
    message = getattr(error, "message", None)
    if isinstance(message, str):
        vars(error)["message"] = _plainly(message)
    show()
    return EXIT_UNUSABLE


def _plainly(message: str) -> str:
    """What pydantic has to say of a value that typer converts, without the names of its own."""
    said = re.sub(r"^Value error, ", "", message)
    return re.sub(r"^Input should be (.*?)(, unable to .*)?$", r"it should be \1", said)


def _report_bug(error: Exception) -> int:
    import traceback  # noqa: PLC0415  only needed on failure

    from depnorm.report.redact import printable, redact  # noqa: PLC0415

    if os.environ.get("DEPNORM_TRACEBACK") == "1":
        sys.stderr.write(redact("".join(traceback.format_exception(error))))
    else:
        sys.stderr.write(
            f"depnorm: internal error: {type(error).__name__}: {printable(str(error))}. This is a bug in depnorm; "
            "please report it with the output of the same command under DEPNORM_TRACEBACK=1.\n"
        )
    return EXIT_BUG


def _close_output() -> int:
    """The reader has enough (`depnorm plan . | head`): no error, and nothing left for Python to flush at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
