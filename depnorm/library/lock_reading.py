"""One lock file, read as the Lock of one target."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypedDict, Unpack

from depnorm.errors import UnsupportedError, UnusableInputError, UsageError
from depnorm.model import CranLock, Entry, Lock, SpecFormat
from depnorm.model.environment import minor_of
from depnorm.read.formats import parse
from depnorm.read.repository import Repository, open_repository
from depnorm.read.spec_names import format_of
from depnorm.read.text import decode
from depnorm.share.catalog import load_catalog


class LockOptions(TypedDict, total=False):
    """What a Lock is for; every key may be left out.

    `python`: `X.Y` or `X.Y.Z`, by default the catalog's. `platform`: a manylinux tag. `subdir`: conda's name of it.
    `extras` and `groups`: those of the project beside what is always installed (conda-lock: `groups` are categories);
    None means the groups that the file or uv installs by default.
    """

    python: str | None
    platform: str
    subdir: str
    extras: tuple[str, ...]
    groups: tuple[str, ...] | None


def read_lock(path: str | Path, **options: Unpack[LockOptions]) -> Lock | CranLock:
    """The exact packages that a lock file has for one Target: pylock.toml, uv.lock, conda-lock.yml or renv.lock.

    Offline, and nothing of the repository runs; a uv.lock needs uv. Raises `UnusableInputError` for a file with
    problems (`inspect` tells all of them), `UnsupportedError` for another format, `ResolutionError` where the lock does
    not hold for the Target, and `UsageError`.
    """
    if unknown := options.keys() - LockOptions.__annotations__.keys():
        raise UsageError(f"{', '.join(sorted(unknown))}: there is no such option of a lock")
    _check_target(options)
    place = Path(path)
    repository, name = open_repository(place.parent), place.name
    file_format, data = format_of(name), repository.read_bytes(name)
    if file_format not in _LOCKS:
        raise UnsupportedError(
            f"{path}: no Lock is made of a file of the format {file_format.value}",
            hint="Export it: `uv export`, `poetry export` or `pdm export` write what depnorm reads.",
        )
    if problem := next(iter(parse(data, name, file_format).problems), None):
        raise UnusableInputError(f"{problem.location}: {problem.message}", hint=problem.hint)
    return _LOCKS[file_format](repository, name, data, options)


def _check_target(options: LockOptions) -> None:
    python, platform = options.get("python"), options.get("platform")
    if python and not re.fullmatch(r"[23]\.\d{1,2}(\.\d{1,2})?", python, re.ASCII):
        raise UsageError(f"python {python!r:.80}: expected X.Y or X.Y.Z, such as 3.12")
    if platform is not None and not re.fullmatch(r"manylinux_2_\d{1,2}_[a-z0-9_]+", platform, re.ASCII):
        raise UsageError(f"platform {platform!r:.80}: expected a manylinux tag, such as {load_catalog().platform}")


def _lock_of_conda(_repository: Repository, name: str, data: bytes, options: LockOptions) -> Lock:
    from depnorm.read.locks.conda import read_conda_lock  # noqa: PLC0415  brings conda-lock

    categories = options.get("groups")
    return read_conda_lock(
        data, name, options.get("subdir", "linux-64"), ("main",) if categories is None else ("main", *categories)
    )


def _lock_of_renv(_repository: Repository, _name: str, data: bytes, _options: LockOptions) -> CranLock:
    from depnorm.read.locks.renv import read_cran_lock  # noqa: PLC0415  few repositories have one

    return read_cran_lock(data)


def _lock_of_python(repository: Repository, name: str, data: bytes, options: LockOptions) -> Lock:
    from tempfile import TemporaryDirectory  # noqa: PLC0415  nothing else needs these

    from depnorm.read.project import default_groups  # noqa: PLC0415
    from depnorm.resolve.pylock import Selection, lock_pylock  # noqa: PLC0415
    from depnorm.resolve.uv_export import lock_uv  # noqa: PLC0415

    python = options.get("python") or load_catalog().default_python
    selection = Selection(
        python=minor_of(python),
        python_patch=python if python != minor_of(python) else None,
        platform=options.get("platform", load_catalog().platform),
        extras=options.get("extras", ()),
        groups=options.get("groups"),
    )
    text = decode(data).text
    if format_of(name) is SpecFormat.PYLOCK:
        return lock_pylock(text, name, selection)
    beside = repository.entry("pyproject.toml") is Entry.FILE
    defaults = default_groups(repository.read_bytes("pyproject.toml")) if beside else None
    with TemporaryDirectory(prefix="depnorm-lock-") as scratch:
        return lock_uv(text, name, selection, Path(scratch), default_groups=defaults)


_LOCKS: Mapping[SpecFormat, Callable[[Repository, str, bytes, LockOptions], Lock | CranLock]] = {
    SpecFormat.PYLOCK: _lock_of_python,
    SpecFormat.UV_LOCK: _lock_of_python,
    SpecFormat.CONDA_LOCK: _lock_of_conda,
    SpecFormat.RENV_LOCK: _lock_of_renv,
}
