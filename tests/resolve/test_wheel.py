"""Metadata of wheels: beside the wheel where the index has it, from the wheel where it has not."""

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from depnorm.errors import ResolutionError
from depnorm.model import Artifact
from depnorm.resolve.wheel import Wheel, read_requirements

METADATA = (
    "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: six>=1\nRequires-Dist: click ; extra == 'x'\n"
)
EDGES = ("six>=1", "click ; extra == 'x'")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    root = tmp_path / "index"
    root.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield root, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def put_wheel(
    root: Path, host: str, name: str = "demo-1.0-py3-none-any.whl", *, member: str = "demo-1.0.dist-info/METADATA"
) -> Wheel:
    path = root / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo/__init__.py", "")
        archive.writestr(member, METADATA)
    data = path.read_bytes()
    artifact = Artifact(filename=path.name, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    return Wheel(artifact=artifact, url=f"{host}/{path.name}")


def test_the_file_beside_the_wheel_is_enough(index: tuple[Path, str], tmp_path: Path) -> None:
    """Where the index serves the metadata (PEP 658), the wheel itself is not downloaded."""
    wheel = put_wheel(*index)
    (index[0] / f"{wheel.artifact.filename}.metadata").write_text(METADATA, encoding="utf-8")
    (index[0] / wheel.artifact.filename).unlink()
    heard: list[tuple[str, int, int]] = []
    assert read_requirements([wheel], tmp_path, lambda *told: heard.append(told)) == [EDGES]
    assert heard == [(f"what wheels require: {wheel.artifact.filename}", 1, 1)]


def test_what_the_cache_knows_is_no_progress(index: tuple[Path, str], tmp_path: Path) -> None:
    """A second pass tells of the wheels that it has to ask for, counted among themselves."""
    old, new = put_wheel(*index), put_wheel(*index, "demo-1.0-1-py3-none-any.whl")
    heard: list[tuple[str, int, int]] = []
    read_requirements([old], tmp_path, None)
    read_requirements([old, new], tmp_path, lambda *told: heard.append(told))
    read_requirements([old, new], tmp_path, lambda *told: heard.append(told))
    assert heard == [("what wheels require: demo-1.0-1-py3-none-any.whl", 1, 1)]


def test_the_wheel_does_where_the_index_has_no_metadata(index: tuple[Path, str], tmp_path: Path) -> None:
    """An index without PEP 658 costs a download; the answer is kept for the next resolution."""
    wheel = put_wheel(*index)
    assert read_requirements([wheel], tmp_path, None) == [EDGES]
    (index[0] / wheel.artifact.filename).unlink()
    assert read_requirements([wheel], tmp_path, None) == [EDGES]


def test_a_wheel_with_another_hash_is_refused(index: tuple[Path, str], tmp_path: Path) -> None:
    """What is downloaded must be what the index promised."""
    wheel = put_wheel(*index)
    (index[0] / wheel.artifact.filename).write_bytes(b"something else")
    with pytest.raises(ResolutionError, match="does not have the hash"):
        read_requirements([wheel], tmp_path, None)


def test_a_wheel_without_metadata_is_refused(index: tuple[Path, str], tmp_path: Path) -> None:
    """A zip file that is no wheel is named."""
    wheel = put_wheel(*index, member="demo/METADATA")
    with pytest.raises(ResolutionError, match="is not a wheel"):
        read_requirements([wheel], tmp_path, None)


def test_a_wheel_without_an_end_is_refused(
    index: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that goes on sending fills no disk."""
    wheel = put_wheel(*index)
    monkeypatch.setattr("depnorm.resolve.wheel.MAX_WHEEL_BYTES", (wheel.artifact.size or 0) - 1)
    with pytest.raises(ResolutionError, match="is larger than"):
        read_requirements([wheel], tmp_path, None)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "", "ftp://example.org/x.whl"])
def test_only_web_addresses_are_opened(url: str, tmp_path: Path) -> None:
    """A resolver's answer is no reason to open a local file."""
    artifact = Artifact(filename="x-1-py3-none-any.whl", sha256="0" * 64, size=1)
    with pytest.raises(ResolutionError, match="https"):
        read_requirements([Wheel(artifact=artifact, url=url)], tmp_path, None)


def test_a_hash_is_no_proof_of_what_lies_beside_a_wheel(index: tuple[Path, str], tmp_path: Path) -> None:
    """What one place says of a wheel is not believed of the wheel with that hash at another: any place may claim it."""
    root, host = index
    wheel = put_wheel(root, host)
    (root / "evil").mkdir()
    (root / "evil" / f"{wheel.artifact.filename}.metadata").write_text("Requires-Dist: evil\n", encoding="utf-8")
    elsewhere = Wheel(artifact=wheel.artifact, url=f"{host}/evil/{wheel.artifact.filename}")
    assert read_requirements([elsewhere], tmp_path, None) == [("evil",)]
    assert read_requirements([wheel], tmp_path, None) == [EDGES]


@pytest.mark.parametrize(("offset", "value"), [(8, 99), (6, 1)])
def test_a_broken_archive_is_refused(index: tuple[Path, str], tmp_path: Path, offset: int, value: int) -> None:
    """Of an unknown compression, or encrypted: named, and no crash."""
    path = index[0] / put_wheel(*index).artifact.filename
    data = bytearray(path.read_bytes())
    for signature, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        data[data.rindex(signature) + offset + shift] = value
    path.write_bytes(data)
    artifact = Artifact(filename=path.name, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    with pytest.raises(ResolutionError, match="is not a wheel"):
        read_requirements([Wheel(artifact=artifact, url=f"{index[1]}/{path.name}")], tmp_path, None)
