"""A program that embeds the library keeps its process as it is."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import depnorm

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("process_state.py")
LOCKS = ROOT / "tests" / "read" / "locks"
REPOSITORIES = ("notebooks-and-package", "conda-pip-section", "mixed-python-r")


def run(arguments: list[str], place: Path, *flags: str, **environment: str) -> dict[str, Any]:
    """What each call of the script changed; nothing may be said on either stream."""
    found = place / "found.json"
    (place / "environment.yml").write_text("x: &a [numpy]\ndependencies: *a\n", encoding="utf-8")  # for all of YAML
    command = [sys.executable, *flags, str(SCRIPT), *arguments]
    given = {**os.environ, "FOUND": str(found), **environment}
    done = subprocess.run(command, cwd=place, env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    changed: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    assert len(changed) > 10
    return changed


@pytest.mark.parametrize("sample", REPOSITORIES)
def test_nothing_of_the_process_changes(sample: str, tmp_path: Path) -> None:
    """Directory, environment, logging, signals, warnings, locale, umask, sys.path, garbage, streams, threads, files."""
    changed = run([str(ROOT / "corpus" / sample / "repo"), str(LOCKS), str(tmp_path)], tmp_path)
    assert {name: each for name, each in changed.items() if each} == {}


def test_a_process_in_which_every_warning_is_an_error(tmp_path: Path) -> None:
    """Neither depnorm nor what it imports warns, and a setup.py with escapes of its own is read all the same."""
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "setup.py").write_text("setup(install_requires=['numpy'], description='\\d')\n", encoding="utf-8")
    (repository / "requirements.txt").write_text("-e .\n", encoding="utf-8")
    flags = ("-W", "error", "-X", "dev")
    changed = run([str(repository), str(LOCKS), str(tmp_path)], tmp_path, *flags)
    assert {name: each for name, each in changed.items() if each} == {}


SHARED_BY_ALL = re.compile(
    r"os\.(?:chdir|fchdir|umask|putenv|unsetenv|dup2)|warnings\.\w+|logging\.(?:basicConfig|disable|root)|signal\.signal"
    r"|locale\.setlocale|sys\.(?:path|setrecursionlimit|setswitchinterval|excepthook)|gc\.\w+|time\.tzset"
)
OWN_PROCESS = (
    "cli",
    "corpus",
    "emit/image",
    "model/quiet_import.py",
    "model/quiet_warnings.py",
    "resolve/conda_solve.py",
)
"""What is a process of its own, and what restores; the last one reads sys.path."""


def test_nothing_reaches_for_what_all_threads_share() -> None:
    """No module of the library calls what changes the process, not even for a moment: others would see it."""
    package = Path(depnorm.__file__).parent
    found = []
    for path in package.rglob("*.py"):
        place = path.relative_to(package).as_posix()
        if not place.startswith(OWN_PROCESS):
            calls = (
                node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
            )
            found += [f"{place}:{call.lineno}" for call in calls if SHARED_BY_ALL.fullmatch(ast.unparse(call.func))]
    assert found == []


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    """Absolute paths are all that is needed; nothing asks where the process stands."""
    gone = tmp_path / "gone"
    gone.mkdir()
    changed = run([str(ROOT / "corpus" / REPOSITORIES[0] / "repo"), str(LOCKS), str(gone), "gone"], tmp_path)
    assert {name: each for name, each in changed.items() if each} == {}


def test_a_relative_path_where_there_is_no_directory(tmp_path: Path) -> None:
    """It is an error with a sentence, not that of the operating system."""
    code = (
        "import os, pathlib, depnorm\n"
        f"os.chdir({str(tmp_path)!r}); pathlib.Path({str(tmp_path)!r}).rmdir()\n"
        "for call in (depnorm.plan, depnorm.check, depnorm.inspect, depnorm.dockerfile):\n"
        "    try: call('here')\n"
        "    except depnorm.UnusableInputError: continue\n"
        "    raise AssertionError(call)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_lock_keeps_the_process(tmp_path: Path) -> None:
    """The one call that runs other programs and uses a network, in a directory that is gone."""
    code = (
        f"import os, pathlib, sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import process_state\n"
        f"os.chdir({str(tmp_path / 'gone')!r}); pathlib.Path({str(tmp_path / 'gone')!r}).rmdir()\n"
        "import depnorm\n"
        f"work = lambda: depnorm.lock({str(tmp_path / 'repository')!r}, as_of='2024-06-01')\n"
        "sys.exit(str(process_state.changed_by(work) or 0).replace('0', '', 1) or None)\n"
    )
    (tmp_path / "gone").mkdir()
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "requirements.txt").write_text("idna\n", encoding="utf-8")
    # `-P`: Python 3.13.0 itself cannot import socket where "" on sys.path leads to a directory that is gone.
    given = {**os.environ, "DEPNORM_CACHE": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-P", "-c", code], env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
