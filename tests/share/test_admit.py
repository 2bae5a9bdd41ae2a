"""Admission: a shared layer only where the user's own command keeps all of it."""

from collections.abc import Iterable, Sequence
from random import Random

import pytest
from declared import declare
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from depnorm.model import (
    Artifact,
    Catalog,
    Dependency,
    Ecosystem,
    Location,
    LockedPackage,
    SharedLayer,
    Snapshot,
    Subset,
)
from depnorm.share.admit import admit, admit_cran
from depnorm.share.catalog import load_catalog, load_snapshot
from depnorm.share.layers import split_layers


def wheel(name: str, version: str, *requires: str, size: int = 1) -> LockedPackage:
    filename = f"{name}-{version}-py3-none-any.whl"
    artifact = Artifact(filename=filename, sha256=f"{sum(name.encode()):064x}", size=size)
    return LockedPackage(ecosystem=Ecosystem.PYPI, name=name, version=version, artifact=artifact, requires=requires)


def subset(name: str, *heads: str, wheelhouse: bool = False) -> Subset:
    return Subset(
        name=name,
        ecosystem=Ecosystem.PYPI,
        heads=heads,
        seen_in=1,
        why="a test",
        heads_seen_in=(1,) * len(heads),
        wheelhouse=wheelhouse,
    )


PACKAGES = {
    package.name: package
    for package in (
        wheel("numpy", "2.3.4", size=20),
        wheel("dateutil", "2.9.0"),
        wheel("pandas", "3.1.0", "numpy>=2", "dateutil", size=12),
        wheel("plots", "3.10.0", "numpy>=1.26", "dateutil", "pillow", size=8),
        wheel("pillow", "12.0.0", size=7),
        wheel("seaborn", "0.13.2", "pandas>=1", "plots"),
        wheel("flask", "3.1.2", "click"),
        wheel("click", "8.3.0"),
        wheel("old-tool", "1.0.0", "click"),
        wheel("hatchling", "1.27.0"),
    )
}
SUBSETS = (
    subset("numpy", "numpy"),
    subset("dates", "dateutil"),
    subset("pandas", "pandas"),
    subset("viz", "plots", "pillow"),
    subset("web", "flask"),
    subset("build-backends", "hatchling", wheelhouse=True),
)
SNAPSHOT = Snapshot(
    python="3.12",
    platform="manylinux_2_28_x86_64",
    as_of="2026-11-01",
    pip=wheel("pip", "26.3"),
    layers=split_layers(SUBSETS, PACKAGES),
    packages=PACKAGES,
    dropped={"numba": "numba 0.62 holds back numpy 2.2.6 instead of 2.3.4"},
    held_back={"numba": ("numpy",)},
)
ALL_OF_SEABORN = ["numpy", "dates", "pandas", "viz"]


def declared(lines: Iterable[str], path: str = "requirements.txt") -> list[Dependency]:
    return [declare(line, number, path) for number, line in enumerate(lines, 1)]


def names(layers: Sequence[SharedLayer]) -> list[str]:
    return [layer.name for layer in layers]


@pytest.mark.parametrize(
    ("lines", "layers"),
    [
        ([], []),
        (["unknown"], []),
        (["numpy"], ["numpy"]),
        (["NumPy>=1.20"], ["numpy"]),
        (["numpy==2.3.4"], ["numpy"]),
        (["numpy==2.3.*"], ["numpy"]),
        (["numpy===2.3.4"], ["numpy"]),
        (["numpy~=2.1"], ["numpy"]),
        (["numpy>=2.0rc1"], ["numpy"]),
        (["numpy[extra]"], ["numpy"]),
        (["pandas"], ["numpy", "dates", "pandas"]),
        (["plots"], ["numpy", "dates", "viz"]),
        (["pillow"], ["numpy", "dates", "viz"]),
        (["click"], []),  # no head: an own layer of it is smaller than all of web
        (["old-tool"], []),
        (["seaborn"], ALL_OF_SEABORN),  # no layer of its own, but its closure asks for heads
        (["hatchling"], []),  # a wheelhouse installs nothing
        (["numpy ; python_version < '3'"], []),
        (["numpy ; python_version >= '3.12'"], ["numpy"]),
        (["numpy ; sys_platform == 'win32'"], []),
        (["numpy ; extra == 'x'"], []),
        (["numpy ; python_full_version > '3.12.4'"], []),  # the base image decides: not certain
        (["numpy", "numpy<2 ; python_version < '3.9'"], ["numpy"]),
        (["numpy", "unknown==1.0"], ["numpy"]),
        (["numpy", "flask==1.0"], ["numpy"]),
        (["pandas", "numpy==2.2.6", "dateutil"], ["dates"]),  # pandas stays, so its dateutil does
        (["pandas", "numpy<2.3", "dateutil"], ["dates"]),
        (["pandas", "numpy!=2.3.4", "dateutil"], ["dates"]),
        (["pandas", "numpy>2.3.4", "dateutil"], ["dates"]),
        (["numpy --hash=sha256:" + PACKAGES["numpy"].artifact.sha256], ["numpy"]),
    ],
    ids=str,
)
def test_admitted(lines: list[str], layers: list[str]) -> None:
    """A layer is taken for a head that is asked for, together with the layers that it comes after, in global order."""
    found = admit(declared(lines), [], SNAPSHOT)
    assert names(found.layers) == layers


