"""Credentials never reach a plan, a layer or a log."""

import re

# The user part of a URL may hold anything but white space, quotes, `/` and `@`; a lone user name can be a token.
_USER_INFO = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^\s/@'\"]+@")
_SECRET_PARAMETER = re.compile(
    r"(?P<name>[?&](?:access_token|token|private_token|api_key|apikey|auth|password|sig|signature)=)[^&\s#'\"]+",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """The text with the user part of every URL, and secrets in its query, replaced by `***`."""
    if "://" not in text:
        return text
    return _SECRET_PARAMETER.sub(r"\g<name>***", _USER_INFO.sub(r"\g<scheme>***@", text))
