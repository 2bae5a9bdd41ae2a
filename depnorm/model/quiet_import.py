"""Importing a library that does more than that."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def process_kept() -> Iterator[None]:
    """Undo what an import changes of the process: `sys.path` and new variables, and what it warns about itself.

    conda-lock prepends to sys.path, sets CONDA_ROOT, and warns.
    """
    path, variables = sys.path[:], os.environ.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            sys.path[:] = path
            for name in os.environ.keys() - variables.keys():
                del os.environ[name]
