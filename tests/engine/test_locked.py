"""Locked plans with a real engine: exactly the lock is installed, and what it left out beside it."""

from pathlib import Path
from uuid import uuid4

import pytest
from conftest import PYTHON_BASE, Bench

import depnorm
from depnorm.model import InstallWheels, Mode, StageKind

pytestmark = pytest.mark.engine

NO_NETWORK = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
PROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "mine"
version = "1"
dependencies = ["idna<3.8"]
[tool.setuptools]
py-modules = ["mine"]
"""
FREEZE = "python -m pip freeze --all --exclude-editable"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a package of the catalog, an older pin, an sdist, and a project of its own."""
    root = tmp_path / "repo"
    root.mkdir()
    (root / "requirements.txt").write_text("-e .\npackaging\nsix==1.16.0\ndocopt==0.6.2\n", encoding="utf-8")
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (root / "mine.py").touch()
    (root / "README.md").write_text(uuid4().hex, encoding="utf-8")
    return root


def test_a_locked_image_holds_exactly_the_lock(
    bench: Bench, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The versions of the lock, what it left out, the project; a README change then downloads nothing."""
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "cache"))
    lock = depnorm.lock(root, python="3.11")
    plan = depnorm.plan(root, lock=True, python="3.11", base_image=PYTHON_BASE)
    assert plan.mode is Mode.LOCKED
    held = [each for stage in plan.stages if isinstance(stage.step, InstallWheels) for each in stage.step.packages]
    assert sorted(held, key=lambda each: each.name) == list(lock.packages)
    assert {each.name for each in lock.packages} == {"idna", "packaging", "six"}
    first = bench.build_directory(plan, root)
    assert first.ok, first.log
    found = {line for line in bench.run(first, FREEZE).splitlines() if not line.startswith(("pip==", "setuptools=="))}
    assert found - {"mine @ file:///home/jovyan"} == {
        "docopt==0.6.2",
        *(f"{each.name}=={each.version}" for each in lock.packages),
    }
    (root / "README.md").write_text(uuid4().hex, encoding="utf-8")
    second = bench.build_directory(plan, root, arguments=NO_NETWORK)
    assert second.ok, second.log
    assert [title.split()[0] for title in second.executed] == ["COPY", "RUN", "RUN"]


def test_what_is_not_in_the_lock_fails_the_build(
    bench: Bench, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that a step brings beside the lock is named, and no image comes out."""
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "cache"))
    plan = depnorm.plan(root, lock=True, python="3.11", base_image=PYTHON_BASE)
    assert StageKind.OWN in {stage.kind for stage in plan.stages}
    (root / "requirements.txt").write_text("-e .\npackaging\nsix==1.16.0\nattrs==23.2.0\n", encoding="utf-8")
    failed = bench.build_directory(plan, root)
    assert not failed.ok
    assert "attrs" in failed.log
    assert "not what they should be" in failed.log
