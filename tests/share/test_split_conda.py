"""A conda lock into layers: Python first, heavy packages alone, the rest together, each package once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

import depnorm
from depnorm.errors import UnsupportedError
from depnorm.library.analysis import analyze_repository
from depnorm.model import Artifact, Ecosystem, LeftOut, LeftOutKind, Lock, LockedPackage, Sharing, Subset, Target
from depnorm.read.choice import choose_spec_files
from depnorm.read.repository import open_repository
from depnorm.share.catalog import load_catalog
from depnorm.share.conda import share_conda_lock, split_conda_lock
from depnorm.share.split import HEAVY_BYTES

ENVIRONMENT = "channels: [conda-forge]\ndependencies: [python=3.11, numpy]\n"
TARGET = Target(base_image="example.org/miniforge:1", python="3.11")


def conda(
    name: str, *requires: str, size: int | None = 1, subdir: str = "linux-64", version: str = "1"
) -> LockedPackage:
    filename = f"{name}-{version}-0.conda"
    artifact = Artifact(
        filename=filename,
        sha256=sha256(filename.encode()).hexdigest(),
        size=size,
        url=f"https://example.org/conda-forge/{subdir}/{filename}",
    )
    return LockedPackage(ecosystem=Ecosystem.CONDA, name=name, version=version, artifact=artifact, requires=requires)


def subset(name: str, *heads: str) -> Subset:
    counts = tuple(1 for _ in heads)
    return Subset(name=name, ecosystem=Ecosystem.CONDA, heads=heads, heads_seen_in=counts, seen_in=1, why="")


def wheel(name: str) -> LockedPackage:
    artifact = Artifact(filename=f"{name}-1-py3-none-any.whl", sha256="0" * 64, size=1)
    return LockedPackage(ecosystem=Ecosystem.PYPI, name=name, version="1", artifact=artifact)


PACKAGES = (
    conda("mkl", size=5 * HEAVY_BYTES),
    conda("numpy", "python >=3.11", "openblas", size=2),
    conda("openssl", "tzdata", size=3),
    conda("pip", "python", subdir="noarch"),
    conda("python", "openssl", "tzdata", version="3.11.9", size=2 * HEAVY_BYTES),
    conda("toolz", "python"),
    conda("torch", "python", size=9 * HEAVY_BYTES),
    conda("tzdata", subdir="noarch"),
)
LOCK = Lock(ecosystem=Ecosystem.CONDA, packages=(*PACKAGES, wheel("toolz")), as_of="2026-11-01")


def names(sharing: Sharing) -> list[list[str]]:
    return [[each.name for each in layer.packages] for layer, _ in sharing.layers]


def shared(
    tmp_path: Path, lock: Lock = LOCK, *, max_layers: int = 8, files: Mapping[str, str] | None = None
) -> Sharing:
    for name, text in (files or {"environment.yml": ENVIRONMENT}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    repository, catalog = open_repository(tmp_path), load_catalog()
    analysis = analyze_repository(repository, choose_spec_files(repository), catalog)
    return share_conda_lock(analysis, catalog, lock, TARGET, max_layers=max_layers, tools="tools")


def test_python_with_its_closure_comes_first_then_heavy_packages(tmp_path: Path) -> None:
    """Heavy ones by size, each alone; a heavy interpreter stays with what it needs."""
    found = shared(tmp_path)
    assert names(found) == [["openssl", "python", "tzdata"], ["torch"], ["mkl"]]
    assert [(each.ecosystem, each.name) for each in found.own] == [
        (Ecosystem.CONDA, "numpy"),
        (Ecosystem.CONDA, "pip"),
        (Ecosystem.CONDA, "toolz"),
        (Ecosystem.PYPI, "toolz"),
    ]
    assert set(found.why_own) == {"numpy", "pip", "toolz"}


@pytest.mark.parametrize(("cap", "layers"), [(0, 0), (1, 1), (2, 2), (3, 3), (9, 3)])
def test_the_partition_is_exact_under_any_cap(cap: int, layers: int, tmp_path: Path) -> None:
    """Each package is in one place, and what the cap keeps out says so."""
    found = shared(tmp_path, max_layers=cap)
    assert len(found.layers) == layers
    held = [package for layer, _ in found.layers for package in layer.packages]
    assert sorted([*held, *found.own], key=str) == sorted(LOCK.packages, key=str)
    full = f"--max-layers {cap} is used up by larger ones"
    out = {"python", "openssl", "tzdata"} if cap == 0 else {"mkl"} if cap < 3 else set()
    assert {name for name, why in found.why_own.items() if why == full} >= out


BASICS = subset("conda-basics", "six", "certifi")
NUMPY = subset("conda-numpy", "numpy")
PLOT = subset("conda-viz", "matplotlib", "matplotlib-base")
NAMED = (
    *PACKAGES,
    conda("certifi", subdir="noarch"),
    conda("freetype", size=900_000),
    conda("matplotlib", "matplotlib-base"),
    conda("matplotlib-base", "python >=3.11", "numpy", "freetype", "six", size=6_000_000),
    conda("openblas", "mkl", size=15_000_000),
    conda("six", "python", subdir="noarch"),
)


def split_names(packages: Iterable[LockedPackage], *subsets: Subset, cap: int = 8) -> dict[str, list[str]]:
    found = split_conda_lock(replace(LOCK, packages=tuple(packages)), subsets, max_layers=cap)
    held = [package for layer in found.layers for package in layer.packages]
    assert sorted([*held, *found.own], key=str) == sorted(packages, key=str)
    return {layer.name: [package.name for package in layer.packages] for layer in found.layers}


def test_a_subset_is_what_its_heads_bring_in_this_lock() -> None:
    """Less what Python and earlier subsets bring, be they too small for a layer; what is heavy stays alone."""
    assert split_names(NAMED, BASICS, NUMPY, PLOT) == {
        "conda python": ["openssl", "python", "tzdata"],
        "conda-numpy": ["numpy", "openblas"],
        "conda-viz": ["freetype", "matplotlib", "matplotlib-base"],
        "torch": ["torch"],
        "mkl": ["mkl"],
    }
    found = split_conda_lock(replace(LOCK, packages=NAMED), (BASICS, NUMPY, PLOT), max_layers=3)
    assert [layer.name for layer in found.layers] == ["conda python", "torch", "mkl"]
    assert found.why_own["six"] == "conda-basics is too small here to be a layer"
    assert found.why_own["freetype"] == "--max-layers 3 is used up by larger ones"
    assert found.why_own["toolz"] == "no subset of the catalog brings it, and it is not heavy"
    unsized = [
        replace(each, artifact=replace(each.artifact, size=None)) if each.name == "six" else each for each in NAMED
    ]
    found = split_conda_lock(replace(LOCK, packages=tuple(unsized)), (subset("conda-s", "matplotlib"),), max_layers=8)
    assert found.why_own["six"] == "the lock does not tell its size"
    assert found.why_own["freetype"] == "the lock does not tell how large conda-s is"


def test_a_subset_is_the_same_whatever_else_a_lock_has() -> None:
    """What the environment has besides, and what other subsets the catalog has after it, change nothing of it."""
    few = [each for each in NAMED if each.name not in {"torch", "toolz", "certifi", "pip"}]
    one, two = split_names(NAMED, BASICS, NUMPY, PLOT), split_names(few, BASICS, NUMPY)
    assert one["conda-numpy"] == two["conda-numpy"]
    assert "conda-viz" not in split_names([each for each in few if "matplotlib" not in each.name], NUMPY, PLOT)


def test_an_environment_without_python_has_no_layer_for_it() -> None:
    """R or plain programs: only what is heavy is shared."""
    lock = replace(LOCK, packages=(PACKAGES[0], conda("r-base")))
    assert [layer.name for layer in split_conda_lock(lock, (), max_layers=8).layers] == ["mkl"]


def test_sizes_that_no_lock_tells_are_not_heavy(tmp_path: Path) -> None:
    """conda-lock.yml of version 1 has none: only Python is shared, and the reason is the size."""
    packages = tuple(
        replace(each, artifact=replace(each.artifact, size=None)) for each in LOCK.packages if each != LOCK.packages[-1]
    )
    found = shared(tmp_path, replace(LOCK, packages=packages))
    assert names(found) == [["openssl", "python", "tzdata"]]
    assert found.why_own["torch"] == "the lock does not tell its size"


def test_a_key_is_of_all_that_decides_the_bytes(tmp_path: Path) -> None:
    """Artifacts, base image, owner, channel, tools, installer; of the interpreter only where it compiles something."""
    repository, catalog = open_repository(tmp_path), load_catalog()
    (tmp_path / "environment.yml").write_text(ENVIRONMENT, encoding="utf-8")
    analysis = analyze_repository(repository, choose_spec_files(repository), catalog)
    heavy = conda("data", size=HEAVY_BYTES, subdir="noarch")
    lock = replace(LOCK, packages=(*PACKAGES, heavy))

    def keys(
        lock: Lock = lock, target: Target = TARGET, tools: str = "tools", installer: str = "conda"
    ) -> dict[str, str]:
        found = share_conda_lock(analysis, catalog, lock, target, max_layers=8, tools=tools, installer=installer)
        return {layer.name: key for layer, key in found.layers}

    usual = keys()
    assert len(set(usual.values())) == len(usual) == 4
    assert keys(replace(lock, packages=lock.packages[::-1])) == usual
    for other in (
        keys(target=replace(TARGET, base_image="example.org/miniforge:2")),
        keys(target=replace(TARGET, uid=1001)),
        keys(tools="others"),
        keys(installer="micromamba"),
    ):
        assert set(other.values()).isdisjoint(usual.values())
    newer = replace(PACKAGES[4], artifact=replace(PACKAGES[4].artifact, sha256="1" * 64))
    other = keys(replace(lock, packages=tuple(newer if each.name == "python" else each for each in lock.packages)))
    assert {name for name in usual if usual[name] != other[name]} == {"conda python", "data"}
    moved = replace(heavy, artifact=replace(heavy.artifact, url="https://example.org/other/noarch/data-1-0.conda"))
    other = keys(replace(lock, packages=(*PACKAGES, moved)))
    assert {name for name in usual if usual[name] != other[name]} == {"data"}


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        (
            replace(
                LOCK,
                left_out=(
                    LeftOut(
                        ecosystem=Ecosystem.CONDA,
                        name="gdal",
                        version="1",
                        kind=LeftOutKind.NO_HASH,
                        why="has no sha256 in the lock",
                    ),
                ),
            ),
            "gdal has no sha256 in the lock",
        ),
        (replace(LOCK, packages=(wheel("toolz"),)), "not Python and pip"),
        (replace(LOCK, packages=(conda("python", version="3.7.1"), PACKAGES[3], wheel("toolz"))), "3.8 or later"),
        (
            replace(
                LOCK,
                packages=(conda("python", version="3.7.1"), PACKAGES[3]),
                left_out=(
                    LeftOut(
                        ecosystem=Ecosystem.PYPI, name=".", version=None, kind=LeftOutKind.DIRECTORY, why="is its own"
                    ),
                ),
            ),
            "3.8 or later",
        ),  # nothing could tell what pip installed
        (
            replace(
                LOCK,
                packages=(
                    replace(
                        PACKAGES[0],
                        artifact=replace(
                            PACKAGES[0].artifact, url="https://u:hunter2@example.org/c/linux-64/mkl-1-0.conda"
                        ),
                    ),
                ),
            ),
            "mkl: 'example.org/c/linux-64/mkl-1-0.conda' is no public URL",
        ),
    ],
)
def test_what_no_plan_can_hold_is_refused(lock: Lock, message: str, tmp_path: Path) -> None:
    """A lock that is not all of the environment proves nothing; credentials are not shown."""
    with pytest.raises(UnsupportedError) as raised:
        shared(tmp_path, lock)
    assert message in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "files",
    [
        {"environment.yml": "channels: [./channel]\ndependencies: [python]\n"},
        {"requirements.txt": "six\n"},
    ],
)
def test_an_environment_that_needs_the_repository_is_refused(files: dict[str, str], tmp_path: Path) -> None:
    """A channel of the repository's own, or no environment file at all."""
    with pytest.raises(UnsupportedError):
        shared(tmp_path, files=files)


def test_the_installer_has_to_fit(tmp_path: Path) -> None:
    """Conda packages are nothing for uv."""
    (tmp_path / "environment.yml").write_text(ENVIRONMENT, encoding="utf-8")
    with pytest.raises(depnorm.errors.UsageError, match="--installer uv"):
        depnorm.plan(tmp_path, installer="uv")
