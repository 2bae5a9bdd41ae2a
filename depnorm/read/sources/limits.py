"""How large a source may be, whichever way it comes: more than any repository of notebooks, less than a disk."""

from depnorm.errors import UnusableInputError

MAX_FILES = 200_000
MAX_BYTES = 4 * 2**30
"""Of all files together, and of what is downloaded."""
MAX_PATH_BYTES = 4096
MAX_NAME_BYTES = 255
MAX_DEPTH = 100
"""Directories in directories; what walks and deletes them calls itself for each."""


def too_many() -> UnusableInputError:
    """The error for more files than are read."""
    return UnusableInputError(
        f"the repository has more than {MAX_FILES:,} files, so it was not read",
        hint="Give a directory of this machine that holds its spec files.",
    )


def too_large() -> UnusableInputError:
    """The error for more bytes than are read."""
    return UnusableInputError(
        f"the repository is larger than {MAX_BYTES // 2**30} GiB, so it was not read",
        hint="Give a directory of this machine that holds its spec files.",
    )


def is_too_long(path: bytes) -> bool:
    """Whether no file system has such a path, or no repository one that deep."""
    return (
        path.count(b"/") > MAX_DEPTH
        or len(path) > MAX_PATH_BYTES
        or any(len(name) > MAX_NAME_BYTES for name in path.split(b"/"))
    )
