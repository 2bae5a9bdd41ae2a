"""Bytes to lines, the way the tools that own the files do it."""

import codecs
import re
from dataclasses import dataclass

# What pip looks for, in its order (pip/_internal/utils/encoding.py). UTF-32 first: UTF-16 shares its first bytes.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WITHOUT_MARK = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
# Codecs that are no encoding of a file: quadratic in time (idna, punycode), or Python's own escapes, which warn.
_NOT_FOR_FILES = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
_MAX_CODEC_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Decoded text, the codec that decoded it, and whether some bytes had no meaning in it (they read as U+FFFD).

    `refused` is the codec that a cookie names where it is none for files, and so was passed over.
    """

    text: str
    encoding: str
    damaged: bool = False
    refused: str = ""


def decode(data: bytes) -> Text:
    """Decode a spec file as pip does: byte order mark, then a PEP 263 cookie in the first two lines, then UTF-8.

    Where pip falls back to the locale's encoding, which is not the repository's to choose, this falls back to Latin-1,
    which accepts every byte; `damaged` then tells that the file was not valid in what it promised. A cookie that names
    no text encoding, which stops pip, is passed over. `encoding` is Python's own name of the codec.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_as(data, encoding)
    declared = _declared_encoding(data)
    codec = _text_codec(declared) if declared else None
    if codec:
        return _decode_as(data, codec)
    try:
        return Text(text=data.decode("utf-8"), encoding="utf-8", refused=declared)
    except UnicodeDecodeError:
        return Text(text=data.decode("latin-1"), encoding="latin-1", damaged=True, refused=declared)


def encode(text: str, encoding: str, like: bytes) -> bytes:
    """The bytes of a text in an encoding that `decode` told of the bytes `like`, with their byte order mark."""
    mark = next((mark for mark, name in _BOMS if name == encoding and like.startswith(mark)), b"")
    return mark + text.encode(_WITHOUT_MARK.get(mark, encoding))


def _decode_as(data: bytes, encoding: str) -> Text:
    try:
        return Text(text=data.decode(encoding), encoding=encoding)
    except (UnicodeError, ValueError):
        return Text(text=data.decode(encoding, errors="replace"), encoding=encoding, damaged=True)


def _declared_encoding(data: bytes) -> str:
    """The name in a PEP 263 cookie, empty without one."""
    for line in data.split(b"\n", 2)[:2]:
        cookie = _CODING.search(line) if line.startswith(b"#") else None
        if cookie:
            return cookie.group(1).decode("ascii")
    return ""


def _text_codec(name: str) -> str | None:
    """Python's own name of a codec that can decode a file; None for any other name."""
    if len(name) > _MAX_CODEC_NAME:
        return None
    try:
        codec = codecs.lookup(name).name
        b" ".decode(name)
    except LookupError:  # unknown, or no codec of text (hex, zip)
        return None
    except UnicodeError:  # one of text, in which a single space is not enough
        pass
    return None if codec.replace("-", "_") in _NOT_FOR_FILES else codec
