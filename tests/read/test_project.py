"""pyproject.toml, with the tables of the build backends."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_coverage import uncovered_lines

from depnorm.model import ReferenceKind, SpecFile
from depnorm.read.poetry import translate_version
from depnorm.read.project import parse_pyproject

STANDARD = """\
# a project
[build-system]
requires = ["hatchling>=1.27", "hatch_vcs"]  # two
build-backend = "hatchling.build"

[project]
name = "Sample"
requires-python = ">=3.10"
dynamic = ["version"]
dependencies = [
  # numbers
  "NumPy >=1.20,<2; python_version >= '3.9'",
  'pandas[excel,SQL]', "scipy",
  "local @ file:./vendor/local",
  "tool @ https://example.org/tool-1.0.tar.gz",
]

[project.optional-dependencies]
docs = [
  "sphinx"
]

[dependency-groups]
lint = ["ruff", {include-group = "test"}]

[tool.ruff]
line-length = 120
"""


def read(text: str) -> SpecFile:
    return parse_pyproject(text.encode(), "pyproject.toml")


def declared(text: str) -> list[tuple[str | None, str, str | None, int]]:
    return [(item.name, item.spec, item.group, item.location.line) for item in read(text).dependencies]


def references(text: str) -> list[tuple[ReferenceKind, str, tuple[str, ...]]]:
    return [(item.kind, item.target, item.extras) for item in read(text).references]


def messages(text: str) -> list[str]:
    return [problem.message for problem in read(text).problems]


def test_standard_metadata() -> None:
    """Dependencies, extras, groups and build requirements, each with its line and its text."""
    text = STANDARD
    assert declared(text) == [
        ("hatchling", ">=1.27", "build-system", 3),
        ("hatch-vcs", "", "build-system", 3),
        ("numpy", "<2,>=1.20", None, 12),
        ("pandas", "", None, 13),
        ("scipy", "", None, 13),
        ("local", "", None, 14),
        ("tool", "", None, 15),
        ("sphinx", "", "extra:docs", 20),
        ("ruff", "", "group:lint", 24),
    ]
    numpy, pandas = read(text).dependencies[2:4]
    assert numpy.marker == 'python_version >= "3.9"'
    assert numpy.raw == "\"NumPy >=1.20,<2; python_version >= '3.9'\""
    assert pandas.extras == ("excel", "sql")
    assert not read(text).problems


def test_options() -> None:
    """Name, Python, backend, what is dynamic, what asks git, and each table by its name."""
    options = [(option.name, option.value) for option in read(STANDARD.replace("[tool.ruff]", "[tool.x.y]")).options]
    expected = [
        ("project-name", "Sample"),
        ("requires-python", ">=3.10"),
        ("build-backend", "hatchling.build"),
        ("dynamic", "version"),
        ("include-group", "test"),
        ("reads-git", "hatch-vcs"),
        ("tool.x.y", ""),
    ]
    assert [pair for pair in expected if pair not in options] == []


def test_a_local_url_is_a_reference_too() -> None:
    """`file:` in a direct URL is in both lists."""
    text = STANDARD
    assert references(text) == [(ReferenceKind.PATH, "file:./vendor/local", ())]


@pytest.mark.parametrize(
    ("line", "expected", "message"),
    [
        ('"pkg @ ./x"', [(ReferenceKind.PATH, "./x", ())], "is a path, not a URL"),
        ('"pkg @ file:wheels/a.whl"', [(ReferenceKind.ARCHIVE, "file:wheels/a.whl", ())], None),
        ('"pkg @ git+file:."', [(ReferenceKind.PATH, "git+file:.", ())], None),
        ('"pkg @ git+https://example.org/x"', [], None),
        ('"pydantic=1.10.8"', [], "not a PEP 508 requirement"),
        ('"-e ."', [], "not a PEP 508 requirement"),
        ('"a; ' + "(" * 500 + '"', [], "not a PEP 508 requirement"),
        ("1", [], "expected an array of requirement strings"),
        ("{x = 1}", [], "expected an array of requirement strings"),
    ],
)
def test_one_dependency(line: str, expected: list[object], message: str | None) -> None:
    """What is local is a reference; what PEP 508 does not allow is a problem with its line."""
    text = f"[project]\ndependencies = [\n  {line}\n]\n"
    assert references(text) == expected
    found = read(text).problems
    assert [problem.location.line for problem in found] == ([3] if message else [])
    if message:
        assert message in found[0].message
        assert found[0].rule == "DN301"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('dynamic = ["dependencies"]', [(ReferenceKind.DYNAMIC, "dependencies", ())]),
        ('dynamic = ["version", "optional-dependencies"]', [(ReferenceKind.DYNAMIC, "optional-dependencies", ())]),
        (
            'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["a.txt", "b.txt"]}',
            [(ReferenceKind.INCLUDE, "a.txt", ()), (ReferenceKind.INCLUDE, "b.txt", ())],
        ),
        (
            'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies.file = "a.txt"',
            [(ReferenceKind.INCLUDE, "a.txt", ())],
        ),
        (
            'dynamic = ["optional-dependencies"]\n[tool.setuptools.dynamic]\noptional-dependencies.test.file = "t.txt"',
            [(ReferenceKind.INCLUDE, "t.txt", ("test",))],
        ),
        (
            'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {attr = "x.y"}',
            [(ReferenceKind.DYNAMIC, "dependencies", ())],
        ),
        (
            '[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ["r.txt"]',
            [(ReferenceKind.INCLUDE, "r.txt", ())],
        ),
    ],
)
def test_dynamic_dependencies(text: str, expected: list[object]) -> None:
    """The files of a declared list are includes; anything else only the backend could tell."""
    assert references(f"[project]\n{text}\n") == expected


@pytest.mark.parametrize(
    "text",
    [
        'project = {dependencies = ["a", "b"]}',
        'project.dependencies = ["a", "b"]',
        '[project]\n"dependencies" = [ "a" , "b" , ]',
        "[project]\r\ndependencies = ['''a''', \"\"\"b\"\"\"]\r\n",
        '[ project ]\ndependencies = [ # ] "x"\n"a", #,\n"b"]',
    ],
)
def test_every_way_to_write_it(text: str) -> None:
    """Inline tables, dotted and quoted keys, comments with brackets."""
    assert [name for name, *_ in declared(text)] == ["a", "b"]
    assert not uncovered_lines(text.encode(), read(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", ""),
        ("", ""),
        ("1.2.3", "==1.2.3"),
        ("1.2.*", "==1.2.*"),
        ("==1.4.2", "==1.4.2"),
        (">=1.2,<2", "<2,>=1.2"),
        (">=1.2 <2", "<2,>=1.2"),
        ("~=1.4", "~=1.4"),
        ("^1.2.3", "<2,>=1.2.3"),
        ("^1.2", "<2,>=1.2"),
        ("^1", "<2,>=1"),
        ("^0.2.3", "<0.3,>=0.2.3"),
        ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("^0.0", "<0.1,>=0.0"),
        ("^0", "<1,>=0"),
        ("~1.2.3", "<1.3,>=1.2.3"),
        ("~1.2", "<1.3,>=1.2"),
        ("~1", "<2,>=1"),
        ("^2.0b1", "<3,>=2.0b1"),
    ],
)
def test_poetry_versions(text: str, expected: str) -> None:
    """The tables of Poetry's own documentation."""
    assert translate_version(text) == expected


