"""Catalogs: what ships is sound, and what comes from elsewhere is checked before it is used."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

from depnorm.errors import CatalogError
from depnorm.model import Ecosystem, LockedPackage, SharedLayer, Snapshot
from depnorm.resolve.wheel import supported_tags
from depnorm.share.catalog import SHIPPED, list_catalogs, load_catalog, load_snapshot
from depnorm.share.layers import closure, split_layers
from depnorm.share.snapshot_text import render_catalog, render_snapshot, write_catalog, write_snapshot

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(params=PYTHONS)
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    return load_snapshot(load_catalog(), request.param)


def reach(layer: SharedLayer, snapshot: Snapshot) -> dict[str, str]:
    layers = [layer, *(other for other in snapshot.layers if other.name in layer.after)]
    return {package.name: package.version for other in layers for package in other.packages}


def test_the_default_catalog_ships() -> None:
    """`default` is there, as of one date, with the subsets people know by name."""
    catalog = load_catalog()
    assert "default" in list_catalogs()
    assert catalog.pythons == PYTHONS
    names = {subset.name for subset in catalog.subsets}
    assert names >= {"scipy", "viz", "geo", "ml", "jupyter", "web", "build-backends", "tidyverse", "r-geo"}
    assert {"2024-01-10", "2025-06-13"} <= set(catalog.r_snapshots)


def test_every_subset_says_why() -> None:
    """Each subset counts the repositories that ask for each head, says why it is there, and has at least one head."""
    for subset in load_catalog().subsets:
        assert subset.heads, subset.name
        assert subset.why, subset.name
        assert len(subset.heads) == len(subset.heads_seen_in)
        assert max(subset.heads_seen_in) <= subset.seen_in <= sum(subset.heads_seen_in)


def test_snapshot_has_the_catalogs_date_and_platform(snapshot: Snapshot) -> None:
    """One date and one platform for the whole catalog."""
    catalog = load_catalog()
    assert (snapshot.as_of, snapshot.platform) == (catalog.as_of, catalog.platform)


def test_layers_follow_the_global_order(snapshot: Snapshot) -> None:
    """A snapshot's layers are the catalog's Python subsets, in its order; the catalogs' README says why some lack."""
    order = [subset.name for subset in load_catalog().subsets if subset.ecosystem is Ecosystem.PYPI]
    missing = {"3.10": {"web"}}.get(snapshot.python, {"images"})
    assert [layer.name for layer in snapshot.layers] == [name for name in order if name not in missing]


def test_layers_partition_their_packages(snapshot: Snapshot) -> None:
    """No package is in two layers that are installed."""
    names = [package.name for layer in snapshot.layers if not layer.wheelhouse for package in layer.packages]
    assert len(names) == len(set(names))


def test_layers_are_closed(snapshot: Snapshot) -> None:
    """Whatever a package requires is in its layer or in those the layer comes after, at a version that satisfies it."""
    for layer in snapshot.layers:
        versions = reach(layer, snapshot)
        for package in layer.packages:
            for line in package.requires:
                requirement = Requirement(line)
                assert requirement.specifier.contains(versions[requirement.name], prereleases=True), (layer.name, line)


def test_layers_hold_nothing_but_their_heads_closure(snapshot: Snapshot) -> None:
    """A layer is its heads' closure minus what earlier layers hold, and `after` names exactly those."""
    assert split_layers(load_catalog().subsets, snapshot.packages) == snapshot.layers
    for layer in snapshot.layers:
        needed = closure(layer.heads, snapshot.packages)
        assert {package.name for package in layer.packages} <= needed


def test_every_package_hangs_together(snapshot: Snapshot) -> None:
    """Packages without a layer are resolved jointly with the others, too."""
    for package in snapshot.packages.values():
        for line in package.requires:
            requirement = Requirement(line)
            assert requirement.specifier.contains(snapshot.packages[requirement.name].version, prereleases=True), line


def test_every_artifact_is_one_wheel_for_the_target(snapshot: Snapshot) -> None:
    """Each artifact is a wheel of that name and version that pip would accept under the snapshot's Python."""
    tags = set(supported_tags(snapshot.python, snapshot.platform))
    for package in (*snapshot.packages.values(), snapshot.pip):
        name, version, _, wheel_tags = parse_wheel_filename(package.artifact.filename)
        assert (name, str(version)) == (package.name, package.version)
        assert not version.is_prerelease
        assert tags & wheel_tags, package.artifact.filename
        assert len(package.artifact.sha256) == 64
        assert package.size > 0


def test_a_wheelhouse_repeats_and_holds_nothing_for_others(snapshot: Snapshot) -> None:
    """The build backends come with their whole closure, and no layer comes after them."""
    (wheelhouse,) = (layer for layer in snapshot.layers if layer.wheelhouse)
    assert wheelhouse.after == ()
    assert {"setuptools", "hatchling", "packaging"} <= {package.name for package in wheelhouse.packages}
    assert all(wheelhouse.name not in layer.after for layer in snapshot.layers)


