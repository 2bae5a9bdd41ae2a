"""conda-lock.yml: conda-lock's own writer and parser are the oracles."""

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from line_coverage import uncovered_lines
from packaging.requirements import Requirement

import depnorm
from depnorm.errors import UnusableInputError
from depnorm.model import Ecosystem, LeftOutKind, Lock, ReferenceKind
from depnorm.read.locks.conda import parse_conda_lock
from depnorm.read.locks.conda_document import MAX_DEPTH, MAX_NODES
from depnorm.report.as_json import inspect_json

SAMPLE = Path(__file__).parent / "locks" / "conda-lock.yml"
PLATFORMS = ("linux-64", "osx-arm64")


@pytest.fixture(scope="module")
def conda_lock() -> Any:
    """The package conda-lock."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock import lockfile  # noqa: PLC0415  it warns about itself
    return lockfile


def entry(number: int, platform: str, manager: str, *categories: str) -> dict[str, object]:
    name, version = f"pkg-{number}", f"1.{number}"
    file = (
        f"{name}-{version}-py312_{number}.conda" if manager == "conda" else f"pkg_{number}-{version}-py3-none-any.whl"
    )
    subdir = "noarch" if number % 2 else platform
    return {
        "name": name,
        "version": version,
        "manager": manager,
        "platform": platform,
        "dependencies": {"pkg-0": ">=1", "__glibc": ">=2.17"} if number else {},
        "url": f"https://user:pw@example.org/t/tk-1234/bench/{subdir}/{file}",
        "hash": {"md5": f"{number:032x}", "sha256": f"{number:064x}"},
        "categories": set(categories),
    }


@pytest.fixture(scope="module")
def written(conda_lock: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lock for two platforms with conda and PyPI packages in three categories, as conda-lock writes it."""
    packages = [
        *(entry(number, platform, "conda", "main") for platform in PLATFORMS for number in range(4)),
        entry(4, "linux-64", "conda", "main", "dev"),
        entry(5, "linux-64", "conda", "dev", "docs"),
        entry(6, "linux-64", "pip", "main"),
    ]
    content = {
        "package": packages,
        "metadata": {
            "content_hash": dict.fromkeys(PLATFORMS, "0"),
            "channels": [{"url": "bench", "used_env_vars": []}],
            "platforms": PLATFORMS,
            "sources": ["environment.yml"],
            "time_metadata": {"created_at": "2024-01-02T03:04:05Z"},
        },
    }
    path = tmp_path_factory.mktemp("written") / "conda-lock.yml"
    lock = conda_lock.Lockfile.model_validate(content)
    conda_lock.write_conda_lock_file(lock, path, metadata_choices=None)
    return path


@pytest.mark.parametrize("which", ["written", "sample"])
def test_conda_lock_reads_the_same(which: str, written: Path, conda_lock: Any) -> None:
    """Every package of conda-lock's own parser, once for each category, with version, platform, hashes and build."""
    path = written if which == "written" else SAMPLE
    expected = {
        (each.manager, each.name, each.version, each.platform, category, each.hash.md5, each.hash.sha256)
        for each in conda_lock.parse_conda_lock_file(path).package
        for category in each.categories
    }
    found = parse_conda_lock(path.read_bytes(), "conda-lock.yml")
    assert not found.problems
    assert not uncovered_lines(path.read_bytes(), found)
    told = set()
    for each in found.dependencies:
        hashes = dict(each_hash.split(":") for each_hash in each.hashes)
        manager = "conda" if each.ecosystem is Ecosystem.CONDA else "pip"
        category = (each.group or "group:main").removeprefix("group:")
        version = each.spec.removeprefix("==")
        told.add((manager, each.name, version, each.subdir, category, hashes["md5"], hashes["sha256"]))
        assert each.raw.startswith(f"- name: {each.name}\n")
        if manager == "conda":
            assert each.build == f"py312_{version.removeprefix('1.')}"
    assert told == expected


def test_channels_and_credentials(written: Path) -> None:
    """The channel by its name in the file; the credentials of URLs are in no output."""
    found = parse_conda_lock(written.read_bytes(), "conda-lock.yml")
    assert {each.channel for each in found.dependencies} == {"bench", None}
    assert found.option("as-of") == "2024-01-02T03:04:05Z"
    assert [option.value for option in found.options if option.name == "platforms"] == list(PLATFORMS)
    printed = inspect_json([found])
    assert "pw@" not in printed
    assert "tk-1234" not in printed


