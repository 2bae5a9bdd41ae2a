"""The hooks, as the real pre-commit installs and runs them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "corpus" / "untidy" / "repo" / "requirements.txt"


def git(directory: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)


def test_try_repo(tmp_path: Path) -> None:
    """Both of them, on a sample with one more line: its list is fixed, and what is found in it is said."""
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "requirements.txt").write_text(f"{SAMPLE.read_text(encoding='utf-8')}-e .\n", encoding="utf-8")
    (directory / "setup.py").write_text("from setuptools import setup\nsetup()\n", encoding="utf-8")
    git(directory, "init", "-q")
    git(directory, "add", ".")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "--all-files"],
        cwd=directory,
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "requirements.txt: fixed" in done.stdout
    assert '"-e ." installs the repository itself' in done.stdout
    assert (directory / "requirements.txt").read_text(encoding="utf-8").endswith("scikit-learn>=1.5,<2   # models\n")
