"""Wheels of nothing: they tell a resolver that a version is there and stays, whatever an index has.

Asked for by URL, such a wheel is the only candidate of its name, so that what other packages require of it is checked.
"""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path


def stand_ins(installed: Iterable[tuple[str, str]], directory: Path) -> Iterator[str]:
    """A requirement for each (canonical name, version), by the URL of a wheel that is written into `directory`."""
    for name, version in installed:
        path = directory / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
        info = f"{name.replace('-', '_')}-{version}.dist-info"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        yield f"{name} @ {path.as_uri()}"
