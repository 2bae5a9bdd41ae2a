"""Importing a library that does more than that."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

from depnorm.model.quiet_warnings import warnings_ignored

_LOCK = RLock()
_VARIABLES = ("CONDA_ROOT",)


@contextmanager
def process_kept(module: str) -> Iterator[None]:
    """Undo what the first import of `module` changes of the process, and nothing that another thread changes meanwhile.

    conda-lock prepends to sys.path, sets CONDA_ROOT, warns about itself, and leaves a working directory that is gone;
    ruamel.yaml, and what conda-lock brings, add filters for their own warnings.
    """
    if module in sys.modules:  # or another thread is importing it, and the import statement waits for that
        yield
        return
    package = module.partition(".")[0]
    with _LOCK, warnings_ignored(package), _gone_directory_kept():
        known, path = set(sys.modules), sys.path[:]
        variables = [name for name in _VARIABLES if name not in os.environ]
        try:
            yield
        finally:
            for each in [each for each in sys.path if each not in path and package in Path(each).parts]:
                sys.path.remove(each)
            for name in variables:
                os.environ.pop(name, None)
            _remove_filters(known)


@contextmanager
def _gone_directory_kept() -> Iterator[None]:
    """Stand where the process stood, if that has no name any more."""
    place = None
    with suppress(OSError):
        place = None if _has_directory() else os.open(".", os.O_RDONLY)
    try:
        yield
    finally:
        if place is not None:
            with suppress(OSError):
                os.fchdir(place)
            os.close(place)


def _has_directory() -> bool:
    try:
        return bool(Path.cwd())
    except OSError:
        return False


def _remove_filters(known: set[str]) -> None:
    """Those for warnings whose classes came with a module that was not known."""
    filters: Any = warnings.filters
    for each in [each for each in filters if each[2].__module__ not in known]:
        filters.remove(each)
