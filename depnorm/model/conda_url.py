"""The URL of a conda package as a plan may hold it: plain, public, and of the file that is locked."""

import re
from urllib.parse import unquote

from depnorm.errors import UnsupportedError
from depnorm.model.catalog import LockedPackage
from depnorm.model.redact import redact

_CHANNEL = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(?::\d{1,5})?/(?:[A-Za-z0-9_.~+-]{1,128}/){2,16}", re.ASCII)
"""Scheme, host and directories, the subdir last: no user, no password, no query."""
_FILE = re.compile(r"[a-z0-9_][A-Za-z0-9_.+!%-]{0,250}\.(?:conda|tar\.bz2)", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HINT = "Plan without a lock, where conda itself reads its channels and their credentials."


def conda_url(package: LockedPackage) -> tuple[str, str]:
    """The channel (with a slash at the end), and the file in it: `noarch/NAME-VERSION-BUILD.conda`.

    Raises `UnsupportedError` for a URL that no plan may hold: with credentials (a token in the path, too), of another
    file than the locked one, of the builder's own disk; and for a package without a sha256.
    """
    url = package.artifact.url or ""
    directory, slash, name = url.rpartition("/")
    channel = directory + slash
    if not _SHA256.fullmatch(package.artifact.sha256):
        raise UnsupportedError(f"{package.name}: has no sha256, so that nothing tells the file that was locked")
    if not _CHANNEL.fullmatch(channel) or not {".", ".."}.isdisjoint(channel.split("/")):
        raise UnsupportedError(f"{package.name}: {_shown(url)!r} is no public URL of a conda channel", hint=_HINT)
    if "/t/" in channel or redact(url) != url:
        raise UnsupportedError(f"{package.name}: its URL holds a credential, which no plan may hold", hint=_HINT)
    if not _FILE.fullmatch(name) or "/" in unquote(name) or unquote(name) != package.artifact.filename:
        raise UnsupportedError(f"{package.name}: {_shown(name)!r} is not the file that is locked")
    base, _, subdir = directory.rpartition("/")
    return f"{base}/", f"{subdir}/{name}"


def conda_stem(package: LockedPackage) -> str:
    """NAME-VERSION-BUILD: what conda calls the package, and the file in `conda-meta` that tells of it."""
    return package.artifact.filename.removesuffix(".conda").removesuffix(".tar.bz2")


def is_noarch(package: LockedPackage) -> bool:
    """Whether it may be pure Python, which conda compiles with the environment's interpreter."""
    return "/noarch/" in (package.artifact.url or "")


def _shown(text: str) -> str:
    """No more of it than tells what is meant: a user and a password may stand before an `@`."""
    shown = redact(text)
    return shown.rpartition("@")[2][:120] if "@" in shown else shown[:120]
