"""Lock files as the tools write them: every package with its line, and what it refers to."""

import json
import tomllib
from pathlib import Path

import pytest
from line_coverage import uncovered_lines
from packaging.pylock import Pylock

import depnorm
from depnorm.model import Dependency, Entry, Location, ReferenceKind, SpecFile, SpecFormat
from depnorm.read.formats import parse
from depnorm.read.spec_names import format_of

LOCKS = Path(__file__).parent / "locks"
NAMES = ("uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "conda-lock.yml", "renv.lock")


def read(name: str, text: str | None = None) -> SpecFile:
    data = (LOCKS / name).read_bytes() if text is None else text.encode()
    return parse(data, name, format_of(name))


def named(spec_file: SpecFile, name: str) -> list[Dependency]:
    return [each for each in spec_file.dependencies if each.name == name]


@pytest.mark.parametrize("name", NAMES)
def test_real_files_are_read_whole(name: str) -> None:
    """No problem, every line in something that was found, and each item where its text stands."""
    data = (LOCKS / name).read_bytes()
    found = read(name)
    lines = data.decode().split("\n")
    assert found.dependencies
    assert not found.problems
    assert not uncovered_lines(data, found)
    for item in found.items():
        first, height = item.location.line, item.raw.count("\n") + 1
        assert item.raw in "\n".join(lines[first - 1 : first - 1 + height])


@pytest.mark.parametrize("name", NAMES)
def test_windows_newlines_change_nothing(name: str) -> None:
    """CRLF gives the same items on the same lines."""
    text = (LOCKS / name).read_text(encoding="utf-8")
    crlf = read(name, text.replace("\n", "\r\n"))
    assert (crlf.dependencies, crlf.references) == (read(name).dependencies, read(name).references)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("uv.lock", SpecFormat.UV_LOCK),
        ("pylock.toml", SpecFormat.PYLOCK),
        ("pylock.dev.toml", SpecFormat.PYLOCK),
        ("poetry.lock", SpecFormat.POETRY_LOCK),
        ("Pipfile.lock", SpecFormat.PIPFILE_LOCK),
        ("conda-lock.yml", SpecFormat.CONDA_LOCK),
        ("gpu.conda-lock.yaml", SpecFormat.CONDA_LOCK),
        ("renv.lock", SpecFormat.RENV_LOCK),
        ("pdm.lock", SpecFormat.LOCK),
        ("pixi.lock", SpecFormat.LOCK),
        ("packrat.lock", SpecFormat.LOCK),
        ("Manifest.toml", SpecFormat.LOCK),
        ("conda-linux-64.lock", SpecFormat.CONDA_EXPLICIT_LOCK),
        ("other.lock", SpecFormat.LOCK),
        ("environment-condalock.yml", SpecFormat.CONDA),  # an environment of that name
        ("uv.toml", SpecFormat.PYPROJECT),
    ],
)
def test_names(name: str, expected: SpecFormat) -> None:
    """The name tells the format; what depnorm has no reader for is recognized."""
    assert format_of(name) is expected


@pytest.mark.parametrize(
    ("name", "array"), [("uv.lock", "package"), ("pylock.toml", "packages"), ("poetry.lock", "package")]
)
def test_every_package_is_there_on_its_line(name: str, array: str) -> None:
    """As many packages as tomllib finds, with their versions, each on the line of its header."""
    text = (LOCKS / name).read_text(encoding="utf-8")
    expected = [(table["name"], table.get("version")) for table in tomllib.loads(text)[array]]
    found = read(name).dependencies
    assert [(each.name, each.spec.removeprefix("==") or None) for each in found] == expected
    headers = [number for number, line in enumerate(text.split("\n"), 1) if line == f"[[{array}]]"]
    assert [each.location.line for each in found] == headers


def test_pylock_says_what_packaging_says() -> None:
    """Names, versions, markers and hashes are those of packaging's own reader."""
    expected = Pylock.from_dict(tomllib.loads((LOCKS / "pylock.toml").read_text(encoding="utf-8")))
    found = read("pylock.toml")
    for package, each in zip(expected.packages, found.dependencies, strict=True):
        files = [each.hashes for each in package.wheels or ()]
        files += [each.hashes for each in (package.sdist, package.archive) if each]
        hashes = tuple(f"{name}:{value}" for file in files for name, value in file.items())
        marker = str(package.marker) if package.marker else None
        assert (each.name, each.marker, each.hashes) == (package.name, marker, hashes)
    assert (found.option("created-by"), found.option("requires-python")) == ("uv", ">=3.11")
    assert found.option("index") == "https://example.org/simple"