@pytest.mark.parametrize(
    ("lines", "constraints", "refused"),
    [
        (["pandas==1.5.3"], [], {"pandas": "pandas==1.5.3 (requirements.txt:1) excludes 3.1.0"}),
        (
            ["numpy", "seaborn==0.11"],
            [],
            {"numpy": "seaborn==0.11 (requirements.txt:2) excludes 0.13.2 and may need another numpy"},
        ),
        (
            ["pandas", "numpy<2"],
            [],
            {"pandas": "numpy<2 (requirements.txt:2) excludes 2.3.4 and rules out pandas 3.1.0"},
        ),
        # no pandas that is in the snapshot, so any dateutil may come with it
        (
            ["pandas", "numpy==1.16.0", "dateutil"],
            [],
            {
                "dates": "numpy==1.16.0 (requirements.txt:2) excludes 2.3.4 and rules out pandas 3.1.0"
                " and may need another dateutil"
            },
        ),
        (
            ["pandas"],
            ["dateutil<2.9"],
            {"pandas": "it needs layer dates, and dateutil<2.9 (constraints.txt:1) excludes 2.9.0"},
        ),
        (["numpy", "numpy===2.3"], [], {"numpy": "numpy===2.3 (requirements.txt:2) excludes 2.3.4"}),
        (
            ["numpy @ https://example.org/numpy.whl"],
            [],
            {"numpy": "numpy (requirements.txt:1) does not come from the index"},
        ),
        (
            ["numpy --hash=sha256:" + "0" * 64],
            [],
            {"numpy": "numpy (requirements.txt:1) lists hashes of other files than numpy-2.3.4-py3-none-any.whl"},
        ),
        (["numba", "numpy"], [], {"numpy": "numba (requirements.txt:1) needs an older numpy"}),
        (
            ["numpy", "numpy<2 ; python_full_version < '3.12.5'"],
            [],
            {"numpy": "numpy<2 (requirements.txt:2) excludes 2.3.4"},
        ),
        # pandas comes with seaborn, so another pandas may need another numpy
        (
            ["seaborn", "numpy"],
            ["pandas<3"],
            {"numpy": "pandas<3 (constraints.txt:1) excludes 3.1.0 and may need another numpy"},
        ),
        (["numpy", "pillow"], ["pillow<10"], {"viz": "pillow<10 (constraints.txt:1) excludes 12.0.0"}),
    ],
    ids=str,
)
def test_refused(lines: list[str], constraints: list[str], refused: dict[str, str]) -> None:
    """A layer that the user's command would replace a part of is refused, and the deciding requirement is named."""
    found = admit(declared(lines), declared(constraints, "constraints.txt"), SNAPSHOT)
    assert refused.items() <= found.refused.items()
    assert not refused.keys() & set(names(found.layers))


def test_a_constraint_on_what_nobody_needs_refuses_nothing() -> None:
    """A constraint installs nothing: it matters only where its package comes along."""
    found = admit(declared(["numpy"]), declared(["pandas==1.5.3"], "constraints.txt"), SNAPSHOT)
    assert names(found.layers) == ["numpy"]
    assert not found.refused


