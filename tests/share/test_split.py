"""The partition of a lock: shared layers whole or not at all, heavy wheels alone, the rest together."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depnorm.model import Artifact, Ecosystem, Lock, LockedPackage, Snapshot, Subset
from depnorm.share.catalog import load_catalog, load_snapshot
from depnorm.share.layers import split_layers
from depnorm.share.split import HEAVY_BYTES, Split, split_lock

HEAVY = 2 * HEAVY_BYTES


def wheel(name: str, version: str = "1", *requires: str, size: int | None = 1) -> LockedPackage:
    digest = sha256(f"{name} {version}".encode()).hexdigest()
    artifact = Artifact(filename=f"{name}-{version}-py3-none-any.whl", sha256=digest, size=size)
    return LockedPackage(ecosystem=Ecosystem.PYPI, name=name, version=version, artifact=artifact, requires=requires)


PACKAGES = {
    package.name: package
    for package in (
        wheel("numpy", "2", size=HEAVY),
        wheel("pandas", "3", "numpy", "dates", size=12),
        wheel("dates", size=3),
        wheel("torch", size=10 * HEAVY),
        wheel("flask", "3", "click", size=4),
        wheel("click", size=2),
        wheel("hatchling"),
    )
}


def subset(name: str, *heads: str, wheelhouse: bool = False) -> Subset:
    return Subset(name=name, ecosystem=Ecosystem.PYPI, heads=heads, seen_in=1, why="a test", wheelhouse=wheelhouse)


SUBSETS = (
    subset("arrays", "numpy"),
    subset("tables", "pandas"),
    subset("web", "flask"),
    subset("build-backends", "hatchling", wheelhouse=True),
)
SNAPSHOT = Snapshot(
    python="3.12",
    platform="manylinux_2_28_x86_64",
    as_of="2026-11-01",
    pip=wheel("pip"),
    layers=split_layers(SUBSETS, PACKAGES),
    packages=PACKAGES,
    dropped={},
)


def split(*packages: LockedPackage, max_layers: int = 8, colliding: frozenset[str] = frozenset()) -> Split:
    lock = Lock(ecosystem=Ecosystem.PYPI, packages=packages, colliding=colliding)
    return split_lock(lock, SNAPSHOT, max_layers=max_layers)


def names(found: Split) -> tuple[list[str], list[str]]:
    return [layer.name for layer in found.layers], [package.name for package in found.own]


@pytest.mark.parametrize(
    ("locked", "layers", "own"),
    [
        ([], [], []),
        (["numpy"], ["arrays"], []),
        (["numpy", "pandas", "dates"], ["arrays", "tables"], []),
        (["pandas", "dates"], ["tables"], []),  # what comes before it in the catalog need not be in the lock as it is
        (["numpy", "pandas"], ["arrays"], ["pandas"]),
        (["flask"], [], ["flask"]),
        (["click"], [], ["click"]),
        (["torch", "click"], ["torch"], ["click"]),
        (["hatchling"], [], ["hatchling"]),  # a wheelhouse installs nothing
    ],
    ids=str,
)
def test_a_layer_is_taken_iff_the_lock_holds_it_whole(locked: list[str], layers: list[str], own: list[str]) -> None:
    """Every artifact of it; a heavy wheel that no layer holds is a layer; the rest is the repository's own."""
    assert names(split(*(PACKAGES[name] for name in locked))) == (layers, own)


def test_another_version_is_no_part_of_a_layer() -> None:
    """A layer is refused for one other artifact, and the reason names both versions; heavy ones stand alone."""
    found = split(wheel("numpy", "1.9", size=HEAVY), PACKAGES["pandas"], wheel("dates", "0.9"))
    assert names(found) == (["numpy"], ["pandas", "dates"])
    assert found.refused == {
        "arrays": "the lock has numpy 1.9, the catalog 2",
        "tables": "the lock has dates 0.9, the catalog 1",
    }
    assert found.why_own == {
        "pandas": "layer tables: the lock has dates 0.9, the catalog 1",
        "dates": "the catalog has 1",
    }


def test_a_heavy_wheel_may_have_the_name_of_a_layer() -> None:
    """The layer of the catalog that is not taken is not taken for it."""
    other = wheel("web", size=HEAVY)
    assert [layer.packages for layer in split(other, PACKAGES["flask"]).layers] == [(other,)]


@pytest.mark.parametrize(
    ("maximum", "layers"),
    [(8, ["arrays", "tables", "web", "torch"]), (2, ["arrays", "torch"]), (1, ["torch"]), (0, [])],
)
def test_the_largest_layers_win(maximum: int, layers: list[str]) -> None:
    """Under a maximum; what does not fit any more is told so."""
    locked = [package for name, package in PACKAGES.items() if name != "hatchling"]
    found = split(*locked, max_layers=maximum)
    assert names(found)[0] == layers
    assert all(
        f"--max-layers {maximum} is" in found.refused[name] for name in {"arrays", "tables", "web"} - set(layers)
    )
    assert all(found.why_own.values())


def test_an_unknown_size_is_not_heavy() -> None:
    """What no lock tells is not guessed."""
    assert names(split(wheel("big", size=None))) == ([], ["big"])


def test_packages_that_write_the_same_files_stay_together() -> None:
    """Their order matters, so that they are in one step, and no layer with one of them is taken."""
    found = split(PACKAGES["numpy"], wheel("stub"), colliding=frozenset({"numpy", "stub"}))
    assert names(found) == ([], ["numpy", "stub"])
    assert "files of another package" in found.why_own["stub"]
    assert "files of another package" in found.refused["arrays"]


def test_a_local_build_gets_the_wheelhouse() -> None:
    """It counts as a layer, and comes first where there is room for one."""
    lock = Lock(ecosystem=Ecosystem.PYPI, packages=(PACKAGES["numpy"],))
    found = split_lock(lock, SNAPSHOT, max_layers=1, builds_locally=True)
    assert names(found) == (["build-backends"], ["numpy"])


REAL = load_snapshot(load_catalog(), "3.12")


@given(st.lists(st.sampled_from(sorted(REAL.packages)), unique=True), st.lists(st.integers(0, 400)), st.integers(0, 12))
def test_a_split_is_an_exact_partition(names: list[str], other: list[int], maximum: int) -> None:
    """Of any lock, in any order: each artifact is in exactly one layer, and nothing else is."""
    everything = sorted(REAL.packages)
    changed = {everything[number % len(everything)] for number in other}
    locked = [wheel(name, "0.0.1", size=HEAVY) if name in changed else REAL.packages[name] for name in names]
    results = []
    for order in (locked, locked[::-1]):
        found = split_lock(
            Lock(ecosystem=Ecosystem.PYPI, packages=tuple(sorted(order, key=lambda each: each.name))),
            REAL,
            max_layers=maximum,
        )
        held = [package for layer in found.layers for package in layer.packages] + list(found.own)
        assert sorted(package.name for package in held) == sorted(names)
        assert set(held) == set(locked)
        assert len(found.layers) <= maximum
        assert found.why_own.keys() == {package.name for package in found.own}
        results.append(found)
    assert results[0] == results[1]
