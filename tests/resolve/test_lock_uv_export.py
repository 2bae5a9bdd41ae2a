"""uv.lock and pylock.toml as the real uv writes them, turned into Locks; uv and packaging are the oracles."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.pylock import Pylock, PylockSelectError

import depnorm
from depnorm.errors import ResolutionError, UnsupportedError, UnusableInputError, UsageError
from depnorm.model import LeftOutKind, Lock, marker_environment
from depnorm.resolve.uv_command import find_uv
from depnorm.resolve.wheel import supported_tags

PLATFORM = "manylinux_2_28_x86_64"
LINUX = "manylinux_2_17_x86_64"
PROJECT = """\
[project]
name = "app"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["alpha", "member"]
[project.optional-dependencies]
quick = ["alpha[fast]"]
[dependency-groups]
dev = ["tool"]
docs = ["gamma"]
[tool.uv.sources]
member = { workspace = true }
[tool.uv.workspace]
members = ["libs/*"]
"""
MEMBER = '[project]\nname = "member"\nversion = "2.0"\nrequires-python = ">=3.11"\ndependencies = ["beta"]\n'


def uv(directory: Path, *arguments: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    command = [find_uv(), *arguments, "--no-config", "--no-python-downloads"]
    done = subprocess.run(command, cwd=directory, env=clean, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, index_url: str) -> Path:
    """A workspace with the uv.lock that uv makes of it, and a pylock.toml with its extras and groups as markers."""
    root = tmp_path_factory.mktemp("project")
    (root / "libs" / "member").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (root / "libs" / "member" / "pyproject.toml").write_text(MEMBER, encoding="utf-8")
    uv(root, "lock", "--default-index", index_url, "--exclude-newer", "2024-06-01", "--cache-dir", str(root / ".cache"))
    return root


def lock(path: Path, **options: object) -> Lock:
    found = depnorm.read_lock(path, **options)  # type: ignore[arg-type]  # options by name
    assert isinstance(found, Lock)
    return found


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, "alpha beta tool"),
        ({"groups": ()}, "alpha beta"),
        ({"groups": ("docs",)}, "alpha beta gamma"),
        ({"groups": (), "extras": ("quick",)}, "alpha beta gamma"),
    ],
    ids=str,
)
def test_extras_and_groups(project: Path, options: dict[str, object], names: str) -> None:
    """The group dev unless others are named, as `uv sync`; what the Target needs beyond wheels is the remainder."""
    found = lock(project / "uv.lock", **options)
    assert {package.name for package in found.packages} == set(names.split())
    assert {each.name for each in found.remainder} == {"member"} | ({"epsilon"} if "gamma" in names else set())


@pytest.mark.parametrize("python", ["3.11", "3.12"])
def test_one_wheel_for_the_target(project: Path, python: str) -> None:
    """The version and the wheel of each Python, its URL, hash and size, and the edges that the lock has."""
    found = {package.name: package for package in lock(project / "uv.lock", python=python).packages}
    assert found["beta"].version == {"3.11": "1.0", "3.12": "2.0"}[python]
    alpha = found["alpha"]
    assert alpha.artifact.filename == f"alpha-1.0-cp{python.replace('.', '')}-cp{python.replace('.', '')}-{LINUX}.whl"
    assert alpha.artifact.url is not None
    assert alpha.artifact.url.endswith(f"/files/alpha/{alpha.artifact.filename}")
    assert len(alpha.artifact.sha256) == 64
    assert alpha.artifact.size
    assert alpha.requires == (f"beta=={found['beta'].version}",)


def test_what_is_left_out_says_why(project: Path) -> None:
    """Nothing of the file is lost: other Targets, sources and the projects themselves."""
    found = lock(project / "uv.lock", extras=("quick",))
    left_out = {(each.name, each.version): each.kind for each in found.left_out}
    assert left_out["epsilon", "0.1"] is LeftOutKind.SOURCE
    assert left_out["delta", "1.0"] is LeftOutKind.OTHER_TARGET
    assert left_out["beta", "1.0"] is LeftOutKind.OTHER_TARGET
    assert left_out["member", None] is LeftOutKind.DIRECTORY
    every = {(each["name"], each["version"]) for each in tomllib.loads((project / "uv.lock").read_text())["package"]}
    told = {each.name for each in found.packages} | {each.name for each in found.left_out}
    assert told == {name for name, _ in every} - {"app"}
    assert found.requires_python == ">=3.11"
    assert found.as_of is not None
    assert found.as_of.startswith("2024-06-0")


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("groups", [None, ("docs",)], ids=str)
@pytest.mark.parametrize("extras", [(), ("quick",)], ids=str)
def test_packaging_selects_the_same(
    project: Path, python: str, extras: tuple[str, ...], groups: tuple[str, ...] | None
) -> None:
    """What `Pylock.select` of packaging installs from `uv export` is in the Lock, file for file."""
    arguments = [*(f"--extra={extra}" for extra in extras), *(f"--group={group}" for group in groups or ())]
    arguments += ["--no-default-groups"] if groups is not None else []
    text = uv(project, "export", "--frozen", "--offline", "--format", "pylock.toml", *arguments)
    selected = Pylock.from_dict(tomllib.loads(text)).select(
        environment=marker_environment(python, PLATFORM),  # type: ignore[arg-type]  # a plain dict
        tags=supported_tags(python, PLATFORM),
    )
    found = lock(project / "uv.lock", python=python, extras=extras, groups=groups)
    wheels = {package.name: package.artifact.filename for package in found.packages}
    if python == "3.13":
        assert {each.name: each.kind for each in found.remainder}["alpha"] is LeftOutKind.NO_WHEEL
        with pytest.raises(PylockSelectError, match="alpha"):
            list(selected)
        return
    expected = {package.name: getattr(source, "filename", "") for package, source in selected}
    assert wheels == {name: filename for name, filename in expected.items() if filename.endswith(".whl")}
    assert {each.name for each in found.remainder} == expected.keys() - wheels.keys()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"extras": ("no-such",)}, ResolutionError, "no-such"),
        ({"groups": ("no-such",)}, ResolutionError, "has no dependency group no-such"),
        ({"python": "3.10"}, ResolutionError, "requires Python >=3.11, not 3.10"),
        ({"pythons": "3.12"}, UsageError, "pythons"),
        ({"python": "3"}, UsageError, "expected X.Y"),
        ({"python": "3.12.1.2"}, UsageError, "expected X.Y"),
        ({"platform": "win_amd64"}, UsageError, "manylinux"),
        ({"platform": "manylinux2014_x86_64"}, UsageError, "manylinux"),
    ],
    ids=str,
)
def test_what_the_lock_does_not_have_is_an_error(
    project: Path, options: dict[str, object], error: type[Exception], message: str
) -> None:
    """Extras, groups and Pythons that the file does not know, and options that do not exist."""
    with pytest.raises(error, match=message):
        lock(project / "uv.lock", **options)


@pytest.mark.parametrize(
    ("default_groups", "names"),
    [('["docs"]', {"gamma"}), ('"all"', {"tool", "gamma"}), ("[]", set()), ("5", {"tool"})],
)
def test_the_projects_own_default_groups(project: Path, tmp_path: Path, default_groups: str, names: set[str]) -> None:
    """`default-groups` of the pyproject.toml beside the lock decides; nothing else of that file does."""
    hostile = f'[tool.uv]\ndefault-groups = {default_groups}\n[tool.uv.workspace]\nmembers = ["../**", 5]\n'
    (tmp_path / "pyproject.toml").write_text(hostile, encoding="utf-8")
    (tmp_path / "uv.lock").write_bytes((project / "uv.lock").read_bytes())
    assert {package.name for package in lock(tmp_path / "uv.lock").packages} - {"alpha", "beta"} == names


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("version = 1\n", "version = 9\n", UnusableInputError, "uv.lock:1: version: expected 1, found 9"),
        ('virtual = "."', 'virtual = "../elsewhere"', ResolutionError, "not below it"),
        ('virtual = "."', 'virtual = "uv.lock"', ResolutionError, "."),
        ('"app",\n', '"app", "--help",\n', ResolutionError, "."),
        ('version = "2.0"\n', 'version = "2.0"\r', ResolutionError, "uv.lock: "),
        ('name = "beta"', "name = 5", UnusableInputError, r"uv.lock:\d+: alpha: dependencies: name: expected a string"),
        ("[[package]]", "[[package", UnusableInputError, "not valid TOML"),
    ],
)
def test_a_broken_lock_is_refused(
    project: Path, tmp_path: Path, old: str, new: str, error: type[Exception], message: str
) -> None:
    """A file with problems makes no Lock: a message with its line, or uv's."""
    text = (project / "uv.lock").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "uv.lock").write_bytes(text.replace(old, new, 1).encode())
    with pytest.raises(error, match=message):
        lock(tmp_path / "uv.lock")


def test_other_formats_make_no_lock(tmp_path: Path) -> None:
    """A poetry.lock is read, and no Lock is made of it; nor of a file that is not there."""
    (tmp_path / "poetry.lock").write_text("", encoding="utf-8")
    with pytest.raises(UnsupportedError, match=r"poetry\.lock"):
        lock(tmp_path / "poetry.lock")
    with pytest.raises(UnusableInputError, match=r"uv\.lock"):
        lock(tmp_path / "uv.lock")


def test_a_hostile_group_is_no_option_of_uv(project: Path, tmp_path: Path) -> None:
    """Names from the file reach uv as values; a group of any other name is refused by uv, or is one."""
    text = (project / "uv.lock").read_text(encoding="utf-8")
    hostile = text.replace("[package.dev-dependencies]\n", '[package.dev-dependencies]\n"--directory=/" = []\n', 1)
    (tmp_path / "uv.lock").write_text(hostile, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.uv]\ndefault-groups = "all"\n', encoding="utf-8")
    with pytest.raises(ResolutionError, match="directory"):
        lock(tmp_path / "uv.lock")