@pytest.mark.parametrize("text", ["^1 || ^2", "^x", "latest", "=>1", "~"])
def test_versions_that_pep_440_has_no_word_for(text: str) -> None:
    """They become a problem, not a wrong specifier."""
    with pytest.raises(ValueError, match=r"version|alternatives"):
        translate_version(text)


def test_poetry() -> None:
    """Main, optional, group and local dependencies of `[tool.poetry]`."""
    text = """\
[tool.poetry]
name = "x"
[tool.poetry.dependencies]
python = "^3.8"
a = "~1.2"
b = {version = "^0.3.1", extras = ["q"], optional = true}
c = {path = "../c", develop = true}
d = [{version = "<1", python = "<3.8"}, {version = ">=1", python = "^3.8", markers = "os_name == 'nt'"}]
e = {git = "https://example.org/e", tag = "v1"}
f = "^1 || ^2"
g = {version = "*", optional = true}
[tool.poetry.extras]
z = ["b"]
[tool.poetry.dev-dependencies]
h = "*"
[tool.poetry.group.docs.dependencies]
i = "1"
"""
    found = read(text)
    assert [(item.name, item.spec, item.group, item.marker) for item in found.dependencies] == [
        ("a", "<1.3,>=1.2", None, None),
        ("b", "<0.4,>=0.3.1", "extra:z", None),
        ("c", "", None, None),
        ("d", "<1", None, 'python_version < "3.8"'),
        ("d", ">=1", None, 'os_name == \'nt\' and python_version < "4" and python_version >= "3.8"'),
        ("e", "", None, None),
        ("h", "", "group:dev", None),
        ("i", "==1", "group:docs", None),
    ]
    assert found.option("requires-python") == "<4,>=3.8"
    assert found.option("project-name") == "x"
    assert found.option("optional") == "g"
    assert found.dependencies[5].url == "git+https://example.org/e@v1"
    assert references(text) == [(ReferenceKind.EDITABLE, "../c", ())]
    assert messages(text)[0].startswith("f: ")


