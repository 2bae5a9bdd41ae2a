"""Plans, and the Dockerfiles of plans."""

from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from depnorm.analyze.python_version import OLDEST_PYTHON, PythonOption, choose_patch, python_options
from depnorm.emit.layout import check_repo_dir
from depnorm.errors import ResolutionError, UnsupportedError, UsageError
from depnorm.library import locks
from depnorm.library.analysis import analyze_repository, steps_of_reading
from depnorm.library.ignores import with_problems
from depnorm.library.layer_tools import layer_tools
from depnorm.library.options import PlanOptions, check_installer, check_options
from depnorm.library.repositories import find_repository
from depnorm.library.vcs_tools import tell_without_vcs
from depnorm.library.without_effect import tell_without_effect
from depnorm.model import (
    Analysis,
    Builder,
    Catalog,
    CranLock,
    CreateBase,
    Dependency,
    Ecosystem,
    Emitter,
    Finding,
    Lock,
    Plan,
    Progress,
    Severity,
    Target,
)
from depnorm.read.repository import Repository
from depnorm.share.catalog import load_catalog
from depnorm.share.sharing import share_with
from depnorm.stages import plan_repository
from depnorm.stages.shared import CONDA_IMAGE

if TYPE_CHECKING:
    from depnorm.share.nearest import Relock

DEFAULT_MAX_LAYERS = {Emitter.CHAIN: 8, Emitter.LINK: 32}
"""Shared layers of one image. A chain of more gains little: build cache and node disk share prefixes only."""
DEFAULT_R = "4.4"
"""repo2docker's default."""


def plan(path: str | Path, **options: Unpack[PlanOptions]) -> Plan:
    """The plan of a repository, or of one spec file: offline and running nothing of it, but for `lock` (an index).

    With `layers_from` a registry is asked, or a file read. `open_repository` makes a path of what is none. Raises
    `UnusableInputError` for a path that cannot be read and for that file, `CatalogError`, `UsageError` for an option,
    `ResolutionError` for a lock, and `RegistryError`.
    """
    tell = options.get("trace") or _tell_nobody
    asked = _ask(path, options)
    analysis, target = asked.analysis, asked.target
    emitter = Emitter(options.get("layers", Emitter.CHAIN))
    repo_dir = options.get("repo_dir") or f"/home/{target.user}"
    check_repo_dir(repo_dir, target.prefix)
    slim, installer = options.get("slim", False), options.get("installer")
    tools = layer_tools(asked.catalog, target.python, slim=slim, installer=installer)
    locked = _lock_for_plan(asked, options) if options.get("lock") else None
    cran_locked = _cran_lock_for_plan(asked, options) if options.get("lock") else None
    if cran_locked is not None:
        target = replace(target, r_snapshot=cran_locked.as_of)
    for each in (locked, cran_locked):
        if each is not None:
            tell(
                f"locked {len(each.packages)} packages by {each.file or 'a resolution'}, {len(each.remainder)} left out"
            )
    sharing = share_with(
        analysis,
        asked.catalog,
        target,
        max_layers=options.get("max_layers", DEFAULT_MAX_LAYERS[emitter]),
        tools=tools.digests,
        emitter=emitter,
        lock=locked,
        cran_lock=cran_locked,
        installer=installer,
        relock=_relock(asked, options) if locked and not locked.file else None,
    )
    taken = sum(each.admitted for each in sharing.decisions)
    tell(f"chose {taken} shared layers of {len(sharing.decisions)} that are asked for")
    always_soft = options.get("fallback", "auto") == "always"
    for each in (locked, cran_locked):
        analysis = locks.tell_of_lock(analysis, each) if each else analysis
    notes = tell_without_effect(options, analysis, asked.catalog, target)
    analysis = with_problems(analysis, (*sharing.nearest, *notes, *tell_without_vcs(analysis, target)))
    made = plan_repository(analysis, sharing, target, repo_dir=repo_dir, emitter=emitter, always_soft=always_soft)
    tell(f"put {len(made.stages)} stages in order")
    return _take_layers(tools.put_into(made), options.get("layers_from"))


def _tell_nobody(_step: str) -> None:
    """What is told where nobody asked."""


def _take_layers(made: Plan, source: str | None) -> Plan:
    if source is None:
        return made
    from depnorm.library.bake import take_layers  # noqa: PLC0415  few plans have what it takes

    return take_layers(made, source)


