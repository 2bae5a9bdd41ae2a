"""Lock files that no longer fit, as far as reading tells: nothing is resolved, and no index is asked.

What is found here is certain: a file that cannot be read; a package that a line asks for, and that the file lacks, or
has in no version that the line allows. That a package of the lock needs another one, only `--lock` finds out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from depnorm.errors import DepnormError, UnusableInputError
from depnorm.library.lock_paths import conda_locks, lock_formats, python_locks, renv_locks
from depnorm.library.lock_problems import does_not_fit, not_used
from depnorm.model import (
    Analysis,
    Builder,
    Dependency,
    Ecosystem,
    LeftOut,
    LeftOutKind,
    Lock,
    Problem,
    SpecFile,
    SpecFormat,
    canonical_name,
)
from depnorm.model.cran import RECOMMENDED_PACKAGES
from depnorm.read.formats import parse
from depnorm.read.repository import Repository

_FORMATS = frozenset({SpecFormat.PYLOCK, SpecFormat.UV_LOCK, SpecFormat.CONDA_LOCK, SpecFormat.RENV_LOCK})
_SUBDIR, _PLATFORM = "linux-64", "manylinux_2_28_x86_64"
_Versions = Mapping[str, frozenset[str]]


def find_stale_locks(repository: Repository, analysis: Analysis) -> tuple[Problem, ...]:
    """A problem of each lock file that certainly does not fit, of those that `--lock` would try before one that may."""
    if not any(each.format in _FORMATS for each in analysis.choice.ignored):
        return ()
    found = []
    for paths in _tried(analysis):
        for path in paths:
            problem = _problem(repository, analysis, path)
            if problem is None:
                break
            found.append(problem)
    return tuple(found)


def _tried(analysis: Analysis) -> Iterator[Iterable[str]]:
    """The lock files of each ecosystem that `--lock` locks."""
    if analysis.environments:
        yield conda_locks(analysis)
    elif analysis.uses_prefix:
        yield python_locks(analysis)
    if analysis.choice.builder is Builder.R:
        yield renv_locks(analysis)


def _problem(repository: Repository, analysis: Analysis, path: str) -> Problem | None:
    """Why a lock file cannot be taken; None where nothing says so."""
    from depnorm.resolve.fit import summary  # noqa: PLC0415  brings packaging

    try:
        found = list(_objections(repository, analysis, path))
    except UnusableInputError as error:
        return not_used(path, error)
    except DepnormError:  # the spec files cannot be locked at all
        return None
    return does_not_fit(path, summary(found)) if found else None


def _objections(repository: Repository, analysis: Analysis, path: str) -> Iterable[str]:
    data, file_format = repository.read_bytes(path), lock_formats(analysis)[path]
    if file_format is SpecFormat.CONDA_LOCK:
        return _objections_of_conda(analysis, data)
    file = parse(data, path, file_format)
    if file.problems:
        first = file.problems[0]
        raise UnusableInputError(f"{first.location}: {first.message}")
    of_r = file_format is SpecFormat.RENV_LOCK
    return _objections_of_r(analysis, file) if of_r else _objections_of_pip(repository, analysis, file)


def _objections_of_pip(repository: Repository, analysis: Analysis, file: SpecFile) -> Sequence[str]:
    from depnorm.resolve.fit import objections  # noqa: PLC0415  brings packaging
    from depnorm.resolve.request import request_of  # noqa: PLC0415

    request = request_of(analysis, repository.list_directory, python=analysis.python, platform=_PLATFORM, as_of="")
    named = {canonical_name(reference.target) for reference in file.references}
    versions = _versions(file.dependencies)
    held = [
        LeftOut(
            ecosystem=Ecosystem.PYPI,
            name=name,
            version=next(iter(several)) if len(several) == 1 and name not in named else None,
            kind=LeftOutKind.ARCHIVE,
            why="",
        )
        for name, several in versions.items()
    ]
    return objections(Lock(ecosystem=Ecosystem.PYPI, packages=(), left_out=tuple(held)), request)


def _versions(dependencies: Iterable[Dependency]) -> _Versions:
    """Name to versions; an empty one where a file does not tell it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in dependencies:
        if each.name:
            found[each.name].add(each.spec.removeprefix("=="))
    return {name: frozenset(versions) for name, versions in found.items()}


def _objections_of_conda(analysis: Analysis, data: bytes) -> Iterator[str]:
    from depnorm.read.conda import allows_version  # noqa: PLC0415  few repositories ask conda
    from depnorm.read.locks.conda_versions import read_conda_versions  # noqa: PLC0415

    versions = read_conda_versions(data, _SUBDIR)
    paths = {each.file for each in analysis.environments}
    files = [file for file in analysis.files if file.path in paths and versions]
    for each in (each for file in files for each in file.dependencies if each.ecosystem is Ecosystem.CONDA):
        has = versions.get(each.name or "", frozenset())
        if each.url or not each.name or each.name.startswith("__") or each.subdir not in {None, _SUBDIR, "noarch"}:
            continue
        if not any(allows_version(each.spec, version) for version in has):
            yield f"{each.location} asks for {f'{each.name} {each.spec}'.strip()}, the lock {_has(each.name, has)}"


def _objections_of_r(analysis: Analysis, file: SpecFile) -> Iterator[str]:
    from depnorm.resolve.cran_request import cran_request_of  # noqa: PLC0415  few repositories have R packages

    has = (
        RECOMMENDED_PACKAGES | _versions(file.dependencies).keys() | {reference.target for reference in file.references}
    )
    request = cran_request_of(analysis, repository="", r_version="", as_of=analysis.r_snapshot or "")
    for each in sorted(request.asked, key=lambda one: one.location):
        if each.name and each.name not in has:
            yield f"{each.location} asks for {each.name}, the lock {_has(each.name, frozenset())}"


def _has(name: str, versions: frozenset[str]) -> str:
    return f"has {', '.join(sorted(versions))}" if versions else f"does not have {name}"
