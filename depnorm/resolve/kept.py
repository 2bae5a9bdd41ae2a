"""What is kept of an answer, for the next time and for other processes."""

import os
import threading
from pathlib import Path

from depnorm.errors import UsageError


def keep(path: Path, data: bytes) -> None:
    """Write a file of the cache, so that whoever reads it meanwhile finds all of it or nothing.

    Raises `UsageError` where the cache cannot be written.
    """
    part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise cache_error(path.parent, error) from error


def cache_error(place: Path, error: OSError) -> UsageError:
    """The error of a directory of the cache that cannot be used."""
    return UsageError(
        f"{place}: cannot be written, where answers of indexes are kept ({error.strerror})",
        hint="Set DEPNORM_CACHE to a directory with space that you may write to.",
    )