def test_poetry_beside_project_dependencies_only_adds_detail() -> None:
    """The main table is not read twice (Poetry 2)."""
    text = '[project]\ndependencies = ["a>=1"]\n[tool.poetry.dependencies]\na = {source = "private"}\n'
    assert declared(text) == [("a", ">=1", None, 2)]


def test_flit() -> None:
    """Flit's table from before PEP 621."""
    text = '[tool.flit.metadata]\ndist-name = "x"\nrequires = ["a"]\nrequires-extra.test = ["b"]\n'
    assert declared(text) == [("a", "", None, 3), ("b", "", "extra:test", 4)]
    assert read(text).option("project-name") == "x"


@pytest.mark.parametrize(
    ("text", "backend"),
    [
        ('requires = ["setuptools>=61", "setuptools_scm[toml]>=6"]', "setuptools-scm"),
        ('requires = ["hatchling", "hatch-vcs"]', "hatch-vcs"),
        ('requires = ["versioningit>=3"]', "versioningit"),
        ('requires = ["setuptools"]', None),
        ('requires = ["setuptools-scm-something"]', None),
    ],
)
def test_what_reads_git(text: str, backend: str | None) -> None:
    """A backend that takes the version from git needs `.git` in the build."""
    assert read(f"[build-system]\n{text}\n").option("reads-git") == backend


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[project]\nname = x\n", 2),
        ("[project\n", 1),
        ('a = "', 1),
        ("\n\n[a]\n[a]\n", 4),
        ("x = " + "[" * 300, 1),
        (".".join("a" * 400) + " = 1", 1),
    ],
)
def test_what_is_not_toml_is_a_problem_and_keeps_its_text(text: str, line: int) -> None:
    """The whole file is rejected by every tool, and none of it is lost."""
    found = read(text)
    assert [problem.location.line for problem in found.problems] == [line]
    assert found.option("unread") is not None
    assert not uncovered_lines(text.encode(), found)


def test_encodings_other_than_utf_8_are_a_problem() -> None:
    """TOML has only one; the content is read all the same."""
    found = parse_pyproject('[project]\nname = "x"\n'.encode("utf-16"), "pyproject.toml")
    assert "utf-16" in found.problems[0].message
    assert found.option("project-name") == "x"


@given(st.binary(max_size=300) | st.text(alphabet="[]{}='\".,#\n ab1\\", max_size=60).map(str.encode))
def test_any_bytes_are_read(data: bytes) -> None:
    """Nothing raises and nothing is lost."""
    assert not uncovered_lines(data, parse_pyproject(data, "pyproject.toml"))


@given(st.lists(st.text(max_size=12), max_size=6), st.sampled_from([", ", ",\n", " , # ]\n  "]))
def test_each_element_has_its_own_text(values: list[str], separator: str) -> None:
    """Whatever the strings hold, an element's span is the string that stands there."""
    quoted = [toml_string(value) for value in values]
    text = f"[project]\ndependencies = [\n{separator.join(quoted)}\n]\n"
    assert tomllib.loads(text)["project"]["dependencies"] == values
    found = read(text)
    raws = {item.raw for item in found.dependencies} | {problem.raw for problem in found.problems}
    assert raws == set(quoted)


def toml_string(value: str) -> str:
    escaped = "".join(
        f"\\U{ord(char):08X}" if char in '"\\' or ord(char) < 32 or ord(char) == 127 else char for char in value
    )
    return f'"{escaped}"'


def test_real_projects(real_corpus: Path) -> None:
    """Every pyproject.toml of the corpus: all listed requirements found, all lines covered."""
    paths = sorted((real_corpus / "repos").rglob("pyproject.toml"))
    assert len(paths) > 20
    for path in paths:
        data = path.read_bytes()
        found = parse_pyproject(data, "pyproject.toml")
        assert not uncovered_lines(data, found), path
        check_project(data, found)


def check_project(data: bytes, found: SpecFile) -> None:
    try:
        project = tomllib.loads(data.decode()).get("project", {})
    except tomllib.TOMLDecodeError:
        assert found.problems
        return
    listed = project.get("dependencies", [])
    main = [item for item in found.dependencies if item.group is None]
    invalid = [problem for problem in found.problems if problem.raw[1:-1] in listed]
    if listed:
        assert len(main) + len(invalid) == len(listed)
        assert all(item.raw[1:-1] in listed for item in main)
