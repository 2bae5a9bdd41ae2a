"""Credentials never reach a plan, a layer or a log."""

import re

# Userinfo of a URL, up to the last `@` of its authority (RFC 3986, 3.2).
_USERINFO = re.compile(r"(?<![/\w])//(?P<user>[^\s/?#]*)@")
# A password that holds `/`, `?` or `#` unescaped: what stands where a port would is no number.
_BROKEN_USERINFO = re.compile(r"//(?=[^\s/?#@:]{1,256}:(?!\d{1,5}(?:[/?#]|$)))")
_WORD = re.compile(r"\S+")
_SENSITIVE = r"(?:token|secret|passw(?:or)?d|pwd|api_?key|access_?key|signature|sig|auth|credentials?|pat)"
_QUERY = re.compile(rf"((?:^|[?&;#\s])[\w.-]*{_SENSITIVE}=)(?!\$)[^\s&;#\"'<>]+", re.IGNORECASE)
_ASSIGNED = re.compile(rf"({_SENSITIVE}[\"']?\s{{0,8}}(?:=|<-|:)\s{{0,8}})([\"'])[^\"']+\2", re.IGNORECASE)
# Tokens that their issuers made recognizable: GitHub, GitLab, PyPI, AWS, Slack.
_TOKEN = re.compile(
    r"\b(?:gh[a-z]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|pypi-A[\w-]{16,}|AKIA[0-9A-Z]{16}|xox[a-z]-[\w-]{10,})"
)
# ${USER}:${TOKEN} holds no secret, and the user name of git over SSH is no secret either.
_PUBLIC_USER = re.compile(r"(?:\$\{\w+\}|:)+|git|hg", re.ASCII)


def redact(text: str) -> str:
    """`text` with `***` for every credential in it: a URL's userinfo, secret query parameters, well-known tokens.

    Time is linear in the length of the text.
    """
    if "//" in text:
        text = _USERINFO.sub(_hide_userinfo, text)
        text = _WORD.sub(_hide_broken_userinfo, text)
    if "=" in text or ":" in text or "<-" in text:
        text = _ASSIGNED.sub(r"\1\2***\2", _QUERY.sub(r"\1***", text))
    return _TOKEN.sub("***", text)


def _hide_userinfo(match: re.Match[str]) -> str:
    return match.group() if _PUBLIC_USER.fullmatch(match["user"]) else "//***@"


def _hide_broken_userinfo(word: re.Match[str]) -> str:
    """All from the user's name to the last `@` is hidden: where the password ends cannot be known."""
    before, at, after = word.group().rpartition("@")
    found = _BROKEN_USERINFO.search(before) if at else None
    if found is None or _PUBLIC_USER.fullmatch(before, found.end()):
        return word.group()
    return f"{before[: found.start()]}//***@{after}"
