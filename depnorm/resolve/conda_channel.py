"""Names of conda channels to URLs, as conda finds them (conda/models/channel.py)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from depnorm.errors import ResolutionError, UnsupportedError
from depnorm.model import Location, redact
from depnorm.model.conda import ChannelNames
from depnorm.model.quiet_import import process_kept

IMAGE_CHANNELS = ("conda-forge",)
"""What the `.condarc` of the image adds behind the file's own: conda does so unless `nodefaults` is among them."""
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)*", re.ASCII)
_URL = re.compile(r"https?://[^\s\"'`<>\\$]+")
_OWN_URL = re.compile(r"(?:https?|file)://[^\s\"'`<>\\]+")
_SUBDIR = re.compile(r"/(?:noarch|(?:linux|osx|win|emscripten|wasi|freebsd|zos)-[a-z0-9_]+)$")
_TOKEN = re.compile(r"/t/[^/]+(?=/|$)")
_HINT = "List channels by name, or by http or https URL; a password belongs into ~/.netrc or the keyring."


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaChannel:
    """A channel that packages may come from: `name` as it is written, without a credential, and where that is.

    `url` has no slash at its end, and may hold a credential of the file itself. Not `listed` is what conda, or a spec,
    adds to the channels of the file.
    """

    name: str
    url: str = field(repr=False)
    location: Location
    listed: bool = True

    @property
    def public_url(self) -> str:
        """The URL without a credential."""
        return without_credentials(self.url)


def without_credentials(url: str) -> str:
    """A URL of a channel or of a file of one, without user, password, token (`/t/…/`), query and fragment."""
    parts = urlsplit(url)
    path = _TOKEN.sub("", parts.path, count=1)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], path=path, query="", fragment="").geturl()


def shown(text: str) -> str:
    """A channel as it is written, without a credential: a token may look like any word."""
    try:
        return redact(without_credentials(text) if "://" in text else text)
    except ValueError:  # a malformed host
        return redact(text)


def find_channels(written: Iterable[tuple[str, Location]], names: ChannelNames) -> tuple[CondaChannel, ...]:
    """The channels of a file in their order, each once, and behind them those of the image.

    Raises `UnsupportedError` for what leads into the repository or depends on variables.
    """
    given = list(written)
    is_alone = any(text == "nodefaults" for text, _ in given)
    where = given[-1][1] if given else Location(path="")
    behind = [] if is_alone else [(name, where) for name in IMAGE_CHANNELS]
    found: dict[str, CondaChannel] = {}
    for number, (text, location) in enumerate((*given, *behind)):
        for url in () if text == "nodefaults" else channel_urls(text, location, names):
            listed = number < len(given)
            found.setdefault(url, CondaChannel(name=shown(text), url=url, location=location, listed=listed))
    return tuple(found.values())


def channel_urls(text: str, location: Location, names: ChannelNames) -> Iterator[str]:
    """The URLs of one channel: `defaults` has several."""
    if text == "defaults":
        for each in names.defaults or _own_defaults():
            yield _checked(each) if "://" in each else _by_name(each, names)
    elif "://" in text:
        yield _of_repository(text, location)
    elif not _NAME.fullmatch(text) or text == "local":
        raise _refused(text, location, "leads to a place that only the build knows")
    else:
        yield _by_name(text, names)


def _by_name(name: str, names: ChannelNames) -> str:
    """That of a default channel (`pkgs/main`), a custom channel by its longest part, or one below the alias."""
    defaults = (names.defaults or _own_defaults()) if "/" in name else ()
    default = next((url for url in defaults if url.endswith(f"/{name}")), None)
    if default:
        return _checked(default)
    parts = name.split("/")
    for end in range(len(parts), 0, -1):
        base = names.custom.get("/".join(parts[:end]))
        if base:
            return _checked(f"{base.rstrip('/')}/{name}")
    return _checked(f"{(names.alias or _own_alias()).rstrip('/')}/{name}")


def _own_alias() -> str:
    """Where conda finds a channel by its name without any setting."""
    from rattler import Channel  # noqa: PLC0415  only a name without an alias leads here

    return Channel("x").base_url.removesuffix("x/")


def _own_defaults() -> tuple[str, ...]:
    """What `defaults` stands for without any setting."""
    with process_kept("conda_lock._vendor.conda.base.constants"):  # conda's own constants, which conda-lock brings
        from conda_lock._vendor.conda.base.constants import DEFAULT_CHANNELS_UNIX  # noqa: PLC0415  heavy
    return tuple(DEFAULT_CHANNELS_UNIX)


def _checked(url: str) -> str:
    if not _OWN_URL.fullmatch(url):
        raise ResolutionError(
            f"{redact(url)!r:.200}: is no URL of a conda channel",
            hint="Correct CONDA_CHANNEL_ALIAS, CONDA_DEFAULT_CHANNELS, or channel_alias and the like in .condarc.",
        )
    return url.rstrip("/")


def _of_repository(url: str, location: Location) -> str:
    if not _URL.fullmatch(url) or not _has_host(url):
        raise _refused(url, location, "is no http or https URL that says all by itself")
    if _SUBDIR.search(url.rstrip("/")) or "?" in url or "#" in url:
        raise _refused(url, location, "is no URL of a whole channel")
    return url.rstrip("/")


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and ".." not in parts.path.split("/") and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _refused(text: str, location: Location, why: str) -> UnsupportedError:
    return UnsupportedError(f"{location}: channel {shown(text)!r:.200} {why}, so it cannot be locked", hint=_HINT)
