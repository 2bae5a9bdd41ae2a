"""A path at which nothing stands, and what was probably meant."""

import os
import re

from depnorm.errors import UnusableInputError

_HOST = re.compile(r"[\w-]+(\.[\w-]+)+/[^/]+/[^/]")
"""`example.org/owner/name`: a URL whose scheme was left out."""
_ANYTHING = "Give a directory, a spec file, an archive (.tar.gz, .zip) or the URL of a git repository."


def missing(path: str | os.PathLike[str]) -> UnusableInputError:
    """The error for a path at which nothing stands, with what looks most like it."""
    text = os.fspath(path)
    return UnusableInputError(f"{text}: there is no such file or directory", hint=_hint(text))


def _hint(text: str) -> str:
    import difflib  # noqa: PLC0415  only for a mistake

    parent, name = os.path.split(os.path.normpath(text))
    below: list[str] = []
    while parent.strip(os.sep) and not os.path.lexists(parent):  # the mistake may be in a directory on the way
        below.insert(0, name)
        parent, name = os.path.split(parent)
    if not parent and below and _HOST.match(text):
        return f"For a git repository give its URL: https://{text}"
    try:
        beside = os.listdir(parent or ".")  # noqa: PTH208  names, not paths
    except (OSError, ValueError):  # a NUL in it
        beside = []
    near = difflib.get_close_matches(name, beside, n=1, cutoff=0.6)
    if not near:
        return _ANYTHING
    directory = os.path.join(parent, near[0])  # noqa: PTH118  as it was written
    whole = os.path.join(directory, *below)  # noqa: PTH118  the same
    return f"Did you mean {whole if os.path.lexists(whole) else directory}?"
