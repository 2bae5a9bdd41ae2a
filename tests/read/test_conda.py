"""What is read was tried with conda 24.7.1: `from_yaml` of conda.env.env."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rattler import Version, VersionSpec

from depnorm.model import Ecosystem, PathBase, Problem, ReferenceKind, SpecFile, SpecFormat
from depnorm.read.conda import parse_environment, python_minor

REAL = """\
name: demo  # what conda calls it
channels:
  - conda-forge
  - ./channel
variables:
  MODE: fast
dependencies:
  - python=3.11
  - conda-forge/linux-64::numpy >=1.26,<2
  - gdal=3.8.4=py311h_1  # the build matters

  - pip
  - pip:
      - -r requirements.txt
      - requests[socks] >=2
prefix: /home/me/miniconda3/envs/demo
"""


def read(text: str) -> SpecFile:
    return parse_environment(text.encode(), "environment.yml")


def conda_names(file: SpecFile) -> list[str | None]:
    return [d.name for d in file.dependencies if d.ecosystem is Ecosystem.CONDA]


def pip_names(file: SpecFile) -> list[str | None]:
    return [d.name for d in file.dependencies if d.ecosystem is Ecosystem.PYPI]


def rules(file: SpecFile) -> list[tuple[str, int]]:
    return [(problem.rule, problem.location.line) for problem in file.problems]


def problem_at(file: SpecFile, line: int) -> Problem:
    return next(problem for problem in file.problems if problem.location.line == line)


def assert_covered(text: str, file: SpecFile) -> None:
    """Every line with content is in the span of some item."""
    covered: set[int] = set()
    for item in file.items():
        covered.update(range(item.location.line, item.location.line + item.raw.count("\n") + 1))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    wanted = {n for n, line in enumerate(lines, 1) if line.strip() and not line.strip().startswith("#")}
    assert wanted <= covered, f"lost lines {sorted(wanted - covered)}"


def test_real_file() -> None:
    """A file as people write it: specs, channels, variables and pip's requirements, each with its line."""
    file = read(REAL)
    assert (file.path, file.format, file.encoding) == ("environment.yml", SpecFormat.CONDA, "utf-8")
    assert [(d.ecosystem.value, d.name, d.spec, d.location.line) for d in file.dependencies] == [
        ("conda", "python", "3.11.*", 8),
        ("conda", "numpy", ">=1.26,<2", 9),
        ("conda", "gdal", "==3.8.4", 10),
        ("conda", "pip", "", 12),
        ("pypi", "requests", ">=2", 15),
    ]
    assert [(o.name, o.value, o.location.line) for o in file.options] == [
        ("name", "demo", 1),
        ("yaml", "channels:", 2),
        ("channels", "conda-forge", 3),
        ("channels", "./channel", 4),
        ("variables", "", 5),
        ("variables.MODE", "fast", 6),
        ("dependencies", "", 7),
        ("pip", "", 13),
        ("pip-requirement", "-r requirements.txt", 14),
        ("pip-requirement", "requests[socks] >=2", 15),
        ("prefix", "/home/me/miniconda3/envs/demo", 16),
    ]
    assert [(r.kind, r.target, r.location.line) for r in file.references] == [
        (ReferenceKind.CHANNEL, "./channel", 4),
        (ReferenceKind.INCLUDE, "requirements.txt", 14),
    ]
    assert rules(file) == [("DN303", 10), ("DN306", 16)]
    assert_covered(REAL, file)


def test_dependency_keeps_all_that_the_spec_says() -> None:
    """Channel, subdir and build are fields; the raw text is the physical line."""
    numpy, gdal = read(REAL).dependencies[1:3]
    assert (numpy.channel, numpy.subdir, numpy.build) == ("conda-forge", "linux-64", None)
    assert numpy.raw == "  - conda-forge/linux-64::numpy >=1.26,<2"
    assert (gdal.build, gdal.raw) == ("py311h_1", "  - gdal=3.8.4=py311h_1  # the build matters")


def test_pip_items_keep_their_physical_lines() -> None:
    """A requirement's raw text is the line of the environment file."""
    assert read(REAL).dependencies[-1].raw == "      - requests[socks] >=2"
    assert read(REAL).references[-1].raw == "      - -r requirements.txt"


