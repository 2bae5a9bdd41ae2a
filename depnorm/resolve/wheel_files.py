"""What wheels write where, and which of them write the same file differently.

Only the list of files at the end of a wheel is fetched (HTTP range requests), and its entry points: RECORD lists
neither the scripts that an installer makes of them nor where `.data` goes.
https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

import configparser
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any

from depnorm.errors import ResolutionError
from depnorm.model import Progress
from depnorm.resolve.kept import keep
from depnorm.resolve.wheel import BAD_ARCHIVE, CONNECTIONS, MAX_WHEEL_BYTES, Wheel, fetch, tell_each

_BLOCK = 64 * 1024
_MAX_DIGITS = 15
"""Of the size of a file that a server says it has."""
_MAX_ENTRY_POINTS_BYTES = 1_000_000
_SCRIPTS = ("console_scripts", "gui_scripts")
_ROOTS = {
    "purelib": "site-packages/",
    "platlib": "site-packages/",
    "scripts": "bin/",
    "data": "",
    "headers": "include/",
}
"""Where the directories of `.data` go, relative to the prefix; the two libraries of a prefix are one."""


def find_collisions(wheels: Sequence[Wheel], cache: Path, progress: Progress | None = None) -> frozenset[str]:
    """The file names of wheels that write a path which another of them writes with other content.

    `cache` keeps what each wheel holds, by its place and hash; `progress` is told of each that it does not know. Raises
    `ResolutionError` where a wheel cannot be read.
    """
    tell = tell_each(progress, "what wheels write", [each for each in wheels if not _kept(each, cache).exists()])
    writers: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for wheel, files in zip(wheels, pool.map(lambda w: _files(w, cache), wheels), strict=True):
            for path, content in files.items():
                writers[path][content].append(wheel.artifact.filename)
            tell(wheel)
    return frozenset(
        name for contents in writers.values() if len(contents) > 1 for names in contents.values() for name in names
    )


def _kept(wheel: Wheel, cache: Path) -> Path:
    return cache / f"{wheel.digest}.files.json"


def _files(wheel: Wheel, cache: Path) -> dict[str, str]:
    """Installed path to what tells its content: checksum and size, or the entry point."""
    kept = _kept(wheel, cache)
    try:
        found: dict[str, str] = json.loads(kept.read_text("utf-8"))
    except (OSError, ValueError):
        found = _fetch(wheel)
        keep(kept, json.dumps(found).encode())
    return found


def _fetch(wheel: Wheel) -> dict[str, str]:
    try:
        with zipfile.ZipFile(io.BufferedReader(_RangeFile(wheel.url))) as archive:
            return {**dict(_members(archive)), **dict(_scripts(archive))}
    except (OSError, HTTPException, *BAD_ARCHIVE, UnicodeDecodeError, configparser.Error) as error:
        raise ResolutionError(f"{wheel.artifact.filename}: its list of files cannot be read ({error})") from error


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    for member in archive.infolist():
        top, _, rest = member.filename.partition("/")
        if member.is_dir():
            continue
        if top.endswith(".data"):
            kind, _, rest = rest.partition("/")
            path = _ROOTS.get(kind, f"{kind}/") + rest
        else:
            path = f"site-packages/{member.filename}"
        yield path, f"{member.CRC:08x} {member.file_size}"


def _scripts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The programs that an installer makes of entry points."""
    names = [
        name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt") and name.count("/") == 1
    ]
    for name in names:
        parser = configparser.ConfigParser(delimiters=("=",), strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
        with archive.open(name) as file:
            parser.read_string(file.read(_MAX_ENTRY_POINTS_BYTES).decode("utf-8"))
        for section in _SCRIPTS:
            if parser.has_section(section):
                yield from ((f"bin/{script}", f"{section} {target}") for script, target in parser.items(section))


class _RangeFile(io.RawIOBase):
    """A file on a server, read in blocks where the server allows it, otherwise as a whole."""

    def __init__(self, url: str) -> None:
        self._url, self._position = url, 0
        self._blocks: dict[int, bytes] = {}
        self._size = self._ask_size()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(start + offset, 0)
        return self._position

    def readinto(self, buffer: Any) -> int:
        number, start = divmod(self._position, _BLOCK)
        data = self._block(number)[start : start + len(buffer)] if self._position < self._size else b""
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _ask_size(self) -> int:
        answer = fetch(self._url, MAX_WHEEL_BYTES, {"Range": "bytes=0-0"})
        if answer.status == HTTPStatus.PARTIAL_CONTENT:
            size = (answer.headers.get("Content-Range") or "").rpartition("/")[2]
            if not (size.isdecimal() and len(size) <= _MAX_DIGITS):
                raise HTTPException("the server does not say how large the file is")
            return int(size)
        whole = answer.body
        self._blocks = {start // _BLOCK: whole[start : start + _BLOCK] for start in range(0, len(whole), _BLOCK)}
        return len(whole)

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            first = number * _BLOCK
            last = min(first + _BLOCK, self._size) - 1
            answer = fetch(self._url, _BLOCK, {"Range": f"bytes={first}-{last}"})
            if answer.status != HTTPStatus.PARTIAL_CONTENT:
                raise HTTPException("the server sends no part of a file any more")
            self._blocks[number] = answer.body
        return self._blocks[number]
