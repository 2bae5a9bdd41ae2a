"""setup.cfg."""

import configparser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_coverage import uncovered_lines

from depnorm.model import ReferenceKind, SpecFile
from depnorm.read.setup_cfg import parse_setup_cfg


def read(text: str) -> SpecFile:
    return parse_setup_cfg(text.encode(), "setup.cfg")


def declared(text: str) -> list[tuple[str | None, str, str | None, int]]:
    return [(item.name, item.spec, item.group, item.location.line) for item in read(text).dependencies]


def test_dependencies() -> None:
    """Requirements, extras and build requirements, each with its line."""
    text = """\
[metadata]
name = sample
[options]
python_requires = >=3.8
setup_requires = setuptools_scm; wheel
install_requires =
    # numbers
    NumPy>=1.20,<2
    pandas[excel]; python_version >= "3.8"  # a comment

    scipy
tests_require = pytest
[options.extras_require]
docs = sphinx
all =
  a
  b>1
"""
    assert declared(text) == [
        ("setuptools-scm", "", "build-system", 5),
        ("wheel", "", "build-system", 5),
        ("numpy", "<2,>=1.20", None, 8),
        ("pandas", "", None, 9),
        ("scipy", "", None, 11),
        ("pytest", "", "group:tests", 12),
        ("sphinx", "", "extra:docs", 14),
        ("a", "", "extra:all", 16),
        ("b", ">1", "extra:all", 17),
    ]
    found = read(text)
    assert found.dependencies[3].marker == 'python_version >= "3.8"'
    assert found.dependencies[3].raw == '    pandas[excel]; python_version >= "3.8"  # a comment'
    assert found.option("project-name") == "sample"
    assert found.option("requires-python") == ">=3.8"
    assert found.option("reads-git") == "setuptools-scm"
    assert not found.problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("install_requires = file: requirements.txt", [("requirements.txt", ())]),
        ("install_requires = file: a.txt, req/b.txt", [("a.txt", ()), ("req/b.txt", ())]),
        ("install-requires: file: a.txt", [("a.txt", ())]),
        ("[options.extras_require]\ntest = file: t.txt", [("t.txt", ("test",))]),
        ("tests_require = file: t.txt", []),
    ],
)
def test_file_directives_are_includes(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    """`file:` names the lists that setuptools reads."""
    found = read(f"[options]\n{text}\n").references
    assert [(item.target, item.extras) for item in found] == expected
    assert all(item.kind is ReferenceKind.INCLUDE for item in found)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[options]\ninstall_requires =\n    a=1\n", [3]),
        ("[options]\nbroken\n", [2]),
        ("stray = 1\n[options]\n", [1]),
        ("[options]\ninstall_requires =\na\nb\n", [3, 4]),
        ("[options]\ninstall_requires =\n  -e .\n", [3]),
    ],
)
def test_broken_lines_are_problems(text: str, lines: list[int]) -> None:
    """Each with its line, and the rest is read."""
    assert [problem.location.line for problem in read(text).problems] == lines


@given(st.binary(max_size=300) | st.text(alphabet="[]=:;#,\n\t ab1options._requires", max_size=80).map(str.encode))
def test_any_bytes_are_read(data: bytes) -> None:
    """Nothing raises and nothing is lost."""
    found = parse_setup_cfg(b"[options]\n" + data, "setup.cfg")
    assert not uncovered_lines(b"[options]\n" + data, found)


def test_real_files(real_corpus: Path) -> None:
    """Every setup.cfg of the corpus: the requirements that configparser sees, and every line."""
    paths = sorted((real_corpus / "repos").rglob("setup.cfg"))
    assert len(paths) > 15
    for path in paths:
        data = path.read_bytes()
        found = parse_setup_cfg(data, "setup.cfg")
        assert not uncovered_lines(data, found), path
        assert len(main_items(found)) == len(listed(data)), path


def main_items(found: SpecFile) -> list[object]:
    return [item for item in found.dependencies if item.group is None] + list(found.problems)


def listed(data: bytes) -> list[str]:
    parser = configparser.RawConfigParser()
    parser.read_string(data.decode())
    value = parser.get("options", "install_requires", fallback="")
    return [line for line in value.splitlines() if line.strip() and not line.strip().startswith("#")]
