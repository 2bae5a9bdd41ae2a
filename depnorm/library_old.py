"""The library: reads, analyzes, shares, plans and emits, in that order."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from depnorm.analyze.analysis import analyze
from depnorm.analyze.python_version import OLDEST_PYTHON
from depnorm.emit.image import tools_digest
from depnorm.emit.layout import check_repo_dir
from depnorm.errors import CatalogError, UnsupportedError, UnusableInputError, UsageError
from depnorm.model import (
    Analysis,
    Builder,
    Catalog,
    ChosenFile,
    CreateBase,
    Emitter,
    Finding,
    Plan,
    SpecChoice,
    SpecFile,
    SpecFormat,
    Target,
)
from depnorm.read.choice import choose_spec_files
from depnorm.read.closure import git_is_hidden, read_choice
from depnorm.read.formats import READERS
from depnorm.read.repository import Repository, open_repository
from depnorm.read.spec_names import format_of
from depnorm.share.catalog import list_catalogs, load_catalog, load_snapshot
from depnorm.share.sharing import ToolDigests, share_with
from depnorm.stages import plan_repository
from depnorm.stages.shared import CONDA_IMAGE

if TYPE_CHECKING:
    from depnorm.share.refresh import Progress

__all__ = [
    "PlanOptions",
    "check",
    "dockerfile",
    "inspect",
    "list_catalogs",
    "load_catalog",
    "load_snapshot",
    "plan",
    "refresh_catalog",
]

DEFAULT_MAX_LAYERS = {Emitter.CHAIN: 8, Emitter.LINK: 32}
"""Shared layers of one image. A chain of more gains little: build cache and node disk share prefixes only."""
CONDA_PYTHONS = tuple(f"3.{minor}" for minor in range(5, 16))
"""What a conda environment may ask for; conda itself decides."""
DEFAULT_R = "4.4"
"""repo2docker's default."""


class PlanOptions(TypedDict, total=False):
    """What may be asked of a plan; every key may be left out.

    `base_image`: what the image builds on. `python`: `X.Y`, over what the repository says. `catalog`: a name or a
    directory. `as_of`: the ISO date the catalog must have. `layers`: how shared layers get into the image, `link` needs
    BuildKit. `max_layers`: shared layers at most. `fallback`: `always`
    gives every early step the soft form. `all_specs`: plan every spec file, not only those that repo2docker would use.
    `subdir`: the directory to build, relative to the repository. `repo_dir`: where the repository goes in the image.
    `user_id`: its owner.
    """

    base_image: str | None
    python: str | None
    catalog: str
    as_of: str | None
    layers: Literal["chain", "link"]
    max_layers: int
    fallback: Literal["auto", "always"]
    all_specs: bool
    subdir: str
    repo_dir: str | None
    user_id: int


def inspect(path: str | Path) -> tuple[SpecFile, ...]:
    """What the spec files of a repository say, or those of one file and its includes, references resolved and scoped.

    Raises `UnusableInputError` for a path that is neither a directory nor a file.
    """
    return _analyze_path(Path(path)).files


def check(path: str | Path) -> tuple[Finding, ...]:
    """What there is to say about a repository or a file, by file and line. Raises `UnusableInputError`."""
    return _analyze_path(Path(path)).findings


def plan(path: str | Path, **options: Unpack[PlanOptions]) -> Plan:
    """The plan of a repository: offline, running nothing of it.

    Raises `UnusableInputError` for a path that is no directory, `CatalogError`, and `UsageError` for an option.
    """
    catalog = load_catalog(options.get("catalog", "default"))
    _check_options(options, catalog)
    repository = open_repository(Path(path), subdir=options.get("subdir", ""))
    analysis = _analyze(
        repository,
        choose_spec_files(repository, all_specs=options.get("all_specs", False)),
        catalog,
        options.get("python"),
    )
    target, emitter = _target(analysis, options), Emitter(options.get("layers", Emitter.CHAIN))
    repo_dir = options.get("repo_dir") or f"/home/{target.user}"
    check_repo_dir(repo_dir, target.prefix)
    return plan_repository(
        analysis,
        share_with(
            analysis,
            catalog,
            target,
            max_layers=options.get("max_layers", DEFAULT_MAX_LAYERS[emitter]),
            tools=ToolDigests(python=tools_digest("layer.py"), r=tools_digest("packages.R", "profile.R")),
            emitter=emitter,
        ),
        target,
        repo_dir=repo_dir,
        emitter=emitter,
        always_soft=options.get("fallback", "auto") == "always",
    )


def dockerfile(source: str | Path | Plan, **options: Unpack[PlanOptions]) -> str:
    """The Dockerfile of a plan, or of a repository; the repository is its build context.

    Raises what `plan` raises, and `UnsupportedError` for a repository that depnorm has no stages for.
    """
    from depnorm.emit.dockerfile import render_dockerfile  # noqa: PLC0415  `plan` and `check` do without

    made = source if isinstance(source, Plan) else plan(source, **options)
    if isinstance(source, Plan) and options:
        raise UsageError(f"a plan is given, so {', '.join(sorted(options))} cannot change it", hint="Plan with them.")
    if not made.stages:
        builder = made.choice.builder.value
        raise UnsupportedError(
            f"this repository is built with {builder}, which depnorm has no stages for",
            hint="`depnorm plan` says which file decides that; --all-specs plans the other spec files all the same.",
        )
    if _has_prefix(made) and made.target.python and _minor(made.target.python) < OLDEST_PYTHON:
        raise UnsupportedError(
            f"this plan is for Python {made.target.python}; the tools of an image need 3.8 or later",
            hint="Name a later Python, in runtime.txt or with --python.",
        )
    return render_dockerfile(made)


