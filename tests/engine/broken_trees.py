"""Small conda channels, CRAN repositories and source archives, as files below a directory."""

import bz2
import io
import json
import tarfile
from collections.abc import Mapping
from hashlib import md5, sha256
from pathlib import Path


def write_channel(channel: Path, packages: Mapping[str, Mapping[str, bytes]]) -> None:
    """A channel of packages for any platform, version 1.0, each with these files."""
    records = {}
    for name, files in packages.items():
        data = _conda_package(name, files)
        path = channel / "noarch" / f"{name}-1.0-0.tar.bz2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digests = {"sha256": sha256(data).hexdigest(), "md5": md5(data, usedforsecurity=False).hexdigest()}
        records[path.name] = {**_index(name), **digests, "size": len(data)}
    for subdir, held in (("noarch", records), ("linux-64", {})):
        path = channel / subdir / "repodata.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"info": {"subdir": subdir}, "packages": held, "packages.conda": {}}))


def _index(name: str) -> dict[str, object]:
    fixed = {"version": "1.0", "build": "0", "build_number": 0, "depends": [], "subdir": "noarch", "noarch": "generic"}
    return {"name": name, **fixed}


def _conda_package(name: str, files: Mapping[str, bytes]) -> bytes:
    rows = [
        {"_path": path, "path_type": "hardlink", "sha256": sha256(data).hexdigest(), "size_in_bytes": len(data)}
        for path, data in files.items()
    ]
    about = {
        "info/index.json": json.dumps(_index(name)).encode(),
        "info/files": "\n".join(files).encode(),
        "info/paths.json": json.dumps({"paths": rows, "paths_version": 1}).encode(),
    }
    return bz2.compress(archive({**about, **files}))


def write_cran(repository: Path, name: str, code: str) -> None:
    """A repository of one source package, of which `code` runs when it is installed."""
    fields = {"Package": name, "Version": "1.0", "Title": "T", "Description": "D.", "License": "MIT"}
    description = "".join(f"{key}: {value}\n" for key, value in fields.items())
    files = {"DESCRIPTION": description, "NAMESPACE": "export(answer)\n", "R/code.R": code}
    contrib = repository / "src" / "contrib"
    contrib.mkdir(parents=True, exist_ok=True)
    data = archive({f"{name}/{path}": text.encode() for path, text in files.items()}, "w:gz")
    (contrib / f"{name}_1.0.tar.gz").write_bytes(data)
    (contrib / "PACKAGES").write_text(description, encoding="utf-8")


def archive(files: Mapping[str, bytes], mode: str = "w:") -> bytes:
    """A tar file of these files; `w:gz` packs it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]  # it wants literals
        for path, data in files.items():
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(data), 0o755
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()
