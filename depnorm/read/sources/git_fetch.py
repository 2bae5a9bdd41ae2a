"""One commit of a git repository in a directory of ours: fetched, checked, checked out.

The repository is a stranger's. Nothing of it runs: no hook, no filter, no submodule, no LFS download, and none of its
settings is read; git gets an empty repository of ours, and only the commit itself from the other one.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from depnorm.errors import UnusableInputError
from depnorm.model import redact
from depnorm.read.sources import limits
from depnorm.read.sources.git_process import Answer, Git
from depnorm.read.sources.source import check_ref

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MAYBE_ID = re.compile(r"[0-9a-fA-F]{4,64}")
_COUNTED = re.compile(r".*[~^@]", re.DOTALL)
"""`main~1`, `v1^{commit}`: what only a history tells."""
_FETCH = ("fetch", "--progress", "--no-tags")
_FETCHED = "refs/depnorm/fetched"
_NO_SUCH_REF = re.compile(r"couldn't find remote ref|not our ref|no such ref|unadvertised object|upload-pack: not our")
_NOT_SHALLOW = re.compile(r"does not support shallow|dumb http transport")
_SUBMODULE = b"160000"
_MAX_NAMED = 5


def fetch_commit(git: Git, address: str, ref: str | None, *, local: bool) -> str:
    """Put one commit of the repository at `address` into a new repository at `git.place`, and give its full id.

    `ref` is a branch, a tag, a commit or one counted from these, as `git rev-parse` and repo2docker have it; None is
    what the other repository has checked out. Raises `UnusableInputError`.
    """
    _expect(git.ask("init", "--quiet", "--template="), address)
    if ref is None:
        return _shallow(git, address, "HEAD") or _fail_without_head(address)
    check_ref(ref)
    ref = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    if local and (found := _resolve_locally(git, address, ref)):
        return _shallow(git, address, found) or _whole(git, address, found)
    if not _COUNTED.match(ref):
        # repo2docker, too, takes origin/main for main
        for name in dict.fromkeys((ref, ref.removeprefix("origin/"))):
            if found := _shallow(git, address, name):
                return found
    if _COUNTED.match(ref) or _MAYBE_ID.fullmatch(ref):
        return _whole(git, address, ref)
    raise _no_ref(git, address, ref)


def check_out(git: Git, commit: str) -> tuple[str, ...]:
    """Write the files of a commit that was fetched; gives a note for what of it is not there (submodules).

    Raises `UnusableInputError` for more files, or more bytes, than are read, before any is written.
    """
    submodules = _check_size(git, commit)
    done = git.ask("checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules", commit, "--")
    if done.code:
        raise UnusableInputError(f"git cannot write the files of {commit[:12]}: {done.error}")
    if not submodules:
        return ()
    more = f" and {len(submodules) - _MAX_NAMED} more" if len(submodules) > _MAX_NAMED else ""
    return (f"submodules are not fetched: {', '.join(submodules[:_MAX_NAMED])}{more}",)


def _shallow(git: Git, address: str, what: str) -> str | None:
    """The commit alone, without history; None where the other side does not have it.

    A plain web server gives no commit alone, so that its history comes along.
    """
    done = git.ask(*_FETCH, "--depth", "1", "--", address, f"+{what}:{_FETCHED}", network=True)
    if done.code == 0:
        return _commit(git, _FETCHED)
    if _NOT_SHALLOW.search(done.error):
        return _whole(git, address, what)
    if _NO_SUCH_REF.search(done.error):
        return None
    raise _failed(done, address)


def _whole(git: Git, address: str, ref: str) -> str:
    """The commit, from all branches and tags with their history."""
    names = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    _expect(git.ask(*_FETCH, "--", address, *names, network=True), address)
    git.ask(*_FETCH, "--", address, "+HEAD:refs/depnorm/head", network=True)  # there may be none
    if head := _commit(git, "refs/depnorm/head"):
        git.ask("update-ref", "--no-deref", "HEAD", head)
    for name in (ref, f"origin/{ref}"):
        if found := _commit(git, name):
            return found
    raise _no_ref(git, address, ref)


def _commit(git: Git, name: str, *elsewhere: str) -> str | None:
    answer = git.ask(*elsewhere, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    found = answer.output.decode("ascii", "replace").strip()
    return found if answer.code == 0 and _ID.fullmatch(found) else None


def _resolve_locally(git: Git, address: str, ref: str) -> str | None:
    """The commit that the other repository of this machine has under a name, as far as it can tell."""
    for name in (ref, f"origin/{ref}"):
        if found := _commit(git, name, "-C", address):
            return found
    return None


def _check_size(git: Git, commit: str) -> tuple[str, ...]:
    """The submodules of a commit; raises where it is too large to be written."""
    files, size, submodules = 0, 0, []
    for mode, length, path in _entries(git, commit):
        files, size = files + 1, size + length
        if files > limits.MAX_FILES:
            raise limits.too_many()
        if size > limits.MAX_BYTES:
            raise limits.too_large()
        if limits.is_too_long(path):
            raise UnusableInputError("the repository has a path that is too long or too deep, so it was not read")
        if mode == _SUBMODULE:
            submodules.append(redact(path.decode("utf-8", "backslashreplace")))
    return tuple(submodules)


def _entries(git: Git, commit: str) -> Iterator[tuple[bytes, int, bytes]]:
    """Mode, bytes and path of each file and directory; a small repository may name one a million times."""
    with git.start("ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit, "--") as process:
        assert process.stdout  # noqa: S101  for the type checker: it is a pipe
        rest = b""
        while data := os.read(process.stdout.fileno(), 64 * 1024):
            git.check_time()
            *whole, rest = (rest + data).split(b"\0")
            for line in whole:
                about, _, path = line.partition(b"\t")
                mode, _, _, length = about.split()
                yield mode, int(length) if length.isdigit() else 0, path
            if len(rest) > limits.MAX_PATH_BYTES + 256:
                raise UnusableInputError("the repository has a path that is too long or too deep, so it was not read")
        if process.wait():
            raise UnusableInputError(f"git cannot list the files of {commit[:12]}: the repository is damaged")


def _fail_without_head(address: str) -> str:
    raise UnusableInputError(
        f"{redact(address)}: has no commit checked out, so that nothing says which to take",
        hint="Name a branch, a tag or a commit with --ref.",
    )


def _no_ref(git: Git, address: str, ref: str) -> UnusableInputError:
    import difflib  # noqa: PLC0415  only for a mistake

    answer = git.ask("ls-remote", "--heads", "--tags", "--refs", "--", address, network=True)
    names = re.findall(r"\trefs/(?:heads|tags)/(\S+)", answer.output.decode("utf-8", "replace"))
    near = difflib.get_close_matches(ref, names, n=1, cutoff=0.5)
    some = f"It has {', '.join(names[:_MAX_NAMED])}{' …' if len(names) > _MAX_NAMED else ''}." if names else ""
    return UnusableInputError(
        f"{redact(address)}: has no branch, tag or commit {ref}",
        hint=f"Did you mean {near[0]}?" if near else some,
    )


def _expect(answer: Answer, address: str) -> None:
    if answer.code:
        raise _failed(answer, address)


def _failed(answer: Answer, address: str) -> UnusableInputError:
    said = answer.error.removesuffix(".") or f"exit code {answer.code}"
    return UnusableInputError(
        f"{redact(address)}: git cannot fetch it ({said})",
        hint="Check the address; `git ls-remote ADDRESS` tells whether git can read it. depnorm asks for no password.",
    )


def repository_name(address: str) -> str:
    """The last word of an address, as `git clone` would call the directory; made of letters that any system has."""
    last = re.split(r"[/:]", address.rstrip("/").removesuffix("/.git"))[-1].removesuffix(".git")
    return re.sub(r"[^A-Za-z0-9._-]", "_", last).strip(".") or "repository"


def git_place(parent: Path, address: str) -> Path:
    """A new directory for the repository, by its name."""
    place = parent / repository_name(address)
    place.mkdir()
    return place