@pytest.mark.parametrize(
    "text",
    [
        "dependencies: [a, b=1, {pip: [c, d]}]\n",
        "{dependencies: [a, b=1, {pip: [c, d]}]}\n",
        '{"dependencies": ["a", "b=1", {"pip": ["c", "d"]}]}',
        "---\ndependencies:\n- a\n- b=1\n- pip:\n  - c\n  - d\n...\n",
        "dependencies:\r\n  - a\r\n  - 'b=1'\r\n  - pip: [c,\r\n      d]\r\n",
        "\ufeffdependencies:\n- a\n- b=1\n- pip: [c, d]\n",
        "x: &x [a, b=1, pip: [c, d]]\ndependencies: *x\n",
        "x: &x\n  dependencies: [a, b=1, {pip: [c, d]}]\n<<: *x\nname: q\n",
        "? dependencies\n: - a\n  - !!str b=1\n  -\n    pip:\n    - |\n      c\n      d\n",
        "%YAML 1.2\n---\ndependencies:\n- >-\n  a\n- b=1\n- pip:\n  - c\n- pip:\n  - d\n",
    ],
)
def test_spelling_of_yaml(text: str) -> None:
    """Flow style, quotes, documents, anchors, merges and block scalars say the same; no line is lost."""
    file = read(text)
    assert conda_names(file) == ["a", "b"]
    assert pip_names(file) == ["c", "d"]
    assert_covered(text, file)


def test_utf_16() -> None:
    """UTF-16 with a byte order mark is read, as conda does."""
    file = parse_environment(REAL.encode("utf-16"), "environment.yml")
    assert (file.encoding, file.dependencies) == ("utf-16", read(REAL).dependencies)


def test_other_encodings_are_a_problem() -> None:
    """Latin-1 is read all the same, with a problem: conda rejects it."""
    file = parse_environment("name: é\ndependencies: [a]\n".encode("latin-1"), "environment.yml")
    assert conda_names(file) == ["a"]
    assert rules(file) == [("DN305", 1)]


def test_block_scalar_of_requirements() -> None:
    """A literal block is several requirements, each at its own line; a backslash joins lines as pip does."""
    file = read("dependencies:\n- pip:\n  - |\n    a\n    b \\\n    >=1\n  - c\n")
    assert [(d.name, d.location.line, d.raw) for d in file.dependencies] == [
        ("a", 4, "    a"),
        ("b", 5, "    b \\\n    >=1"),
        ("c", 7, "  - c"),
    ]


def test_alias_stands_where_it_is_written() -> None:
    """An item that is an alias is at its own line, its text at the anchor."""
    file = read("x: &a numpy\ndependencies:\n- *a\n")
    assert [(d.name, d.location.line, d.raw) for d in file.dependencies] == [("numpy", 3, "- *a")]


@pytest.mark.parametrize(
    ("text", "line", "raw"),
    [
        ("dependencies:\n- a\n- 3.10\n", 3, "- 3.10"),
        ("dependencies:\n-\n- a\n", 2, "-"),
        ("dependencies:\n- a\n- [b, c]\n", 3, "- [b, c]"),
        ("dependencies:\n- a\n- true\n", 3, "- true"),
        ("dependencies:\n- a\n- 2020-01-01\n", 3, "- 2020-01-01"),
        ("dependencies:\n- a\n- b:\n", 3, "- b:"),
        ("dependencies:\n- a\n- npm:\n  - b\n", 3, "- npm:\n  - b"),
        ("dependencies:\n- a\n- pip=9.0:\n  - b\n", 3, "- pip=9.0:\n  - b"),
        ("dependencies:\n- a\n- pip: b\n", 3, "- pip: b"),
        ("dependencies:\n- a\n- pip: {b: c}\n", 3, "- pip: {b: c}"),
        ("dependencies:\n- a\n- pip:\n  - 1.0\n", 4, "  - 1.0"),
        ("dependencies:\n- a\n- pip:\n  - b: c\n", 4, "  - b: c"),
        ("channels: conda-forge\ndependencies: [a]\n", 1, "channels: conda-forge"),
        ("channels:\ndependencies: [a]\n", 1, "channels:"),
        ("channels: [1]\ndependencies: [a]\n", 1, "channels: [1]"),
        ("variables: [A=1]\ndependencies: [a]\n", 1, "variables: [A=1]"),
        ("foo:\n  bar: 1\ndependencies: [a]\n", 1, "foo:"),
        ("1: 1\ndependencies: [a]\n", 1, "1: 1"),
        ("name: a\nname: b\ndependencies: [a]\n", 2, "name: b"),
        ("dependencies: !!python/object/apply:os.getcwd [a]\n", 1, "dependencies: !!python/object/apply:os.getcwd [a]"),
        ("dependencies: !foo [a]\n", 1, "dependencies: !foo [a]"),
    ],
)
def test_odd_items_are_problems(text: str, line: int, raw: str) -> None:
    """What conda rejects or misreads is a problem with its line, and reading goes on."""
    file = read(text)
    assert [(p.rule, p.location.line, p.raw) for p in file.problems] == [("DN305", line, raw)]
    assert all(p.message and p.hint for p in file.problems)
    assert conda_names(file) == ["a"]
    assert_covered(text, file)


