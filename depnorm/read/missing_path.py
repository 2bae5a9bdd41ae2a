"""A path at which nothing stands, and what was probably meant."""

import os
import re

from depnorm.errors import UnusableInputError

_HOST = re.compile(r"[\w-]+(\.[\w-]+)+/[^/]+/[^/]")
"""`example.org/owner/name`: a URL whose scheme was left out."""
_ANYTHING = "Give a directory, a spec file, an archive (.tar.gz, .zip) or the URL of a git repository."


def missing(path: str | os.PathLike[str]) -> UnusableInputError:
    """The error for a path at which nothing stands, with the name beside it that looks most like it."""
    text = os.fspath(path)
    return UnusableInputError(f"{text}: there is no such file or directory", hint=_hint(text))


def _hint(text: str) -> str:
    import difflib  # noqa: PLC0415  only for a mistake

    parent, name = os.path.split(os.path.normpath(text))
    try:
        beside = os.listdir(parent or ".")  # noqa: PTH208  names, not paths
    except (OSError, ValueError):  # a NUL in it
        beside = []
    near = difflib.get_close_matches(name, beside, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {os.path.join(parent, near[0])}?"  # noqa: PTH118  as it was written
    if _HOST.match(text):
        return f"For a git repository give its URL: https://{text}"
    return _ANYTHING
