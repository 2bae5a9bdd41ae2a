"""The metadata file of a bake: which image there is of which layer."""

import json
from pathlib import Path

import pytest

from depnorm.errors import UnusableInputError
from depnorm.share.prebuilt import parse_images, read_images

KEY, DIGEST, CONFIG = "0" * 64, f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
NAME = f"registry.example.org/layers/numpy:{KEY}"


def entry(name: object = NAME, digest: object = DIGEST, config: object = CONFIG) -> dict[str, object]:
    return {"image.name": name, "containerimage.digest": digest, "containerimage.config.digest": config}


@pytest.mark.parametrize(
    ("name", "image"),
    [
        (NAME, "registry.example.org/layers/numpy"),
        (f"localhost:5000/a/b/web-more:{KEY}", "localhost:5000/a/b/web-more"),
        (f"registry.example.org/layers/numpy:latest,{NAME}", "registry.example.org/layers/numpy"),
        (f"team/numpy:{KEY}", "team/numpy"),
    ],
)
def test_an_image_by_digest(name: str, image: str) -> None:
    """The tag of an image is the key of its layer; other tags are of no interest."""
    data = json.dumps({"cp311-numpy": entry(name), "buildx.build.warnings": ["x"]}).encode()
    assert parse_images(data, "layers.json") == {KEY: f"{image}@{DIGEST}"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "names no image"),
        (b"{}", "names no image"),
        (b'{"a": null, "b": 1, "c": []}', "names no image"),
        (json.dumps({"a": entry(name=f"registry.example.org/x/y:{'0' * 63}")}).encode(), "names no image"),
        (json.dumps({"a": entry(name=None)}).encode(), "names no image"),
        (json.dumps({"a": entry(digest="sha256:0")}).encode(), "names no image"),
        (json.dumps({"a": entry(digest=None)}).encode(), "names no image"),
        (json.dumps({"a": entry(name=f"registry.example.org/x/y:{KEY}\nRUN z")}).encode(), "names no image"),
        (json.dumps({"a": entry(digest=CONFIG)}).encode(), "not pushed"),
    ],
)
def test_what_is_no_such_file(data: bytes, message: str) -> None:
    """It is refused, and the message says what makes one."""
    with pytest.raises(UnusableInputError, match=message) as error:
        parse_images(data, "layers.json")
    assert "docker buildx bake --push --metadata-file" in error.value.hint


@pytest.mark.parametrize("name", ["missing.json", ".", "x\0.json"])
def test_what_cannot_be_read(name: str, tmp_path: Path) -> None:
    """A file that is missing, a directory, a name that no disk can hold."""
    with pytest.raises(UnusableInputError, match="cannot be read"):
        read_images(tmp_path / name)