def test_dropped_roots_have_reasons(snapshot: Snapshot) -> None:
    """A root that was left out is listed with a reason, is no head, and holds back only what the snapshot holds."""
    heads = {head for layer in snapshot.layers for head in layer.heads}
    for name, reason in snapshot.dropped.items():
        assert reason
        assert name not in heads
    for held in snapshot.held_back.values():
        assert set(held) <= snapshot.packages.keys()


def test_files_are_small_and_name_no_host() -> None:
    """Snapshots stay below 1 MB, and where artifacts lie is the index's business."""
    for path in SHIPPED.glob("default/*.json"):
        text = path.read_text(encoding="utf-8")
        assert len(text) < 1_000_000
        assert "://" not in text


def test_snapshot_text_is_a_fixed_point(snapshot: Snapshot, tmp_path: Path) -> None:
    """Writing what was read gives the file that ships: one package a line, sorted."""
    shipped = (SHIPPED / "default" / f"cp{snapshot.python.replace('.', '')}.json").read_text(encoding="utf-8")
    assert render_snapshot(snapshot) == shipped
    assert write_snapshot(tmp_path, snapshot).read_text(encoding="utf-8") == shipped


def test_catalog_text_is_a_fixed_point(tmp_path: Path) -> None:
    """Writing the catalog that was read gives the file that ships; a new date changes one line."""
    shipped = (SHIPPED / "default" / "catalog.json").read_text(encoding="utf-8")
    catalog = load_catalog()
    assert render_catalog(catalog) == shipped
    write_catalog(tmp_path, dataclasses.replace(catalog, as_of="2027-01-01"))
    changed = (tmp_path / "catalog.json").read_text(encoding="utf-8")
    assert changed == shipped.replace(f'"as_of": "{catalog.as_of}"', '"as_of": "2027-01-01"')


def test_a_head_that_nobody_asks_for_is_read_again(tmp_path: Path) -> None:
    """What many need may be what none declares: the count of it is 0, not missing."""
    catalog = load_catalog()
    first, *others = catalog.subsets
    nobody = dataclasses.replace(first, seen_in=0, heads_seen_in=tuple(0 for _ in first.heads), needed_in=0)
    write_catalog(tmp_path, dataclasses.replace(catalog, subsets=(nobody, *others)))
    again = load_catalog(str(tmp_path)).subsets[0]
    assert (again.seen_in, again.needed_in) == (0, 0)


def test_a_snapshot_cannot_be_changed(snapshot: Snapshot) -> None:
    """Snapshots are shared within a process, so their mappings refuse writes."""
    with pytest.raises(TypeError):
        cast("dict[str, LockedPackage]", snapshot.packages)["numpy"] = snapshot.pip


@pytest.mark.parametrize("name", ["missing", "../default", "", "/nowhere/at/all"])
def test_a_missing_catalog_is_named(name: str) -> None:
    """An unknown name or a directory without a catalog is an error that lists what ships."""
    with pytest.raises(CatalogError, match="no such catalog") as caught:
        load_catalog(name)
    assert "default" in caught.value.hint


@pytest.mark.parametrize("python", ["3.9", "2.7", "3", "", "../cp312", "3.12.1"])
def test_an_unknown_python_is_named(python: str) -> None:
    """A catalog without a snapshot for a Python says which it has."""
    with pytest.raises(CatalogError, match="no snapshot for Python") as caught:
        load_snapshot(load_catalog(), python)
    assert "3.12" in caught.value.hint


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    directory = tmp_path / "catalog"
    shutil.copytree(SHIPPED / "default", directory)
    return directory


def change_file(path: Path, change: Change) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_directory_is_a_catalog(copied: Path) -> None:
    """A directory, or the catalog.json in it, does instead of a name."""
    assert load_catalog(str(copied)).subsets == load_catalog().subsets
    assert load_catalog(str(copied / "catalog.json")).source == str(copied)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000, b'{"schema": 1}'])
def test_damaged_files_are_refused(copied: Path, data: bytes) -> None:
    """A file that is no catalog is an error that names it, never a traceback."""
    catalog = load_catalog(str(copied))
    (copied / "cp312.json").write_bytes(data)
    with pytest.raises(CatalogError, match=r"cp312\.json"):
        load_snapshot(catalog, "3.12")
    (copied / "catalog.json").write_bytes(data)
    moved = copied.rename(copied.with_name("moved"))
    with pytest.raises(CatalogError, match=r"catalog\.json"):
        load_catalog(str(moved))


def _first(field: str, value: object) -> Change:
    return lambda document: document["packages"][0].update({field: value})