def test_a_layer_is_refused_for_any_of_its_members() -> None:
    """Viz is taken whole: a spec against pillow refuses it although only plots is asked for."""
    found = admit(declared(["plots"]), declared(["pillow<12"], "constraints.txt"), SNAPSHOT)
    assert "viz" in found.refused


def test_credentials_do_not_reach_a_reason() -> None:
    """A requirement is named by its canonical spelling: its raw text may hold a token."""
    found = admit(declared(["numpy @ https://user:s3cret@example.org/numpy.whl"]), [], SNAPSHOT)
    assert "s3cret" not in str(found.refused)


def test_other_ecosystems_and_unnamed_urls_ask_for_nothing() -> None:
    """Conda's numpy is not pip's, and a URL that tells no name asks for no head."""
    conda = Dependency(ecosystem=Ecosystem.CONDA, name="numpy", location=Location(path="environment.yml"), raw="numpy")
    unnamed = Dependency(
        ecosystem=Ecosystem.PYPI, name=None, location=Location(path="r.txt"), raw="x", url="https://example.org/x.zip"
    )
    assert admit([conda, unnamed], [], SNAPSHOT).layers == ()


@pytest.mark.parametrize("text", ["numpy=>2", "no spec", ">=", "==1.0.*.*"])
def test_a_spec_that_nobody_understands_refuses(text: str) -> None:
    """Pip would not keep what it cannot compare."""
    broken = Dependency(
        ecosystem=Ecosystem.PYPI, name="numpy", location=Location(path="r.txt", line=1), raw=text, spec=text
    )
    assert "numpy" in admit([broken], [], SNAPSHOT).refused


def test_a_marker_that_nobody_understands_asks_for_nothing_and_excludes() -> None:
    """Without certainty a line is no reason to take a layer, but one not to."""
    broken = Dependency(
        ecosystem=Ecosystem.PYPI, name="numpy", location=Location(path="r.txt"), raw="", spec="<2", marker="bogus =="
    )
    assert admit([broken], [], SNAPSHOT).layers == ()
    assert "numpy" in admit([broken, declare("numpy")], [], SNAPSHOT).refused


@pytest.mark.parametrize(
    ("maximum", "layers"),
    [(0, []), (1, ["numpy"]), (2, ["numpy", "web"]), (3, ["numpy", "dates", "viz"]), (4, ALL_OF_SEABORN)],
)
def test_the_larger_layers_win(maximum: int, layers: list[str]) -> None:
    """Under a maximum the largest layers that fit with what they come after are taken; the others are told why."""
    found = admit(declared(["seaborn", "flask"]), [], SNAPSHOT, max_layers=maximum)
    assert names(found.layers) == layers
    assert all(str(maximum) in found.refused[name] for name in {*ALL_OF_SEABORN, "web"} - set(layers))


@pytest.mark.parametrize(("maximum", "layers"), [(8, ["numpy", "build-backends"]), (1, ["build-backends"]), (0, [])])
def test_a_local_build_gets_the_wheelhouse(maximum: int, layers: list[str]) -> None:
    """The wheelhouse is for repositories that build something themselves, and counts as a layer."""
    found = admit(declared(["numpy"]), [], SNAPSHOT, max_layers=maximum, builds_locally=True)
    assert names(found.layers) == layers
    assert "hatchling" not in {package.name for package in found.packages}


LINES = st.sampled_from(
    [
        *("numpy", "pandas", "plots", "seaborn", "flask", "click", "numba", "unknown"),
        *("numpy<2", "pandas==1.5.3", "pillow>=9", "click<8", "numpy>=2 ; python_version > '3'"),
    ]
)


@given(st.lists(LINES, max_size=8), st.lists(LINES, max_size=3), st.integers(0, 6), st.randoms(use_true_random=False))
def test_admission_does_not_depend_on_order(lines: list[str], limits: list[str], maximum: int, random: Random) -> None:
    """The same lines in another order, or some of them twice, get the same layers for the same reasons."""
    asked, constraints = declared(lines), declared(limits, "constraints.txt")
    shuffled = [*asked, *asked[:2]]
    random.shuffle(shuffled)
    expected = admit(asked, constraints, SNAPSHOT, max_layers=maximum)
    assert admit(shuffled, constraints[::-1], SNAPSHOT, max_layers=maximum) == expected


