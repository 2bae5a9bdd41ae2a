"""A package index of tiny wheels on this machine, for the real uv."""

import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

LINUX, WINDOWS = "manylinux_2_17_x86_64", "win_amd64"
WHEELS: dict[str, list[tuple[str, str, str, list[str]]]] = {
    # alpha has a wheel for each of two Pythons and platforms, and an extra.
    "alpha": [
        ("1.0", "cp311-cp311", LINUX, ["beta", 'gamma; extra == "fast"', 'delta; sys_platform == "win32"']),
        ("1.0", "cp312-cp312", LINUX, ["beta", 'gamma; extra == "fast"', 'delta; sys_platform == "win32"']),
        ("1.0", "cp312-cp312", WINDOWS, ["beta", 'gamma; extra == "fast"', 'delta; sys_platform == "win32"']),
    ],
    # The two versions of beta are for different Pythons.
    "beta": [("1.0", "py3-none", "any", []), ("2.0", "py3-none", "any", [])],
    "gamma": [("1.5", "py3-none", "any", ["epsilon"])],
    "delta": [("1.0", "py3-none", WINDOWS, [])],
    "tool": [("3.0", "py3-none", "any", [])],
    # A newer north goes with an older south alone; of east and west only one can be new; a newer lone goes with none.
    "north": [("1.0", "py3-none", "any", ["south"]), ("2.0", "py3-none", "any", ["south<2"])],
    "south": [("1.0", "py3-none", "any", []), ("2.0", "py3-none", "any", [])],
    "east": [("1.0", "py3-none", "any", []), ("2.0", "py3-none", "any", ["west<2"])],
    "west": [("1.0", "py3-none", "any", []), ("2.0", "py3-none", "any", ["east<2"])],
    "lone": [("1.0", "py3-none", "any", []), ("2.0", "py3-none", "any", ["south>2"])],
    "patched": [("1.0", "py3-none", "any", []), ("2.0", "py3-none", "any", [])],
}
REQUIRES_PYTHON = {("beta", "2.0"): ">=3.12", ("beta", "1.0"): ">=3.8", ("patched", "2.0"): ">=3.11.5"}
SDISTS = {"epsilon": "0.1"}
# Only running their own build backends tells what these need; that of omega fails.
BUILT = {"zeta": "2.0", "omega": "1.0"}
BACKEND = """\
import os, pathlib, zipfile
mark = os.environ.get("DEPNORM_TEST_BUILT")
if mark:
    pathlib.Path(mark).touch()
{failure}
METADATA = "Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\nRequires-Dist: tool\\n"
WHEEL = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
def prepare_metadata_for_build_wheel(directory, config_settings=None):
    info = pathlib.Path(directory, "{name}-{version}.dist-info")
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    (info / "WHEEL").write_text(WHEEL)
    return info.name
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(directory, name), "w") as archive:
        archive.writestr("{name}/__init__.py", "")
        for file, text in (("METADATA", METADATA), ("WHEEL", WHEEL), ("RECORD", "")):
            archive.writestr("{name}-{version}.dist-info/" + file, text)
    return name
"""


def _metadata(name: str, version: str, requires: list[str]) -> str:
    lines = ["Metadata-Version: 2.2", f"Name: {name}", f"Version: {version}"]
    if python := REQUIRES_PYTHON.get((name, version)):
        lines.append(f"Requires-Python: {python}")
    if name == "alpha":
        lines.append("Provides-Extra: fast")
    return "\n".join([*lines, *(f"Requires-Dist: {each}" for each in requires), "", ""])


def _wheel(name: str, version: str, tag: str, requires: list[str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = f"{name}-{version}.dist-info"
        for member, text in (
            (f"{name}/__init__.py", ""),
            (f"{info}/METADATA", _metadata(name, version, requires)),
            (f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"),
            (f"{info}/RECORD", ""),
        ):
            archive.writestr(zipfile.ZipInfo(member), text)
    return file.getvalue()


def _sdist(name: str, version: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for member, text in (
            (f"{name}-{version}/PKG-INFO", _metadata(name, version, [])),
            (f"{name}-{version}/pyproject.toml", f'[project]\nname = "{name}"\nversion = "{version}"\n'),
        ):
            data = text.encode()
            entry = tarfile.TarInfo(member)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def _built(name: str, version: str) -> bytes:
    backend = BACKEND.format(name=name, version=version, failure="raise OSError" if name == "omega" else "")
    project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for member, text in (
            ("PKG-INFO", f"Metadata-Version: 1.1\nName: {name}\nVersion: {version}\n\n"),
            ("pyproject.toml", project),
            ("backend.py", backend),
        ):
            data = text.encode()
            entry = tarfile.TarInfo(f"{name}-{version}/{member}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def _files() -> dict[str, dict[str, bytes]]:
    files: dict[str, dict[str, bytes]] = {name: {} for name in (*WHEELS, *SDISTS, *BUILT)}
    for name, wheels in WHEELS.items():
        for version, tag, platform, requires in wheels:
            filename = f"{name}-{version}-{tag}-{platform}.whl"
            files[name][filename] = _wheel(name, version, f"{tag}-{platform}", requires)
            files[name][f"{filename}.metadata"] = _metadata(name, version, requires).encode()  # PEP 658
    for name, version in SDISTS.items():
        files[name][f"{name}-{version}.tar.gz"] = _sdist(name, version)
    for name, version in BUILT.items():
        files[name][f"{name}-{version}.tar.gz"] = _built(name, version)
    return files


class _Index(BaseHTTPRequestHandler):
    """PEP 691 pages, and the files."""

    def __init__(self, files: dict[str, dict[str, bytes]], *arguments: object) -> None:
        self._files = files
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server hands over

    def do_GET(self) -> None:
        kind, _, rest = self.path.strip("/").partition("/")
        name, _, filename = rest.partition("/")
        if kind == "simple" and name in self._files:
            self._answer("application/vnd.pypi.simple.v1+json", json.dumps(self._page(name)).encode())
        elif filename in self._files.get(name, {}):
            self._answer("application/octet-stream", self._files[name][filename])
        else:
            self.send_error(404)

    do_HEAD = do_GET  # noqa: N815  the name http.server calls

    def _page(self, name: str) -> dict[str, object]:
        files = [
            {
                "filename": filename,
                "url": f"/files/{name}/{filename}",
                "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
                "size": len(data),
                "core-metadata": filename.endswith(".whl"),
                "upload-time": "2024-01-02T03:04:05Z",
                "requires-python": REQUIRES_PYTHON.get((name, filename.split("-")[1])),
            }
            for filename, data in self._files[name].items()
            if not filename.endswith(".metadata")
        ]
        return {"meta": {"api-version": "1.1"}, "name": name, "files": files, "versions": []}

    def _answer(self, kind: str, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
        """Say nothing."""


@pytest.fixture(scope="session")
def index_url() -> Iterator[str]:
    """The URL of an index that holds `WHEELS` and `SDISTS`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Index, _files()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    server.server_close()
    thread.join()