def lock(path: Path, **options: object) -> Lock:
    found = depnorm.read_lock(path, **options)  # type: ignore[arg-type]  # options by name
    assert isinstance(found, Lock)
    return found


def test_a_lock_is_for_one_subdir(written: Path) -> None:
    """Its conda and PyPI packages of the main category, with file, hash and edges; the others say why not."""
    found = lock(written)
    names = [(each.ecosystem, each.name) for each in found.packages]
    assert names == [(Ecosystem.CONDA, f"pkg-{n}") for n in range(5)] + [(Ecosystem.PYPI, "pkg-6")]
    three = found.packages[3]
    assert (three.artifact.filename, three.artifact.sha256) == ("pkg-3-1.3-py312_3.conda", f"{3:064x}")
    assert three.artifact.size is None
    assert three.artifact.url
    assert "/noarch/" in three.artifact.url
    assert three.requires == ("pkg-0 >=1",)
    assert {(each.name, each.kind) for each in found.left_out if not each.name.startswith(("pkg-0", "pkg-1"))} == {
        ("pkg-2", LeftOutKind.OTHER_TARGET),
        ("pkg-3", LeftOutKind.OTHER_TARGET),
        ("pkg-5", LeftOutKind.OTHER_TARGET),
    }
    assert (found.ecosystem, found.platforms, found.as_of) == (Ecosystem.CONDA, PLATFORMS, "2024-01-02T03:04:05Z")
    assert [each.name for each in lock(written, groups=("docs",)).packages] == [f"pkg-{n}" for n in range(7)]
    assert [each.name for each in lock(written, subdir="osx-arm64").packages] == [f"pkg-{n}" for n in range(4)]


def test_another_subdir_is_an_error(written: Path) -> None:
    """A lock that was not made for the Target is none."""
    with pytest.raises(UnusableInputError, match="is a lock for linux-64, osx-arm64, not for win-64"):
        lock(written, subdir="win-64")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (f"    sha256: '{6:064x}'\n", "", LeftOutKind.NO_HASH),
        ("pkg_6-1.6-py3-none-any.whl", "pkg_6-1.6.tar.gz", LeftOutKind.SOURCE),
        ("url: https://user:pw@example.org/t/tk-1234/bench/linux-64/pkg_6", "url: ./pkg_6", LeftOutKind.ARCHIVE),
        (
            "url: https://user:pw@example.org/t/tk-1234/bench/linux-64/pkg_6",
            "url: git+https://e/pkg_6",
            LeftOutKind.VCS,
        ),
    ],
    ids=["no sha256", "sdist", "path", "vcs"],
)
def test_what_no_layer_can_hold(written: Path, tmp_path: Path, old: str, new: str, kind: LeftOutKind) -> None:
    """A PyPI package that is no wheel of an index with a sha256 is left out, and the Target wants it."""
    text = written.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "conda-lock.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert [(each.name, each.kind) for each in lock(path).remainder] == [("pkg-6", kind)]
    if kind is LeftOutKind.ARCHIVE:
        (reference,) = parse_conda_lock(path.read_bytes(), "conda-lock.yml").references
        assert (reference.kind, reference.target) == (ReferenceKind.ARCHIVE, "./pkg_6-1.6-py3-none-any.whl")


@pytest.mark.parametrize(
    "filename", ["other-1.0-py3-none-any.whl", "pkg_6-9-py3-none-any.whl", "x.whl", "%2e%2e%2fx.whl"]
)
def test_a_file_of_another_package_is_no_artifact(written: Path, filename: str) -> None:
    """The URL of a wheel names the package and the version of its entry, or the entry is a problem."""
    text = written.read_text(encoding="utf-8")
    assert text.count("pkg_6-1.6-py3-none-any.whl") == 1
    found = parse_conda_lock(text.replace("pkg_6-1.6-py3-none-any.whl", filename).encode(), "conda-lock.yml")
    assert [each.message.partition(" is not ")[2] for each in found.problems] == ["a file of pkg-6 1.6"]


