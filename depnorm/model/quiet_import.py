"""Importing a library that does more than that."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from depnorm.model.quiet_warnings import warnings_ignored

_LOCK = RLock()
_PACKAGE = "conda_lock"
_VARIABLES = ("CONDA_ROOT",)


@contextmanager
def process_kept() -> Iterator[None]:
    """Undo what an import of conda-lock changes of the process, and nothing that another thread changes meanwhile.

    It prepends to sys.path, sets CONDA_ROOT, and warns about itself.
    """
    with _LOCK, warnings_ignored(_PACKAGE):
        path, variables = sys.path[:], [name for name in _VARIABLES if name not in os.environ]
        try:
            yield
        finally:
            for each in [each for each in sys.path if each not in path and _PACKAGE in Path(each).parts]:
                sys.path.remove(each)
            for name in variables:
                os.environ.pop(name, None)
