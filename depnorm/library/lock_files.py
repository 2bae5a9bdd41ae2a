"""The lock file of a repository in the place of a new resolution, where it fits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from depnorm.errors import DepnormError
from depnorm.library.lock_paths import conda_locks, python_locks, renv_locks
from depnorm.library.lock_problems import does_not_fit, not_used
from depnorm.library.lock_reading import LockOptions, read_lock
from depnorm.model import Analysis, CranLock, Lock, Problem, Progress, SpecFormat
from depnorm.read.formats import parse
from depnorm.read.locks.toml_lock import MAX_LOCK_CHARACTERS
from depnorm.read.repository import Repository
from depnorm.read.text import decode
from depnorm.read.toml_lines import TomlError, parse_toml
from depnorm.resolve.adopt import DoesNotFitError, adopt_lock
from depnorm.resolve.request import Request

if TYPE_CHECKING:
    from depnorm.resolve.conda_request import CondaRequest

_Any = TypeVar("_Any", Lock, CranLock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[_Any]):
    """The lock that a file of the repository gives, None where none fits, and why others do not."""

    lock: _Any | None
    not_used: tuple[Problem, ...]


def find_lock(
    repository: Repository,
    analysis: Analysis,
    request: Request,
    cache: Path,
    *,
    not_after: str | None,
    progress: Progress | None = None,
) -> Found[Lock]:
    """The first lock file beside the spec files, or at the root, that fits; nothing in it newer than `not_after`."""
    return _first(
        analysis, python_locks(analysis), lambda path: _adopt(repository, path, request, cache, not_after, progress)
    )


def find_conda_lock(
    repository: Repository,
    analysis: Analysis,
    request: "CondaRequest",
    cache: Path,
    *,
    not_after: str | None,
    progress: Progress | None = None,
) -> Found[Lock]:
    """The same of conda: a conda-lock.yml that fits the environment file and its pip section."""
    from depnorm.resolve.conda_adopt import adopt_conda  # noqa: PLC0415  few repositories ask conda

    def adopt(path: str) -> Lock:
        found = read_lock(repository.root / path, subdir=request.subdir, groups=_categories(repository, path))
        if not isinstance(found, Lock):
            raise TypeError(path)
        return adopt_conda(found, request, cache, not_after=not_after, progress=progress)

    return _first(analysis, conda_locks(analysis), adopt)


def find_renv_lock(
    repository: Repository, analysis: Analysis, adopt: Callable[[str, CranLock], CranLock]
) -> Found[CranLock]:
    """The same of R: a renv.lock; `adopt` tells what is taken of one that was read, by its path."""

    def read(path: str) -> CranLock:
        found = read_lock(repository.root / path)
        if not isinstance(found, CranLock):
            raise TypeError(path)
        return adopt(path, found)

    return _first(analysis, renv_locks(analysis), read)


def _first(analysis: Analysis, paths: Iterable[str], adopt: Callable[[str], _Any]) -> Found[_Any]:
    problems: list[Problem] = []
    used = frozenset(file.path for file in analysis.choice.used)
    for path in paths:
        try:
            lock = adopt(path)
        except DoesNotFitError as error:
            problems.append(does_not_fit(path, str(error), used=used))
        except DepnormError as error:
            problems.append(not_used(path, error, used=used))
        else:
            return Found(lock=replace(lock, file=path), not_used=tuple(problems))
    return Found(lock=None, not_used=tuple(problems))


def _categories(repository: Repository, path: str) -> tuple[str, ...]:
    """Every category that the file knows: which of them the spec file needs is seen from the names."""
    file = parse(repository.read_bytes(path), path, SpecFormat.CONDA_LOCK)
    groups = {each.group.removeprefix("group:") for each in file.dependencies if each.group}
    return tuple(sorted(groups))


def _adopt(
    repository: Repository,
    path: str,
    request: Request,
    cache: Path,
    not_after: str | None,
    progress: Progress | None,
) -> Lock:
    text = decode(repository.read_bytes(path)).text
    target: LockOptions = {"python": request.release, "platform": request.platform}
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
