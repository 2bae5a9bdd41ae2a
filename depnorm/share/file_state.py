"""By what a file that was read is known to be the same still."""

import os
from pathlib import Path

State = tuple[int, ...]


def file_state(path: Path) -> State:
    """Equal for a file that nobody has written since; empty for one that cannot be asked.

    A process that serves for weeks sees a catalog that is refreshed meanwhile.
    """
    try:
        found = os.stat(path)  # noqa: PTH116  Path raises for a name that no disk can hold
    except (OSError, ValueError):
        return ()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