@pytest.mark.parametrize(
    "text", ["dependencies:\n", "dependencies: numpy\n", "dependencies:\n  numpy: 1\n", "dependencies: 1\n"]
)
def test_dependencies_that_are_no_list(text: str) -> None:
    """Nothing is declared, and a problem says why."""
    file = read(text)
    assert file.dependencies == ()
    assert {p.rule for p in file.problems} == {"DN305"}
    assert_covered(text, file)


@pytest.mark.parametrize(
    ("item", "kind", "target"),
    [
        ("-r requirements.txt", ReferenceKind.INCLUDE, "requirements.txt"),
        ("-rrequirements.txt", ReferenceKind.INCLUDE, "requirements.txt"),
        ("--requirement=requirements.txt", ReferenceKind.INCLUDE, "requirements.txt"),
        ("-r file:requirements.txt", ReferenceKind.INCLUDE, "file:requirements.txt"),
        ("-r ../../etc/passwd", ReferenceKind.INCLUDE, "../../etc/passwd"),
        ("-r /etc/passwd", ReferenceKind.INCLUDE, "/etc/passwd"),
        ("-c constraints.txt", ReferenceKind.CONSTRAINT, "constraints.txt"),
        ("-e .", ReferenceKind.EDITABLE, "."),
        ("-e.", ReferenceKind.EDITABLE, "."),
        ("--editable ./x", ReferenceKind.EDITABLE, "./x"),
        ("--editable=./x", ReferenceKind.EDITABLE, "./x"),
        ("-e ./x[extra]", ReferenceKind.EDITABLE, "./x"),
        (".", ReferenceKind.PATH, "."),
        ("./x", ReferenceKind.PATH, "./x"),
        ("x/", ReferenceKind.PATH, "x/"),
        ("../x", ReferenceKind.PATH, "../x"),
        ("file:x", ReferenceKind.PATH, "file:x"),
        ("x @ file:./x", ReferenceKind.PATH, "file:./x"),
        ("wheels/a-1-py3-none-any.whl", ReferenceKind.ARCHIVE, "wheels/a-1-py3-none-any.whl"),
        ("--find-links wheels", ReferenceKind.FIND_LINKS, "wheels"),
    ],
)
def test_pip_items_that_refer_to_the_repository(item: str, kind: ReferenceKind, target: str) -> None:
    """An item of a pip list refers to what pip takes it for, in block style and in flow style."""
    for text in (f"dependencies:\n- pip:\n  - {item}\n", f"{{dependencies: [{{pip: ['{item}']}}]}}"):
        file = read(text)
        assert [(r.kind, r.target) for r in file.references] == [(kind, target)]
        assert file.option("pip-requirement") == item


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dependencies:\n- pip: numpy\n", "letters"),
        ("dependencies:\n- pip:\n    numpy: 1\n", "a list of requirements"),
        ("dependencies: numpy\n", "a list of dependencies"),
        ("dependencies: 3\n", "stops"),
        ("dependencies:\n- python: 3.10\n", "no such installer"),
        ("dependencies:\n- python:\n", "because of the colon"),
        ("dependencies:\n- 3.10\n", "no text"),
        ("dependencies:\n- true\n", "no text"),
        ("dependencies:\n- 017\n", "no text"),
        ("dependencies:\n-\n", "this empty item"),
        ("dependencies:\n- sel(linux): a\n", "micromamba"),
        ("channels: conda-forge\n", "a list of channels"),
        ("channels:\n", "stops at channels"),
        ("channels: [1]\n", "stops at a channel"),
        ("variables: [A=1]\n", "NAME: VALUE"),
        ("? {a: b}\n: c\n", "as a key"),
        ("? [[a]]\n: c\n", "as a key"),
        ("<<: 1\n", "a mapping to merge"),
        ("<<: [1]\n", "a mapping to merge"),
        ("x: !!map [a]\n", "a tag"),
        ("x: !!python/object/apply:os.system [id]\n", "a tag"),
        ("a: 1\na: 2\n", "second time"),
        ("a: 1\n---\na: 2\n", "found another"),
        ("- a\n", "a mapping of keys"),
        ("%YAML 2.0\n---\na: 1\n", "no YAML"),
    ],
)
def test_what_conda_makes_of_a_wrong_structure_is_said(text: str, message: str) -> None:
    """A problem names what is wrong, and a hint what to write."""
    assert any(message in problem.message and problem.hint for problem in read(text).problems)


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y", "n", "1.2.3", "3.10-rc", "=1", "1:30"])
def test_words_that_are_text_to_yaml_1_2(word: str) -> None:
    """What older YAML takes for a truth value or a number is a name for conda, or no name, but never a number."""
    assert not any("no text" in problem.message for problem in read(f"dependencies:\n- {word}\n").problems)


