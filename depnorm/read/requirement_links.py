"""URLs and paths in requirement lines, told apart as pip does, but by their text alone.

Sources: `is_url` and the VCS backends (pip/_internal/vcs), `Link` (models/link.py), `is_archive_file`
(utils/filetypes.py), `_looks_like_path` (req/constructors.py). Where pip asks the disk, the text decides here.
"""

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from depnorm.model import canonical_name, redact

VCS_SCHEMES = frozenset(
    f"{tool}+{transport}"
    for tool, transports in {
        "git": "http https ssh git file",
        "hg": "file http https ssh static-http",
        "bzr": "http https ssh sftp ftp lp file",
        "svn": "ssh http https svn file",
    }.items()
    for transport in transports.split()
)
VCS_TOOLS = ("bzr:", "git:", "hg:", "svn:")
URL_SCHEMES = frozenset({"http", "https", "file", "ftp"}) | VCS_SCHEMES
ARCHIVE_EXTENSIONS = frozenset(
    {".zip", ".whl", ".tar.bz2", ".tbz", ".tar.gz", ".tgz", ".tar", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"}
)
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
"""The one form of environment variable that pip expands."""

_EGG = re.compile(r"[#&]egg=([^&]*)")
_PROJECT_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_WINDOWS_PATH = re.compile(r"(?:file:/*)?[A-Za-z]:[\\/]|\.{0,2}\\")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A URL in pip's eyes. `egg` is the text behind `#egg=`, None without one; pip wants a bare name there."""

    url: str
    scheme: str
    netloc: str
    path: str
    egg: str | None

    @property
    def is_vcs(self) -> bool:
        """Whether a version control system fetches it."""
        return self.scheme in VCS_SCHEMES

    @property
    def is_local(self) -> bool:
        """Whether it points into this machine's file system."""
        return self.scheme == "file" or self.scheme.endswith("+file")

    @property
    def is_wheel(self) -> bool:
        """Whether pip takes it for a wheel, by its path."""
        return archive_extension(self.path.rstrip("/"), exact=True) == ".whl"

    @property
    def filename(self) -> str:
        """The last part of the path."""
        return posixpath.basename(self.path.rstrip("/"))

    @property
    def has_valid_egg(self) -> bool:
        """Whether `#egg=` is absent or a bare project name: pip refuses extras and versions there."""
        return self.egg is None or _PROJECT_NAME.fullmatch(self.egg) is not None

    @property
    def name(self) -> str | None:
        """The canonical package name behind `#egg=`, or what of it is a name."""
        match = _PROJECT_NAME.match(self.egg or "")
        return canonical_name(match.group()) if match else None


def parse_link(url: str) -> Link:
    """Take a URL apart. Raises ValueError where Python refuses it (`http://[`), which stops pip too."""
    parts = urlsplit(url)
    egg = _EGG.search(url)
    return Link(
        url=url,
        scheme=parts.scheme,
        netloc=parts.netloc,
        path=unquote(parts.path),
        egg=egg.group(1) if egg else None,
    )


def is_url(text: str) -> bool:
    """Whether pip takes the text for a URL. Raises ValueError like `parse_link`."""
    return ":" in text and urlsplit(text).scheme in URL_SCHEMES


def looks_like_path(text: str) -> bool:
    """Whether pip would ask the disk for a directory of this name."""
    return "/" in text or text.startswith(".")


def archive_extension(path: str, *, exact: bool = False) -> str | None:
    """The extension by which pip takes a path for an archive (`.whl`, `.tar.gz`), None for any other path."""
    base, extension = posixpath.splitext(path)
    if base.lower().endswith(".tar"):
        extension = base[-4:] + extension
    if not exact:
        extension = extension.lower()
    return extension if extension in ARCHIVE_EXTENSIONS else None


def split_extras(path: str) -> tuple[str, str]:
    """`./pkg[a,b]` as `./pkg` and `[a,b]`; the second is empty where there are no extras."""
    start = path.rfind("[", 0, -1) if path.endswith("]") else -1
    if start < 1 or "]" in path[start:-1] or start == len(path) - 2:
        return path, ""
    return path[:start].rstrip(), path[start:]


def is_windows_path(text: str) -> bool:
    r"""Whether the text is a path as Windows writes it: `C:\x`, `.\x`, `\\server\x`."""
    return _WINDOWS_PATH.match(text) is not None


def is_machine_path(target: str) -> bool:
    """Whether a target names a place of one machine: absolute, a home directory, a drive."""
    path = re.sub(r"^(?:[a-z]+\+)?file:", "", target, count=1, flags=re.IGNORECASE)
    if path != target:
        path = "/" + path.removeprefix("//localhost").lstrip("/") if path.startswith("//") else path
    return path.startswith(("/", "~/", "\\\\")) or path == "~" or re.match(r"[A-Za-z]:[\\/]", path) is not None


def has_credentials(text: str) -> bool:
    """Whether the text carries what no report may show: a password or a token, not a variable or the user of SSH."""
    return redact(text) != text