def _layer(field: str, value: object) -> Change:
    return lambda document: document["layers"][1].update({field: value})


HOSTILE_SNAPSHOTS: dict[str, Change] = {
    "shell in a name": _first("name", "x; rm -rf /"),
    "line feed after a name": _first("name", "absl-py\n"),
    "capitals in a name": _first("name", "Absl-Py"),
    "instruction in a version": _first("version", "1.0\nRUN id"),
    "no PEP 440 version": _first("version", "latest"),
    "path in a file name": _first("filename", "../../absl_py-2.5.1-py3-none-any.whl"),
    "sdist": _first("filename", "absl_py-2.5.1.tar.gz"),
    "wheel of another package": _first("filename", "numpy-2.5.1-py3-none-any.whl"),
    "quote in a file name": _first("filename", "absl_py-2.5.1-py3-none-any'.whl"),
    "short hash": _first("sha256", "0" * 63),
    "capital hash": _first("sha256", "A" * 64),
    "hash with a line feed": _first("sha256", "0" * 64 + "\n"),
    "no size": _first("size", 0),
    "size is text": _first("size", "12"),
    "URL as a requirement": _first("requires", ["evil @ https://example.org/evil.whl"]),
    "marker in a requirement": _first("requires", ['numpy; python_version > "3"']),
    "unknown field": _first("url", "https://example.org/x.whl"),
    "shell in a layer's name": _layer("name", "$(id)"),
    "unknown member": _layer("packages", ["no-such-package"]),
    "unknown head": _layer("heads", ["no-such-package"]),
    "not closed": _layer("packages", ["python-dateutil", "pandas"]),
    "in two layers": _layer("packages", ["numpy"]),
    "after a later layer": _layer("after", ["docs"]),
    "after is not transitive": lambda document: document["layers"][-2].update(after=["docs"]),
    "negative count": _layer("seen_in", -1),
    "package twice": lambda document: document["packages"].append(document["packages"][0]),
    "layer twice": lambda document: document["layers"].append(document["layers"][-1]),
    "no date": lambda document: document.update(as_of="today"),
    "impossible month": lambda document: document.update(as_of="2026-13-01"),
    "foreign platform": lambda document: document.update(platform="win_amd64"),
    "another Python": lambda document: document.update(python="3.11"),
    "no pip": lambda document: document.pop("pip"),
    "no packages": lambda document: document.pop("packages"),
    "future schema": lambda document: document.update(schema=2),
    "control character in a reason": lambda document: document["dropped"].append({"name": "x", "reason": "a\nRUN b"}),
}


@pytest.mark.parametrize("change", HOSTILE_SNAPSHOTS.values(), ids=HOSTILE_SNAPSHOTS.keys())
def test_hostile_snapshots_are_refused(copied: Path, change: Change) -> None:
    """What could end up in a Dockerfile, or breaks a layer's promises, is refused when the snapshot is loaded."""
    change_file(copied / "cp312.json", change)
    with pytest.raises(CatalogError, match=r"cp312\.json"):
        load_snapshot(load_catalog(str(copied)), "3.12")


def _subset(index: int, field: str, value: object) -> Change:
    return lambda document: document["subsets"][index].update({field: value})


HOSTILE_CATALOGS: dict[str, Change] = {
    "R name with a quote": _subset(-1, "heads", {'sf", "x': 1}),
    "R name with a dash": _subset(-1, "heads", {"data-table": 1}),
    "Python name with a dot": _subset(0, "heads", {"zope.interface": 1}),
    "apt option": _subset(-1, "system", ["--allow-downgrades"]),
    "apt shell": _subset(-1, "system", ["gdal && id"]),
    "line feed in why": _subset(0, "why", "fine\nRUN id"),
    "subset name": _subset(0, "name", "numpy`id`"),
    "foreign ecosystem": _subset(0, "ecosystem", "npm"),
    "subset twice": lambda document: document["subsets"].append(document["subsets"][0]),
    "no pythons": lambda document: document.update(pythons=[]),
    "default without a snapshot": lambda document: document.update(default_python="3.9"),
    "R date": lambda document: document.update(r_snapshots=["2024-01-10'"]),
    "root that is no name": lambda document: document["also_resolved"].update({"-r x": 1}),
    "date": lambda document: document.update(as_of="2026-11-01T00:00:00"),
}


@pytest.mark.parametrize("change", HOSTILE_CATALOGS.values(), ids=HOSTILE_CATALOGS.keys())
def test_hostile_catalogs_are_refused(copied: Path, change: Change) -> None:
    """Every name, date and sentence of a catalog is checked when it is loaded."""
    change_file(copied / "catalog.json", change)
    with pytest.raises(CatalogError, match=r"catalog\.json"):
        load_catalog(str(copied))
