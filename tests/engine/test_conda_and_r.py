"""Conda's and R's steps with a real engine."""

from uuid import uuid4

import pytest
from conftest import CONDA_BASE, R_BASE, Bench, Plans, plan_of

from depnorm.model import (
    CreateBase,
    CreateEnvironment,
    InstallApt,
    InstallCran,
    InstallRPackages,
    InstallRProject,
    Plan,
    RunEnvironmentPip,
    RunRScript,
    Stage,
    StageKind,
    Target,
)

pytestmark = pytest.mark.engine

SNAPSHOT = "2024-01-10"


def conda_plan(*stages: Stage) -> Plan:
    base = Plans.stage(StageKind.BASE, CreateBase(conda=True))
    return plan_of(Target(base_image=CONDA_BASE, python="3.11"), (base, *stages))


def r_plan(*stages: Stage, base_image: str = R_BASE) -> Plan:
    base = Plans.stage(StageKind.BASE, CreateBase(r=True))
    target = Target(base_image=base_image, python=None, r_version="4.2.2", r_snapshot=SNAPSHOT)
    return plan_of(target, (base, *stages))


ENVIRONMENT = "channels: [conda-forge]\ndependencies:\n- python=3.11\n- pip\n"
PROJECT = {"setup.py": "from setuptools import setup\nsetup(name='mine', version='1', py_modules=['mine'])\n"}


def test_an_environment_is_made_early(bench: Bench) -> None:
    """A README change repeats nothing of conda or pip; no package cache is left in the image."""
    plan = conda_plan(
        Plans.stage(StageKind.EARLY, CreateEnvironment(text=ENVIRONMENT, file="environment.yml")),
        Plans.stage(StageKind.EARLY, RunEnvironmentPip(lines=("six # it's", "idna"), directory="binder")),
        Plans.copy(),
    )
    files = {"binder/environment.yml": ENVIRONMENT, "README.md": uuid4().hex}
    assert bench.build(plan, files).ok
    built = bench.build(plan, {**files, "README.md": uuid4().hex})
    script = "python -c 'import sys, six, idna; print(sys.prefix)'; find /tmp /home/jovyan -name pkgs; ls binder"
    assert bench.run(built, script).split() == ["/opt/env", "environment.yml"]
    assert [title.split()[0] for title in built.executed] == ["COPY"]


def test_an_environment_that_fails_early_is_made_late(bench: Bench) -> None:
    """What needs the repository is rolled back whole and made again, by the repository's own file."""
    file = ENVIRONMENT + "- pip:\n  - -e .\n"
    files = {"environment.yml": file, "pyproject.toml": "", "mine.py": "", **PROJECT}
    step = CreateEnvironment(text=None, file="environment.yml", soft=True)
    early = Plans.stage(StageKind.EARLY, step, "environment.yml")
    late = Plans.stage(StageKind.LATE, CreateEnvironment(text=None, file="environment.yml"))
    half = bench.build(conda_plan(early, Plans.copy()), files)
    assert bench.run(half, "ls -A /opt/env") == ""
    built = bench.build(conda_plan(early, Plans.copy(), late), files)
    assert bench.run(built, "python -c 'import mine; print(mine.__file__)'") == "/home/jovyan/mine.py"


def test_shared_r_layers_do_not_depend_on_their_order(bench: Bench) -> None:
    """R packages in layers of their own have the same digests in either order."""
    layers = [
        Plans.stage(StageKind.SHARED, InstallCran(packages=names, snapshot=SNAPSHOT))
        for names in (("R6", "magrittr"), ("jsonlite",))
    ]
    one, two = bench.build(r_plan(*layers)), bench.build(r_plan(*reversed(layers)))
    assert bench.layers(one)[-2:] == bench.layers(two)[-2:][::-1]
    bench.check_any_differ(one, slice(-2, None))
    script = 'Rscript -e \'cat(.libPaths()[1], find.package(c("R6", "jsonlite")), getOption("repos")[["CRAN"]])\''
    shown = bench.run(one, script).split()
    assert shown[:3] == ["/opt/r-library", "/opt/r-library/R6", "/opt/r-library/jsonlite"]
    assert shown[3].endswith("/" + SNAPSHOT)


def test_packages_of_a_date_are_installed(bench: Bench) -> None:
    """Packages have the versions of the snapshot, not of today."""
    step = InstallRPackages(packages=("ggplot2",), snapshot=SNAPSHOT)
    built = bench.build(r_plan(Plans.stage(StageKind.EARLY, step)))
    assert "3.4.4" in bench.run(built, "Rscript -e 'packageVersion(\"ggplot2\")'")


def test_an_r_package_that_is_not_there_afterwards_fails_the_build(bench: Bench) -> None:
    """R only warns about a package that does not exist; the build names it and stops."""
    step = InstallCran(packages=("jsonlite", "nosuchpackage"), snapshot=SNAPSHOT)
    built = bench.build(r_plan(Plans.stage(StageKind.SHARED, step)), patient=False)
    assert not built.ok
    assert "not installed: nosuchpackage" in built.log


