"""Credentials never reach a plan, a layer or a log."""

import re

from depnorm.model.secret_name import hide_named

# Userinfo of a URL, up to the last `@` of its authority (RFC 3986, 3.2).
_USERINFO = re.compile(r"(?<![/\w])//(?P<user>[^\s/?#]*)@")
# A password that holds `/`, `?` or `#` unescaped: what stands where a port would is no number.
_BROKEN_USERINFO = re.compile(r"//(?=[^\s/?#@:]{1,256}:(?!\d{1,5}(?:[/?#]|$)))")
# The same where a path was made of the URL, which leaves one slash: `http:/user:password@host`.
_COLLAPSED_USERINFO = re.compile(r"(?<=[\w.+-][\w.+-]:)/(?!/)(?P<user>[^\s/?#]{0,256}:[^\s/?#]{0,256})@")
# A mere token needs the scheme to be one: `http:/token@host`, `https:///token@host`.
_MISSPELLED_USERINFO = re.compile(r"(?:(?<=http:)|(?<=https:))(?:/|/{3,8})(?P<user>[^\s/?#@]{1,256})@")
_WORD = re.compile(r"\S+")
# `user:password@host` without a scheme, as --proxy takes it; not `image:tag@sha256:…`, `file:x@y`, `npm:x@1`.
_BARE_USERINFO = re.compile(
    r"(?<![\w.+*/-])(?!(?:file|npm|mailto|git|hg):)[\w.+-]{1,64}:[^\s@/:$*][^\s@/:]{0,255}@(?=[A-Za-z\d\[])(?!sha\d+:)"
)
# curl's `-u name:password`; two numbers are user and group.
_USER_OPTION = re.compile(
    r"(?<!\S)((?:-u|--(?:proxy-)?user[ =])[ \t]{0,8}[\"']?[^\s:\"'=/]{1,256}:)(?!\$|//|\d+(?![^\s\"']))[^\s\"']+"
)
# A line of .netrc: `machine HOST login NAME password WORD`.
_NETRC = re.compile(r"(?<!\S)((?:machine|login)[ \t]{1,8}\S{1,256}[ \t]{1,8}password[ \t]{1,8})\S+")
# https://conda.anaconda.org/t/<token>/channel; conda leaves the host of such a channel out.
_CONDA_TOKEN = re.compile(r"(?P<host>//[^\s/]+/)?(?<![\w.-])t/(?P<token>[\w-]+)")
# Tokens that their issuers made recognizable: GitHub, GitLab, PyPI, AWS, Slack.
_TOKEN = re.compile(
    r"\b(?:gh[a-z]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|pypi-A[\w-]{16,}|AKIA[0-9A-Z]{16}|xox[a-z]-[\w-]{10,})"
)
# ${USER}:${TOKEN} holds no secret, and the user name of git over SSH is no secret either.
_PUBLIC_USER = re.compile(r"(?:\$\{\w+\}|:)+|git|hg", re.ASCII)


def redact(text: str) -> str:
    """`text` with `***` for every credential in it.

    That is a URL's userinfo, conda's tokens, `user:password@host`, the values of parameters, variables, keys and
    options whose names say so, and well-known tokens. A variable (`${TOKEN}`) is no credential. Time is linear in the
    length of the text.
    """
    if "//" in text:
        text = _USERINFO.sub(_hide_userinfo, text)
        text = _WORD.sub(_hide_broken_userinfo, text)
    if ":/" in text:
        text = _COLLAPSED_USERINFO.sub(_hide_collapsed_userinfo, text)
        text = _MISSPELLED_USERINFO.sub(_hide_collapsed_userinfo, text)
    if "t/" in text:
        text = _CONDA_TOKEN.sub(_hide_conda_token, text)
    if ":" in text:
        text = _USER_OPTION.sub(r"\1***", _BARE_USERINFO.sub("***@", text) if "@" in text else text)
    if "password" in text:
        text = _NETRC.sub(r"\1***", text)
    return _TOKEN.sub("***", hide_named(text))


def _hide_userinfo(match: re.Match[str]) -> str:
    """A mere name is public where the host asks for a key beside it (SSH)."""
    is_name = ":" not in match["user"] and match.string.endswith("ssh:", 0, match.start())
    return match.group() if is_name or _PUBLIC_USER.fullmatch(match["user"]) else "//***@"


def _hide_collapsed_userinfo(match: re.Match[str]) -> str:
    return match.group() if _PUBLIC_USER.fullmatch(match["user"]) else "/***@"


def _hide_broken_userinfo(word: re.Match[str]) -> str:
    """All from the user's name to the last `@` is hidden: where the password ends cannot be known."""
    before, at, after = word.group().rpartition("@")
    found = _BROKEN_USERINFO.search(before) if at else None
    if found is None or _PUBLIC_USER.fullmatch(before, found.end()):
        return word.group()
    return f"{before[: found.start()]}//***@{after}"


def _hide_conda_token(match: re.Match[str]) -> str:
    """Another host may have a directory `t`: there, only what looks like a token of conda's is one."""
    is_token = match["token"].startswith("tk-") or "conda" in (match["host"] or "")
    return f"{match['host'] or ''}t/***" if is_token else match.group()
