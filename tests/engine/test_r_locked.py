"""Locked R packages with a real engine: the image holds the versions of the lock, or is not built."""

import os
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import R_BASE, Bench

import depnorm
from depnorm.model import Builder, InstallRPackages, Stage, VerifyR

pytestmark = pytest.mark.engine

DATE = "2024-01-10"


@pytest.fixture(autouse=True)
def _snapshots(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert bench
    if "ENGINE_CRAN" not in os.environ:
        pytest.skip("no CRAN: set ENGINE_CRAN")
    monkeypatch.setenv("DEPNORM_CRAN", os.environ["ENGINE_CRAN"])
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "cache"))


def test_another_version_fails_the_build(bench: Bench, tmp_path: Path) -> None:
    """An image whose repository is not the one that was locked: the package is named with both versions."""
    (tmp_path / "install.R").write_text(f'install.packages("R6") # {uuid4().hex}\n', encoding="utf-8")
    (tmp_path / "runtime.txt").write_text(f"r-4.2-{DATE}\n", encoding="utf-8")
    made = depnorm.plan(tmp_path, lock=True, base_image=R_BASE)
    assert made.choice.builder is Builder.R
    built = bench.build_directory(replace(made, stages=tuple(map(with_other_version, made.stages))), tmp_path)
    assert not built.ok
    assert "not at the locked version" in built.log
    assert "R6 2.5.1 instead of 2.5.0" in built.log
    assert "attempt 2" not in built.log


def with_other_version(stage: Stage) -> Stage:
    if isinstance(stage.step, InstallRPackages | VerifyR):
        return replace(stage, step=replace(stage.step, versions={"R6": "2.5.0"}))
    return stage


def test_binary_packages_stay_binary(bench: Bench, tmp_path: Path) -> None:
    """A base image whose repository has the distribution's binaries keeps them at the date of the repository."""
    (tmp_path / "install.R").write_text('install.packages("jsonlite")\n', encoding="utf-8")
    (tmp_path / "runtime.txt").write_text(f"r-4.2-{DATE}\n", encoding="utf-8")
    binaries = f"{os.environ['ENGINE_CRAN']}/__linux__/bookworm"
    profile = f"options(repos = c(CRAN = '{binaries}/latest'))"
    base_image = bench.base_image("binaries", R_BASE, f'RUN echo "{profile}" >> /etc/R/Rprofile.site')
    built = bench.build_directory(depnorm.plan(tmp_path, lock=True, base_image=base_image), tmp_path)
    shown = bench.run(built, "Rscript -e 'cat(getOption(\"repos\"))'; echo; ls /opt/r-library").split()
    assert shown == [f"{binaries}/{DATE}", "jsonlite"]
