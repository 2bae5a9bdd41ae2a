"""Catalogs and snapshots as text: one subset or package a line, so that a refresh reads well as a diff."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from depnorm.model import Catalog, LockedPackage, SharedLayer, Snapshot, Subset
from depnorm.share.catalog import CATALOG_FILE, snapshot_file


def write_catalog(directory: Path, catalog: Catalog) -> Path:
    """Writes `catalog.json` into a directory and gives its path; refreshing to another date changes its `as_of`."""
    path = directory / CATALOG_FILE
    path.write_text(render_catalog(catalog), encoding="utf-8", newline="\n")
    return path


def render_catalog(catalog: Catalog) -> str:
    """The JSON of a catalog, without its snapshots."""
    head = {
        "schema": 1,
        "name": catalog.name,
        "as_of": catalog.as_of,
        "platform": catalog.platform,
        "default_python": catalog.default_python,
        "pythons": catalog.pythons,
        "r_snapshots": catalog.r_snapshots,
    }
    if catalog.origin:
        head["origin"] = {**asdict(catalog.origin), "sources": dict(catalog.origin.sources)}
    also = ",\n".join(f"{json.dumps(name)}: {count}" for name, count in sorted(catalog.also_resolved.items()))
    return _document(head, _array("subsets", map(_subset, catalog.subsets)), f'"also_resolved": {{\n{also}\n}}')


def write_snapshot(directory: Path, snapshot: Snapshot) -> Path:
    """Writes `cpXY.json` into a catalog's directory and gives its path."""
    path = directory / snapshot_file(snapshot.python)
    path.write_text(render_snapshot(snapshot), encoding="utf-8", newline="\n")
    return path


def render_snapshot(snapshot: Snapshot) -> str:
    """The JSON of a snapshot. It names no URL: where an artifact lies is the index's business."""
    held = snapshot.held_back
    dropped = ({"name": n, "reason": r, "holds_back": held.get(n, ())} for n, r in sorted(snapshot.dropped.items()))
    head = {"schema": 1, "python": snapshot.python, "platform": snapshot.platform, "as_of": snapshot.as_of}
    return _document(
        head,
        f'"pip": {_line(_package(snapshot.pip))}',
        *([f'"uv": {_line(_package(snapshot.uv))}'] if snapshot.uv else []),
        _array("layers", map(_layer, snapshot.layers)),
        _array("dropped", dropped),
        _array("packages", (_package(package) for _, package in sorted(snapshot.packages.items()))),
    )


def _document(head: Mapping[str, Any], *parts: str) -> str:
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    return "{\n" + ",\n".join([*lines, *parts]) + "\n}\n"


def _array(name: str, entries: Iterable[Mapping[str, Any]]) -> str:
    return f'"{name}": [\n' + ",\n".join(map(_line, entries)) + "\n]"


def _line(entry: Mapping[str, Any]) -> str:
    # What is empty is not written; a count of 0 says something.
    filled = {name: value for name, value in entry.items() if value or type(value) is int or name == "after"}
    return json.dumps(filled, separators=(", ", ": "))


def _package(package: LockedPackage) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "filename": package.artifact.filename,
        "sha256": package.artifact.sha256,
        "size": package.size,
        "requires": package.requires,
    }


def _layer(layer: SharedLayer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "heads": layer.heads,
        "after": layer.after,
        "seen_in": layer.seen_in,
        "wheelhouse": layer.wheelhouse,
        "packages": tuple(package.name for package in layer.packages),
    }


def _subset(subset: Subset) -> dict[str, Any]:
    return {
        "name": subset.name,
        "ecosystem": subset.ecosystem.value,
        "heads": dict(zip(subset.heads, subset.heads_seen_in, strict=True)),
        "seen_in": subset.seen_in,
        "why": subset.why,
        "installs": subset.installs,
        "system": subset.system,
        "wheelhouse": subset.wheelhouse,
        "needed_in": subset.needed_in,
    }
