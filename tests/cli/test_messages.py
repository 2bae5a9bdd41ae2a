"""What commands say beside their artifact: nothing, the usual, or what they do."""

import re
from pathlib import Path

import pytest

from depnorm import cli


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with an error in it, about which `dockerfile` has something to say."""
    (tmp_path / "requirements.txt").write_text("numpy\n-r missing.txt\n")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *args: str | Path, code: int = 0) -> tuple[str, str]:
    assert cli.run([str(arg) for arg in args]) == code
    output = capsys.readouterr()
    return output.out, output.err


@pytest.mark.parametrize("command", [["plan"], ["dockerfile"], ["check", "--fail-on", "error"], ["inspect"]])
def test_quiet_leaves_the_artifact(command: list[str], repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same on standard output, and nothing beside it."""
    code = int(command[0] == "check")
    usual, _ = said(capsys, *command, repo, code=code)
    assert said(capsys, *command, repo, "--quiet", code=code) == (usual, "")
    assert said(capsys, *command, repo, "-q", code=code) == (usual, "")


@pytest.mark.parametrize("command", [["plan"], ["dockerfile"], ["check", "--fail-on", "error"], ["inspect"]])
def test_verbose_says_what_is_read_and_how_long_it_takes(
    command: list[str], repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error: each file with the reason, each step with its time; the artifact is the same."""
    code = int(command[0] == "check")
    usual, _ = said(capsys, *command, repo, code=code)
    artifact, told = said(capsys, *command, repo, "--verbose", code=code)
    assert artifact == usual
    assert re.search(r"^depnorm: +[\d.]+ ms  read requirements\.txt \(requirements, utf-8\): 1 dep", told, re.MULTILINE)
    assert re.search(r"^depnorm: done in [\d.]+ s$", told, re.MULTILINE)


def test_verbose_tells_the_steps_of_a_plan(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order in which they are done."""
    _, told = said(capsys, "plan", repo, "-v")
    steps = re.findall(r"ms  (read catalog|read req|decided|chose|put)", told)
    assert steps == ["read catalog", "read req", "decided", "chose", "put"]


def test_what_is_said_holds_no_credential(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a line nor a name of a file."""
    (tmp_path / "requirements.txt").write_text("-r https://me:hunter2@host.invalid/x.txt\n")
    (tmp_path / "requirements-https:").mkdir()
    _, told = said(capsys, "plan", tmp_path, "-v")
    assert "hunter2" not in told


def test_quiet_and_verbose_exclude_each_other(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the error is told all the same."""
    _, told = said(capsys, "plan", repo, "-q", "-v", code=2)
    assert "--quiet and --verbose exclude each other" in told


def test_errors_are_told_quietly_or_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--quiet is about remarks."""
    _, told = said(capsys, "plan", tmp_path / "missing", "-q", code=2)
    assert "depnorm: error: " in told


def test_one_command_does_not_decide_for_the_next(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who calls the command line twice in one process starts anew."""
    said(capsys, "plan", repo, "-v")
    assert said(capsys, "plan", repo)[1] == ""
