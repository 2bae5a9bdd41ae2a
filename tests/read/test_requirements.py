"""requirements.txt and constraints files as a whole."""

import subprocess
import sys
import time

import pip_oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from depnorm.model import Dependency, Problem, RepoReference, SpecFile, SpecFormat
from depnorm.read.requirement_links import VARIABLE
from depnorm.read.requirements import parse_constraints, parse_requirement_lines, parse_requirements

PATH = "binder/requirements.txt"


def read(text: str) -> SpecFile:
    return parse_requirements(text.encode(), PATH)


def uncovered(spec_file: SpecFile, text: str) -> list[str]:
    covered = {item.location.line + n for item in spec_file.items() for n in range(item.raw.count("\n") + 1)}
    content = ((number, line.strip().strip("\\").strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [line for number, line in content if line and not line.startswith("#") and number not in covered]


def test_a_file_becomes_a_value() -> None:
    """Path, format, encoding, and each kind of line in its list, in file order."""
    spec_file = read("-r base.txt\nnumpy>=1\n--pre\nimport os\n-e .\n")
    assert (spec_file.path, spec_file.format, spec_file.encoding) == (PATH, SpecFormat.REQUIREMENTS, "utf-8")
    assert [item.location.line for item in spec_file.dependencies] == [2]
    assert [item.location.line for item in spec_file.references] == [1, 5]
    assert [item.location.line for item in spec_file.options] == [3]
    assert [item.location.line for item in spec_file.problems] == [4]


def test_all_of_a_dependency_is_read() -> None:
    """Canonical name, sorted specifier, canonical extras, marker, sorted hashes, verbatim source."""
    text = "Foo_Bar [x,Y_z] >=1,<2 ; python_version<'3.9' \\\n  --hash=sha256:bb \\\n  --hash=sha256:aa  # why"
    (dependency,) = read("\n" + text).dependencies
    assert dependency.name == "foo-bar"
    assert dependency.spec == "<2,>=1"
    assert dependency.extras == ("x", "y-z")
    assert dependency.marker == 'python_version < "3.9"'
    assert dependency.hashes == ("sha256:aa", "sha256:bb")
    assert dependency.location.line == 2
    assert dependency.raw == text


def test_a_constraints_file_says_so() -> None:
    """The format tells which it is; the stricter rules of -c apply."""
    spec_file = parse_constraints(b"numpy<2\nnumpy[a]\n-e .\n", "constraints.txt")
    assert spec_file.format is SpecFormat.CONSTRAINTS
    assert [problem.location.line for problem in spec_file.problems] == [2, 3]
    assert not read("numpy[a]\n-e .\n").problems


def test_damaged_bytes_are_one_problem_of_the_file() -> None:
    """DN302 on line 0; the lines are read all the same."""
    spec_file = parse_requirements(b"# caf\xe9\nnumpy\n", PATH)
    assert [(problem.rule, problem.location.line) for problem in spec_file.problems] == [("DN302", 0)]
    assert [dependency.name for dependency in spec_file.dependencies] == ["numpy"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
def test_another_encoding_with_a_byte_order_mark_is_read(encoding: str) -> None:
    """It is what pip reads; that most other tools do not read UTF-16 is told."""
    spec_file = parse_requirements("numpy\r\npandas\r\n".encode(encoding), PATH)
    assert [dependency.name for dependency in spec_file.dependencies] == ["numpy", "pandas"]
    assert [problem.rule for problem in spec_file.problems] == [] if encoding == "utf-8-sig" else ["DN302"]


def test_utf_16_without_a_byte_order_mark_is_explained() -> None:
    """What pip sees are NUL characters; the message names the cause."""
    problems = parse_requirements("numpy\npandas\n".encode("utf-16-le"), PATH).problems
    assert problems
    assert "UTF-16" in problems[0].message


def test_the_pip_section_of_an_environment_keeps_its_lines() -> None:
    """Each item has the line it stands on in environment.yml; continuations join as in conda's temporary file."""
    spec_file = parse_requirement_lines([(7, "numpy==1.0"), (9, "-r base.txt"), (10, "six \\"), (12, "a\nb")], "e.yml")
    assert [(item.name, item.location.line) for item in spec_file.dependencies] == [("numpy", 7), ("b", 12)]
    assert [item.location.line for item in spec_file.references] == [9]
    assert [(item.location.line, item.raw) for item in spec_file.problems] == [(10, "six \\\na")]


def test_a_plain_file_does_not_load_the_option_parser() -> None:
    """Common lines are read without importing pip-requirements-parser, which costs a tenth of a second."""
    text = (
        "-r a.txt\n-e .\nnumpy==1.0\nfoo[x]>=1; os_name=='a'\n-i https://example.org/s\nb==1 --hash=sha256:aa\n--pre\n"
    )
    code = (
        "import sys; from depnorm.read.requirements import parse_requirements as p;"
        f"f = p({text.encode()!r}, 'r.txt'); assert len(list(f.items())) == 7, f;"
        "print('pip_requirements_parser' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


MISTAKES = [
    ("numpy=1.0", "`numpy==1.0`"),
    ("numpy = 1.0", "`numpy==1.0`"),
    ("numpy=1.21.0=py39h1234_0", "`numpy==1.21.0`"),
    ("numpy=>1.0", "`numpy>=1.0`"),
    ("numpy=<1.0", "`numpy<=1.0`"),
    ("numpy>=4.2<5.0", "`numpy>=4.2,<5.0`"),
    ("numpy >= 4.2 < 5.0", "`numpy>=4.2,<5.0`"),
    ("numpy>=4.*", "`numpy>=4`"),
    ("numpy<=4.*", "`numpy<=4`"),
    ("numpy~=4.1.*", "`numpy==4.1.*`"),
    ("numpy~=1", "`numpy~=1.0`"),
    ("numpy 1.0", "`numpy==1.0`"),
    ("numpy                     1.21.0                   py39_0    conda-forge", "`numpy==1.21.0`"),
    ("numpy (1.0)", "`numpy==1.0`"),
    ("numpy ==1.0 py39_0", "`numpy ==1.0`"),
    ("numpy>=1.0 and <2", "`numpy>=1.0,<2`"),
    ("numpy==1,0", "`numpy==1.0`"),
    ("numpy==latest", "`numpy`"),
    ("numpy>=1; python_version<3", "python_version<'3'`"),
    (">=4.2<5.0", "version without a name"),
    ("==1.0", "version without a name"),
    ("_libgcc_mutex             0.1                        main", "conda's own"),
    ("Package    Version", "`pip list`"),
    ("numpy #egg=numpy", "Delete it"),
    ("numpy #egg", "comment"),
    ("git+https://example.org/o/r.git #egg=r", "Delete the space"),
    ("-e git+https://example.org/o/r.git #egg=r&subdirectory=x", "Delete the space"),
    ("numpy @ file:///tmp/build/80754af9/numpy_1618/work", "`pip freeze`"),
    ("numpy @ file:///home/conda/feedstock_root/build_artifacts/numpy/work", "only on the machine"),
    ("numpy==1.0 @ file:///C:/ci/numpy_1618/work", "`numpy==1.0`"),
    ("git clone https://example.org/o/r", "shell command"),
    ("library(dplyr)", "R code"),
    ("name: env", "YAML"),
    ("- numpy=1.2", "`numpy==1.2`"),
    ("pip install numpy pandas", "shell command"),
    ("numpy@1.0", "`numpy==1.0`"),
    ("numpy: 1.0", "`numpy==1.0`"),
    ("numpy#comment", "`numpy  #comment`"),
    ("numpy==1.0# comment", "`numpy==1.0  # comment`"),
    ("numpy pandas", "`numpy`, `pandas`"),
    ("numpy, pandas", "`numpy`, `pandas`"),
    ("'numpy'", "`numpy`"),
    ('"numpy>=1",', "`numpy>=1`"),
    ("numpy>=1'", "`numpy>=1`"),
    ("numpy,", "`numpy`"),
    ("numpy==", "`numpy`"),
    ("pip install numpy", "shell command"),
    ("!pip install numpy", "shell command"),
    ("%pip install numpy", "shell command"),
    ("$ sudo pip3 install -r requirements.txt", "shell command"),
    ("conda install numpy", "shell command"),
    ("apt-get install gcc", "shell command"),
    ("python -m pip install numpy", "shell command"),
    ("pip install -r base.txt", "shell command"),
    ("pip install -e .", "shell command"),
    ("pip install --upgrade pip", "shell command"),
    ("import numpy as np", "Python"),
    ("from numpy import array", "Python"),
    ("print('a/b')", "Python"),
    ("<<<<<<< HEAD", "merge"),
    ("=======", "merge"),
    (">>>>>>> feature/x", "merge"),
    ("<!DOCTYPE html>", "HTML"),
    ('<a href="/x">', "HTML"),
    ("</div>", "HTML"),
    ("{", "JSON"),
    ('"numpy": "1.0",', "JSON"),
    ('{"cells": [], "nbformat": 4}', "JSON"),
    ("[tool.poetry]", "TOML"),
    ('name = "x"', "TOML"),
    ("dependencies:", "YAML"),
    ("- numpy", "YAML"),
    ("```", "Markdown"),
    ("conda-forge::numpy", "channel"),
    ("@scope/package", "npm"),
    ("github.com/a/b", "git+https://github.com/a/b"),
    ("git@example.org:a/b.git", "git+https://example.org/a/b.git"),
    ("git://example.org/a/b.git", "git+https://example.org/a/b.git"),
    ("-U numpy", "pip command"),
    ("numpy --no-cache-dir", "pip command"),
    ("--extra-index https//x --foo", "Did you mean"),
    ("--find-link x --foo", "Did you mean"),
    ("------- -----", "ruler"),
    ("numpy\u200b", "U+200B"),
    ("six\n\ufeffnumpy", "byte order mark"),
    ("\x00\x01\x02", "binary"),
    ("numpy;python_version", "not a requirement"),
    ("a " * 5000, "longer than"),
    ("numpy; " + "(" * 2000, "deep"),
    ("numpy --hash=md5:aa", "sha256"),
    ("--use-feature nope", "--use-feature knows"),
    ('-e "unclosed', "words"),
    ("-e", "1 argument"),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_a_mistake_is_explained(text: str, expected: str) -> None:
    """The problem says what the line seems to be, and what to write instead."""
    problems = read(text).problems
    assert problems
    assert expected in f"{problems[-1].message} {problems[-1].hint}"
    assert all(problem.hint for problem in problems)
    assert all("\n" not in problem.message and len(problem.message) < 400 for problem in problems)


def test_a_hint_is_something_pip_accepts() -> None:
    """Where the hint is one requirement, that requirement is valid."""
    for text, expected in MISTAKES[:12]:
        assert Requirement(expected.strip("`")), text


@pytest.mark.parametrize(
    "line",
    [
        " " * 2**22 + "x",
        "#" * 2**22 + "\\",
        "[" * 2**20,
        "a@" * 2**20,
        "://" * 2**20,
        "-" * 2**20,
        "-e " + "'a' " * 2**18,
        "a --hash=" * 2**18,
        "${A}" * 2**18,
        "a \\\n" * 2**20,
        "a\n" * 2**21,
        "?\n" * 2**21,
        "/" * 2**20,
        "a," * 2**20,
        "a ;" + "(" * 2**20,
        "a==1" + ".1" * 2**20,
        "-e ." + "[" * 2**20,
    ],
    ids=range(17),
)
def test_hostile_text_is_read_in_bounded_time(line: str) -> None:
    """Megabytes made to be slow take seconds at most, and no line of them is lost."""
    started = time.process_time()
    spec_file = read(line)
    assert time.process_time() - started < 5
    assert not uncovered(spec_file, line)


def test_a_file_that_is_no_list_ends_in_one_problem() -> None:
    """After a thousand refused lines the rest is one problem, so that a large page does not flood the report."""
    spec_file = read("<p>\n" * 5000)
    assert len(spec_file.problems) == 1001
    assert not uncovered(spec_file, "<p>\n" * 5000)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_and_covered(data: bytes) -> None:
    """Nothing raises, and every line with content is in the span of something."""
    spec_file = parse_requirements(data, PATH)
    if spec_file.encoding == "utf-8":
        assert not uncovered(spec_file, data.decode())


FRAGMENTS = st.sampled_from(
    [
        "numpy",
        "-e",
        "-r",
        ".",
        "./x",
        " ",
        "\t",
        "\\\n",
        "\n",
        "#",
        "==1.0",
        "[a]",
        ";",
        "os_name=='a'",
        "@",
        "'",
        '"',
        "git+",
        "https://",
        "file:",
        "a.whl",
        "--hash=sha256:aa",
        "--pre",
        "-f",
        "${A}",
        "\\",
        "#egg=x",
        "--",
        "é",
        "\r",
    ]
)


@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_any_mixture_is_read_and_covered(text: str) -> None:
    """Pieces of real syntax in any order: nothing raises, nothing is lost, `raw` is the source."""
    spec_file = read(text)
    assert not uncovered(spec_file, text)
    lines = text.splitlines()
    for item in spec_file.items():
        start = item.location.line - 1
        assert item.raw.split("\n") == lines[start : start + item.raw.count("\n") + 1]


NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,6}[A-Za-z0-9])?", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,2}){0,3}((a|b|rc|\.post|\.dev)[0-9])?", fullmatch=True)
CLAUSES = st.one_of(
    st.builds(str.__add__, st.sampled_from(["==", ">=", "<=", "!=", "<", ">", "~=", "~= ", "==  "]), VERSIONS),
    st.builds("{}{}.*".format, st.sampled_from(["==", "!=", "== ", "~=", ">="]), VERSIONS),
    st.sampled_from(
        ["==1.0.1.*", "~=1", "~=1a1", "~= 1.0a1", "===1.0", "==1.0+x", "=1.0", ">1.0,<2", "==1.0.", "==v1"]
    ),
)
TAILS = st.sampled_from(
    ["", " ", "\t", " # why", "\t#", "# why", "  # a \\", " #\\", " # \\ a", " \\", "\u00a0", "\x0b"]
)


@given(st.sampled_from(["", " ", "\t"]), NAMES, st.sampled_from(["", " ", "\t "]), CLAUSES, TAILS)
def test_the_fast_path_reads_as_pip_reads(lead: str, name: str, gap: str, clause: str, tail: str) -> None:
    """The pattern for plain lines gives what pip gives, and refuses what pip refuses, whatever comes behind."""
    text = f"{lead}{name}{gap}{clause}{tail}\nsix\n"
    theirs = [pip_oracle.judge(line) for _, line in pip_oracle.lines(text)]
    spec_file = read(text)
    refused = [problem for problem in spec_file.problems if problem.rule == "DN301"]
    assert [(item.name, item.spec) for item in spec_file.dependencies] == [
        (each.name, each.spec) for each in theirs if not each.refused
    ]
    assert len(refused) == len([each for each in theirs if each.refused])


@given(st.lists(NAMES, min_size=1, max_size=6))
def test_lines_do_not_depend_on_their_neighbours(names: list[str]) -> None:
    """A file is the sum of its lines."""
    together = read("\n".join(names))
    alone = [read("\n" * number + name) for number, name in enumerate(names)]
    assert list(together.dependencies) == [item for spec_file in alone for item in spec_file.dependencies]


def test_a_variable_is_pips_own_form_only() -> None:
    """Upper case, digits and underscores in braces; anything else is text."""
    assert VARIABLE.findall("${A_1} ${a} $A ${A-B} {A} ${}") == ["A_1"]
    items = list(read("numpy==${VERSION}").items())
    assert not [item for item in items if isinstance(item, Dependency | Problem)]
    assert [item.target for item in items if isinstance(item, RepoReference)] == ["VERSION"]