def lock(path: str | Path, *, ecosystem: Ecosystem | None = None, **options: Unpack[PlanOptions]) -> Lock | CranLock:
    """One joint resolution of what a repository asks of conda (with its pip section), else of pip, as of a date.

    The date is the catalog's by default. With `ecosystem` cran, and where only R installs something, a lock of its R
    packages: at the repository's own snapshot of CRAN, or as of the date. Nothing of it is built or run, but for sdists
    with `allow_builds`; a lock file of the repository that fits is taken instead (pylock.toml, uv.lock, conda-lock.yml
    or renv.lock). Raises what `plan` raises, and `UnsupportedError` where the ecosystem's tool installs nothing.
    """
    asked: PlanOptions = {**options, "lock": True}
    found = _ask(path, asked)
    can = locks.lockable(found.analysis)
    if ecosystem is Ecosystem.CONDA and ecosystem not in can:
        raise UnsupportedError("nothing here is installed by conda", hint="`depnorm plan` says which files count.")
    if (ecosystem or next(iter(can), None)) is not Ecosystem.CRAN:
        return _lock(found, asked, ecosystem)
    if Ecosystem.CRAN not in can:
        raise UnsupportedError("nothing here is installed by R", hint="`depnorm plan` says which files count.")
    return locks.lock_analysis_of_r(
        found.repository,
        found.analysis,
        found.target,
        found.target.r_snapshot or "",
        asked.get("progress"),
        not_after=asked.get("as_of"),
    )


def lockable(path: str | Path, **options: Unpack[PlanOptions]) -> tuple[Ecosystem, ...]:
    """The ecosystems that `lock` can lock for a repository; by default it takes the first. Raises what `plan` does."""
    return locks.lockable(_ask(path, {**options, "lock": True}).analysis)


