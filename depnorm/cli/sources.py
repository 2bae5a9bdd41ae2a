"""The repository that a command is given: a path, a URL, an archive, or `-` for an archive on standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import depnorm
from depnorm.cli import messages
from depnorm.errors import UsageError
from depnorm.model.source import OpenRepository

STANDARD_INPUT = "-"
HELP = "A directory, a spec file, an archive (.tar.gz, .zip; - reads a tar), or the URL of a git repository."
REF_HELP = "Of a git repository: this branch, tag or commit, not what is checked out."


@contextmanager
def opened(source: str, *, ref: str | None = None, offline: bool = False) -> Iterator[OpenRepository]:
    """The repository while the command works on it; says on standard error what was fetched, and what is not there.

    Raises what `depnorm.open_repository` raises.
    """
    place = _standard_input() if source == STANDARD_INPUT else source
    with depnorm.open_repository(place, ref=ref, offline=offline, progress=messages.progress()) as repository:
        if repository.commit:
            at = f"{ref}, " if ref and not repository.commit.startswith(ref) else ""
            messages.tell(f"{repository.source} at {at}commit {repository.commit[:12]}")
        for note in repository.notes:
            messages.tell(note)
        yield repository


def _standard_input() -> BinaryIO:
    if sys.stdin.isatty():
        raise UsageError(
            "- reads an archive from standard input, and that is a terminal",
            hint="git archive HEAD | depnorm plan -",
        )
    return sys.stdin.buffer
