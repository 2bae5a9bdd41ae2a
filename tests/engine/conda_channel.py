"""A conda channel on loopback, with packages whose files, scripts and needs a test decides."""

import io
import json
import os
import tarfile
import threading
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from depnorm.model import Artifact, Ecosystem, Lock, LockedPackage


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Makes packages."""

    directory: Path
    url: str

    def package(
        self,
        name: str,
        files: Mapping[str, str],
        *,
        requires: Iterable[str] = (),
        noarch: str = "generic",
        size: int | None = None,
    ) -> LockedPackage:
        """A package of these files (text by path) in the channel; scripts are executable."""
        subdir = "noarch" if noarch else "linux-64"
        index = {
            "name": name, "version": "1", "build": "0", "build_number": 0, "depends": list(requires), "subdir": subdir,
            **({"noarch": noarch} if noarch else {}),
        }  # fmt: skip
        paths = [
            {"_path": path, "path_type": "hardlink", "sha256": sha256(text.encode()).hexdigest(),
             "size_in_bytes": len(text)}
            for path, text in files.items()
        ]  # fmt: skip
        link = {"package_metadata_version": 1, "noarch": {"type": noarch}}
        info = {
            "info/index.json": json.dumps(index),
            "info/paths.json": json.dumps({"paths": paths, "paths_version": 1}),
            "info/files": "".join(f"{path}\n" for path in files),
            **({"info/link.json": json.dumps(link)} if noarch else {}),
        }
        file = self.directory / subdir / f"{name}-1-0.tar.bz2"
        file.parent.mkdir(exist_ok=True)
        with tarfile.open(file, "w:bz2") as archive:
            for path, text in {**info, **files}.items():
                entry = tarfile.TarInfo(path)
                entry.size, entry.mtime, entry.mode = (
                    len(text.encode()),
                    1_600_000_000,
                    0o755 if ".sh" in path else 0o644,
                )
                archive.addfile(entry, io.BytesIO(text.encode()))
        artifact = Artifact(
            filename=file.name,
            sha256=sha256(file.read_bytes()).hexdigest(),
            size=size or file.stat().st_size,
            url=f"{self.url}{subdir}/{file.name}",
        )
        return LockedPackage(
            ecosystem=Ecosystem.CONDA, name=name, version="1", artifact=artifact, requires=tuple(requires)
        )


@contextmanager
def serve_channel(directory: Path) -> Iterator[Channel]:
    """A channel in an empty directory."""
    place = directory / "conda-forge"
    place.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Channel(place, f"http://127.0.0.1:{server.server_address[1]}/conda-forge/")
    finally:
        server.shutdown()
        server.server_close()


def bench_lock(*files: str) -> tuple[LockedPackage, ...]:
    """Packages of the bench's channel by SUBDIR/FILE, at what its index says of them."""
    channel = os.environ.get("ENGINE_CONDA_CHANNEL")
    if channel is None:
        pytest.skip("no conda channel: set ENGINE_CONDA_CHANNEL")
    return tuple(_of_the_bench(channel, *path.split("/")) for path in files)


def _of_the_bench(channel: str, subdir: str, filename: str) -> LockedPackage:
    with urllib.request.urlopen(f"{channel}/{subdir}/repodata.json") as answer:  # noqa: S310  the bench's own
        record = json.load(answer)["packages"][filename]
    artifact = Artifact(
        filename=filename, sha256=record["sha256"], size=record["size"], url=f"{channel}/{subdir}/{filename}"
    )
    return LockedPackage(
        ecosystem=Ecosystem.CONDA,
        name=record["name"],
        version=record["version"],
        artifact=artifact,
        requires=tuple(record["depends"]),
    )


def lock_of(packages: Iterable[LockedPackage]) -> Lock:
    """A lock of them."""
    found = tuple(sorted(packages, key=lambda each: (each.name, each.ecosystem)))
    return Lock(ecosystem=Ecosystem.CONDA, packages=found, as_of="2026-11-01")