def test_yaml_1_1_reads_numbers_its_own_way() -> None:
    """With the directive, `yes` is a truth value and `017` a number, as for conda."""
    file = read("%YAML 1.1\n---\ndependencies: [yes, 017, a]\n")
    assert conda_names(file) == ["a"]
    assert sum("no text" in problem.message for problem in file.problems) == 2


def test_a_cookie_does_not_choose_the_encoding() -> None:
    """Conda reads UTF-8 whatever a comment says of another codec."""
    file = read("# -*- coding: latin-1 -*-\nname: é\ndependencies: [a]\n")
    assert (file.encoding, file.option("name"), file.problems) == ("utf-8", "é", ())


def test_several_pip_lists_are_all_read() -> None:
    """Conda installs only the last (`Dependencies.parse` updates a dict): a problem on the others."""
    file = read("dependencies:\n- pip: [a]\n- pip: [b]\n- pip:\n")
    assert pip_names(file) == ["a", "b"]
    assert rules(file) == [("DN305", 2)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b: c\n", 1),
        ("name: x\ndependencies:\n\t- a\n", 3),
        ("dependencies: [a]\n---\ndependencies: [b]\n", 2),
        ("dependencies: [a\n", 1),
        ("name: x\ndependencies: *nowhere\n", 2),
        ("name: x\nbell: \x07\n", 2),
        ('name: x\nq: "\\U00110000"\n', 1),
        ("%YAML 9.9\n---\nname: x\n", 1),
        ("x: " + "[" * 5000, 1),
        ("x:\n- " + "- " * 5000, 2),
    ],
)
def test_broken_yaml(text: str, line: int) -> None:
    """The offending line is a problem, and another one spans the file, so that nothing is lost."""
    file = read(text)
    assert file.dependencies == ()
    assert [p.rule for p in file.problems] == ["DN305", "DN305"]
    assert line in {p.location.line for p in file.problems}
    assert text.rstrip("\n") in {p.raw for p in file.problems}
    assert_covered(text, file)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "- a\n- b\n", "numpy\n", "~\n", "\n\n"])
def test_no_mapping(text: str) -> None:
    """An empty document or a list is one problem that holds the whole text."""
    file = read(text)
    assert [(p.rule, p.location.line, p.raw) for p in file.problems] == [("DN305", 1, text.rstrip("\n"))]