def _has_prefix(made: Plan) -> bool:
    return any(isinstance(stage.step, CreateBase) and stage.step.python for stage in made.stages)


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def refresh_catalog(
    directory: str | Path, as_of: str, pythons: Sequence[str] = (), progress: "Progress | None" = None
) -> tuple[Path, ...]:
    """New snapshots of the catalog in `directory` as of an ISO date, written there; for all its Pythons by default.

    Uses the network and uv, one resolution after the other; `progress` is told what, how far, and of how many. Gives
    the files written. Raises `CatalogError` and `ResolutionError`.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415  nothing else resolves

    from depnorm.resolve.python import PythonResolver  # noqa: PLC0415
    from depnorm.share.refresh import refresh_snapshot  # noqa: PLC0415
    from depnorm.share.snapshot_text import write_catalog, write_snapshot  # noqa: PLC0415

    catalog = load_catalog(str(directory))
    place = Path(catalog.source)
    if not _is_date(as_of):
        raise UsageError(f"{as_of}: expected a date such as {catalog.as_of}")
    if pythons and as_of != catalog.as_of:
        raise UsageError(
            f"one date holds for a whole catalog, and {catalog.name} is of {catalog.as_of}",
            hint="Refresh all of its Pythons to move it to another date.",
        )
    written = []
    for python in pythons or catalog.pythons:
        with TemporaryDirectory(prefix="depnorm-refresh-") as scratch:
            resolver = PythonResolver(python=python, platform=catalog.platform, as_of=as_of, scratch=Path(scratch))
            snapshot = refresh_snapshot(catalog, python, as_of, resolver, progress)
        written.append(write_snapshot(place, snapshot))
    written.append(write_catalog(place, replace(catalog, as_of=as_of)))
    return tuple(written)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_options(options: PlanOptions, catalog: Catalog) -> None:
    if unknown := options.keys() - PlanOptions.__annotations__.keys():
        raise UsageError(f"{', '.join(sorted(unknown))}: there is no such option of a plan")
    as_of, python = options.get("as_of"), options.get("python")
    if as_of and as_of != catalog.as_of:
        raise CatalogError(
            f"catalog {catalog.name} has snapshots as of {catalog.as_of}, not {as_of}",
            hint=f"Leave --as-of out, or make a catalog of that date: depnorm catalog refresh DIR --as-of {as_of}",
        )
    if python and not re.fullmatch(r"[23]\.\d{1,2}", python):
        raise UsageError(f"--python {python}: expected X.Y, such as {catalog.default_python}")
    for name, pattern in _OPTION_PATTERNS.items():
        value = options.get(name)
        if value is not None and not pattern.fullmatch(str(value)):
            raise UsageError(f"--{name.replace('_', '-')} {value!r}: has a form that no image could have")


_OPTION_PATTERNS = {
    # https://pkg.go.dev/github.com/distribution/reference: host, path, tag, digest
    "base_image": re.compile(r"[a-z0-9][A-Za-z0-9._:/-]{0,255}(@sha256:[0-9a-f]{64})?"),
    "user_id": re.compile(r"[0-9]{1,9}"),
    "layers": re.compile("chain|link"),
    "max_layers": re.compile(r"[0-9]{1,2}"),
}


def _analyze_path(path: Path) -> Analysis:
    catalog = load_catalog()
    if path.is_dir():
        repository = open_repository(path)
        return _analyze(repository, choose_spec_files(repository), catalog)
    if not path.exists():
        raise UnusableInputError(f"{path}: there is no such file or directory", hint="Give a repository or a file.")
    repository, name = open_repository(path.parent), path.name
    if format_of(name) not in READERS:
        raise UnusableInputError(
            f"{path}: depnorm does not read files of this name",
            hint="It reads requirements (.txt, .in), environment.yml, install.R, apt.txt, pyproject.toml and the like.",
        )
    chosen = ChosenFile(path=name, format=format_of(name), why="the file that was asked for")
    choice = SpecChoice(builder=Builder.NONE, config_directory="", used=(chosen,), ignored=())
    repository.read_bytes(name)
    return _analyze(repository, choice, catalog)


def _analyze(repository: Repository, choice: SpecChoice, catalog: Catalog, python: str | None = None) -> Analysis:
    files = read_choice(repository, choice)
    return analyze(
        choice,
        files,
        environment_python=_environment_python(files, catalog),
        pythons=catalog.pythons,
        default_python=catalog.default_python,
        python=python,
        git_is_hidden=git_is_hidden(repository),
    )


def _environment_python(files: Iterable[SpecFile], catalog: Catalog) -> str | None:
    environment = next((file for file in files if file.format is SpecFormat.CONDA), None)
    if environment is None:
        return None
    from depnorm.read.conda import python_minor  # noqa: PLC0415  brings rattler

    return python_minor(environment, CONDA_PYTHONS) or catalog.default_python


def _target(analysis: Analysis, options: PlanOptions) -> Target:
    uid = options.get("user_id", 1000)
    version = analysis.r_version or DEFAULT_R
    builder = analysis.choice.builder
    images = {Builder.R: f"rocker/r-ver:{version}", Builder.CONDA: CONDA_IMAGE}
    by_base = builder is Builder.R and not options.get("python")
    return Target(
        base_image=options.get("base_image") or images.get(builder, f"python:{analysis.python}-slim"),
        python=None if by_base else analysis.python,
        r_version=version if builder is Builder.R else None,
        r_snapshot=analysis.r_snapshot,
        uid=uid,
        gid=uid,
    )
