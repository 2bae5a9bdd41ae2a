"""A snapshot as text: one package a line, sorted, so that a refresh reads well as a diff."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from depnorm.model import LockedPackage, SharedLayer, Snapshot
from depnorm.share.catalog import snapshot_file


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
    parts = [
        *(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()),
        f'"pip": {_line(_package(snapshot.pip))}',
        _array("layers", map(_layer, snapshot.layers)),
        _array("dropped", dropped),
        _array("packages", (_package(package) for _, package in sorted(snapshot.packages.items()))),
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _array(name: str, entries: Iterable[Mapping[str, Any]]) -> str:
    return f'"{name}": [\n' + ",\n".join(map(_line, entries)) + "\n]"


def _line(entry: Mapping[str, Any]) -> str:
    filled = {name: value for name, value in entry.items() if value not in ((), False) or name == "after"}
    return json.dumps(filled, separators=(", ", ": "))


def _package(package: LockedPackage) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "filename": package.artifact.filename,
        "sha256": package.artifact.sha256,
        "size": package.artifact.size,
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
