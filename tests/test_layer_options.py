"""`slim` and `installer`: what of a plan they change, and what not."""

import shutil
from pathlib import Path
from typing import Literal

import pytest

import depnorm
from depnorm.errors import CatalogError, UsageError
from depnorm.model import CreateBase, Plan, StageKind
from depnorm.report.as_json import plan_json

INSTALLED, STORED = "numpy", "build-backends"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository that gets layers of packages and the wheelhouse, and has a line of its own."""
    place = tmp_path / "repo"
    place.mkdir()
    (place / "requirements.txt").write_text("numpy\nsix==1.16.0\n-e .\n", encoding="utf-8")
    (place / "setup.py").write_text("from setuptools import setup\nsetup(name='x')\n", encoding="utf-8")
    return place


def keys(plan: Plan) -> dict[str, str]:
    return {stage.name: stage.key or "" for stage in plan.stages if stage.kind is StageKind.SHARED}


def test_keys_tell_how_layers_were_written(root: Path) -> None:
    """Each choice gives installed packages keys of their own; wheels that are only stored have the same in all."""
    installers: tuple[Literal["uv", "pip"] | None, ...] = (None, "pip", "uv")
    found = [keys(depnorm.plan(root, slim=slim, installer=each)) for slim in (False, True) for each in installers]
    assert found[0].keys() >= {INSTALLED, STORED}
    assert len({each[STORED] for each in found}) == 1
    # pip is what installs by default.
    assert [found[n][INSTALLED] == found[0][INSTALLED] for n in range(6)] == [True, True, False, False, False, False]
    assert len({each[INSTALLED] for each in found}) == 4


def test_the_image_of_a_slim_plan(root: Path) -> None:
    """It has the tool, which trims what the user's early command installed, too; pip compiles nothing in it."""
    slim, usual = (depnorm.dockerfile(root, slim=each) for each in (True, False))
    trim = "&& /opt/venv/bin/python -B /opt/depnorm/trim.py"
    assert slim.count(trim) == 1
    assert slim.index(trim) < slim.index('COPY --chown=1000:1000 ["."')
    assert 'PIP_NO_COMPILE="0"' in slim
    assert "trim.py" not in usual.replace('TRIM = Path("/opt/depnorm/trim.py")', "")
    assert "PIP_NO_COMPILE" not in usual
    assert '"slim": true' in plan_json(depnorm.plan(root, slim=True))


def test_uv_is_pinned_as_pip_is(root: Path) -> None:
    """The base stage downloads it by its hash, beside pip; the user's own commands stay pip's."""
    text = depnorm.dockerfile(root, installer="uv", python="3.12")
    uv = depnorm.load_snapshot(depnorm.load_catalog(), "3.12").uv
    assert uv is not None
    base = next(stage.step for stage in depnorm.plan(root, installer="uv", python="3.12").stages)
    assert isinstance(base, CreateBase)
    assert base.uv == uv
    assert f"'uv=={uv.version} --hash=sha256:{uv.artifact.sha256}'" in text
    assert "/opt/venv/bin/pip install -r 'requirements.txt'" in text


def test_a_catalog_that_pins_no_uv(root: Path, tmp_path: Path) -> None:
    """It says so, and what to do; with pip it is as good as ever."""
    copy = tmp_path / "catalog"
    shutil.copytree(depnorm.load_catalog().source, copy)
    for path in copy.glob("cp*.json"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith('"uv": ')), encoding="utf-8")
    assert keys(depnorm.plan(root, catalog=str(copy))) == keys(depnorm.plan(root))
    with pytest.raises(CatalogError, match="pins no uv for Python 3"):
        depnorm.plan(root, catalog=str(copy), installer="uv")


def test_an_installer_of_another_ecosystem_is_refused(root: Path, tmp_path: Path) -> None:
    """What conda uses installs no wheels, and a bake has nothing else."""
    with pytest.raises(UsageError, match="--installer mamba"):
        depnorm.plan(root, installer="mamba")
    with pytest.raises(UsageError, match="--installer conda"):
        depnorm.bake_catalog(tmp_path / "bake", "registry.example.org/x", installer="conda")  # type: ignore[arg-type]  # what the command line may bring
