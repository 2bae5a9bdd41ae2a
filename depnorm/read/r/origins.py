"""Where R packages come from besides the default repository, in the notations of remotes, pak and renv."""

import re
from dataclasses import dataclass, field

PACKAGE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]")
_ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
_ARCHIVE_NAME = re.compile(r"([A-Za-z][A-Za-z0-9.]*[A-Za-z0-9])_[0-9][^/]*$")
# `name=owner/repository/directory@ref`, `#12` for a pull request, `@*release` for the latest one (remotes).
_HOSTED = re.compile(
    r"(?:(?P<name>[A-Za-z][A-Za-z0-9.]*)=)?(?P<owner>[\w.-]+)/(?P<repository>[\w.-]+)"
    r"(?P<directory>(?:/[\w.-]+)*)/?(?:@(?P<ref>[^#]+)|#(?P<pull>\d+))?"
)
_HOSTED_URL = re.compile(r"(?:https?://|git@)(?P<host>[\w.-]+)[/:](?P<path>[\w.-]+/[\w.-]+?)(?:\.git)?/?")
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One package by one of these notations; `local` is a path, and then nothing else is set."""

    name: str | None = None
    spec: str = ""
    url: str | None = None
    channel: str | None = None
    local: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedOptions:
    """What `install_github(…, ref =, subdir =, host =)` says beside the notation."""

    host: str = field(default="github")
    ref: str | None = None
    directory: str | None = None


def is_archive(path: str) -> bool:
    """Whether a path or URL names a package archive."""
    return path.endswith(_ARCHIVES)


def is_url(text: str) -> bool:
    """Whether a text is a URL rather than a path."""
    return re.match(r"[a-z][a-z0-9+]*://", text, re.IGNORECASE) is not None


def name_of_archive(path: str) -> str | None:
    """The package that an archive such as `x_1.2.tar.gz` holds."""
    match = _ARCHIVE_NAME.search(path.partition("?")[0].rpartition("/")[2])
    return match.group(1) if match else None


def of_hosted(text: str, options: HostedOptions | None = None) -> Origin | None:
    """`owner/repository…` on a host; None for anything else."""
    options = options or HostedOptions()
    host = _HOSTS.get(options.host, options.host.removeprefix("https://").rstrip("/"))
    url = _HOSTED_URL.fullmatch(text)
    if url:
        host, text = url["host"], url["path"]
    match = _HOSTED.fullmatch(text)
    if match is None:
        return None
    ref = options.ref or match["ref"] or (f"refs/pull/{match['pull']}/head" if match["pull"] else None)
    directory = (options.directory or match["directory"] or "").strip("/")
    address = f"git+https://{host}/{match['owner']}/{match['repository'].removesuffix('.git')}"
    address += f"@{ref}" if ref else ""
    address += f"#subdirectory={directory}" if directory else ""
    name = match["name"] or (directory.rpartition("/")[2] or match["repository"].removesuffix(".git"))
    return Origin(name=name, url=address)


def of_git(url: str, options: HostedOptions | None = None) -> Origin:
    """A git repository by URL; its last part is taken for the package."""
    options = options or HostedOptions()
    address, _, reference = url.partition("@") if "://" in url and "@" in url.rpartition("/")[2] else (url, "", "")
    reference = options.ref or reference
    name = (options.directory or address).rstrip("/").removesuffix(".git").rpartition("/")[2]
    full = f"git+{address}" + (f"@{reference}" if reference else "")
    full += f"#subdirectory={options.directory}" if options.directory else ""
    return Origin(name=name if PACKAGE_NAME.fullmatch(name) else None, url=full)


def of_url(url: str) -> Origin:
    """An archive by URL."""
    return Origin(name=name_of_archive(url), url=url)


def of_version(name: str, version: str | None) -> Origin:
    """`install_version("x", version)`: `1.2`, `>= 1.2`, `>= 1.2, < 2`."""
    if not version or version in {"latest", "last", "current"}:
        return Origin(name=name)
    parts = [part.replace(" ", "") for part in version.split(",")]
    return Origin(name=name, spec=",".join(part if part[:1] in "<>=!" else f"=={part}" for part in parts))


def of_notation(text: str) -> Origin | None:
    """A package in pak's or renv's notation: `x`, `x@1.2`, `any::x`, `bioc::x`, `owner/repository`, `url::…`.

    None for what is none of these.
    """
    text = text.partition("?")[0] if not is_url(text.removeprefix("url::")) else text
    kind, separator, rest = text.partition("::")
    if not separator:
        kind, rest = "", text
    match kind:
        case "local" | "deps":
            return Origin(local=rest or ".")
        case "url":
            return of_url(rest)
        case "git":
            return of_git(rest)
        case "github" | "gitlab" | "bitbucket":
            return of_hosted(rest, HostedOptions(host=kind))
        case "" | "any" | "cran" | "standard" | "bioc":
            return _plain(rest, "bioconductor" if kind == "bioc" else None)
    return of_hosted(rest) if "=" in kind else None


def _plain(text: str, channel: str | None) -> Origin | None:
    if text.startswith((".", "/", "~")):
        return Origin(local=text)
    if is_url(text):
        return of_url(text) if is_archive(text) else of_hosted(text) or of_url(text)
    if "/" in text:
        return of_hosted(text)
    name, _, version = text.partition("@")
    if not PACKAGE_NAME.fullmatch(name):
        return None
    origin = of_version(name, version)
    return Origin(name=origin.name, spec=origin.spec, channel=channel)
