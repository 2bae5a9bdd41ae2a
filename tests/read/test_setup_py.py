"""setup.py, as a syntax tree."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_coverage import uncovered_lines

from depnorm.model import SpecFile
from depnorm.read.setup_py import parse_setup_py

INCLUDE, DYNAMIC = "include", "dynamic"


def read(text: str) -> SpecFile:
    return parse_setup_py(text.encode(), "setup.py")


def declared(text: str) -> list[tuple[str | None, str, str | None]]:
    return [(item.name, item.spec, item.group) for item in read(text).dependencies]


def references(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(str(item.kind), item.target, item.extras) for item in read(text).references]


def test_a_literal_setup() -> None:
    """Requirements, extras, build requirements and options, by way of plain names too."""
    text = """\
from setuptools import find_packages, setup

BASE = ["numpy>=1.20", 'scipy']
EXTRAS = {"test": ["pytest"], "docs": ["sphinx"] + BASE, ":python_version < '3.8'": ["typing"]}

setup(
    name="sample",
    python_requires=">=3.8",
    setup_requires=["setuptools_scm"],
    install_requires=BASE + ["pandas"],
    extras_require=EXTRAS,
    packages=find_packages(),
)
"""
    assert sorted(declared(text), key=str) == sorted(
        [
            ("numpy", ">=1.20", None),
            ("numpy", ">=1.20", "extra:docs"),
            ("pandas", "", None),
            ("pytest", "", "extra:test"),
            ("scipy", "", None),
            ("scipy", "", "extra:docs"),
            ("setuptools-scm", "", "build-system"),
            ("sphinx", "", "extra:docs"),
            ("typing", "", None),
        ],
        key=str,
    )
    found = read(text)
    assert {item.marker for item in found.dependencies if item.name == "typing"} == {"python_version < '3.8'"}
    assert [item.location.line for item in found.dependencies if item.name == "pandas"] == [10]
    assert (found.option("project-name"), found.option("requires-python")) == ("sample", ">=3.8")
    assert found.option("reads-git") == "setuptools-scm"
    assert not found.references


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('setup(install_requires="a\\nb>1 # c\\n")', [("a", "", None), ("b", ">1", None)]),
        ("setup(install_requires='''\n a\n\n b\n''')", [("a", "", None), ("b", "", None)]),
        ('import setuptools as s\nsetuptools.setup(install_requires=["a"])', [("a", "", None)]),
        ('from distutils import core\ncore.setup(install_requires=("a",))', [("a", "", None)]),
        ('if True:\n    setup(install_requires=["a"])', [("a", "", None)]),
        ('c = dict(install_requires=["a"])\nsetup(**c)', [("a", "", None)]),
        ('setup(**{"install_requires": ["a"]})', [("a", "", None)]),
        ('e = {"x": ["a"]}\nsetup(install_requires=e["x"])', [("a", "", None)]),
        ('x = ["a"]\nsetup(install_requires=["b", *x])', [("a", "", None), ("b", "", None)]),
        ("setup(install_requires=None)", []),
        ('logging.setup(install_requires=["a"])', []),
        ('x: list[str] = ["a"]\nsetup(install_requires=x)', [("a", "", None)]),
    ],
)
def test_ways_to_write_a_literal(text: str, expected: list[object]) -> None:
    """All of them are in plain sight."""
    assert declared(text) == expected
    assert not references(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('setup(install_requires=open("requirements.txt").read().splitlines())', [(INCLUDE, "requirements.txt", ())]),
        ('setup(install_requires=list(open("r.txt")))', [(INCLUDE, "r.txt", ())]),
        (
            (
                'with open(os.path.join(here, "req", "base.txt")) as f:\n    r = f.read().splitlines()\n'
                "setup(install_requires=r)"
            ),
            [(INCLUDE, "req/base.txt", ())],
        ),
        (
            'r = [x.strip() for x in open("r.txt") if not x.startswith("#")]\nsetup(install_requires=r)',
            [(INCLUDE, "r.txt", ())],
        ),
        (
            'setup(install_requires=(Path(__file__).parent / "req" / "b.txt").read_text().split("\\n"))',
            [(INCLUDE, "req/b.txt", ())],
        ),
        (
            (
                "def reqs(name):\n    with open(f'{here}/{name}') as f:\n        return f.readlines()\n"
                'setup(install_requires=reqs("a.txt"), extras_require={"dev": reqs("b.txt")})'
            ),
            [(INCLUDE, "a.txt", ()), (INCLUDE, "b.txt", ("dev",))],
        ),
        (
            'r = parse_requirements("r.txt", session=False)\nsetup(install_requires=[str(x.req) for x in r])',
            [(INCLUDE, "r.txt", ())],
        ),
        (
            (
                'with open("a.txt") as f:\n    a = f.read().split()\n'
                'with open("b.txt") as f:\n    b = f.read().split()\n'
                "setup(install_requires=a, tests_require=b)"
            ),
            [(INCLUDE, "a.txt", ())],
        ),
        (
            'a = open("a.txt").readlines()\na = [x.strip() for x in a]\nsetup(install_requires=a)',
            [(INCLUDE, "a.txt", ())],
        ),
        ('setup(setup_requires=["pbr"], pbr=True)', [(INCLUDE, "requirements.txt", ())]),
    ],
)
def test_a_list_read_from_a_file_is_an_include(text: str, expected: list[object]) -> None:
    """As long as the script only passes its lines on."""
    assert references(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "names"),
    [
        ("setup(install_requires=compute())", [(DYNAMIC, "install_requires", ())], []),
        ('setup(install_requires=["a"] + compute())', [(DYNAMIC, "install_requires", ())], ["a"]),
        ('r = ["a"]\nif x:\n    r.append("b")\nsetup(install_requires=r)', [(DYNAMIC, "install_requires", ())], ["a"]),
        ('r = ["a"]\nr += more()\nsetup(install_requires=r)', [(DYNAMIC, "install_requires", ())], ["a"]),
        ('r = ["a"]\nr.remove("a")\nsetup(install_requires=r)', [(DYNAMIC, "install_requires", ())], []),
        ('r = ["a"]\nr = ["b"]\nsetup(install_requires=r)', [(DYNAMIC, "install_requires", ())], []),
        ('r = ["a"]\nr[0] = "b"\nsetup(install_requires=r)', [(DYNAMIC, "install_requires", ())], []),
        ('r = ["a"]\nchange(r)\nsetup(install_requires=r)', [(DYNAMIC, "install_requires", ())], []),
        ('if x:\n    r = ["a"]\nsetup(install_requires=r)', [(DYNAMIC, "install_requires", ())], []),
        (
            'setup(install_requires=open("r.txt").read().split()[1:])',
            [(INCLUDE, "r.txt", ()), (DYNAMIC, "install_requires", ())],
            [],
        ),
        (
            'setup(install_requires=[fix(x) for x in open("r.txt")])',
            [(INCLUDE, "r.txt", ()), (DYNAMIC, "install_requires", ())],
            [],
        ),
        (
            'r = open("r.txt").readlines()\nif x:\n    r += ["b"]\nsetup(install_requires=r)',
            [(INCLUDE, "r.txt", ()), (DYNAMIC, "install_requires", ())],
            [],
        ),
        ("setup(**read())", [(DYNAMIC, "install_requires", ())], []),
        ('setup(extras_require={name: ["a"]})', [(DYNAMIC, "extras_require", ())], []),
        ('setup(extras_require={"x": f()})', [(DYNAMIC, "extras_require", ("x",))], []),
        ("setup(python_requires=PY)", [(DYNAMIC, "python_requires", ())], []),
    ],
)
def test_what_only_running_it_would_tell(text: str, expected: list[object], names: list[str]) -> None:
    """It is a DYNAMIC reference; only what is there in any case is a dependency."""
    assert references(text) == expected
    assert [name for name, *_ in declared(text)] == names


@pytest.mark.parametrize("text", ['print "python 2"\nsetup()\n', "setup(\n", "x = '\0'\n", "(" * 400, "-" * 60_000])
def test_what_is_not_python_3_is_unknown_and_keeps_its_text(text: str) -> None:
    """A problem, a DYNAMIC reference, and every line."""
    found = read(text)
    assert found.problems
    assert references(text) == [(DYNAMIC, "install_requires", ())]
    assert not uncovered_lines(text.encode(), found)


@pytest.mark.parametrize(
    "text",
    [
        'a0 = ["x"]\n'
        + "".join(f"a{n} = [a{n - 1}, a{n - 1}]\n" for n in range(1, 39))
        + "setup(install_requires=a38)",
        "setup(install_requires=x)\n" * 7000,
        'f = open("a.txt")\n' * 6000 + "setup(install_requires=f + f)\n" * 3000,
        "setup(install_requires=" + '["a"] + ' * 20_000 + '["b"])',
        "for f in f:\n f\n" * 5000 + "setup(install_requires=f + f)\n" * 3,
    ],
    ids=["doubling", "calls", "bindings", "sum", "loops"],
)
def test_hostile_scripts_take_bounded_time(text: str) -> None:
    """Seconds would be a denial of service; what is not worked out is DYNAMIC."""
    start = time.perf_counter()
    found = read(text)
    assert time.perf_counter() - start < 5
    assert found.references


PIECES = [
    "setup(",
    "install_requires=",
    "[",
    "]",
    '"a>1"',
    ")",
    "\n",
    "x",
    "=",
    " + ",
    "open(",
    ".read()",
    "with ",
    "\r\n",
]


@given(st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=20).map("".join).map(str.encode))
def test_any_bytes_are_read(data: bytes) -> None:
    """Nothing raises and nothing is lost."""
    assert not uncovered_lines(data, parse_setup_py(data, "setup.py"))


def test_every_line_is_covered() -> None:
    """Decorators, doc strings and nested blocks belong to their statement."""
    documented = '"""Doc\nstring."""\n@decorate(\n    1)\ndef f():\n    pass\n\n\n'
    text = documented + 'if a:\n    setup(\n        name="x",\n    )\nelse:\n    b\n'
    found = read(text)
    assert not uncovered_lines(text.encode(), found)
    assert [option.name for option in found.options] == ["statement", "statement", "setup", "project-name"]
