"""What a git clone looks like from outside: where it is, what HEAD names, and what of it git may read."""

import re
from pathlib import Path

from depnorm.errors import UnusableInputError
from depnorm.model import Entry
from depnorm.read.repository import Repository

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"refs(/[^/\s\0.][^/\s\0]*)+")
_MAX_REF_BYTES = 64 * 1024
_MAX_SYMREFS = 5
_SHA256_LENGTH = 64
_OURS = (
    "[core]\n\trepositoryformatversion = {version}\n\tbare = true\n\tcommitGraph = false\n\tmultiPackIndex = false\n"
)


def git_directory(path: Path) -> Path | None:
    """Where a clone keeps its objects: `path` itself (bare) or `.git` in it; None for a directory that is no clone."""
    for each in (path, path / ".git"):
        if (each / "HEAD").is_file() and (each / "objects").is_dir() and not each.is_symlink():
            return each
    return None


def check_objects(inside: Repository) -> None:
    """Refuse objects that are elsewhere: what a clone is made of must be in it."""
    if inside.entry("objects") is not Entry.DIRECTORY:
        raise UnusableInputError(f"{inside.root}: the objects of the clone are not in it")
    if inside.entry("objects/info/alternates") is not Entry.MISSING:
        raise UnusableInputError(
            f"{inside.root}: borrows objects from another clone (objects/info/alternates), which is not read",
            hint="git repack -a -d && rm .git/objects/info/alternates",
        )
    for name in ("objects", "objects/pack"):
        if any(inside.is_linked(f"{name}/{each}") for each in inside.list_directory(name)):
            raise UnusableInputError(f"{inside.root}: {name}/ holds symbolic links, which are not followed")


def read_head(inside: Repository) -> str:
    """The id of the commit that HEAD of a git directory names; raises `UnusableInputError` where there is none."""
    name = "HEAD"
    for _ in range(_MAX_SYMREFS):
        if inside.entry(name) is not Entry.FILE:
            found = _packed(inside, name)
        else:
            found = inside.read_bytes(name)[:_MAX_REF_BYTES].decode("ascii", "replace").strip()
        if _ID.fullmatch(found):
            return found
        name = found.removeprefix("ref:").strip()
        if not _REF.fullmatch(name) or ".." in name:
            break
    raise UnusableInputError(f"{inside.root}: HEAD names no commit")


def _packed(inside: Repository, name: str) -> str:
    if inside.entry("packed-refs") is not Entry.FILE:
        return ""
    for line in inside.read_bytes("packed-refs").decode("utf-8", "replace").splitlines():
        identity, _, ref = line.partition(" ")
        if ref == name:
            return identity
    return ""


def write_repository(place: Path, inside: Repository, head: str) -> None:
    """An empty bare repository of the clone's format, which knows where a shallow history ends."""
    is_sha256 = len(head) == _SHA256_LENGTH
    config = _OURS.format(version=int(is_sha256)) + ("[extensions]\n\tobjectFormat = sha256\n" if is_sha256 else "")
    (place / "config").write_text(config, encoding="ascii")
    (place / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    for name in ("objects", "refs"):
        (place / name).mkdir()
    if inside.entry("shallow") is Entry.FILE:
        (place / "shallow").write_bytes(inside.read_bytes("shallow"))
