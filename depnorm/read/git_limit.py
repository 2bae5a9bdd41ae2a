"""What a git process may take."""

import sys
from contextlib import suppress

MAX_GIT_BYTES = 4 * 2**30
"""Of data in one git process; the packs that it maps do not count."""
MAX_GIT_SECONDS = 1800
"""Of processor time; a million commits take minutes."""


def limit_git(process: int) -> None:
    """No clone makes git take all memory (a directory of gigabytes, well compressed) or for ever. Linux only."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415  not on every system

        with suppress(OSError):  # it has ended already
            resource.prlimit(process, resource.RLIMIT_DATA, (MAX_GIT_BYTES, MAX_GIT_BYTES))
            resource.prlimit(process, resource.RLIMIT_CPU, (MAX_GIT_SECONDS, MAX_GIT_SECONDS))