def test_selector_is_a_comment() -> None:
    """Conda ignores `# [linux]`: the line counts everywhere. Other comments are no selectors."""
    conda = "- a  # [linux]\n- b  # [not win and py>=36]\n- c  # see [1]\n- d\n# [win]\n"
    file = read(f"dependencies:\n{conda}- pip:\n  - e # [osx]\n")
    assert conda_names(file) == ["a", "b", "c", "d"]
    assert rules(file) == [("DN303", 2), ("DN303", 3), ("DN303", 8)]


def test_builds_are_one_problem() -> None:
    """The first of the specs with a platform's build tells how many there are; globs and noarch builds do not count."""
    file = read("dependencies:\n- a=1=pyhd8ed1ab_0\n- b=1=h12_0\n- c=2=*_cpython\n- d=3=0\n")
    assert rules(file) == [("DN303", 3)]
    assert problem_at(file, 3).message.startswith("2 specs")


@pytest.mark.parametrize(
    ("spec", "word"),
    [("numpy>=1.2<2", "comma"), ("git+https://example.org/x", "pip:"), ("'-e .'", "pip:"), ("pandas[excel]", "Extras")],
)
def test_bad_spec(spec: str, word: str) -> None:
    """A spec that conda rejects, or reads in its own way, is a DN301 with a hint that helps."""
    file = read(f"dependencies:\n- {spec}\n")
    assert rules(file) == [("DN301", 2)]
    assert word in problem_at(file, 2).hint


def test_spec_over_two_lines() -> None:
    """A forgotten dash makes one spec of two lines (conda: numpy, version scipy): a problem beside the dependency."""
    file = read("dependencies:\n- numpy\n  scipy\n- a\n")
    numpy = file.dependencies[0]
    assert (numpy.name, numpy.spec, numpy.raw) == ("numpy", "==scipy", "- numpy\n  scipy")
    assert rules(file) == [("DN301", 2)]


def test_messages_do_not_repeat_the_spec() -> None:
    """A credential is in the raw text only, which printing redacts."""
    file = read("dependencies:\n- git+https://user:s3cret@example.org/x\n- pkg @ https://user:s3cret@example.org/y\n")
    assert len(file.problems) == 2
    assert not any("s3cret" in p.message + p.hint for p in file.problems)


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("./ch", ReferenceKind.CHANNEL),
        ("../ch", ReferenceKind.CHANNEL),
        ("/abs/ch", ReferenceKind.CHANNEL),
        ("~/ch", ReferenceKind.CHANNEL),
        ("file:///abs/ch", ReferenceKind.CHANNEL),
        ("C:/ch", ReferenceKind.CHANNEL),
        ("https://example.org/t/$TOKEN/ch", ReferenceKind.VARIABLE),
        ("https://example.org/t/${TOKEN}/ch", ReferenceKind.VARIABLE),
        ("conda-forge", None),
        ("ch", None),
        ("https://example.org/ch", None),
        ("nodefaults", None),
    ],
)
def test_channel_references(channel: str, kind: ReferenceKind | None) -> None:
    """Conda takes a path for a local channel, from the directory it runs in, and expands variables."""
    file = read(f"channels: ['{channel}']\ndependencies: [a]\n")
    assert [r.kind for r in file.references] == ([kind] if kind else [])
    assert file.option("channels") == channel
    assert all(r.base is PathBase.WORKING_DIRECTORY for r in file.references)


def test_local_package_file() -> None:
    """A package file by path is a dependency and a reference."""
    file = read("dependencies:\n- ./pkgs/zlib-1.2-0.conda\n")
    assert [(d.name, d.spec, d.url) for d in file.dependencies] == [("zlib", "==1.2", "./pkgs/zlib-1.2-0.conda")]
    assert [(r.kind, r.target) for r in file.references] == [(ReferenceKind.ARCHIVE, "./pkgs/zlib-1.2-0.conda")]


def test_platforms_is_another_tools_key() -> None:
    """A key of conda-lock is an option without a problem."""
    file = read("platforms: [linux-64]\ndependencies: [a]\n")
    assert file.problems == ()
    assert file.option("platforms") == ""


AVAILABLE = ["3.9", "3.10", "3.11", "3.12", "3.13"]