@pytest.mark.parametrize("filename", ["/other-1.0-0.conda", "/..%2f..%2fetc%2fpasswd", "/", ".conda"])
def test_a_conda_file_of_another_package_is_no_artifact(written: Path, filename: str) -> None:
    """The same for a conda package: what its URL ends in is NAME-VERSION-BUILD and never a path."""
    lines = written.read_text(encoding="utf-8").split("\n")
    place = next(
        number for number, line in enumerate(lines) if line.endswith((".conda", ".tar.bz2")) and "url:" in line
    )
    lines[place] = lines[place].rpartition("/")[0] + filename
    (problem,) = parse_conda_lock("\n".join(lines).encode(), "conda-lock.yml").problems
    assert "is not a file of" in problem.message


@pytest.mark.parametrize(
    ("spec", "edge"),
    [
        (">=1,<2", "idna<2,>=1"),
        ("*", "idna"),
        ("<2 || >3", "idna"),
        ("; touch x", "idna"),
        (f"; {'(' * 3000}python_version > '3'{')' * 3000}", "idna"),
        (" @ file:///etc/passwd", "idna"),
    ],
    ids=lambda text: text[:12],
)
def test_what_a_pypi_package_requires_is_pep_508(written: Path, tmp_path: Path, spec: str, edge: str) -> None:
    """Whatever stands in the file: others read it as such."""
    head, _, tail = written.read_text("utf-8").rpartition("dependencies:")
    path = tmp_path / "conda-lock.yml"
    path.write_text(f"{head}dependencies: {{idna: {json.dumps(spec)}}}\n  url:{tail.partition('url:')[2]}", "utf-8")
    (package,) = (each for each in lock(path).packages if each.ecosystem is Ecosystem.PYPI)
    assert list(map(str, map(Requirement, package.requires))) == [edge]
    path.write_text(path.read_text("utf-8").replace("{idna:", '{"-r x":'), "utf-8")
    with pytest.raises(UnusableInputError, match="not the name of a package"):
        lock(path)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("-r /etc/passwd #", "1"),
        ("--index-url http://127.0.0.1 #", "1"),
        ("six @ file:///x.whl #", "1"),
        ("six", "1 #"),
    ],
)
def test_what_was_left_out_is_a_name_and_a_version(written: Path, name: str, version: str) -> None:
    """A resolver is given both in one line, and its other lines decide what it reads and whom it asks."""
    left = {"ecosystem": "pypi", "name": name, "version": version, "kind": "vcs", "why": "comes from git"}
    told = json.dumps({"created_by": "depnorm", "left_out": [left]})
    text = written.read_text("utf-8").replace(
        "  platforms:", f"  custom_metadata:\n    depnorm: '{told}'\n  platforms:", 1
    )
    (problem,) = parse_conda_lock(text.encode(), "conda-lock.yml").problems
    assert "is not" in problem.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a mapping, found NoneType"),
        ("[1]", "expected a mapping, found list"),
        ("a: [" * (MAX_DEPTH + 1), "within each other"),
        ("a: [" + "1," * MAX_NODES + "]", f"more than {MAX_NODES} nodes"),
        ("a: &a [1]\nb: [*a, *a]", "alias"),
        ("a: !!python/object:os.system x", "constructor"),
        ("a: 2020-99-99", "month"),
        ("? {a: b}\n: c", "unhashable"),
        ("a: b: c", "mapping values"),
        ("a: \x07", "special characters|control characters"),
        ("a: 1\n---\nb: 2", "document"),
    ],
    ids=lambda text: text[:20],
)
def test_hostile_yaml_is_one_problem(text: str, message: str) -> None:
    """Limits and errors of the parser are a problem with a line, and the whole text is kept."""
    found = parse_conda_lock(text.encode(), "conda-lock.yml")
    assert len(found.problems) == 1
    assert any(part in found.problems[0].message for part in message.split("|"))
    assert not uncovered_lines(text.encode(), found)


def test_importing_conda_lock_changes_nothing_of_the_process() -> None:
    """Nothing printed, no warning, sys.path and the environment as they were; and `plan` does without."""
    program = (
        "import os, sys; from pathlib import Path; path, variables = list(sys.path), dict(os.environ)\n"
        "import depnorm; depnorm.plan(sys.argv[1])\n"
        "assert not any(name.startswith(('conda_lock', 'yaml')) for name in sys.modules)\n"
        "found, = depnorm.inspect(sys.argv[2])\n"
        "assert found.dependencies and 'conda_lock' in sys.modules\n"
        "assert sys.path == path and dict(os.environ) == variables\n"
    )
    plain = Path(__file__).parents[2] / "corpus" / "plain-scipy" / "repo"
    command = [sys.executable, "-W", "error", "-c", program, str(plain), str(SAMPLE)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
