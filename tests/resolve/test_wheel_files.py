"""What wheels write where, read from a server in parts, as a whole, and after failures."""

import io
import re
import threading
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from depnorm.errors import ResolutionError
from depnorm.model import Artifact
from depnorm.resolve import wheel as wheel_module
from depnorm.resolve.wheel import Wheel
from depnorm.resolve.wheel_files import find_collisions


class Server(ThreadingHTTPServer):
    """Serves files from memory; the next `failures` requests get a 503, and without `parts` ranges are ignored."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.failures, self.parts, self.sent = 0, True, 0

    def wheel(self, name: str, files: dict[str, str]) -> Wheel:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
        data = self.files[f"/{name}"] = buffer.getvalue()
        artifact = Artifact(filename=name, sha256=sha256(data).hexdigest(), size=len(data))
        return Wheel(artifact=artifact, url=f"http://127.0.0.1:{self.server_address[1]}/{name}")


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.server.failures:
            self.server.failures -= 1
            self.send_error(503)
            return
        data = self.server.files[self.path]
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")) if self.server.parts else None
        body = data[int(match[1]) : int(match[2]) + 1] if match else data
        self.send_response(206 if match else 200)
        if match:
            self.send_header("Content-Range", f"bytes {match[1]}-{match[2]}/{len(data)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.server.sent += len(body)  # before it is sent: who has it all may ask at once
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is its own."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as served:
        thread = threading.Thread(target=served.serve_forever, daemon=True)
        thread.start()
        yield served
        served.shutdown()
        thread.join()


ENTRY = "[console_scripts]\ntool = {}:main\n"


@pytest.mark.parametrize("parts", [True, False])
def test_files_that_differ_collide(server: Server, tmp_path: Path, parts: bool) -> None:  # noqa: FBT001
    """Modules, scripts of entry points and `.data`; equal files do not collide. With and without ranges."""
    server.parts = parts
    wheels = [
        server.wheel("one-1-py3-none-any.whl", {"same/__init__.py": "", "a.py": "1", "big.bin": "x" * 300_000}),
        server.wheel("two-1-py3-none-any.whl", {"same/__init__.py": "", "a.py": "2"}),
        server.wheel("three-1-py3-none-any.whl", {"three-1.dist-info/entry_points.txt": ENTRY.format("three")}),
        server.wheel("four-1-py3-none-any.whl", {"four-1.data/scripts/tool": "#!python\n"}),
        server.wheel("five-1-py3-none-any.whl", {"five-1.data/purelib/same/__init__.py": ""}),
    ]
    names = ("one", "two", "three", "four")
    assert find_collisions(wheels, tmp_path) == {f"{name}-1-py3-none-any.whl" for name in names}
    assert (server.sent < 300_000) == parts
    sent = server.sent
    heard: list[object] = []
    assert find_collisions(wheels, tmp_path, lambda *told: heard.append(told))
    assert server.sent == sent  # remembered
    assert not heard


def test_a_server_that_fails_is_asked_again(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice a 503 is no failure; a third time is one that names the wheel."""
    monkeypatch.setattr(wheel_module, "_WAITS_SECONDS", (0, 0))
    wheels = [server.wheel("one-1-py3-none-any.whl", {"a.py": "1"})]
    server.failures = 3
    with pytest.raises(ResolutionError, match=r"one-1-py3-none-any\.whl"):
        find_collisions(wheels, tmp_path)
    server.failures = 2
    assert find_collisions(wheels, tmp_path) == frozenset()


def test_what_is_no_wheel_is_told(server: Server, tmp_path: Path) -> None:
    """The message names the file."""
    wheel = server.wheel("one-1-py3-none-any.whl", {})
    server.files["/one-1-py3-none-any.whl"] = b"not a zip file" * 100
    with pytest.raises(ResolutionError, match=r"one-1-py3-none-any\.whl: its list of files"):
        find_collisions([wheel], tmp_path)