def unreadable(path: str | Path, **options: Unpack[PlanOptions]) -> tuple[Finding, ...]:
    """The errors of the spec files: a line that cannot be read is in no lock. Raises what `plan` does."""
    findings = _ask(path, {**options, "lock": True}).analysis.findings
    return tuple(each for each in findings if each.severity is Severity.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A repository, what its files say together, and what for."""

    catalog: Catalog
    repository: Repository
    analysis: Analysis
    target: Target


def _ask(path: str | Path, options: PlanOptions) -> _Asked:
    tell = options.get("trace") or _tell_nobody
    catalog = load_catalog(options.get("catalog", "default"))
    tell(f"read catalog {catalog.name}, as of {catalog.as_of}: {len(catalog.subsets)} subsets")
    check_options(options, catalog)
    repository, choice = find_repository(path, options)
    check_installer(options.get("installer"), choice.builder)
    pythons = _python_options(choice.builder, options)
    analysis = analyze_repository(repository, choice, catalog, pythons, dockerignore=options.get("dockerignore", True))
    for step in steps_of_reading(analysis) if options.get("trace") else ():
        tell(step)
    target = target_of(analysis, options)
    tell(f"decided on {target.base_image}, Python {target.python or 'of the base image'}")
    dated = options.get("as_of") if options.get("lock") else None
    if dated and target.r_snapshot not in {None, dated}:
        raise UsageError(
            f"--as-of {dated}: this repository's R packages are those of {target.r_snapshot}, as its runtime.txt says",
            hint="Change the date there, or leave --as-of out.",
        )
    if options.get("lock") and target.r_version and not target.r_snapshot:
        target = replace(target, r_snapshot=options.get("as_of") or catalog.as_of)
    return _Asked(catalog=catalog, repository=repository, analysis=analysis, target=target)


def _cran_lock_for_plan(asked: _Asked, options: PlanOptions) -> CranLock | None:
    return locks.lock_r_for_plan(
        asked.repository,
        asked.analysis,
        asked.target,
        asked.target.r_snapshot or "",
        options.get("progress"),
        not_after=options.get("as_of"),
    )


def _lock_for_plan(asked: _Asked, options: PlanOptions) -> Lock | None:
    """The lock of a plan, whose layers a pip builds that the catalog pins; raises where it could prove nothing.

    None where R alone installs something.
    """
    if locks.lockable(asked.analysis) == (Ecosystem.CRAN,):
        return None
    python, pythons = asked.target.python, asked.catalog.pythons
    if python is not None and python not in pythons and not asked.analysis.environments:
        raise UnsupportedError(
            f"catalog {asked.catalog.name} has no snapshot for Python {python}, so no plan for it can be locked",
            hint=f"Take one of {', '.join(pythons)} with --python, or plan without a lock (verify: --declared).",
        )
    return _lock(asked, options)


def _lock(asked: _Asked, options: PlanOptions, ecosystem: Ecosystem | None = None) -> Lock:
    as_of = options.get("as_of") or asked.catalog.as_of
    if asked.analysis.environments and ecosystem in {None, Ecosystem.CONDA}:
        return locks.lock_environment(
            asked.repository,
            asked.analysis,
            asked.target,
            as_of,
            options.get("progress"),
            not_after=options.get("as_of"),
        )
    if asked.analysis.uses_prefix and asked.target.python is None:
        raise UnsupportedError(
            "the base image decides which Python this image has, so nothing can be locked for it",
            hint="Name the Python of the base image with --python; `depnorm lock --ecosystem cran` locks R alone.",
        )
    if asked.analysis.environments and not asked.analysis.uses_prefix:
        raise UnsupportedError(
            "pip installs nothing here but what the environment file lists",
            hint="--ecosystem conda locks its pip section, too.",
        )
    if not asked.analysis.uses_prefix or asked.target.python is None:
        raise UnsupportedError(
            "nothing that depnorm locks is installed here, neither by pip into a prefix of its own nor by conda or R",
            hint="Plan without a lock (verify: --declared); `depnorm plan` says which files count.",
        )
    return locks.lock_analysis(
        asked.repository,
        asked.analysis,
        asked.target,
        as_of,
        options.get("progress"),
        not_after=options.get("as_of"),
        builds=options.get("allow_builds", False),
    )


def _relock(asked: _Asked, options: PlanOptions) -> "Relock":
    """The lock of the same repository with other lines, to see what they would share."""
    attempts, progress = count(1), options.get("progress")

    def relock(lines: tuple[Dependency, ...], constraints: tuple[Dependency, ...]) -> Lock | None:
        changed = replace(asked.analysis, asked=lines, constraints=constraints)
        label = f"what other pins would share, attempt {next(attempts)}"
        try:
            return _lock(replace(asked, analysis=changed), {**options, "progress": _labelled(progress, label)})
        except ResolutionError:
            return None

    return relock


def _labelled(progress: Progress | None, label: str) -> Progress | None:
    """Tells the same with a label, by which a pass that repeats others is known from them."""
    return progress and (lambda what, done, total: progress(f"{label}: {what}", done, total))


def plan_target(path: str | Path, **options: Unpack[PlanOptions]) -> Target:
    """What `plan` would make a plan for, offline; raises what it raises before it locks."""
    return _ask(path, options).target


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
    if is_too_old(made):
        raise UnsupportedError(
            f"this plan is for Python {made.target.python}; the tools of an image need 3.8 or later",
            hint="Name a later Python where the repository names this one, else with --python.",
        )
    return render_dockerfile(made)


def is_too_old(made: Plan) -> bool:
    """Whether a plan is for a Python that the tools of an image do not run on, so that it has no Dockerfile."""
    return bool(made.target.python) and _has_prefix(made) and _minor(made.target.python or "") < OLDEST_PYTHON


def _has_prefix(made: Plan) -> bool:
    return any(isinstance(stage.step, CreateBase) and stage.step.python for stage in made.stages)


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _python_options(builder: Builder, options: PlanOptions) -> tuple[PythonOption, ...]:
    """What the options say of the Python; conda brings its own, and R's image may have any."""
    by_image = builder not in {Builder.CONDA, Builder.R}
    return python_options(options.get("python"), options.get("base_image") if by_image else None)


def target_of(analysis: Analysis, options: PlanOptions) -> Target:
    """What the image of a repository is built for."""
    uid = options.get("user_id", 1000)
    version = analysis.r_version or DEFAULT_R
    builder = analysis.choice.builder
    images = {Builder.R: f"rocker/r-ver:{version}", Builder.CONDA: CONDA_IMAGE}
    explicit = options.get("python")
    by_base = builder is Builder.R and not explicit
    patch = choose_patch(analysis.python, _python_options(builder, options))
    tag = patch if patch == explicit else analysis.python
    return Target(
        base_image=options.get("base_image") or images.get(builder, f"python:{tag}-slim"),
        python=None if by_base else analysis.python,
        python_patch=None if by_base or builder is Builder.CONDA else patch,
        r_version=version if builder is Builder.R else None,
        r_snapshot=analysis.r_snapshot,
        uid=uid,
        gid=uid,
    )
