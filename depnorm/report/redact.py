"""What every report does to text of a repository before it shows it: hide credentials, show control characters."""

from dataclasses import replace

from depnorm.model import Option, redact
from depnorm.model.remembered import remembered
from depnorm.model.secret_name import HIDDEN, is_secret_name

__all__ = ["encodable", "hide_value", "printable", "redact"]


def hide_value(option: Option) -> Option:
    """The option; one whose name says that its value is a secret (a variable, a key), without the value."""
    name = option.name.removeprefix("variables.")
    if not is_secret_name(name) or not option.value or option.value.startswith("$"):
        return option
    before, colon, _ = option.raw.partition(":")
    return replace(option, value=HIDDEN, raw=f"{before}: {HIDDEN}" if colon else option.raw)


@remembered(512)  # reports repeat their messages and hints
def printable(text: str) -> str:
    r"""`text` redacted, on one line, and safe for a terminal: whatever does not print is shown as `\x1b` or `\n`.

    That includes escape sequences, marks that reverse the direction of text, and undecodable bytes of file names.
    """
    text = redact(text)
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def encodable(text: str) -> str:
    r"""`text` redacted, with undecodable bytes of file names (lone surrogates) spelled `\udcff`, so it fits UTF-8."""
    text = redact(text)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