@pytest.mark.parametrize(
    ("specs", "minor"),
    [
        ([], None),
        (["numpy"], None),
        (["python"], "3.13"),
        (["python=3.11"], "3.11"),
        (["python=3"], "3.13"),
        (["python=3.1"], None),
        (["python=2.7"], None),
        (["python>=3.11"], "3.13"),
        (["python<3.12"], "3.11"),
        (["python<=3.12"], "3.12"),
        (["python>3.10,<3.11"], "3.10"),
        (["python!=3.13.*"], "3.12"),
        (["conda-forge::python=3.11"], "3.11"),
        (["python 3.12.*"], "3.12"),
        (["python==3.10.4"], "3.10"),
        (["python 3.10"], "3.10"),
        (["python=3.9|3.10"], "3.10"),
        (["python~=3.10.2"], "3.10"),
        (["python~=3.10"], "3.13"),
        (["python=3.11.9=h955ad1f_0"], "3.11"),
        (["python >=3.10", "python <3.12"], "3.11"),
        (["python <3.11", "python >3.11"], None),
        (["Python=3.10"], "3.10"),
        (["https://example.org/linux-64/python-3.10.4-h1_0.conda"], "3.10"),
    ],
)
def test_python_minor(specs: list[str], minor: str | None) -> None:
    """The newest available minor that some release of satisfies every python spec."""
    items = "".join(f"- '{spec}'\n" for spec in specs)
    assert python_minor(read(f"dependencies:\n- pandas\n{items}"), AVAILABLE) == minor


@given(st.sampled_from([">=", "<=", ">", "<", "=", "==", "!="]), st.integers(8, 14), st.none() | st.integers(0, 20))
def test_python_minor_agrees_with_rattler(operator: str, minor: int, micro: int | None) -> None:
    """What it gives has a release that the spec matches, and no newer minor has one."""
    version = f"3.{minor}" if micro is None else f"3.{minor}.{micro}"
    chosen = python_minor(read(f"dependencies: ['python{operator}{version}']\n"), AVAILABLE)
    spec = VersionSpec(operator + version)
    fitting = [m for m in AVAILABLE if any(spec.matches(Version(f"{m}.{n}")) for n in range(30))]
    assert chosen == (fitting[-1] if fitting else None)


def test_python_of_pip_is_not_conda_s() -> None:
    """A requirement called python does not choose the interpreter."""
    assert python_minor(read("dependencies:\n- pip: [python==3.10]\n"), AVAILABLE) is None


YAML_TEXT = st.text(alphabet="ab1.=<>-:[]{}&*!|>#'\"%?,~ \n\t\r\\@`é\u2028\x85", max_size=60)
SNIPPETS = r"""
dependencies:|- a|  - b=1  # [linux]|- pip:|    - c|  - !|      d|      # e|channels:|- ./x|variables:|  A: 1
prefix: /x|name: &n q|- *n|- 3.10|-|- [x, y]|<<: *n|x: !foo y|- {pip: [e, f]}|# comment|---|...|- g\
- >|    h|? k|: v|- 'i|  j'|- pip: &p|- pip: *p|- k>=1<2|{|}|  foo:|%YAML 1.1
"""
LINES = st.lists(
    st.sampled_from(["\tz", "  - |", *SNIPPETS.replace("\n", "|").split("|")]),
    max_size=14,
)
ANY_TEXT = st.text(alphabet=st.characters(codec="utf-8"))


@given(st.one_of(ANY_TEXT, YAML_TEXT, LINES.map("\n".join), LINES.map("\r\n".join), LINES.map("\r".join)))
def test_text_never_raises_and_loses_no_line(text: str) -> None:
    """Any text is read without an exception, and every line with content is in some item."""
    assert_covered(text.removeprefix("\ufeff"), read(text))


@given(st.binary())
def test_bytes_never_raise(data: bytes) -> None:
    """Any bytes are read without an exception."""
    assert parse_environment(data, "e.yml").format is SpecFormat.CONDA


def test_pip_of_conda_and_pip_of_pip() -> None:
    """Conda's packages and pip's are told apart by ecosystem."""
    file = read("dependencies: [pip, {pip: [pip]}]\n")
    assert [d.ecosystem for d in file.dependencies] == [Ecosystem.CONDA, Ecosystem.PYPI]
