"""The lock file of a repository in the place of a new resolution, where it fits."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from depnorm.errors import DepnormError
from depnorm.library.locks import LockOptions, read_lock
from depnorm.model import Analysis, CranLock, Location, Lock, Problem, Progress, SpecFormat, redact
from depnorm.read.formats import parse
from depnorm.read.locks.toml_lock import MAX_LOCK_CHARACTERS
from depnorm.read.repository import Repository
from depnorm.read.text import decode
from depnorm.read.toml_lines import TomlError, parse_toml
from depnorm.resolve.adopt import DoesNotFitError, adopt_lock
from depnorm.resolve.request import Request

if TYPE_CHECKING:
    from depnorm.resolve.conda_request import CondaRequest

RULE = "DN205"
_NAMES = ("pylock.toml", "uv.lock")
"""In the order in which they are tried; `pylock.NAME.toml` are for other purposes than installing the repository."""
_CONDA_NAMES = ("conda-lock.yml", "conda-lock.yaml")
"""They are tried first; conda-lock itself writes the first, unless it is told another name."""
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
    paths = _beside(analysis, _NAMES)
    return _first(paths, lambda path: _adopt(repository, path, request, cache, not_after, progress))


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

    return _first(_conda_locks(analysis), adopt)


def find_renv_lock(
    repository: Repository, analysis: Analysis, adopt: Callable[[str, CranLock], CranLock]
) -> Found[CranLock]:
    """The same of R: a renv.lock; `adopt` tells what is taken of one that was read, by its path."""

    def read(path: str) -> CranLock:
        found = read_lock(repository.root / path)
        if not isinstance(found, CranLock):
            raise TypeError(path)
        return adopt(path, found)

    return _first(_beside(analysis, ("renv.lock",)), read)


def _first(paths: Iterable[str], adopt: Callable[[str], _Any]) -> Found[_Any]:
    not_used = []
    for path in paths:
        try:
            lock = adopt(path)
        except DepnormError as error:
            not_used.append(_problem(path, error))
        else:
            return Found(lock=replace(lock, file=path), not_used=tuple(not_used))
    return Found(lock=None, not_used=tuple(not_used))


def _known(analysis: Analysis) -> dict[str, SpecFormat]:
    return {each.path: each.format for each in (*analysis.choice.used, *analysis.choice.ignored)}


def _directories(analysis: Analysis) -> tuple[str, ...]:
    return tuple(dict.fromkeys((analysis.choice.config_directory, "")))


def _beside(analysis: Analysis, names: Sequence[str]) -> Iterator[str]:
    """Files of these names beside the spec files, or at the root."""
    found = _known(analysis)
    for directory in _directories(analysis):
        yield from (path for path in _beside_in(directory, names) if path in found)


def _conda_locks(analysis: Analysis) -> Iterator[str]:
    """Those of conda-lock's own name, then others, such as `environment.conda-lock.yml`, in each directory."""
    found = [path for path, form in _known(analysis).items() if form is SpecFormat.CONDA_LOCK]
    for directory in _directories(analysis):
        names = sorted(path.rpartition("/")[2] for path in found if path.rpartition("/")[0] == directory)
        yield from _beside_in(directory, sorted(names, key=lambda name: name not in _CONDA_NAMES))


def _beside_in(directory: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{directory}/{name}" if directory else name for name in names)


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


def _problem(path: str, error: DepnormError) -> Problem:
    what = "no longer fits the spec files" if isinstance(error, DoesNotFitError) else "is not used"
    return Problem(
        location=Location(path=path),
        raw="",
        message=f"{what}: {redact(' '.join(str(error).split()))}",
        hint="Lock again with the tool that wrote it, or remove it if it is for something else.",
        rule=RULE,
    )
