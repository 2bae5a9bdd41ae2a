"""Joint locks: those that are made, and those that a repository brings."""

import os
import re
from dataclasses import replace
from pathlib import Path

from depnorm.errors import UnsupportedError, UsageError
from depnorm.library.ignores import with_problems
from depnorm.library.lock_problems import RULE
from depnorm.model import (
    Analysis,
    Builder,
    ChosenFile,
    CranLock,
    Ecosystem,
    LeftOutKind,
    Lock,
    Problem,
    Progress,
    Target,
    redact,
)
from depnorm.read.repository import Repository


def cache_directory() -> Path:
    """Where answers of indexes are kept: `$DEPNORM_CACHE`, else the user's directory for such things."""
    import platformdirs  # noqa: PLC0415  only a lock keeps something

    given = os.environ.get("DEPNORM_CACHE")
    return Path(given) if given else platformdirs.user_cache_path("depnorm")


_USED = "it fits what the spec files ask for, so what it has is what is installed"


def lock_analysis(
    repository: Repository,
    analysis: Analysis,
    target: Target,
    as_of: str,
    progress: Progress | None = None,
    *,
    not_after: str | None = None,
    builds: bool = False,
) -> Lock:
    """What a repository asks of pip: a lock file of its own that fits, or one joint resolution as of a date.

    A lock file must hold nothing newer than `not_after`. With `builds` sdists are built to learn what they need, which
    runs their code. Raises `ResolutionError`, with the lines that conflict.
    """
    from depnorm.library.lock_files import find_lock  # noqa: PLC0415  brings uv
    from depnorm.resolve.joint import lock_python  # noqa: PLC0415
    from depnorm.resolve.request import request_of  # noqa: PLC0415

    python, platform = target.python or "", target.platform
    request = request_of(analysis, repository.list_directory, python=python, platform=platform, as_of=as_of)
    request = replace(request, builds=builds, python_patch=target.python_patch)
    found = find_lock(repository, analysis, request, cache_directory(), not_after=not_after, progress=progress)
    if found.lock is not None:
        return replace(found.lock, not_used=found.not_used)
    return replace(lock_python(request, cache_directory(), progress), not_used=found.not_used)


def tell_of_lock(analysis: Analysis, lock: Lock | CranLock) -> Analysis:
    """The analysis with the lock file among the files that count, and with findings about those that do not fit."""
    choice = analysis.choice
    used = tuple(
        ChosenFile(path=each.path, format=each.format, why=_USED) for each in choice.ignored if each.path == lock.file
    )
    ignored = tuple(each for each in choice.ignored if each.path != lock.file)
    told = replace(analysis, choice=replace(choice, used=(*choice.used, *used), ignored=ignored))
    return _tell_of_misfits(told, lock.not_used)


def _tell_of_misfits(analysis: Analysis, problems: tuple[Problem, ...]) -> Analysis:
    """The analysis with findings about lock files that are not used, and without the word that they may be."""
    choice, paths = analysis.choice, {each.location.path for each in problems}
    ignored = tuple(
        replace(each, why=f"{each.why.partition(';')[0]}, and --lock cannot take it: {RULE} says why")
        if each.path in paths
        else each
        for each in choice.ignored
    )
    return with_problems(replace(analysis, choice=replace(choice, ignored=ignored)), problems)


def lockable(analysis: Analysis) -> tuple[Ecosystem, ...]:
    """The ecosystems of which a repository's own tools install packages that a lock can hold, that of conda first."""
    conda = (Ecosystem.CONDA,) if analysis.environments else ()
    pypi = (Ecosystem.PYPI,) if analysis.uses_prefix else ()
    cran = (Ecosystem.CRAN,) if analysis.choice.builder is Builder.R else ()
    return (*conda, *pypi, *cran)


