"""An archive to a directory: tar (plain, gzip, bzip2, xz) or zip, by what is in the file, not by its name.

Members are written by `Unpacking`, not by tarfile, whose filter `data` has had ways out (CVE-2025-4517): it lets links
be made before files that go through them.
"""

import bz2
import gzip
import lzma
import math
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self, cast

from depnorm.errors import UnusableInputError
from depnorm.read.sources.unpack import Unpacking

MAX_HEADER_BYTES = 1024 * 1024
"""Of one name or one set of attributes in a tar."""
_MAGIC_BYTES = 6
_CHUNK = 64 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OPENERS: tuple[tuple[bytes, Callable[[IO[bytes]], IO[bytes]]], ...] = (
    (b"\x1f\x8b", lambda file: cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))),
    (b"BZh", lambda file: cast("IO[bytes]", bz2.BZ2File(file))),
    (b"\xfd7zXZ\x00", lambda file: cast("IO[bytes]", _Xz(file))),
)
_MAX_XZ_BYTES = 256 * 1024 * 1024
"""Of memory; `xz -9` needs a quarter of it."""
_UNREADABLE = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError,
    RuntimeError,  # headers in headers, without end; a compression that Python lacks
)  # fmt: skip
_LONG_HEADERS = frozenset(
    {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
)


def unpack(file: IO[bytes], place: Path, *, name: str, deadline: float = math.inf) -> tuple[str, ...]:
    """Write what an archive holds below `place`, an empty directory; gives notes about what was left out.

    `file` is read once, from its beginning; only a zip has to be seekable. Left out are devices, pipes, and links that
    lead out of it. Raises `OutsideRepositoryError` for a member whose name leads out, and `UnusableInputError` for what
    is no archive, is damaged, is larger than a repository (`limits`), or not unpacked at `deadline`, a moment of
    `time.monotonic`.
    """
    unpacking = Unpacking(place, deadline)
    try:
        whole = _Peeking(file, unpacking.check_time)
        if whole.head.startswith(_ZIP):
            _unpack_zip(file, unpacking)
        else:
            _unpack_tar(_decompressed(whole), unpacking)
    except _UNREADABLE as error:
        raise UnusableInputError(
            f"{name}: cannot be unpacked ({error or type(error).__name__})",
            hint="It should be a tar (plain, .gz, .bz2, .xz) or a zip of the repository.",
        ) from error
    return unpacking.end()


def only_directory(place: Path) -> Path:
    """The directory that an archive has everything in (as those of code hosts have), else `place` itself.

    `binder` alone is a repository, and `.git` is none.
    """
    found = list(place.iterdir())
    if (
        len(found) != 1
        or found[0].is_symlink()
        or not found[0].is_dir()
        or found[0].name in {"binder", ".binder", ".git"}
    ):
        return place
    return found[0]


class _Peeking:
    """A stream whose first bytes are known before they are read; each time it is read, `check` may object."""

    def __init__(self, file: IO[bytes], check: Callable[[], None]) -> None:
        self._file, self._check = file, check
        self.head = self._rest = file.read(_MAGIC_BYTES)

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        self._check()
        if not self._rest:
            return self._file.read(size)
        data, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Who opened the file closes it."""


def _decompressed(file: _Peeking) -> IO[bytes]:
    plain = cast("IO[bytes]", file)
    return next((opened(plain) for magic, opened in _OPENERS if file.head.startswith(magic)), plain)


class _Xz:
    """What xz packed, in bounded memory: the file says how much unpacking it takes, and `LZMAFile` would obey."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._decompressor = file, lzma.LZMADecompressor(memlimit=_MAX_XZ_BYTES)

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end."""
        while True:
            if self._decompressor.eof:
                rest = self._decompressor.unused_data or self._file.read(_CHUNK)
                if not rest.strip(b"\0"):
                    return b""
                self._decompressor = lzma.LZMADecompressor(memlimit=_MAX_XZ_BYTES)
            else:
                rest = self._file.read(_CHUNK) if self._decompressor.needs_input else b""
                if not rest and self._decompressor.needs_input:
                    raise EOFError("it ends too early")
            if data := self._decompressor.decompress(rest, max_length=size):
                return data


class _Member(tarfile.TarInfo):
    """A member whose header takes no memory that it could not need."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """As of every TarInfo; raises `HeaderError` for what is read into memory, and too long for that."""
        found = super().frombuf(buf, encoding, errors)
        if found.type == tarfile.GNUTYPE_SPARSE or (found.type in _LONG_HEADERS and found.size > MAX_HEADER_BYTES):
            raise tarfile.ReadError("it has a header that is too long, or sparse files")
        return found

    def _proc_gnusparse_10(self, *_: Any) -> None:
        """Refuse a file whose map tarfile reads in time that grows with the square of its length."""
        raise tarfile.ReadError("it has sparse files")


def _unpack_tar(file: IO[bytes], unpacking: Unpacking) -> None:
    # As a stream: it is read once, and never back.
    with tarfile.open(fileobj=file, mode="r|", tarinfo=_Member) as archive:
        for member in archive:
            unpacking.count(member.size)
            _add(archive, member, unpacking)
            vars(archive)["members"].clear()  # tarfile remembers each of them


def _add(archive: tarfile.TarFile, member: tarfile.TarInfo, unpacking: Unpacking) -> None:
    name = member.name
    if member.isdir():
        if name.strip("./"):
            unpacking.add_directory(name)
    elif member.isreg():
        content = archive.extractfile(member)
        if content is not None:
            unpacking.add_file(name, content, executable=bool(member.mode & stat.S_IXUSR))
    elif member.issym():
        unpacking.add_link(name, member.linkname)
    elif member.islnk():
        unpacking.add_name(name, member.linkname)
    else:
        unpacking.leave_out(name, "neither a file nor a directory")


def _unpack_zip(file: IO[bytes], unpacking: Unpacking) -> None:
    if not file.seekable():
        raise zipfile.BadZipFile("a zip has to be a file, and this is a pipe")
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            unpacking.count(member.file_size)
            if member.is_dir():
                unpacking.add_directory(member.filename)
                continue
            mode = member.external_attr >> 16
            if member.flag_bits & 1:
                raise zipfile.BadZipFile("it is encrypted")
            with archive.open(member) as content:
                if stat.S_ISLNK(mode):
                    unpacking.add_link(
                        member.filename, content.read(MAX_HEADER_BYTES).decode("utf-8", "surrogateescape")
                    )
                elif mode and stat.S_IFMT(mode) and not stat.S_ISREG(mode):
                    unpacking.leave_out(member.filename, "neither a file nor a directory")
                else:
                    unpacking.add_file(member.filename, content, executable=bool(mode & stat.S_IXUSR))
