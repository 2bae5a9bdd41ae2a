"""What a command says beside its artifact, on standard error: nothing, the usual, or all of it."""

import functools
import inspect
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from enum import IntEnum
from typing import Annotated, Any, TypeVar

import typer

from depnorm.errors import UsageError
from depnorm.model import Progress, Trace
from depnorm.report.redact import printable

R = TypeVar("R")


class Level(IntEnum):
    """How much is said."""

    QUIET = 0
    USUAL = 1
    VERBOSE = 2


_LEVEL: ContextVar[Level] = ContextVar("level", default=Level.USUAL)
_OPTIONS = {
    "quiet": Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the artifact and errors alone: no progress, no remarks.")
    ],
    "verbose": Annotated[
        bool, typer.Option("--verbose", "-v", help="Say on standard error what is read, and how long each step takes.")
    ],
}


def speaks(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command --quiet and --verbose, which every command has."""
    own = inspect.signature(command)

    @functools.wraps(command)
    def run(**values: Any) -> R:
        quiet, verbose = values.pop("quiet"), values.pop("verbose")
        if quiet and verbose:
            raise UsageError("--quiet and --verbose exclude each other", hint="Leave one of them out.")
        _LEVEL.set(Level.QUIET if quiet else Level.VERBOSE if verbose else Level.USUAL)
        begun = time.perf_counter()
        try:
            return command(**values)
        finally:
            if verbose:
                _write(f"done in {time.perf_counter() - begun:.3f} s")

    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation)
        for name, annotation in _OPTIONS.items()
    ]
    parameters = [*own.parameters.values(), *added]
    # typer reads both: the signature for names and defaults, the annotations for types.
    vars(run)["__signature__"] = own.replace(parameters=parameters)
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def is_quiet() -> bool:
    """Whether nothing is wanted but the artifact and errors."""
    return _LEVEL.get() is Level.QUIET


def tell(line: str) -> None:
    """A remark, which --quiet leaves out."""
    if not is_quiet():
        _write(line)


def trace() -> Trace | None:
    """A function that tells each step with the time since the one before; None unless --verbose asks for it."""
    if _LEVEL.get() is not Level.VERBOSE:
        return None
    last = time.perf_counter()

    def told(step: str) -> None:
        nonlocal last
        now = time.perf_counter()
        _write(f"{(now - last) * 1000:7.1f} ms  {step}")
        last = now

    return told


def progress() -> Progress:
    """A function that tells how far long work is; one that says nothing where nobody wants to know."""
    return _say_nothing if is_quiet() else _Shown()


class _Shown:
    """Progress whose module is imported when something is told: most commands are quick."""

    def __init__(self) -> None:
        self._show: Progress | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._show is None:
            from depnorm.cli.progress import show_progress  # noqa: PLC0415  as above

            self._show = show_progress()
        self._show(what, done, total)


def _say_nothing(_what: str, _done: int, _total: int) -> None:
    """Progress under --quiet."""


def _write(line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")  # the line that told progress
    sys.stderr.write(f"depnorm: {printable(line)}\n")
