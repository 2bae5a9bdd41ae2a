"""Pipfile."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_coverage import uncovered_lines

from depnorm.model import ReferenceKind
from depnorm.read.pipfile import locked_python, parse_pipfile

TEXT = """\
[[source]]
name = "pypi"
url = "https://example.org/simple"
[[source]]
url = "https://example.org/other"

[packages]
numpy = "*"
"Flask.Mail" = "==0.9.1"
sentry-sdk = {version = ">=1", extras = ["flask"], markers = "os_name == 'posix'"}
win = {version = "*", sys_platform = "== 'win32'"}
lib = {git = "https://example.org/lib.git", ref = "v2", editable = true}
own = {path = ".", editable = true, extras = ["all"]}
wheel = {file = "wheels/a.whl"}
far = {file = "https://example.org/far.zip"}
bad = "latest release"

[dev-packages]
pytest = "~=8.0"

[docs]
sphinx = "*"

[requires]
python_version = "3.7"
python_full_version = "3.8.10"
"""


def test_packages() -> None:
    """Names, versions, extras, markers and groups; Pipenv installs the development packages too."""
    found = parse_pipfile(TEXT.encode(), "Pipfile")
    assert [(item.name, item.spec, item.group, item.location.line) for item in found.dependencies] == [
        ("numpy", "", None, 8),
        ("flask-mail", "==0.9.1", None, 9),
        ("sentry-sdk", ">=1", None, 10),
        ("win", "", None, 11),
        ("lib", "", None, 12),
        ("own", "", None, 13),
        ("wheel", "", None, 14),
        ("far", "", None, 15),
        ("pytest", "~=8.0", "group:dev", 19),
        ("sphinx", "", "group:docs", 22),
    ]
    sentry, win, lib = found.dependencies[2:5]
    assert (sentry.extras, sentry.marker) == (("flask",), "os_name == 'posix'")
    assert win.marker == "sys_platform == 'win32'"
    assert (lib.url, lib.editable) == ("git+https://example.org/lib.git@v2", True)
    assert found.dependencies[7].url == "https://example.org/far.zip"
    assert [problem.location.line for problem in found.problems] == [16]


def test_references_and_options() -> None:
    """Local paths, the indexes, and the version of Python as repo2docker takes it."""
    found = parse_pipfile(TEXT.encode(), "Pipfile")
    assert [(item.kind, item.target, item.extras) for item in found.references] == [
        (ReferenceKind.EDITABLE, ".", ("all",)),
        (ReferenceKind.ARCHIVE, "wheels/a.whl", ()),
    ]
    assert found.option("python") == "3.8"
    assert found.option("--index-url") == "https://example.org/simple"
    assert found.option("--extra-index-url") == "https://example.org/other"
    assert not uncovered_lines(TEXT.encode(), found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"_meta": {"requires": {"python_version": "3.9"}}}', "3.9"),
        ('{"_meta": {"requires": {"python_version": "3.9", "python_full_version": "3.10.2"}}}', "3.10"),
        ('{"_meta": {"requires": {}}}', None),
        ('{"_meta": []}', None),
        ("[" * 100_000, None),
        ("{", None),
        ("", None),
    ],
)
def test_the_python_of_a_lock(text: str, expected: str | None) -> None:
    """The one thing that is read of a Pipfile.lock."""
    assert locked_python(text.encode()) == expected


@given(st.binary(max_size=200) | st.text(alphabet="[]{}='\".,#\n ab1", max_size=60).map(str.encode))
def test_any_bytes_are_read(data: bytes) -> None:
    """Nothing raises and nothing is lost."""
    whole = b"[packages]\n" + data
    assert not uncovered_lines(whole, parse_pipfile(whole, "Pipfile"))


def test_real_files(real_corpus: Path) -> None:
    """Every Pipfile of the corpus is read without a problem, and all of its lines."""
    for path in (real_corpus / "repos").rglob("Pipfile"):
        found = parse_pipfile(path.read_bytes(), "Pipfile")
        assert found.dependencies, path
        assert not found.problems, path
        assert not uncovered_lines(path.read_bytes(), found), path
