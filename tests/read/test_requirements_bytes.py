"""Requirements files as bytes: what pip makes of the file on disk, and what the reader makes of its content."""

import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pip_oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import BUSY
from pip._internal.req.req_file import get_file_content
from requirement_verdict import verdict

from depnorm.read.assemble import Item
from depnorm.read.requirements import parse_requirements

TEXT = "# für alle\nnumpy==1.0\nfoo[x]>=1; os_name == 'a'  # größer\n-r base.txt\n"
FILES = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "two marks": b"\xef\xbb\xbf" + TEXT.encode("utf-8-sig"),
    "UTF-16, little-endian": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "UTF-16, big-endian": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "UTF-16 cut in the middle": b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1],
    "UTF-32": TEXT.encode("utf-32"),
    "UTF-32, big-endian": b"\x00\x00\xfe\xff" + TEXT.encode("utf-32-be"),
    "Latin-1": TEXT.encode("latin-1"),
    "Latin-1 with a cookie": b"# -*- coding: latin-1 -*-\n" + TEXT.encode("latin-1"),
    "Latin-1 with a cookie of Vim": b"# vim: set fileencoding=latin-1 :\n" + TEXT.encode("latin-1"),
    "a cookie in the second line": b"# x\n# coding=cp1252\n" + TEXT.encode("cp1252"),
    "a cookie behind a blank line": b"\n# coding=cp1252\n" + TEXT.encode("cp1252"),
    "a cookie in the third line": b"# x\n# y\n# coding=cp1252\n" + TEXT.encode("cp1252"),
    "a cookie behind a requirement": b"six # coding: cp1252\n" + TEXT.encode(),
    "an indented cookie": b"  # coding: cp1252\n" + TEXT.encode("cp1252"),
    "a cookie and a mark": b"\xef\xbb\xbf# coding: latin-1\n" + TEXT.encode(),
    "a cookie that lies": b"# coding: ascii\n" + TEXT.encode(),
    "a cookie that nobody knows": b"# coding: klingon\n" + TEXT.encode(),
    "a cookie of bytes": b"# coding: hex\n" + TEXT.encode(),
    "a cookie behind a carriage return": b"#\r# coding: latin-1\r" + TEXT.encode("latin-1"),
    "a cookie of UTF-16": b"# coding: utf-16\n" + TEXT.encode(),
    "carriage returns": TEXT.replace("\n", "\r\n").encode(),
    "only carriage returns": TEXT.replace("\n", "\r").encode(),
    "mixed line ends": b"six\r\nnumpy\rpandas\nscipy",
    "form feeds": b"six\x0cnumpy\x0c\npandas\x0b\x1cscipy",
    "other separators": "six\x85numpy\u2028pandas\u2029scipy".encode(),
    "white space of Unicode": "six\u00a0\nnumpy\u3000# x\n\u2003pandas".encode(),
    "NUL": b"six\x00\nnumpy\n\x00\npandas==1\x00.0\n",
    "NUL in a comment": b"six # \x00\nnumpy\n",
    "continuations": b"six \\\r\n>=1\nnumpy \\\n# x\npandas\\\r\n\r\nscipy \\",
    "no final newline": b"six\nnumpy",
    "nothing": b"",
    "a mark alone": b"\xef\xbb\xbf",
    "binary": bytes(range(256)),
    "a wheel": b"PK\x03\x04\x14\x00" + bytes(range(128, 256)) * 3,
}


def theirs(data: bytes, directory: Path) -> dict[int, pip_oracle.Verdict] | None:
    """What pip makes of each line of a file; None where it cannot read the file."""
    file = directory / "requirements.txt"
    file.write_bytes(data)
    try:
        _, text = get_file_content(str(file), session=None)
    except (UnicodeError, LookupError):
        return None
    return {number: pip_oracle.judge(line) for number, line in pip_oracle.lines(text)}


def differences(data: bytes, directory: Path) -> list[object]:
    """Lines of which pip and the reader make different things, and a file that only one of them can read."""
    found = defaultdict[int, list[Item]](list)
    spec_file = parse_requirements(data, "requirements.txt")
    for item in spec_file.items():
        found[item.location.line].append(item)
    told = any(problem.rule == "DN302" for problem in found.pop(0, ()) if hasattr(problem, "rule"))
    expected = theirs(data, directory)
    if expected is None:
        return [] if told else ["pip cannot read the file"]
    ours = {number: verdict(items) for number, items in found.items()}
    return [
        (number, ours.get(number), expected.get(number))
        for number in sorted(ours.keys() | expected.keys())
        if not _agree(ours.get(number), expected.get(number))
    ]


def _agree(ours: pip_oracle.Verdict | None, pips: pip_oracle.Verdict | None) -> bool:
    if ours is None or pips is None:
        return (ours or pips) in (None, pip_oracle.Verdict())
    return bool(ours.refused) == bool(pips.refused) and (bool(ours.refused) or ours == pips)


@pytest.mark.parametrize("name", FILES)
def test_bytes_mean_what_pip_makes_of_them(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks, cookies, line ends, NUL: each line is pip's, and a file that pip cannot read is told to be one."""
    monkeypatch.chdir(tmp_path)
    assert not differences(FILES[name], tmp_path)


PIECES = st.sampled_from(
    [
        *(b"six", b"numpy==1.0", b" ", b"\n", b"\r", b"\r\n", b"\x0c", b"\x00", b"\\\n", b"# ", b"#", b"\xc3\xbc"),
        *(b"# coding: utf-8\n", b"# coding: latin-1\n", b"# coding: nope\n", b"\xff", b"\xe2\x80\xa8", b"\xc2\x85"),
    ]
)
MARKS = st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00"])


@given(MARKS, st.lists(PIECES, max_size=10).map(b"".join))
def test_any_bytes_mean_what_pip_makes_of_them(mark: bytes, content: bytes) -> None:
    """The same for bytes put together at random."""
    with TemporaryDirectory() as directory:
        assert not differences(mark + content, Path(directory))


HASHED = "".join(
    f"package-{n}==1.{n} \\\n" + f"    --hash=sha256:{n:064x} \\\n" * 5 + "    # via x\n" for n in range(12_500)
)
LARGE = {
    "hashes": HASHED.encode(),
    "one long line": b"six" + b" " * 5_000_000 + b"# x",
    "one long comment": b"#" * 5_000_000 + b"\nsix\n",
    "comments": b"# why\n" * 900_000 + b"six\n",
    "UTF-16": b"\xff\xfe" + ("numpy==1.0 # x\n" * 45_000 + "#" * 2_000_000).encode("utf-16-le"),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_file_of_five_megabytes_is_read(name: str) -> None:
    """All of it, in seconds: one per 100 kB is the limit, and a tenth of that is plenty."""
    data = LARGE[name]
    started = time.process_time()
    spec_file = parse_requirements(data, "requirements.txt")
    assert time.process_time() - started < BUSY * len(data) / 1_000_000
    assert len(spec_file.dependencies) == {"hashes": 12_500, "UTF-16": 45_000}.get(name, 1)
    assert all(problem.rule == "DN302" for problem in spec_file.problems)
