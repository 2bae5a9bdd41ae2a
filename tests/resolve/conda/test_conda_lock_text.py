"""A conda lock as a conda-lock.yml: read back equal, by conda-lock itself too."""

import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import depnorm
from depnorm.errors import ResolutionError, UnusableInputError
from depnorm.model import Artifact, Ecosystem, LeftOut, LeftOutKind, Lock, LockedPackage
from depnorm.report.conda_lock import render_conda_lock


def package(name: str, *requires: str, pypi: bool = False, md5: str | None = "0" * 32) -> LockedPackage:
    filename = f"{name.replace('-', '_')}-1.5-py3-none-any.whl" if pypi else f"{name}-1.5-h_0.conda"
    base = "https://example.org/files" if pypi else "https://user:pw@example.org/bench/linux-64"
    return LockedPackage(
        ecosystem=Ecosystem.PYPI if pypi else Ecosystem.CONDA,
        name=name,
        version="1.5",
        artifact=Artifact(
            filename=filename, sha256=f"{len(name):064x}", size=5, url=f"{base}/{filename}", md5=None if pypi else md5
        ),
        requires=requires,
    )


LOCK = Lock(
    ecosystem=Ecosystem.CONDA,
    packages=(
        package("alpha", "beta >=1,<2", "gamma", "lib 3.* *_openblas", "python >=3.9"),
        package("beta"),
        package("wheel-one", "beta", "wheel-two[a,b]>=1", pypi=True),
        package("wheel-two", pypi=True),
    ),
    left_out=(
        LeftOut(ecosystem=Ecosystem.PYPI, name=".", version=None, kind=LeftOutKind.DIRECTORY, why="is 'its' own: #1"),
        LeftOut(ecosystem=Ecosystem.CONDA, name="gamma", version="1", kind=LeftOutKind.NO_HASH, why="has no sha256"),
    ),
    created_by="depnorm",
    as_of="2024-06-01",
    platforms=("linux-64",),
    colliding=frozenset({"wheel-one", "wheel-two"}),
    channels=("https://example.org/bench", "https://example.org/second"),
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "conda-lock.yml"
    path.write_text(render_conda_lock(LOCK), encoding="utf-8")
    return path


def test_what_is_written_is_read_equal(written: Path) -> None:
    """Packages of both ecosystems with their edges, and what the format has no place for; sizes and URLs apart."""
    assert depnorm.read_lock(written) == LOCK


def test_the_text_is_fixed_and_without_credentials() -> None:
    """The same each time; the URL of a private channel is a public one."""
    assert render_conda_lock(LOCK) == render_conda_lock(LOCK)
    assert "user" not in render_conda_lock(LOCK)
    assert "https://example.org/bench/linux-64/beta-1.5-h_0.conda" in render_conda_lock(LOCK)


def test_conda_lock_reads_it(written: Path) -> None:
    """Its own parser has the same packages, and its own writer would write the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock import lockfile  # noqa: PLC0415  it warns about itself
    parsed: Any = lockfile.parse_conda_lock_file(written)
    assert {(each.manager, each.name, each.version, each.hash.sha256) for each in parsed.package} == {
        ("pip" if each.ecosystem is Ecosystem.PYPI else "conda", each.name, each.version, each.artifact.sha256)
        for each in LOCK.packages
    }
    assert [each.url for each in parsed.metadata.channels] == list(LOCK.channels)
    again = written.parent / "again-conda-lock.yml"
    lockfile.write_conda_lock_file(parsed, again, metadata_choices=None)
    (written.parent / "second").mkdir()
    second = again.rename(written.parent / "second" / "conda-lock.yml")
    assert depnorm.read_lock(second) == LOCK


def test_conda_lock_renders_it(written: Path) -> None:
    """`conda-lock render` makes the explicit list of it that conda installs from."""
    program = Path(sys.executable).parent / "conda-lock"
    command = [str(program), "render", "--kind", "explicit", "--platform", "linux-64", written.name]
    done = subprocess.run(command, cwd=written.parent, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = (written.parent / "conda-linux-64.lock").read_text(encoding="utf-8").splitlines()
    assert "@EXPLICIT" in lines
    for each in LOCK.packages[:2]:
        url = (each.artifact.url or "").replace("user:pw@", "")
        assert f"{url}#{each.artifact.md5}" in lines


def test_a_package_without_md5_has_no_place_in_the_format() -> None:
    """conda-lock refuses it, so the text is refused by name; JSON has it."""
    with pytest.raises(ResolutionError, match=r"solo-1\.5-h_0\.conda") as caught:
        render_conda_lock(replace(LOCK, packages=(package("solo", md5=None),)))
    assert "--format json" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("no-hash", "no-such-kind"),
        ('"created_by": "depnorm"', '"created_by": 3'),
        ('"left_out": [', '"left_out": [1, '),
        ('"colliding": ["wheel-one"', '"colliding": [["wheel-one"]'),
        ('{"colliding"', '[{"colliding"'),
    ],
)
def test_what_stands_beside_may_be_broken(written: Path, old: str, new: str) -> None:
    """It is a problem of the file, not a crash."""
    text = written.read_text(encoding="utf-8")
    assert old in text
    written.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UnusableInputError):
        depnorm.read_lock(written)