def test_a_script_that_fails_early_runs_late(bench: Bench) -> None:
    """A script that sources another file leaves nothing early, and succeeds once the repository is there."""
    files = {"install.R": 'install.packages("R6")\nsource("more.R")\n', "more.R": 'install.packages("jsonlite")\n'}
    step = RunRScript(file="install.R", packages=("R6", "jsonlite"), snapshot=SNAPSHOT, soft=True)
    early = Plans.stage(StageKind.EARLY, step, "install.R")
    late = RunRScript(file="install.R", packages=("R6", "jsonlite"), snapshot=SNAPSHOT)
    half = bench.build(r_plan(early, Plans.copy()), files)
    assert bench.run(half, "ls /opt/r-library") == ""
    built = bench.build(r_plan(early, Plans.copy(), Plans.stage(StageKind.LATE, late)), files)
    assert bench.run(built, "ls /opt/r-library").split() == ["R6", "jsonlite"]


def test_a_script_that_succeeds_early_is_not_repeated(bench: Bench) -> None:
    """What succeeded early is moved into the library, and the late step finds it done."""
    word = uuid4().hex  # a script of its own, which no build of another day has left in the cache
    files = {"install.R": f'message("{word}"); install.packages("R6")\n'}
    step = RunRScript(file="install.R", packages=("R6",), snapshot=SNAPSHOT, soft=True)
    late = RunRScript(file="install.R", packages=("R6",), snapshot=SNAPSHOT)
    stages = (Plans.stage(StageKind.EARLY, step, "install.R"), Plans.copy(), Plans.stage(StageKind.LATE, late))
    built = bench.build(r_plan(*stages), files)
    assert bench.run(built, "ls /opt/r-library") == "R6"
    assert built.log.count(word) == 1


# The engine's repository of R packages has only a part of remotes: a package with the function that counts.
REMOTES = r"""RUN mkdir -p /src/R && cd /src \
 && printf 'Package: remotes\nVersion: 99.0\nTitle: R\nDescription: R.\nLicense: MIT\n' > DESCRIPTION \
 && echo 'export(install_local)' > NAMESPACE \
 && echo 'install_local <- function() { install.packages(read.dcf("DESCRIPTION", "Imports")[1])' > R/a.R \
 && echo 'install.packages(".", repos = NULL, type = "source") }' >> R/a.R \
 && R CMD INSTALL . && rm -r /src"""


def test_a_repository_that_is_an_r_package_is_installed(bench: Bench) -> None:
    """Its own package is there afterwards, with what it imports, as of the date."""
    files = {
        "DESCRIPTION": "Package: mine\nVersion: 1.0\nTitle: Mine\nDescription: Mine.\nImports: R6\nLicense: MIT\n",
        "NAMESPACE": "export(answer)\n",
        "R/answer.R": "answer <- function() 42\n",
    }
    late = Plans.stage(StageKind.LATE, InstallRProject(snapshot=SNAPSHOT))
    base_image = bench.base_image("remotes", R_BASE, REMOTES)
    built = bench.build(r_plan(Plans.copy(), late, base_image=base_image), files)
    assert bench.run(built, "cd /tmp && Rscript -e 'cat(mine::answer())'") == "42"
    assert bench.run(built, "ls /opt/r-library").split() == ["R6", "mine"]


def test_system_packages_are_installed(bench: Bench) -> None:
    """Packages of the distribution are installed by root before the user takes over; no lists are left."""
    built = bench.build(r_plan(Plans.stage(StageKind.SYSTEM, InstallApt(packages=("tree",)))))
    assert bench.run(built, "tree --version > /dev/null && ls /var/lib/apt/lists && id -u") == "1000"


def test_an_r_image_has_python_beside_it(bench: Bench, plans: Plans) -> None:
    """Where a repository needs both, the Python prefix stands on the distribution's Python."""
    pip = plans.wheels["pip"]
    step = CreateBase(r=True, python=True, installer=pip, apt=("python3", "python3-venv"))
    target = Target(base_image=R_BASE, python=None, r_version="4.2.2")
    built = bench.build(plan_of(target, [Plans.stage(StageKind.BASE, step)]))
    shown = bench.run(built, "pip --version && Rscript -e 'cat(.libPaths()[1])'").split()
    assert shown[1] == pip.version
    assert shown[3].startswith("/opt/venv/")
    assert shown[-1] == "/opt/r-library"


def test_conda_can_come_from_another_image(bench: Bench) -> None:
    """A base image without conda gets it, and makes environments with it."""
    step = CreateBase(conda=True, conda_image=CONDA_BASE)
    environment = Plans.stage(StageKind.EARLY, CreateEnvironment(text=ENVIRONMENT, file="environment.yml"))
    plan = plan_of(Target(base_image=R_BASE, python=None), [Plans.stage(StageKind.BASE, step), environment])
    assert bench.run(bench.build(plan), "python -c 'import sys; print(sys.prefix)'") == "/opt/env"
