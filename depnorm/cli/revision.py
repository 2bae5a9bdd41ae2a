"""A repository at one of its revisions, in one word: `PATH@REF`, `URL@REF`, or `@REF` for that of the directory."""

import os
import re

_AUTHORITY = re.compile(r"(?:[A-Za-z][\w+.-]*://[^/]*|[\w.~-]+@[^/:]+:)", re.ASCII)
"""What comes before the path in a URL, or in git@host:path; an `@` in it belongs to a user."""


def split_revision(text: str) -> tuple[str, str | None]:
    """What is before the `@`, and the revision behind it; None without one. What is there under its whole name wins."""
    if os.path.lexists(text):
        return text, None
    authority = _AUTHORITY.match(text)
    if authority:
        source, at, ref = text[authority.end() :].partition("@")
        return authority.group() + source, ref if at else None
    places = [place for place, letter in enumerate(text) if letter == "@"]
    for place in reversed(places):
        source = text[:place] or "."
        if os.path.lexists(source):
            return source, text[place + 1 :]
    source, at, ref = text.partition("@")
    return source or ".", ref if at else None
