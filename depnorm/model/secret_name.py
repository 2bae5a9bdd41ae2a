"""Names whose values are secrets, wherever they stand: in a URL, a shell command, YAML, R or an option."""

import re

HIDDEN = "***"

# At the end of a part of a name (`authToken`), or a part of their own (`db_pwd`, but not `path`).
_SECRET = re.compile(
    r"(?:token|secret|passw(?:or)?d|passphrase|signature|credential|(?:api|access|secret|private)[_.-]?key)s?(?![a-z])"
    r"|(?<![a-z])(?:pwd|sig|auth|authorization|pat)(?![a-z])"
)
_SECRET_VARIABLE = re.compile(r"(?:[A-Z0-9_]*_)?(?:KEY|PASS|PW)")
_SECRET_PARAMETER = re.compile(r"(?:.*[_.-])?(?:key|sas)", re.IGNORECASE)
_CERTIFICATE = "--client-cert"

# A name, and `=`, `<-` or `:` behind it, or what separates an option from its value (but Docker's `--secret id=NAME`).
_ASSIGNMENT = re.compile(r"(?<![\w.-])([\w.-]{1,128})[\"']?(\s{0,8}(?:=(?!=)|<-|:(?![:/]))\s{0,8})")
_OPTION = re.compile(
    r"(?<![^\s\"'\[(,])(?!--no-)(--?[A-Za-z][\w-]{0,126})([ \t]{1,8}+)(?!-|id=)"
)  # Docker's --secret id=NAME
_QUOTED = re.compile(r"\"([^\"]+)\"|'([^']+)'")
_WORD = re.compile(r"(?:(?:Bearer|Basic|token)[ \t]{1,8})?([^\s\"'<>&;|()\[\]{}]+)", re.IGNORECASE)
_PARAMETER = re.compile(r"([^\s\"'<>&;#]+)")
# What google-auth may have behind it: `=2.3.0=pyh_0` of conda, `"^2.3"` of Poetry.
_VERSION = re.compile(
    r"[\^~<>=! ]{0,8}(?:\*|v?\d{1,4}(?:\.(?:\d{1,8}|\*)){0,8}(?:[a-z]{1,4}\d{0,4})?)(?:=[\w.*]{1,64})?"
    r"(?:,[^\"']{0,64})?"
)


def is_secret_name(name: str) -> bool:
    """Whether what a variable, a key or an option of this name holds is a secret."""
    return _SECRET.search(name.lower()) is not None or _SECRET_VARIABLE.fullmatch(name) is not None


def hide_named(text: str) -> str:
    """`text` with `***` for the value of every secret name. Time is linear in the length of the text."""
    if "=" in text or ":" in text or "<-" in text:
        text = _hide(text, _ASSIGNMENT)
    return _hide(text, _OPTION) if "-" in text else text


def _hide(text: str, pattern: re.Pattern[str]) -> str:
    parts, seen, shown = [], 0, 0
    for name in pattern.finditer(text):
        value = _value(name) if name.start() >= seen else None
        if value is None:
            continue
        start, seen = value.span(value.lastindex or 0)  # nothing is looked at twice: linear time
        if not _is_public(name, value):
            parts += [text[shown:start], HIDDEN]
            shown = seen
    return "".join((*parts, text[shown:])) if parts else text


def _value(name: re.Match[str]) -> re.Match[str] | None:
    """The literal that a secret name holds, None for another name and for a variable."""
    text, end = name.string, name.end()
    is_secret = is_secret_name(name[1]) or name[1] == _CERTIFICATE
    if not (is_secret or (_is_parameter(name) and _SECRET_PARAMETER.fullmatch(name[1]))) or text.startswith("$", end):
        return None
    if _is_parameter(name):
        return _PARAMETER.match(text, end)
    return _QUOTED.match(text, end) or (None if _is_no_literal(name) else _WORD.match(text, end))


def _is_parameter(name: re.Match[str]) -> bool:
    return name[2] == "=" and _before(name) in {"?", "&", ";", "#"}


def _is_no_literal(name: re.Match[str]) -> bool:
    """Whether a word behind the name is none: an expression behind ` = ` and `<-`, the port of a host, a next line."""
    sign = name[2].strip()
    if sign == ":":
        return "\n" in name[2] or _before(name) in {"/", "@"}
    return sign == "<-" or (sign == "=" and name[2] != "=")


def _is_public(name: re.Match[str], value: re.Match[str]) -> bool:
    """Whether a value is no secret all the same: the version of a package, a call of code, a path, a variable."""
    text = value[value.lastindex or 0]
    if name[1] == _CERTIFICATE:
        return "." in text or "/" in text
    is_package = name[1] != name[1].upper() and not name[1].startswith("-") and not _is_parameter(name)
    is_call = value.string[value.end() : value.end() + 1] in {"(", "["}
    return is_call or text.startswith("$") or (is_package and _VERSION.fullmatch(text) is not None)


def _before(name: re.Match[str]) -> str:
    return name.string[name.start() - 1 : name.start()] if name.start() else ""
