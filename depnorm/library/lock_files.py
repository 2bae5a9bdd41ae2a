"""The lock file of a repository in the place of a new resolution, where it fits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from depnorm.errors import DepnormError
from depnorm.library.locks import LockOptions, read_lock
from depnorm.model import Analysis, Location, Lock, Problem, Progress, redact
from depnorm.read.locks.toml_lock import MAX_LOCK_CHARACTERS
from depnorm.read.repository import Repository
from depnorm.read.text import decode
from depnorm.read.toml_lines import TomlError, parse_toml
from depnorm.resolve.adopt import DoesNotFitError, adopt_lock
from depnorm.resolve.request import Request

RULE = "DN205"
_NAMES = ("pylock.toml", "uv.lock")
"""In the order in which they are tried; `pylock.NAME.toml` are for other purposes than installing the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The lock that a file of the repository gives, None where none fits, and why others do not."""

    lock: Lock | None
    not_used: tuple[Problem, ...]


def find_lock(
    repository: Repository,
    analysis: Analysis,
    request: Request,
    cache: Path,
    *,
    not_after: str | None,
    progress: Progress | None = None,
) -> Found:
    """The first lock file beside the spec files, or at the root, that fits; nothing in it newer than `not_after`."""
    not_used = []
    for path in _candidates(analysis):
        try:
            lock = _adopt(repository, path, request, cache, not_after, progress)
        except DepnormError as error:
            not_used.append(_problem(path, error))
        else:
            return Found(lock=replace(lock, file=path), not_used=tuple(not_used))
    return Found(lock=None, not_used=tuple(not_used))


def _candidates(analysis: Analysis) -> Iterator[str]:
    found = {each.path for each in (*analysis.choice.used, *analysis.choice.ignored)}
    for directory in dict.fromkeys((analysis.choice.config_directory, "")):
        paths = (f"{directory}/{name}" if directory else name for name in _NAMES)
        yield from (path for path in paths if path in found)


def _adopt(
    repository: Repository,
    path: str,
    request: Request,
    cache: Path,
    not_after: str | None,
    progress: Progress | None,
) -> Lock:
    text = decode(repository.read_bytes(path)).text
    target: LockOptions = {"python": request.python, "platform": request.platform}
    everything: LockOptions = {**target, **_everything(text)}
    place = repository.root / path
    try:
        # All extras and groups: which of them the spec files need is seen from the names.
        found = read_lock(place, **everything)
    except DepnormError:
        found = read_lock(place, **target)  # extras that exclude each other
    if not isinstance(found, Lock):
        raise TypeError(path)
    return adopt_lock(found, text, request, cache, not_after=not_after, progress=progress)


def _everything(text: str) -> LockOptions:
    """Every extra and group that the file knows."""
    try:
        document = parse_toml(text, MAX_LOCK_CHARACTERS).data
    except TomlError:
        return {}
    extras, groups = _names(document, "extras"), _names(document, "dependency-groups")
    packages = document.get("package")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, dict) and _is_project(package):
            extras |= _names(package, "optional-dependencies")
            groups |= _names(package, "dev-dependencies")
    return {"extras": tuple(sorted(extras)), "groups": tuple(sorted(groups))}


def _is_project(package: Mapping[str, object]) -> bool:
    source = package.get("source")
    return isinstance(source, dict) and not source.keys().isdisjoint({"editable", "virtual"})


def _names(table: Mapping[str, object], key: str) -> set[str]:
    value = table.get(key)
    return {name for name in value if isinstance(name, str)} if isinstance(value, dict | list) else set()


def _problem(path: str, error: DepnormError) -> Problem:
    what = "no longer fits the spec files" if isinstance(error, DoesNotFitError) else "is not used"
    return Problem(
        location=Location(path=path),
        raw="",
        message=f"{what}: {redact(' '.join(str(error).split()))}",
        hint="Lock again with the tool that wrote it, or remove it if it is for something else.",
        rule=RULE,
    )
