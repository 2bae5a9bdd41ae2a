"""conda's explicit lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_coverage import uncovered_lines

from depnorm.model import ReferenceKind
from depnorm.read.locks.conda_explicit import parse_conda_explicit

TEXT = """\
# platform: linux-64
@EXPLICIT
https://example.org/bench/linux-64/python-3.12.1-hab00c5b_1_cpython.conda#2ad4f4bd5ab8dc1a9e31cea1ca5a0c4b
https://example.org/bench/noarch/python-dateutil-2.9.0.post0-pyhff2d567_1.tar.bz2

file:///opt/channel/linux-64/_mutex-0.1-main.conda#sha256:%s
""" % ("0" * 64)


def test_every_url_is_a_package() -> None:
    """Name, version, build, subdir, channel and hash from the URL, on its line."""
    found = parse_conda_explicit(TEXT.encode(), "conda-linux-64.lock")
    assert [(each.name, each.spec, each.build, each.subdir, each.location.line) for each in found.dependencies] == [
        ("python", "==3.12.1", "hab00c5b_1_cpython", "linux-64", 3),
        ("python-dateutil", "==2.9.0.post0", "pyhff2d567_1", "noarch", 4),
        ("_mutex", "==0.1", "main", "linux-64", 6),
    ]
    assert [each.hashes for each in found.dependencies] == [
        ("md5:2ad4f4bd5ab8dc1a9e31cea1ca5a0c4b",),
        (),
        (f"sha256:{'0' * 64}",),
    ]
    assert found.dependencies[0].channel == "https://example.org/bench"
    assert [(each.kind, each.target) for each in found.references] == [
        (ReferenceKind.PATH, "file:///opt/channel/linux-64/_mutex-0.1-main.conda")
    ]
    assert not found.problems


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("numpy=1.26\n@EXPLICIT\n", 1),
        ("@EXPLICIT\nnumpy=1.26\n", 2),
        ("@EXPLICIT\nhttps://example.org/x.whl\n", 2),
        ("@EXPLICIT\nhttps://example.org/a/noarch/x-1-0.conda#zz\n", 2),
        ("# nothing\n", 0),
    ],
)
def test_what_is_no_explicit_list(text: str, line: int) -> None:
    """Match specs, other files and a missing mark are problems of their line."""
    (problem,) = parse_conda_explicit(text.encode(), "conda-linux-64.lock").problems
    assert (problem.location.line, bool(problem.hint)) == (line, True)


@given(st.text(alphabet="@EXPLICITfile:https/linux-64 .conda#0aé\n\r\0\u2028", max_size=80))
def test_any_text_is_read(text: str) -> None:
    """Nothing raises and nothing is lost."""
    data = f"@EXPLICIT\n{text}".encode()
    assert not uncovered_lines(data, parse_conda_explicit(data, "x.lock"))