@pytest.mark.parametrize("name", ["uv.lock", "pylock.toml", "poetry.lock"])
def test_what_comes_from_no_index(name: str) -> None:
    """VCS, URL, archive, directory and project: the URL, and a reference where it is a path of the repository."""
    found = read(name)
    urls = {each.name: each.url for each in found.dependencies if each.url}
    commit = urls["gitpkg"] and urls["gitpkg"].rpartition("@")[2]
    assert urls["gitpkg"] == f"git+https://example.org/gitpkg.git@{commit}"
    assert urls["direct"] == "https://example.org/files/direct/direct-1.0-py3-none-any.whl"
    assert urls["local"] == "file:wheels/local-1.0-py3-none-any.whl"
    references = {(each.kind, each.target) for each in found.references}
    assert (ReferenceKind.ARCHIVE, "wheels/local-1.0-py3-none-any.whl") in references
    assert ("member", "file:libs/member") in urls.items()
    if name == "poetry.lock":  # the member is a development one; the project itself is not in the file
        assert references >= {(ReferenceKind.EDITABLE, "libs/member")}
    else:
        assert references >= {(ReferenceKind.EDITABLE, "."), (ReferenceKind.PATH, "libs/member")}
        assert [each.editable for each in named(found, "app")] == [True]


def test_uv_groups() -> None:
    """What only an extra or a dependency group of the project brings says so."""
    groups = {each.name: each.group for each in read("uv.lock").dependencies}
    assert groups["tool"] == "group:dev"
    assert groups["gamma"] == groups["epsilon"] == "extra:quick"
    assert {groups[name] for name in ("alpha", "beta", "delta", "app", "member")} == {None}


def test_poetry_groups_and_old_files() -> None:
    """Groups of Poetry 2, categories and the separate hashes of Poetry 1."""
    assert {each.name for each in read("poetry.lock").dependencies if each.group == "group:dev"} == {"tool"}
    old = '[[package]]\nname = "A.b"\nversion = "1"\ncategory = "dev"\n[metadata]\nlock-version = "1.1"\n'
    old += '[metadata.files]\n"A.b" = [{file = "x.whl", hash = "sha256:00"}]\n'
    (each,) = read("poetry.lock", old).dependencies
    assert (each.name, each.spec, each.group, each.hashes) == ("a-b", "==1", "group:dev", ("sha256:00",))


def test_pipfile_lock() -> None:
    """Every entry of every section, as json reads them, with groups, indexes and paths."""
    document = json.loads((LOCKS / "Pipfile.lock").read_text(encoding="utf-8"))
    found = read("Pipfile.lock")
    expected = [(name, None) for name in document["default"]] + [(name, "group:dev") for name in document["develop"]]
    assert [(each.name, each.group) for each in found.dependencies] == expected
    assert [each.spec for each in found.dependencies] == ["==1.0", "", "", "==3.0"]
    assert named(found, "alpha")[0].hashes == tuple(document["default"]["alpha"]["hashes"])
    assert [each.target for each in found.references] == ["wheels/local-1.0-py3-none-any.whl"]
    assert found.option("--index-url") == "https://example.org/simple"
    text = '{"_meta": {"pipfile-spec": 6, "requires": {"python_version": "3.11"}}, "docs": {"x": {"git": '
    text += '"https://me:pw@example.org/x.git", "ref": "abc", "editable": true, "markers": "os_name == \'posix\'"}}}'
    other = read("Pipfile.lock", text)
    (each,) = other.dependencies
    assert (each.url, each.editable, each.group) == ("git+https://me:pw@example.org/x.git@abc", True, "group:docs")
    assert (each.marker, each.location) == ("os_name == 'posix'", Location(path="Pipfile.lock", line=1))
    assert other.option("python") == "3.11"


