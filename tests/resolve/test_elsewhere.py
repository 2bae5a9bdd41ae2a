"""Packages of another index than the image's: fetched from where they lie if anybody may, else left to the user."""

import base64
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from depnorm.emit.base import pin
from depnorm.errors import ResolutionError
from depnorm.model import Dependency, Ecosystem, LeftOutKind, Location, Lock, LockedPackage
from depnorm.resolve.joint import lock_python
from depnorm.resolve.request import Request

NAME = "depnorm-inhouse"
FILE = "depnorm_inhouse-1.5-py3-none-any.whl"
SECRET = "hunter2secret"  # noqa: S105  of the server below


def wheel() -> bytes:
    """A wheel that needs six."""
    file = io.BytesIO()
    info = "depnorm_inhouse-1.5.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("depnorm_inhouse.py", "import six\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.2\nName: {NAME}\nVersion: 1.5\nRequires-Dist: six\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return file.getvalue()


DATA = wheel()


class Handler(BaseHTTPRequestHandler):
    """/open/ answers anybody, /closed/ who knows the secret; the files of /signed/ have a query."""

    def do_GET(self) -> None:
        expected = "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()
        place, _, rest = self.path.strip("/").partition("/")
        if place == "closed" and self.headers.get("Authorization") != expected:
            self.send_error(401)
        elif rest.startswith(f"simple/{NAME}"):
            query = "?signature=abc" if place == "signed" else ""
            self.answer(
                "application/vnd.pypi.simple.v1+json", json.dumps(page(f"/{place}/files/{FILE}{query}")).encode()
            )
        elif rest.partition("?")[0] == f"files/{FILE}":
            self.answer("application/octet-stream", DATA)
        else:
            self.send_error(404)

    do_HEAD = do_GET  # noqa: N815  the name http.server calls

    def answer(self, kind: str, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def page(url: str) -> dict[str, object]:
    """PEP 691."""
    digest = hashlib.sha256(DATA).hexdigest()
    file = {"filename": FILE, "url": url, "hashes": {"sha256": digest}, "upload-time": "2024-01-02T03:04:05Z"}
    return {"meta": {"api-version": "1.1"}, "name": NAME, "files": [file], "versions": []}


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def resolved(tmp_path: Path, *options: str) -> Lock:
    """A joint lock of that package, which needs six."""
    asked = Dependency(
        ecosystem=Ecosystem.PYPI, name=NAME, location=Location(path="r.txt", line=1), raw=NAME,
        spec=str(Requirement(NAME).specifier),
    )  # fmt: skip
    request = Request(
        asked=(asked,), options=options, python="3.12", platform="manylinux_2_28_x86_64", as_of="2024-06-01"
    )
    return lock_python(request, tmp_path)


def package(lock: Lock, name: str) -> LockedPackage:
    return next(each for each in lock.packages if each.name == name)


def test_a_file_that_anybody_may_read_is_fetched_from_there(tmp_path: Path, host: str) -> None:
    """The text names the URL, with the hash; what the image's own index has is named alone."""
    lock = resolved(tmp_path, f"--extra-index-url http://{host}/open/simple")
    found = package(lock, NAME)
    assert found.artifact.elsewhere
    assert pin(found) == f"{NAME}==1.5 --hash=sha256:{found.artifact.sha256} @ http://{host}/open/files/{FILE}"
    assert not package(lock, "six").artifact.elsewhere
    assert pin(package(lock, "six")).endswith(package(lock, "six").artifact.sha256)
    assert lock.left_out == ()


@pytest.mark.parametrize("place", ["me:{secret}@{host}/closed", "{host}/signed"])
def test_a_private_file_is_left_to_the_user_s_command(tmp_path: Path, host: str, place: str) -> None:
    """With a credential in the line, or signed: named, without the URL; what it needs stays in the lock."""
    lock = resolved(tmp_path, f"--extra-index-url http://{place.format(host=host, secret=SECRET)}/simple")
    (left,) = lock.left_out
    assert (left.name, left.version, left.kind) == (NAME, "1.5", LeftOutKind.OTHER_INDEX)
    assert "http" not in left.why
    assert SECRET not in repr(lock)
    assert {each.name for each in lock.packages} <= {"six"}


def test_what_a_variable_says_is_no_part_of_an_image(
    tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token may stand anywhere in a URL: what was reached by it is private, is not kept, and no error tells it."""
    monkeypatch.setenv("INDEX_TOKEN", "open")
    lock = resolved(tmp_path, f"--extra-index-url http://{host}/${{INDEX_TOKEN}}/simple")
    assert [(each.name, each.kind) for each in lock.left_out] == [(NAME, LeftOutKind.OTHER_INDEX)]
    assert not any("/open/" in path.read_text("utf-8") for path in tmp_path.glob("resolutions/*"))
    monkeypatch.setenv("INDEX_TOKEN", SECRET)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(ResolutionError) as caught:
        resolved(tmp_path, "--index-url http://127.0.0.1:9/${INDEX_TOKEN}/simple")
    assert "/${INDEX_TOKEN}/" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_credential_of_the_machine_is_no_part_of_an_image(
    tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only a .netrc opens is private, too: an image has none."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    lock = resolved(tmp_path, f"--extra-index-url http://{host}/closed/simple")
    assert [(each.name, each.kind) for each in lock.left_out] == [(NAME, LeftOutKind.OTHER_INDEX)]
