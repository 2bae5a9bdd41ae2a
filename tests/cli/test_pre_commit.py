"""The hook for pre-commit: its manifest is valid and its pattern finds spec files."""

import re
import subprocess
from pathlib import Path

import pytest
from pre_commit.clientlib import load_manifest  # type: ignore[import-untyped]  # it has no types

MANIFEST = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


def test_manifest_is_valid() -> None:
    """By pre-commit's own reader: the whole repository is checked once, not file by file."""
    (hook,) = load_manifest(MANIFEST)
    assert (hook["id"], hook["entry"], hook["language"]) == ("depnorm-check", "depnorm check", "python")
    assert (hook["pass_filenames"], hook["require_serial"]) == (False, True)


@pytest.mark.parametrize("path", [
    "requirements.txt", "binder/requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements.in",
    "requirements/base.txt", "constraints.txt", "environment.yml", ".binder/environment.yaml", "environment-gpu.yml",
    "install.R", "DESCRIPTION", "apt.txt", "runtime.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile",
    "Pipfile.lock", "pylock.toml", "conda-lock.yml", "renv.lock", "binder/postBuild", "binder/start", "Dockerfile",
    "Project.toml", ".dockerignore",
])  # fmt: skip
def test_pattern_finds(path: str) -> None:
    """Every file whose change can change a finding."""
    assert re.search(load_manifest(MANIFEST)[0]["files"], path)


@pytest.mark.parametrize("path", [
    "README.md", "src/main.py", "docs/start.md", "myinstall.R", "notes/apt.txt.bak", "environment.py", "restart",
    "DESCRIPTION.md", "data.txt",
])  # fmt: skip
def test_pattern_leaves(path: str) -> None:
    """Commits that touch nothing of this do not pay for the hook."""
    assert not re.search(load_manifest(MANIFEST)[0]["files"], path)


def test_hook_runs(tmp_path: Path) -> None:
    """In a git repository, with the depnorm that is installed: a finding fails the commit."""
    (tmp_path / "requirements.txt").write_text("-e .\n")
    (tmp_path / ".pre-commit-config.yaml").write_text(
        "repos:\n- repo: local\n  hooks:\n  - "
        + MANIFEST.read_text()[2:].replace("\n", "\n  ").replace("language: python", "language: system")
    )
    for command in (["git", "init", "-q"], ["git", "add", "."]):
        subprocess.run(command, cwd=tmp_path, check=True)
    done = subprocess.run(["pre-commit", "run"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "requirements.txt:1: DN101" in done.stdout