def test_references_are_resolved_beside_the_lock_file(tmp_path: Path) -> None:
    """Paths are relative to the lock file; one that leaves the repository is never opened."""
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "local-1.0-py3-none-any.whl").touch()
    text = (LOCKS / "uv.lock").read_text(encoding="utf-8").replace('"libs/member"', '"../../etc"')
    (tmp_path / "uv.lock").write_text(text, encoding="utf-8")
    found = depnorm.inspect(tmp_path / "uv.lock")[0]
    entries = {each.target: each.entry for each in found.references}
    assert entries["wheels/local-1.0-py3-none-any.whl"] is Entry.FILE
    assert entries["../../etc"] is Entry.OUTSIDE
    assert entries["."] is Entry.DIRECTORY
    assert "DN101" in {finding.rule for finding in depnorm.check(tmp_path / "uv.lock")}


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "message"),
    [
        ("uv.lock", "version = 1\n", "version = 2\n", 1, "version: expected 1, found 2"),
        ("uv.lock", 'version = "3.0"', "version = 3.0", 148, "tool: version: expected a string, found float"),
        ("uv.lock", 'name = "tool"\nversion', 'name = "to ol"\nversion', 148, "'to ol' is not the name of a package"),
        ("uv.lock", 'version = "3.0"', 'version = "three"', 148, "'three' is not a version"),
        ("uv.lock", '{ directory = "libs/member" }', "{ }", 136, "member: source: expected one of registry, git"),
        ("uv.lock", '{ name = "epsilon" },', "5,", 112, "gamma: dependencies: dependencies[0]: expected a table"),
        ("uv.lock", 'name = "gamma"\nversion = "1.5"', 'name = "beta"\nversion = "1.0"', 112, "for the second time"),
        ("uv.lock", 'name = "beta"\nversion = "2.0"', 'name = "beta\nversion = "2.0"', 80, "not valid TOML"),
        ("pylock.toml", 'lock-version = "1.0"', 'lock-version = "2.0"', 3, "version 2.0 is not supported"),
        ("pylock.toml", 'version = "3.0"', "version = 3", 73, "tool: version: Unexpected type int"),
        ("pylock.toml", 'name = "tool"', 'name = "Tool"', 73, "Name 'Tool' is not normalized"),
        ("pylock.toml", "beta-2.0-py3-none-any.whl", "beta-9.0-py3-none-any.whl", 28, "is not consistent"),
        ("pylock.toml", 'requires-python = ">=3.11"', 'requires-python = "3,11"', 5, "requires-python: Invalid"),
        ("pylock.toml", 'marker = "sys_platform', 'marker = "platform', 35, "delta: marker: "),
        ("poetry.lock", 'lock-version = "2.1"', 'lock-version = "9.1"', 174, "expected 1.x or 2.x"),
        ("poetry.lock", 'type = "directory"', 'type = "folder"', 143, "source.type: 'folder' is none that Poetry has"),
        ("poetry.lock", 'groups = ["dev"]', "groups = [1]", 157, "groups[0]: expected a string, found int"),
        ("Pipfile.lock", '"pipfile-spec": 6', '"pipfile-spec": 7', 2, "_meta: pipfile-spec: expected 6, found 7"),
        ("Pipfile.lock", '"version": "==3.0"', '"version": ">=3.0"', 40, "tool: version: expected ==VERSION"),
        ("Pipfile.lock", '"tool": {', '"tool": [', 41, "not valid JSON"),
        ("Pipfile.lock", '"develop"', '"default"', 39, "'default' is a key for the second time"),
        ("conda-lock.yml", "version: 1\n", "version: 3\n", 1, "version: expected 1 or 2, found 3"),
        (
            "conda-lock.yml",
            "  version: '1.0'\n",
            "  version: 1.0\n",
            17,
            "pkg0: version: Input should be a valid string",
        ),
        ("conda-lock.yml", "  manager: conda\n", "  manager: cargo\n", 17, "manager"),
        ("conda-lock.yml", "    md5: ", "    md6: ", 17, "hash.md6: Extra inputs are not permitted"),
        ("conda-lock.yml", "  url: h", "  url: &x h", None, None),
        ("conda-lock.yml", "- name: pkg0", "- name: *pkg0", 17, "alias"),
        ("conda-lock.yml", "  platforms:", "  channels:", 9, "'channels' is a key for the second time"),
        ("renv.lock", '"Version": "0.1.0"', '"Version": 1', 65, "mine: Version: expected a string, found int"),
        ("renv.lock", '"Package": "mine"', '"Package": "yours"', 65, "'yours' is not the R package"),
        ("renv.lock", '"Source": "Local"', '"Source": "unknown"', 65, "'unknown' tells nobody"),
        ("renv.lock", '"Repositories": [', '"Repositories": [5,', 2, "R: Repositories[0]: expected a table"),
        ("renv.lock", '"Packages": {', '"packages": {', 1, "expected an object with R and Packages"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_is_told_with_its_line(
    name: str, old: str, new: str, line: int | None, message: str | None
) -> None:
    """A wrong value is a problem of its package and the others are read; broken syntax is a problem of its line."""
    text = (LOCKS / name).read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    found = read(name, changed)
    if message is None:
        assert not found.problems
        return
    problem = next((each for each in found.problems if message in each.message), found.problems[0])
    assert message in problem.message
    assert problem.location.line == line
    assert problem.hint
    assert not uncovered_lines(changed.encode(), found)


def test_a_lock_in_another_encoding_says_so() -> None:
    """These tools read UTF-8."""
    data = (LOCKS / "pylock.toml").read_text(encoding="utf-8").encode("utf-16")
    assert [each.rule for each in parse(data, "pylock.toml", SpecFormat.PYLOCK).problems] == ["DN302"]


def test_a_later_minor_version_of_pylock_is_read(caplog: pytest.LogCaptureFixture) -> None:
    """PEP 751: a later minor version may add keys, and does not change the others. Nothing is logged."""
    text = (LOCKS / "pylock.toml").read_text(encoding="utf-8").replace('lock-version = "1.0"', 'lock-version = "1.9"')
    found = read("pylock.toml", text)
    assert len(found.dependencies) == len(read("pylock.toml").dependencies)
    assert not found.problems
    assert not caplog.records


def test_one_version_from_two_indexes_is_for_two_environments() -> None:
    """As uv locks PyTorch for a processor and for CUDA; the same source twice is a mistake."""
    entry = '[[package]]\nname = "torch"\nversion = "2.6.0"\nsource = {{ registry = "https://{}.example.org/" }}\n'
    file = parse(("version = 1\n" + entry.format("cpu") + entry.format("pypi")).encode(), "uv.lock", SpecFormat.UV_LOCK)
    assert [each.spec for each in file.dependencies] == ["==2.6.0", "==2.6.0"]
    assert not file.problems
    twice = parse(("version = 1\n" + 2 * entry.format("cpu")).encode(), "uv.lock", SpecFormat.UV_LOCK)
    assert "for the second time" in twice.problems[0].message