def lock_environment(
    repository: Repository,
    analysis: Analysis,
    target: Target,
    as_of: str,
    progress: Progress | None = None,
    *,
    not_after: str | None = None,
) -> Lock:
    """What an environment file asks of conda: a lock file of its own that fits, or one joint solve.

    The pip section is locked against that. A lock file must hold nothing newer than `not_after`. Raises
    `ResolutionError`, with the lines that conflict, and `UnsupportedError` for what no lock can honour.
    """
    from depnorm.library.lock_files import find_conda_lock  # noqa: PLC0415  few repositories ask conda
    from depnorm.read.condarc import read_channel_names  # noqa: PLC0415
    from depnorm.resolve.conda import lock_conda  # noqa: PLC0415
    from depnorm.resolve.conda_request import conda_request_of  # noqa: PLC0415

    request = conda_request_of(analysis, repository.list_directory, read_channel_names(), target=target, as_of=as_of)
    found = find_conda_lock(repository, analysis, request, cache_directory(), not_after=not_after, progress=progress)
    lock = lock_conda(request, cache_directory(), progress) if found.lock is None else found.lock
    return replace(lock, not_used=found.not_used)


def lock_r_for_plan(
    repository: Repository,
    analysis: Analysis,
    target: Target,
    as_of: str,
    progress: Progress | None = None,
    *,
    not_after: str | None = None,
) -> CranLock | None:
    """The R packages of a plan, None for a repository without R.

    Raises what `lock_analysis_of_r` raises, and `UnsupportedError` where the lock would prove nothing.
    """
    if Ecosystem.CRAN not in lockable(analysis):
        return None
    if analysis.environments:
        raise UnsupportedError(
            "a conda environment beside R cannot be locked",
            hint="Plan without a lock (verify: --declared).",
        )
    found = lock_analysis_of_r(repository, analysis, target, as_of, progress, not_after=not_after)
    others = [each for each in found.remainder if each.kind is not LeftOutKind.DIRECTORY]
    if others and not found.packages:
        raise UnsupportedError(
            f"no R package here can be locked: {redact(others[0].name)} {others[0].why}",
            hint="Plan without a lock (verify: --declared); `depnorm lock` names all that is left out.",
        )
    return found


def lock_analysis_of_r(
    repository: Repository,
    analysis: Analysis,
    target: Target,
    as_of: str,
    progress: Progress | None = None,
    *,
    not_after: str | None = None,
) -> CranLock:
    """The R packages that a repository asks of CRAN: a renv.lock of its own that fits, or those of a dated snapshot.

    The lock's `as_of` is the date of the snapshot that has it, which may be another one than `as_of`: that of the
    renv.lock, if nothing else tells one and it is not after `not_after`. Raises `ResolutionError`, and `UsageError`
    where nobody says who has snapshots.
    """
    from depnorm.library.lock_files import find_renv_lock  # noqa: PLC0415  few repositories have R packages
    from depnorm.resolve.cran import lock_cran  # noqa: PLC0415
    from depnorm.resolve.cran_adopt import RenvLock, adopt_cran  # noqa: PLC0415
    from depnorm.resolve.cran_request import CranRequest, cran_request_of  # noqa: PLC0415

    snapshots = _cran_snapshots()

    def request_at(date: str) -> CranRequest:
        return cran_request_of(analysis, repository=f"{snapshots}/{date}", r_version=target.r_version or "", as_of=date)

    def adopt(path: str, found: CranLock) -> CranLock:
        renv = RenvLock(path=path, lock=found, analysis=analysis)
        return adopt_cran(renv, request_at, as_of, cache_directory(), not_after=not_after, progress=progress)

    found = find_renv_lock(repository, analysis, adopt)
    lock = lock_cran(request_at(as_of), cache_directory(), progress) if found.lock is None else found.lock
    return replace(lock, not_used=found.not_used)


def _cran_snapshots() -> str:
    """The URL of CRAN's snapshots, up to the date: `$DEPNORM_CRAN`, with or without a date of its own."""
    given = os.environ.get("DEPNORM_CRAN", "")
    found = re.fullmatch(r"(https?://[^\s\"'<>\\]+?)(?:/(?:latest|\d{4}-\d{2}-\d{2})?)?/*", given, re.ASCII)
    if found is None:
        said = f"is {redact(given)!r}, which is no URL" if given else "is not set"
        raise UsageError(
            f"R packages are locked at a dated snapshot of CRAN, and DEPNORM_CRAN, which says where those are, {said}",
            hint="Set it to what the image's R has in its option `repos`, before the date:"
            " DEPNORM_CRAN=https://cran.example.org/cran",
        )
    return found[1]