@given(st.lists(LINES, max_size=8), st.lists(LINES, max_size=3), st.integers(0, 8))
def test_what_is_admitted_is_kept(lines: list[str], limits: list[str], maximum: int) -> None:
    """No package of an admitted layer is excluded by a line, every layer comes with those before it, and few enough."""
    asked, constraints = declared(lines), declared(limits, "constraints.txt")
    found = admit(asked, constraints, SNAPSHOT, max_layers=maximum)
    taken = names(found.layers)
    versions = {package.name: package.version for package in found.packages}
    assert len(taken) <= maximum
    assert all(set(layer.after) <= set(taken) for layer in found.layers)
    assert not set(taken) & found.refused.keys()
    for line in (*lines, *limits):
        requirement = Requirement(line)
        if requirement.name in versions:
            assert requirement.specifier.contains(versions[requirement.name])


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
@pytest.mark.parametrize(
    ("lines", "layers"),
    [
        (["numpy", "pandas", "matplotlib"], "numpy packaging python-dateutil pandas viz"),
        (["scikit-learn"], "numpy scipy ml"),
        (["lxml", "requests"], "lxml"),
        (["jupyterlab"], "jupyter ipython"),
        (["geopandas"], "numpy pandas"),
        (["geopandas", "jupyterlab"], "geo jupyter"),
        (["seaborn"], "pandas viz"),
        (["numpy==1.16.0", "pandas"], ""),
        (["pandas==1.0.5", "numpy"], ""),
    ],
    ids=str,
)
def test_shipped_snapshots(python: str, lines: list[str], layers: str) -> None:
    """What people write gets the layers they would expect from the catalog that ships."""
    found = admit(declared(lines), [], load_snapshot(load_catalog(), python))
    assert set(names(found.layers)) >= set(layers.split())
    assert layers or not found.layers


def test_what_brings_much_that_nothing_asks_for_is_not_taken() -> None:
    """Both geopandas and JupyterLab need certifi, which lies in the layer of one of them: alone it takes no other."""
    snapshot = load_snapshot(load_catalog(), "3.12")
    alone = admit(declared(["geopandas"]), [], snapshot)
    assert {"numpy", "pandas"} <= set(names(alone.layers))
    assert {"geo", "jupyter"}.isdisjoint(names(alone.layers))
    assert "that nothing asks for, jupyterlab among it" in alone.refused["geo"]
    assert {"geo", "jupyter"} <= set(names(admit(declared(["geopandas", "jupyterlab"]), [], snapshot).layers))


@settings(max_examples=50)
@given(st.sets(st.sampled_from(sorted(load_snapshot(load_catalog(), "3.12").packages)), max_size=12))
def test_shipped_snapshot_never_exceeds_the_maximum(asked: set[str]) -> None:
    """Whatever is asked for without versions, at most eight layers come, each with those before it."""
    found = admit(declared(sorted(asked)), [], load_snapshot(load_catalog(), "3.12"))
    assert len(found.layers) <= 8
    assert all(set(layer.after) <= set(names(found.layers)) for layer in found.layers)


@pytest.mark.parametrize(
    ("asked", "date", "subsets"),
    [
        (["tidyverse"], "2024-01-10", ["tidyverse"]),
        (["dplyr", "zzz"], "2025-06-13", ["tidyverse"]),
        (["sf", "ggplot2"], "2024-01-10", ["tidyverse", "r-geo"]),
        (["Sf"], "2024-01-10", []),
        ([], "2024-01-10", []),
        (["tidyverse"], "2024-01-11", []),
        (["tidyverse"], None, []),
    ],
    ids=str,
)
def test_cran_subsets_need_a_date_of_the_catalog(asked: list[str], date: str | None, subsets: list[str]) -> None:
    """An R repository gets a subset for any of its heads, where its snapshot date is one of the catalog's."""
    found = admit_cran(asked, date, load_catalog())
    assert [subset.name for subset in found.subsets] == subsets


def test_a_refused_cran_subset_names_the_dates() -> None:
    """The reason says which dates would do."""
    catalog: Catalog = load_catalog()
    reason = admit_cran(["tidyverse"], "2001-01-01", catalog).refused["tidyverse"]
    assert "2001-01-01" in reason
    assert all(date in reason for date in catalog.r_snapshots)
    assert admit_cran(["tidyverse"], None, catalog).refused["tidyverse"].startswith("no snapshot")
