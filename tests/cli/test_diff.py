"""`depnorm diff`: which two are meant, and what is printed of them."""

import json
import subprocess
from pathlib import Path

import pytest

from depnorm import cli
from depnorm.cli.revision import split_revision

IDENTITY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a clone with a tag v1, and changes that are in no commit."""
    root = tmp_path / "clone"
    root.mkdir()
    monkeypatch.chdir(root)

    def commit(text: str) -> None:
        (root / "requirements.txt").write_text(text)
        subprocess.run(["git", "add", "."], check=True)
        subprocess.run(["git", *IDENTITY, "commit", "-qm", "x"], check=True)

    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    commit("numpy\n")
    subprocess.run(["git", "tag", "v1"], check=True)
    commit("numpy\npandas\n")
    (root / "requirements.txt").write_text("numpy\npandas\nscipy\n")
    return root


def compared(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, list[str]]:
    assert cli.run(["diff", *args, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return {
        "names": [found["a"]["name"], found["b"]["name"]],
        "shared": [layer["name"] for layer in found["layers"] if layer["levels"]],
        "apart": [layer["name"] for layer in found["layers"] if not layer["levels"]],
    }


def test_a_revision_against_the_directory(capsys: pytest.CaptureFixture[str]) -> None:
    """`--ref`, `@REF` and `.@REF` are the same; the directory is as it is, not as it was committed."""
    expected = {"names": [".@v1", "."], "shared": ["numpy"], "apart": ["scipy", "python-dateutil", "pandas"]}
    for args in ([".", "--ref", "v1"], ["@v1"], [".@v1"], ["@v1", "."]):
        assert compared(capsys, *args) == expected


def test_two_revisions(capsys: pytest.CaptureFixture[str]) -> None:
    """The older one first."""
    expected = {"names": [".@v1", ".@main"], "shared": ["numpy"], "apart": ["python-dateutil", "pandas"]}
    for args in (["@v1", "@main"], ["@v1", "--ref", "main"]):
        assert compared(capsys, *args) == expected


def test_two_repositories(clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Directories, URLs and files, each at a revision or not."""
    other = tmp_path / "other.txt"
    other.write_text("numpy\n")
    assert compared(capsys, str(other), f"{clone.as_uri()}@v1")["shared"] == ["numpy"]
    assert compared(capsys, str(other), f"{clone.as_uri()}@v1")["apart"] == []


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["."], "depnorm diff . --ref main"),
        ([".", ".", "--ref", "main"], "Write .@main."),
        (["@nothing"], "has no branch, tag or commit nothing"),
        (["@", "."], "is no branch, tag or commit"),
        (["missing", "."], "there is no such file or directory"),
    ],
)
def test_what_names_no_two(args: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What to type instead."""
    assert cli.run(["diff", *args]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".", (".", None)),
        ("@main", (".", "main")),
        (".@feature/x", (".", "feature/x")),
        ("requirements.txt@v1", ("requirements.txt", "v1")),
        ("here@there", ("here@there", None)),
        ("here@there@v1", ("here@there", "v1")),
        ("https://example.org/owner/name", ("https://example.org/owner/name", None)),
        ("https://example.org/owner/name@v1", ("https://example.org/owner/name", "v1")),
        ("https://me:word@example.org/owner/name", ("https://me:word@example.org/owner/name", None)),
        ("https://me@example.org/owner/name@feature/x", ("https://me@example.org/owner/name", "feature/x")),
        ("git@example.org:owner/name", ("git@example.org:owner/name", None)),
        ("git@example.org:owner/name@v1", ("git@example.org:owner/name", "v1")),
        ("missing@v1", ("missing", "v1")),
    ],
)
def test_a_revision_in_one_word(text: str, expected: tuple[str, str | None], clone: Path) -> None:
    """The `@` of a user is none; what is there under its whole name is meant."""
    (clone / "here@there").mkdir()
    assert split_revision(text) == expected


def test_options_hold_for_both(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of a plan."""
    assert cli.run(["diff", "@v1", "@main", "--python", "3.11", "--layers", "link", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {found[side]["python"] for side in "ab"} == {"3.11"}
    assert {found[side]["emitter"] for side in "ab"} == {"link"}


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_the_text_fits(columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides, a table with the levels, the reasons, and where the two part."""
    monkeypatch.setenv("COLUMNS", str(columns))
    assert cli.run(["diff", "@v1", "."]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= columns
    flat = " ".join(text.split())
    assert "A .@v1: Python 3.12 on python:3.12-slim, declared, 1 shared layer, 16.7 MB" in flat
    assert f"numpy 16.7 MB {'2 2 ' if columns > 60 else ''}yes yes yes" in flat
    assert "scipy (35.3 MB): A does not ask for it" in flat
    assert "The two part at stage 3: A has early requirements.txt there, B shared scipy." in flat


def test_no_credential_of_a_name_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """In neither format."""
    assert cli.run(["diff", "https://me:hunter2@host.invalid/x@main", ".", "--offline"]) == 2
    assert "hunter2" not in capsys.readouterr().err
