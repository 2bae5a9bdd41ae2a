"""What a user of the library writes, with every public name: checked by mypy --strict, and never run."""

from pathlib import Path
from typing import IO, Any, assert_never, assert_type

import depnorm


def embed(repository: Path, context: IO[bytes], progress: depnorm.Progress, trace: depnorm.Trace) -> str:
    """A program that does all there is to do."""
    options: depnorm.PlanOptions = {"catalog": depnorm.load_catalog(), "layers": "link", "progress": progress}
    options["trace"] = trace
    plan = depnorm.plan(repository, **options)
    assert_type(plan, depnorm.Plan)
    assert_type(plan.mode, depnorm.Mode)
    assert_type(plan.target, depnorm.Target)
    assert_type(plan._repr_html_(), str)
    scripts: list[str] = [script.text for script in plan.to_repo2docker_scripts("build")]
    with depnorm.open_repository(context) as opened:
        assert_type(opened, depnorm.OpenRepository)
        assert_type(depnorm.diff(plan, depnorm.plan(opened.path)), depnorm.PlanDiff)
    return depnorm.dockerfile(plan) + depnorm.dockerfile(repository, slim=True) + depnorm.__version__ + scripts[0]


def keys(stages: tuple[depnorm.Stage, ...]) -> dict[str, str]:
    """The shared layers."""
    for stage in stages:
        assert_type(stage.packages, tuple[depnorm.StagePackage, ...])
    return {stage.name: stage.key for stage in stages if stage.kind is depnorm.StageKind.SHARED and stage.key}


def worst(findings: tuple[depnorm.Finding, ...]) -> depnorm.Severity | None:
    """The worst of what was found."""
    return max((each.severity for each in findings), key=lambda each: each.rank, default=None)


def asked(files: tuple[depnorm.SpecFile, ...], ecosystem: depnorm.Ecosystem) -> list[str]:
    """The names that files ask for."""
    found: list[depnorm.Dependency] = [each for file in files for each in file.dependencies]
    references: list[depnorm.RepoReference] = [each for file in files for each in file.references]
    return [each.name or "" for each in found if each.ecosystem is ecosystem] + [each.target for each in references]


def review(repository: Path) -> list[str]:
    """What a check tells, by the configuration of a team, and what fix would write."""
    config: depnorm.Config = depnorm.load_config(repository)
    told = depnorm.check(repository, inline_ignores=config.inline_ignores is not False)
    ignored: list[depnorm.Ignored] = [each.ignored for each in told if each.ignored]
    by: set[depnorm.IgnoredBy] = {each.by for each in ignored}
    files: tuple[depnorm.FixedFile, ...] = depnorm.fix(repository, write=False)
    return [*by, depnorm.fix_json(files, written=False)]


def lock(repository: Path, file: Path) -> str:
    """What is locked, as JSON."""
    target: depnorm.LockOptions = {"python": "3.12", "extras": ("plot",)}
    found = (depnorm.lock(repository, as_of="2026-11-01"), depnorm.read_lock(file, **target))
    for each in found:
        if isinstance(each, depnorm.Lock):
            assert_type(each.as_of, str | None)
        elif isinstance(each, depnorm.CranLock):
            assert_type(each.r_version, str | None)
        else:
            assert_never(each)
    return "".join(map(depnorm.lock_json, found))


def catalogs(directory: Path) -> depnorm.Snapshot:
    """A catalog refreshed, baked and looked into."""
    options: depnorm.BakeOptions = {"pythons": ["3.12"], "slim": True}
    catalog: depnorm.Catalog = depnorm.load_catalog(depnorm.list_catalogs()[0])
    assert_type(depnorm.refresh_catalog(directory, "2026-11-02"), tuple[Path, ...])
    assert_type(depnorm.bake_catalog(directory, "registry.example.org/layers", **options).catalog, str)
    return depnorm.load_snapshot(catalog, catalog.default_python)


def prove(repository: Path) -> str:
    """A verification, as JSON."""
    found = depnorm.verify(repository, engine=depnorm.Engine.DOCKER, lock=False)
    assert_type(found, depnorm.Verification)
    return depnorm.verification_json(found)


def documents(repository: Path, plan: depnorm.Plan) -> dict[str, Any]:
    """All of it for other programs."""
    texts = [
        depnorm.plan_json(plan),
        depnorm.findings_json(depnorm.check(repository)),
        depnorm.inspect_json(depnorm.inspect(str(repository))),
        depnorm.diff_json(depnorm.diff(plan, plan)),
    ]
    return depnorm.json_schema("plan") | {"texts": texts}


def status(error: depnorm.DepnormError) -> int:
    """An error as a status of HTTP; the most special first."""
    assert_type(error.hint, str)
    match error:
        case depnorm.UnsupportedError():
            return 422
        case depnorm.OutsideRepositoryError():
            return 403
        case depnorm.UnusableInputError() | depnorm.UsageError():
            return 400
        case depnorm.ResolutionError() | depnorm.RegistryError() | depnorm.CatalogError():
            return 502
        case _:
            return 500
