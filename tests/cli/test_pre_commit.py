"""The hooks for pre-commit: the manifest is valid, its patterns find spec files, and git refuses what they refuse."""

import re
import subprocess
from pathlib import Path

import pytest
from pre_commit.clientlib import load_manifest  # type: ignore[import-untyped]  # it has no types

MANIFEST = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org")
FIXERS = """
  - id: end-of-file-fixer
    name: end-of-file-fixer
    entry: end-of-file-fixer
    language: system
    types: [text]
  - id: requirements-txt-fixer
    name: requirements-txt-fixer
    entry: requirements-txt-fixer
    language: system
    files: requirements.*\\.txt$
"""


def test_manifest_is_valid() -> None:
    """By pre-commit's own reader: the whole repository is looked at once, not file by file."""
    hooks = load_manifest(MANIFEST)
    assert [(hook["id"], hook["entry"]) for hook in hooks] == [
        ("depnorm-check", "depnorm check"),
        ("depnorm-fix", "depnorm fix"),
    ]
    for hook in hooks:
        assert (hook["language"], hook["pass_filenames"], hook["require_serial"]) == ("python", False, True)
        assert (hook["args"], hook["minimum_pre_commit_version"]) == ([], "3.2.0")


FIXED = (
    "requirements.txt", "binder/requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements.in",
    "requirements/base.txt", "requirement.txt", "constraints.txt", "environment.yml", ".binder/environment.yaml",
    "environment-gpu.yml", "dev-environment.yml", "install.R",
)  # fmt: skip
CHECKED = (
    "DESCRIPTION", "apt.txt", "runtime.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "Pipfile.lock",
    "pylock.toml", "conda-lock.yml", "renv.lock", "binder/postBuild", "binder/start", "Dockerfile", "Project.toml",
    ".dockerignore",
)  # fmt: skip


@pytest.mark.parametrize(("hook", "path"), [*((0, path) for path in FIXED + CHECKED), *((1, path) for path in FIXED)])
def test_pattern_finds(hook: int, path: str) -> None:
    """Every file whose change can change a finding, or that can be fixed."""
    assert re.search(load_manifest(MANIFEST)[hook]["files"], path)


@pytest.mark.parametrize("path", [
    "README.md", "src/main.py", "docs/start.md", "myinstall.R", "notes/apt.txt.bak", "environment.py", "restart",
    "DESCRIPTION.md", "data.txt",
])  # fmt: skip
@pytest.mark.parametrize("hook", [0, 1])
def test_pattern_leaves(hook: int, path: str) -> None:
    """Commits that touch nothing of this do not pay for the hooks."""
    assert not re.search(load_manifest(MANIFEST)[hook]["files"], path)


def hooks_here() -> str:
    """The hooks of the manifest with the depnorm that is installed."""
    return MANIFEST.read_text(encoding="utf-8").replace("\n", "\n  ").replace("language: python", "language: system")


def make_repository(directory: Path, hooks: str, requirements: str) -> None:
    (directory / "requirements.txt").write_text(requirements, encoding="utf-8", newline="")
    (directory / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: local\n  hooks:\n  {hooks}", encoding="utf-8")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=directory, check=True)


def commit(directory: Path) -> subprocess.CompletedProcess[str]:
    """What `git commit` says of all that is there."""
    subprocess.run(["git", "add", "."], cwd=directory, check=True)
    command = ["git", *IDENTITY, "commit", "-q", "-m", "a"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def test_git_refuses_and_accepts(tmp_path: Path) -> None:
    """With the hooks installed in git: a finding stops a commit, an unsorted file is fixed, then the commit is made."""
    make_repository(tmp_path, hooks_here(), "numpy\nFlask>=2\n-e .\n")
    subprocess.run(["pre-commit", "install"], cwd=tmp_path, check=True, capture_output=True)
    refused = commit(tmp_path)
    assert refused.returncode == 1
    assert "requirements.txt:3: " in refused.stderr
    assert "files were modified by this hook" in refused.stderr
    assert (tmp_path / "requirements.txt").read_text(encoding="utf-8") == "-e .\nflask>=2\nnumpy\n"
    (tmp_path / "requirements.txt").write_text("flask>=2\nnumpy\n", encoding="utf-8")
    accepted = commit(tmp_path)
    assert accepted.returncode == 0, accepted.stderr
    assert subprocess.run(["git", "log", "--oneline"], cwd=tmp_path, check=True, capture_output=True).stdout


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_no_fight_with_other_hooks(tmp_path: Path, end: str, *, first: bool) -> None:
    """Before or after requirements-txt-fixer and end-of-file-fixer: the second run changes nothing."""
    own = hooks_here().partition("- id: depnorm-fix")[2]
    hooks = f"- id: depnorm-fix{own}\n{FIXERS}" if first else f"{FIXERS.strip()}\n  - id: depnorm-fix{own}"
    text = "# top\n\nFlask_Login >= 1\n# b\nnumpy\n\nflask-login\n-e .\n--pre\npandas ; python_version<'4'\n\n\n"
    make_repository(tmp_path, hooks, text.replace("\n", end))
    runs = [
        subprocess.run(["pre-commit", "run", "--all-files"], cwd=tmp_path, capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert [run.returncode for run in runs] == [1, 0], runs[1].stdout
    assert (tmp_path / "requirements.txt").read_bytes().splitlines()[:2] == [b"# top", b""]
