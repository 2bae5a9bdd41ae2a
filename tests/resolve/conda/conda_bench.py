"""Channels of tiny conda packages, served by this machine."""

import base64
import bz2
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

EARLY, LATE = "2024-01-01", "2024-08-01"
USER, PASSWORD, TOKEN = "ada", "s3cr3t-pass", "tk-0123-secret"


@dataclass(frozen=True, kw_only=True)
class Package:
    """What a channel holds; `distribution` is (name, version) of what pip sees of it."""

    name: str
    version: str
    depends: Sequence[str] = ()
    built: str | None = EARLY
    subdir: str = "noarch"
    build: str = "0"
    distribution: tuple[str, str] | None = None
    without: Sequence[str] = ()
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def filename(self) -> str:
        return f"{self.name}-{self.version}-{self.build}.tar.bz2"

    def archive(self) -> bytes:
        paths: list[str] = []
        if self.distribution:
            name, version = self.distribution
            paths = [
                f"site-packages/{name}-{version}.dist-info/METADATA",
                "site-packages/x/_vendor/y-1.dist-info/METADATA",
            ]
        members = [{"_path": path, "path_type": "hardlink", "sha256": "0" * 64, "size_in_bytes": 0} for path in paths]
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w") as archive:
            for name, text in (
                ("info/paths.json", json.dumps({"paths": members, "paths_version": 1})),
                ("info/index.json", json.dumps(self._index())),
            ):
                entry = tarfile.TarInfo(name)
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
        return bz2.compress(file.getvalue())

    def record(self) -> dict[str, object]:
        data = self.archive()
        record = self._index() | {
            "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
        }
        if self.built:
            record["timestamp"] = int(datetime.fromisoformat(self.built).replace(tzinfo=UTC).timestamp() * 1000)
        return {key: value for key, value in record.items() if key not in self.without}

    def _index(self) -> dict[str, object]:
        noarch = {"noarch": "python"} if self.distribution else {}
        return {
            "name": self.name,
            "version": self.version,
            "build": self.build,
            "build_number": 0,
            "depends": list(self.depends),
            "subdir": self.subdir,
            **noarch,
            **self.more,
        }


def python(version: str, built: str = EARLY) -> Package:
    return Package(name="python", version=version, subdir="linux-64", built=built)


def module(name: str, version: str, *depends: str, built: str | None = EARLY, pip_name: str = "") -> Package:
    """A package that is a Python distribution."""
    return Package(
        name=name, version=version, depends=("python", *depends), built=built, distribution=(pip_name or name, version)
    )


BASE = (python("3.11.9"), python("3.12.4"), module("pip", "24.0"))
"""What every environment with Python has."""


def write_channel(root: Path, packages: Sequence[Package]) -> Path:
    """The directory of a channel; of a package only its list of files is real."""
    for subdir in ("noarch", "linux-64"):
        directory = root / subdir
        directory.mkdir(parents=True, exist_ok=True)
        held = [each for each in packages if each.subdir == subdir]
        for each in held:
            (directory / each.filename).write_bytes(each.archive())
        records = {each.filename: each.record() for each in held}
        text = json.dumps({"info": {"subdir": subdir}, "packages": records, "packages.conda": {}})
        (directory / "repodata.json").write_text(text, encoding="utf-8")
    return root


class _Channels(SimpleHTTPRequestHandler):
    """Files below a directory; below `/private/` for those who know the password, `/t/TOKEN/` is left out."""

    def send_head(self) -> io.BytesIO | object:  # type: ignore[override]  # the base class says BytesIO or a file
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.path.startswith("/private/") and self.headers.get("Authorization") != expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        self.path = self.path.removeprefix(f"/t/{TOKEN}")
        return super().send_head()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
        """Say nothing."""


@contextmanager
def serve(root: Path) -> Iterator[str]:
    """The URL of a server of the directory."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Channels, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
