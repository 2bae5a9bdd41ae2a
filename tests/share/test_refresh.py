"""Refreshing: the versions that most of the corpus would select, by the real uv and the real index."""

from pathlib import Path

import pytest

from depnorm.errors import CatalogError, ResolutionError
from depnorm.model import Catalog, Ecosystem, Snapshot, Subset
from depnorm.resolve.python import PythonResolver
from depnorm.share.refresh import refresh_snapshot

AS_OF = "2025-06-20"  # numpy 2.3.0 is two weeks old, and numba 0.61.2 requires numpy<2.3
PLATFORM = "manylinux_2_28_x86_64"


def subset(name: str, heads: dict[str, int]) -> Subset:
    return Subset(
        name=name,
        ecosystem=Ecosystem.PYPI,
        heads=tuple(heads),
        seen_in=sum(heads.values()),
        why="a test",
        heads_seen_in=tuple(heads.values()),
    )


def catalog(*subsets: Subset, also: dict[str, int] | None = None) -> Catalog:
    return Catalog(
        name="test",
        as_of=AS_OF,
        default_python="3.12",
        pythons=("3.12",),
        r_snapshots=(),
        subsets=subsets,
        platform=PLATFORM,
        also_resolved=also or {},
    )


def refresh(directory: Path, chosen: Catalog) -> Snapshot:
    resolver = PythonResolver(python="3.12", platform=PLATFORM, as_of=AS_OF, scratch=directory)
    return refresh_snapshot(chosen, "3.12", AS_OF, resolver)


def test_a_root_that_holds_back_a_more_frequent_package_is_dropped(tmp_path: Path) -> None:
    """Numba would hold numpy at 2.2.6; numpy is asked for more often, so numba is listed instead."""
    found = refresh(tmp_path, catalog(subset("numpy", {"numpy": 9}), subset("jit", {"numba": 1})))
    assert found.packages["numpy"].version == "2.3.0"
    assert "numba" not in found.packages
    assert [layer.name for layer in found.layers] == ["numpy"]
    assert "numba 0.61.2 holds back numpy 2.2.6 instead of 2.3.0" in found.dropped["numba"]
    assert found.held_back == {"numba": ("numpy",)}


def test_the_more_frequent_root_decides(tmp_path: Path) -> None:
    """Where most locks have numba, most locks have its numpy."""
    found = refresh(tmp_path, catalog(subset("numpy", {"numpy": 1}), subset("jit", {"numba": 9})))
    assert found.packages["numpy"].version == "2.2.6"
    assert found.packages["numba"].version == "0.61.2"


def test_a_root_without_a_layer_changes_no_layer(tmp_path: Path) -> None:
    """Roots that only help admission never hold back a layer's package, however frequent they are."""
    found = refresh(tmp_path, catalog(subset("numpy", {"numpy": 1}), also={"numba": 99, "click": 5}))
    assert found.packages["numpy"].version == "2.3.0"
    assert {"numba"} == found.dropped.keys()
    assert "click" in found.packages
    assert [package.name for layer in found.layers for package in layer.packages] == ["numpy"]


def test_a_root_without_wheels_is_dropped(tmp_path: Path) -> None:
    """Only wheels count: psycopg2 has none for Linux. Each root is announced, with the count so far."""
    heard: list[tuple[str, int, int]] = []
    resolver = PythonResolver(python="3.12", platform=PLATFORM, as_of=AS_OF, scratch=tmp_path)
    chosen = catalog(subset("small", {"six": 2, "psycopg2": 1}))
    found = refresh_snapshot(chosen, "3.12", AS_OF, resolver, lambda *told: heard.append(told))
    assert found.layers[0].heads == ("six",)
    assert "wheels" in found.dropped["psycopg2"]
    assert heard == [("six", 0, 2), ("psycopg2", 1, 2)]


def test_a_catalog_without_any_root_is_an_error(tmp_path: Path) -> None:
    """A snapshot of nothing is not written."""
    with pytest.raises(CatalogError, match="no root has wheels"):
        refresh(tmp_path, catalog(subset("none", {"psycopg2": 1})))


def test_a_resolver_for_nowhere_is_an_error(tmp_path: Path) -> None:
    """An unknown platform is told by the resolver, not swallowed as a root without wheels."""
    resolver = PythonResolver(python="3.12", platform="win_amd64", as_of=AS_OF, scratch=tmp_path)
    with pytest.raises(ResolutionError, match="win_amd64"):
        refresh_snapshot(catalog(subset("small", {"six": 1})), "3.12", AS_OF, resolver)
