"""Plans, and the Dockerfiles of plans."""

from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from depnorm.analyze.python_version import OLDEST_PYTHON
from depnorm.emit.image import tools_digest
from depnorm.emit.layout import check_repo_dir
from depnorm.errors import UnsupportedError, UsageError
from depnorm.library.analysis import analyze_repository
from depnorm.library.options import PlanOptions, check_installer, check_options
from depnorm.model import Analysis, Builder, Catalog, CreateBase, Emitter, Lock, Plan, Target
from depnorm.read.choice import choose_spec_files
from depnorm.read.repository import Repository, open_repository
from depnorm.share.catalog import load_catalog
from depnorm.share.sharing import ToolDigests, share_with
from depnorm.stages import plan_repository
from depnorm.stages.shared import CONDA_IMAGE

DEFAULT_MAX_LAYERS = {Emitter.CHAIN: 8, Emitter.LINK: 32}
"""Shared layers of one image. A chain of more gains little: build cache and node disk share prefixes only."""
DEFAULT_R = "4.4"
"""repo2docker's default."""


def plan(path: str | Path, **options: Unpack[PlanOptions]) -> Plan:
    """The plan of a repository: offline and running nothing of it, but for `lock`, which asks the index.

    With `layers_from` a registry is asked, or a file read. Raises `UnusableInputError` for a path that is no directory
    and for that file, `CatalogError`, `UsageError` for an option, `ResolutionError` for a lock, and `RegistryError`.
    """
    asked = _ask(path, options)
    analysis, target = asked.analysis, asked.target
    emitter = Emitter(options.get("layers", Emitter.CHAIN))
    repo_dir = options.get("repo_dir") or f"/home/{target.user}"
    check_repo_dir(repo_dir, target.prefix)
    sharing = share_with(
        analysis,
        asked.catalog,
        target,
        max_layers=options.get("max_layers", DEFAULT_MAX_LAYERS[emitter]),
        tools=ToolDigests(python=tools_digest("layer.py"), r=tools_digest("packages.R", "profile.R")),
        emitter=emitter,
        lock=_lock_for_plan(asked, options) if options.get("lock") else None,
    )
    always_soft = options.get("fallback", "auto") == "always"
    made = plan_repository(analysis, sharing, target, repo_dir=repo_dir, emitter=emitter, always_soft=always_soft)
    return _take_layers(made, options.get("layers_from"))


def _take_layers(made: Plan, source: str | None) -> Plan:
    if source is None:
        return made
    from depnorm.library.bake import take_layers  # noqa: PLC0415  few plans have what it takes

    return take_layers(made, source)


def lock(path: str | Path, **options: Unpack[PlanOptions]) -> Lock:
    """One joint resolution of what a repository asks of pip, as of a date (the catalog's), from the index.

    Nothing of it is built or run. Raises what `plan` raises, and `UnsupportedError` where pip installs nothing.
    """
    asked: PlanOptions = {**options, "lock": True}
    return _lock(_ask(path, asked), asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A repository, what its files say together, and what for."""

    catalog: Catalog
    repository: Repository
    analysis: Analysis
    target: Target


def _ask(path: str | Path, options: PlanOptions) -> _Asked:
    catalog = load_catalog(options.get("catalog", "default"))
    check_options(options, catalog)
    repository = open_repository(Path(path), subdir=options.get("subdir", ""))
    choice = choose_spec_files(repository, all_specs=options.get("all_specs", False))
    check_installer(options.get("installer"), choice.builder)
    analysis = analyze_repository(repository, choice, catalog, options.get("python"))
    return _Asked(catalog=catalog, repository=repository, analysis=analysis, target=_target(analysis, options))


def _lock_for_plan(asked: _Asked, options: PlanOptions) -> Lock:
    """The lock of a plan, whose layers a pip builds that the catalog pins; raises where it could prove nothing."""
    python, pythons = asked.target.python, asked.catalog.pythons
    if python is not None and python not in pythons:
        raise UnsupportedError(
            f"catalog {asked.catalog.name} has no snapshot for Python {python}, so no plan for it can be locked",
            hint=f"Take one of {', '.join(pythons)} with --python, or plan without a lock (verify: --declared).",
        )
    return _lock(asked, options)


def _lock(asked: _Asked, options: PlanOptions) -> Lock:
    if not asked.analysis.uses_prefix or asked.target.python is None:
        raise UnsupportedError(
            "nothing here is installed by pip into a Python prefix of its own, and nothing else can be locked yet",
            hint="Plan without a lock (verify: --declared); `depnorm plan` says which files count.",
        )
    from depnorm.library.locks import lock_analysis  # noqa: PLC0415  nothing else resolves

    as_of = options.get("as_of") or asked.catalog.as_of
    return lock_analysis(asked.repository, asked.analysis, asked.target, as_of, options.get("progress"))


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
