"""What happens when the steps of conda and R break, with a real engine.

| fault | the image | the log says |
|---|---|---|
| the channel drops a connection and answers 503 twice | right | attempt 1 failed, trying again |
| a package has another hash than the channel says | fails | ChecksumMismatchError; the package |
| a package is gone since the channel was indexed | fails | 404; the package |
| conda fails half way through, early and softly | right, late | this failed before the repository was there |
| the repository of R drops a connection and answers 503 twice | right | attempt 1 failed, trying again |
| an R package fails to install, and R exits with 0 | fails | not installed: the package |

No package cache and no half environment is left; each build is right once the fault is gone.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from broken_trees import write_channel, write_cran
from conftest import CONDA_BASE, R_BASE, Bench, Built, Plans, impatient, plan_of
from package_index import Fault, PackageIndex

from depnorm.model import (
    CreateBase,
    CreateEnvironment,
    InstallCran,
    Plan,
    RunRScript,
    StageKind,
    Step,
    Target,
)

pytestmark = pytest.mark.engine

SNAPSHOT = "2024-01-10"
WHILE = (Fault.DROPPED, Fault.UNAVAILABLE, Fault.UNAVAILABLE)
NEEDS_REPOSITORY = b"#!/bin/sh\n[ -e /home/jovyan/README.md ]\n"


@pytest.fixture(scope="module")
def conda_base(bench: Bench) -> str:
    """A conda without patience of its own."""
    return bench.base_image("conda", CONDA_BASE, "ENV CONDA_REMOTE_MAX_RETRIES=0 CONDA_REMOTE_BACKOFF_FACTOR=0")


@pytest.fixture(scope="module")
def r_base(bench: Bench, index: PackageIndex) -> str:
    """An R that looks for packages where they can be broken."""
    line = f'options(repos = c(CRAN = "{index.host}/tree/cran"))'
    profile = f"Rscript -e 'cat(commandArgs(TRUE), file = file.path(R.home(\"etc\"), \"Rprofile.site\"))' '{line}'"
    return bench.base_image("r", R_BASE, f"RUN {profile}")


def conda_plan(base: str, channel: str, *names: str, soft: bool = False) -> tuple[Plan, dict[str, str]]:
    """The steps of an environment of these packages, and the files of its repository."""
    text = f"channels: [{channel}, nodefaults]\ndependencies: [{', '.join(names)}]\n"
    late = Plans.stage(StageKind.LATE, CreateEnvironment(text=None, file="environment.yml"))
    step = CreateEnvironment(text=text, file="environment.yml", soft=soft)
    stages = [Plans.stage(StageKind.BASE, CreateBase(conda=True)), Plans.stage(StageKind.EARLY, step), Plans.copy()]
    plan = plan_of(Target(base_image=base, python=None), [*stages, *([late] if soft else [])])
    return plan, {"environment.yml": text, "README.md": uuid4().hex}


def build(bench: Bench, plan: Plan, files: dict[str, str] | None = None) -> Built:
    return bench.build_text(impatient(plan), bench.context(files))


def gone(channel: Path, package: str) -> None:
    (channel / "noarch" / package).unlink()


def changed(channel: Path, package: str) -> None:
    with (channel / "noarch" / package).open("ab") as file:
        file.write(b"changed")


@pytest.mark.parametrize(("break_", "message"), [(gone, "404"), (changed, "ChecksumMismatchError")])
def test_an_environment_that_fails_half_way(
    bench: Bench, index: PackageIndex, conda_base: str, break_: Callable[[Path, str], None], message: str
) -> None:
    """A package that is gone or has another hash fails the build by name; mended, the same build is right."""
    first, second = (f"{word}-{uuid4().hex[:8]}" for word in ("first", "second"))
    channel = index.tree / first
    packages = {name: {f"share/{name}": name.encode()} for name in (first, second)}
    write_channel(channel, packages)
    break_(channel, f"{second}-1.0-0.tar.bz2")
    plan, files = conda_plan(conda_base, f"{index.host}/tree/{first}", first, second)
    failed = build(bench, plan, files)
    assert not failed.ok
    assert message in failed.log
    assert f"{second}-1.0-0" in failed.log
    write_channel(channel, packages)
    index.break_(first, WHILE)
    mended = build(bench, plan, files)
    assert bench.run(mended, "ls /opt/env/share") == f"{first}\n{second}"
    assert bench.run(mended, "find /opt /tmp /home -name 'first*.tar.bz2'") == ""
    assert "attempt 1 failed" in mended.log


def test_an_environment_that_fails_softly_half_way_is_made_late(
    bench: Bench, index: PackageIndex, conda_base: str
) -> None:
    """A package that cannot be linked before the repository is there leaves nothing early, and is there late."""
    first, second = (f"{word}-{uuid4().hex[:8]}" for word in ("first", "second"))
    script = {f"bin/.{second}-post-link.sh": NEEDS_REPOSITORY}
    packages = {first: {f"share/{first}": b""}, second: {f"share/{second}": b"", **script}}
    write_channel(index.tree / first, packages)
    plan, files = conda_plan(conda_base, f"{index.host}/tree/{first}", first, second, soft=True)
    built = build(bench, plan, files)
    assert bench.run(built, "ls /opt/env/share") == f"{first}\n{second}"
    assert "this failed before the repository was there" in built.log


def r_plan(base: str, kind: StageKind, step: Step) -> Plan:
    target = Target(base_image=base, python=None, r_version="4.2.2", r_snapshot=SNAPSHOT)
    needs = (step.file,) if isinstance(step, RunRScript) else ()
    return plan_of(target, (Plans.stage(StageKind.BASE, CreateBase(r=True)), Plans.stage(kind, step, *needs)))


def shared(name: str) -> tuple[StageKind, Step]:
    return StageKind.SHARED, InstallCran(packages=(name,), snapshot=SNAPSHOT)


def script(name: str) -> tuple[StageKind, Step]:
    return StageKind.EARLY, RunRScript(file="install.R", packages=(name,), snapshot=SNAPSHOT)


@pytest.mark.parametrize("step_of", [shared, script])
def test_an_r_package_that_fails_while_r_succeeds(
    bench: Bench, index: PackageIndex, r_base: str, step_of: Callable[[str], tuple[StageKind, Step]]
) -> None:
    """R only warns; the build names the package and fails; mended, and over a poor network, the same build is right."""
    name = f"p{uuid4().hex[:8]}"
    cran = index.tree / "cran" / SNAPSHOT
    write_cran(cran, name, 'stop("broken on purpose")\n')
    plan, files = r_plan(r_base, *step_of(name)), {"install.R": f'install.packages("{name}")\n'}
    failed = build(bench, plan, files)
    assert not failed.ok
    assert f"not installed: {name}" in failed.log
    write_cran(cran, name, "answer <- function() 42\n")
    index.break_("PACKAGES", WHILE)
    mended = build(bench, plan, files)
    assert bench.run(mended, f"Rscript -e 'cat({name}::answer())'; ls -A /opt/r-library") == f"42{name}"
    assert "attempt 1 failed" in mended.log
