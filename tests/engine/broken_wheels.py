"""Small wheels, whole and broken, each written as its name says and not as a build tool would."""

import base64
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

VERSION = "1.0"


def write_wheel(
    directory: Path,
    name: str,
    files: Mapping[str, bytes],
    *,
    metadata_name: str = "",
    tag: str = "py3-none-any",
    has_record: bool = True,
) -> Path:
    """A wheel of these files, in this order after its metadata, in place of an earlier one of the same name.

    `metadata_name` and `tag` are what it says of itself inside, whatever it is called.
    """
    stem = f"{name.replace('-', '_')}-{VERSION}"
    info = f"{stem}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {metadata_name or name}\nVersion: {VERSION}\n"
    wheel = f"Wheel-Version: 1.0\nGenerator: none\nRoot-Is-Purelib: true\nTag: {tag}\n"
    members = {f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": wheel.encode(), **files}
    if has_record:
        rows = [f"{path},{_digest(data)},{len(data)}" for path, data in members.items()]
        members[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    path = directory / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return path


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
