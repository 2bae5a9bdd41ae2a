"""FILE:LINE,LINE... -- COMMAND: runs a command while these lines are blank, then restores the files.

depnorm writes this file into images, as it does with `layer.py`, whose rules it follows: standard library only, Python
3.8 and later, no single quote characters.
"""

from __future__ import annotations

import codecs
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
COOKIE = re.compile(rb"coding[:=]\s*([-\w.]+)")
MAX_CODEC_NAME = 40
# Codecs that depnorm does not read files in: slow, or made for the escapes of Python.
NOT_FOR_FILES = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")


def without(arguments: Sequence[str]) -> int:
    """Run a command while these lines are blank, then restore the files; give its status."""
    end = arguments.index("--")
    files, originals = {}, {}
    for edit in arguments[:end]:
        name, _, lines = edit.rpartition(":")
        files[Path(name)] = {int(line) for line in lines.split(",")}
    try:
        for path, numbers in files.items():
            originals[path] = path.read_bytes()
            path.write_bytes(blank(originals[path], numbers))
        status = subprocess.call(arguments[end + 1 :])  # noqa: S603  the command of the Dockerfile
    finally:
        for path, data in originals.items():
            path.write_bytes(data)
    return status


def blank(data: bytes, numbers: set[int]) -> bytes:
    """Empty the lines with these numbers, in the sense of pip; the others keep number, encoding and line end."""
    encoding = encoding_of(data)
    try:
        lines = data.decode(encoding).splitlines(keepends=True)
    except UnicodeError:
        return data  # pip refuses the file, and says so
    for number in numbers:
        content = lines[number - 1].splitlines()[0]
        lines[number - 1] = lines[number - 1][len(content) :]
    return "".join(lines).encode(encoding)


def encoding_of(data: bytes) -> str:
    """Find what pip decodes a file as, or what depnorm read it as where that stops pip: they count lines alike."""
    promised = next((name for bom, name in BOMS if data.startswith(bom)), "") or cookie_of(data)
    if promised:
        return promised
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def cookie_of(data: bytes) -> str:
    """Find the codec that a cookie (PEP 263) names; an empty text without one, or where it is none for files."""
    found = [COOKIE.search(line) for line in data.split(b"\n", 2)[:2] if line.startswith(b"#")]
    name = next((match.group(1).decode("ascii") for match in found if match), "")
    try:
        codec = codecs.lookup(name).name if len(name) <= MAX_CODEC_NAME else ""
        b" ".decode(name)
    except UnicodeError:  # a codec of text, for which one space is not enough
        pass
    except LookupError:
        return ""
    return "" if codec.replace("-", "_") in NOT_FOR_FILES else codec


if __name__ == "__main__":
    sys.exit(without(sys.argv[1:]))
