"""The hooks, as the real pre-commit runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def git(directory: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)


@pytest.fixture(scope="module")
def pre_commit_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit")


@pytest.mark.parametrize(
    ("requirements", "code", "words"),
    [
        ("idna\n", 0, "Passed"),
        ("idna\n-e .\n", 1, '"-e ." installs the repository itself'),
        ("idna\nFlask\n", 1, "files were modified by this hook"),
    ],
)
def test_try_repo(tmp_path: Path, pre_commit_home: Path, requirements: str, code: int, words: str) -> None:
    """Both hooks pass a clean repository; one with findings is stopped, and one out of order is fixed."""
    git(tmp_path, "init", "-q")
    (tmp_path / "requirements.txt").write_text(requirements, encoding="utf-8")
    git(tmp_path, "add", ".")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "--all-files"],
        cwd=tmp_path,
        env={**os.environ, "PRE_COMMIT_HOME": str(pre_commit_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, words in done.stdout) == (code, True), done.stdout + done.stderr
