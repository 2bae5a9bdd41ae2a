"""Bytes to text as pip decodes them."""

import time

import pip_oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import BUSY

from depnorm.read.text import decode

TEXT = "numpy==1.0\n# größer\npandas\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-32"), "utf-32"),
        (b"\x00\x00\xfe\xff" + TEXT.encode("utf-32-be"), "utf-32"),
        (("# coding: latin-1\n" + TEXT).encode("latin-1"), "iso8859-1"),
        (("\n# -*- coding: cp1252 -*-\n" + TEXT).encode("latin-1"), None),
        (("#!x\n# vim: fileencoding=cp1252\n" + TEXT).encode("cp1252"), "cp1252"),
        (("# coding: UTF8\n" + TEXT).encode(), "utf-8"),
        (b"", "utf-8"),
        (b"\xff\xfe", "utf-16"),
    ],
)
def test_a_valid_file_is_decoded_as_pip_decodes_it(data: bytes, encoding: str | None) -> None:
    """Byte order mark, then cookie in the first two lines, then UTF-8; the codec has Python's name."""
    text = decode(data)
    assert not text.damaged
    assert text.text == pip_oracle.decode(data)
    assert encoding in {None, text.encoding}


@pytest.mark.parametrize(
    "data",
    [b"numpy\n\xff\xfe\n", b"# caf\xe9\nnumpy\n", b"\xff\xfen", b"# coding: utf-8\n\xff", b"# coding: ascii\n\xe9"],
)
def test_a_damaged_file_is_read_all_the_same(data: bytes) -> None:
    """Bytes without meaning are told, not lost: no line disappears."""
    text = decode(data)
    assert text.damaged
    assert "n" in text.text or "#" in text.text or "\ufffd" in text.text


@pytest.mark.parametrize(
    "name",
    ["hex", "zip", "rot13", "idna", "punycode", "unicode_escape", "raw-unicode-escape", "undefined", "nope", "x" * 999],
)
def test_a_cookie_that_names_no_encoding_of_files_is_passed_over(name: str) -> None:
    """A repository cannot make depnorm decompress, warn or compute for hours."""
    text = decode(f"# coding: {name}\nnumpy\\d\n".encode())
    assert (text.encoding, text.damaged) == ("utf-8", False)
    assert text.text.endswith("numpy\\d\n")


def test_a_large_file_is_decoded_at_once() -> None:
    """A file of sixteen megabytes of line feeds takes less than a second."""
    started = time.process_time()
    decode(b"\n" * 2**24)
    assert time.process_time() - started < BUSY


@given(st.binary())
def test_any_bytes_are_text(data: bytes) -> None:
    """Nothing raises."""
    assert isinstance(decode(data).text, str)


@given(
    st.sampled_from(["utf-7", "cp037", "shift_jis", "hz", "iso2022_jp", "utf-16", "charmap", "gb18030"]), st.binary()
)
def test_any_bytes_are_text_in_any_declared_encoding(name: str, data: bytes) -> None:
    """Nothing raises where a cookie names a real codec, not even for bytes that it does not have."""
    assert isinstance(decode(b"# coding: " + name.encode() + b"\n" + data).text, str)
