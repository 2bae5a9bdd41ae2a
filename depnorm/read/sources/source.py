"""What somebody means by a source: a directory, a file, a git repository or an archive."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from depnorm.errors import UnusableInputError, UsageError
from depnorm.model import redact
from depnorm.model.source import Source, SourceKind
from depnorm.read.git_directory import git_directory
from depnorm.read.missing_path import missing

ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".zip")
"""How the names of archives end that can be unpacked."""
SCHEMES = ("https", "http", "ssh", "git", "file")
"""What git may talk, and nothing else: neither `ext::` nor any helper that happens to be installed."""
_URL = re.compile(r"(?:git\+)?(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://", re.ASCII)
_HELPER = re.compile(r"[A-Za-z0-9]+::")
# git@host:owner/name, as git takes it for SSH
_SCP = re.compile(r"(?P<user>[\w.~-]+)@(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]+):(?P<path>(?!//).+)", re.ASCII)
_PAGE = re.compile(r"(?P<repository>https?://.+?)/(?:-/)?(?:tree|blob|commit)/(?P<ref>[^/?#]+)")
# What no branch, tag or commit has, or what would be another option or another refspec of git
_NO_REF = re.compile(r"[-+^]|.*[\s:*?\[\\\x00-\x20\x7f]|.*\.\.|$", re.DOTALL)


def parse_source(text: str, ref: str | None = None) -> Source:
    """What `text` names: the path of something on this machine, else a git repository.

    Raises `UnusableInputError` for what is neither, and `UsageError` for a `ref` that is none, or is of something that
    has no history.
    """
    if ref is not None:
        check_ref(ref)
    if not text:
        raise UnusableInputError("the empty text names no repository", hint="Write . for the working directory.")
    if _URL.match(text) or (_HELPER.match(text) and not os.path.lexists(text)):
        return _remote(text.removeprefix("git+"), ref)
    if os.path.lexists(text):
        return _local(Path(text), ref)
    if _SCP.fullmatch(text):
        return _over_ssh(text, ref)
    raise missing(text)


def check_ref(ref: str) -> None:
    """Raise `UsageError` for what cannot be a branch, a tag, a commit, or one counted from such (`main~1`)."""
    if _NO_REF.match(ref) or not ref.isprintable():
        raise UsageError(
            f"--ref {redact(ref)!r}: is no branch, tag or commit", hint="Such as --ref main or --ref v1.0."
        )


def is_archive(path: str | os.PathLike[str]) -> bool:
    """Whether the name is that of an archive which can be unpacked."""
    return os.fspath(path).lower().endswith(ARCHIVES)


def _remote(url: str, ref: str | None) -> Source:
    scheme = match["scheme"].lower() if (match := _URL.match(url)) else url.partition("::")[0]
    shown = redact(url)
    if match is None or scheme not in SCHEMES:
        raise UsageError(
            f"{shown}: repositories are not fetched by {scheme}",
            hint=f"Use one of {', '.join(SCHEMES)} (or git@host:…).",
        )
    _check_address(url, shown)
    if page := _PAGE.match(url):
        repository, page_ref = _word(redact(page["repository"])), _word(page["ref"])
        raise UsageError(
            f"{shown}: is a page about a repository, not the repository",
            hint=f"Give the repository and the revision: {repository} --ref {page_ref}",
        )
    if scheme != "file" and is_archive(urlsplit(url).path):
        raise UsageError(
            f"{shown}: an archive is read from a file, not over the network",
            hint=f"Download it (curl -fLO {_word(shown)}), and give the file.",
        )
    return Source(kind=SourceKind.GIT, location=url, ref=ref, is_remote=scheme != "file")


def _word(text: str) -> str:
    """A word of a shell, for a hint that somebody copies."""
    import shlex  # noqa: PLC0415  only for a mistake

    return shlex.quote(text)


def _check_address(url: str, shown: str) -> None:
    """Refuse what git, or ssh behind it, might take for anything but an address."""
    try:
        host = urlsplit(url).hostname or ""
        broken = not url.isprintable() or " " in url
    except ValueError:
        host, broken = "", True
    if broken or host.startswith("-") or (not host and not url.lower().startswith("file:")):
        raise UsageError(f"{shown}: is no URL of a git repository", hint="Such as https://example.org/owner/name.git")


def _over_ssh(text: str, ref: str | None) -> Source:
    found = _SCP.fullmatch(text)
    if found is None or not text.isprintable() or found["host"].startswith("-") or found["path"].startswith("-"):
        raise UsageError(
            f"{redact(text)}: is no address of a git repository", hint="Such as git@example.org:owner/name"
        )
    return Source(kind=SourceKind.GIT, location=text, ref=ref, is_remote=True)


def _local(path: Path, ref: str | None) -> Source:
    if not path.exists():
        raise UnusableInputError(f"{path}: is a symbolic link to nothing", hint="Give what it should lead to.")
    if path.is_dir():
        return _directory(path, ref)
    if ref is not None:
        raise UsageError(
            f"--ref is for git repositories, and {path} is a file",
            hint="Give the directory that holds it, with --ref.",
        )
    if not path.is_file():
        raise UnusableInputError(f"{path}: is neither a directory nor a regular file")
    kind = SourceKind.ARCHIVE if is_archive(path) else SourceKind.FILE
    return Source(kind=kind, location=os.fspath(path))


def _directory(path: Path, ref: str | None) -> Source:
    is_bare = git_directory(path) == path and not (path / ".git").exists()
    if ref is None and not is_bare:
        return Source(kind=SourceKind.DIRECTORY, location=os.fspath(path))
    here = path.resolve()
    root = here if is_bare else next((each for each in (here, *here.parents) if (each / ".git").exists()), None)
    if root is None:
        raise UsageError(
            f"--ref is for git repositories, and {path} is in none", hint="Leave --ref out, or give a clone or a URL."
        )
    inside = here.relative_to(root).as_posix()
    return Source(kind=SourceKind.GIT, location=os.fspath(root), ref=ref, directory="" if inside == "." else inside)
