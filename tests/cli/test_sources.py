"""Commands on what is no directory: files, archives, and git repositories."""

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from depnorm import cli

IDENTITY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose tag v1 asks for numpy, and its branch main for scipy as well."""
    root = tmp_path / "clone"
    root.mkdir()

    def git(*words: str) -> None:
        subprocess.run(["git", *IDENTITY, *words], cwd=root, check=True)

    git("init", "-q", "-b", "main")
    (root / "requirements.txt").write_text("numpy\n-e .\n")
    (root / "setup.py").write_text("from setuptools import setup\nsetup(name='x')\n")
    git("add", ".")
    git("commit", "-qm", "one")
    git("tag", "v1")
    (root / "requirements.txt").write_text("numpy\nscipy\n-e .\n")
    git("commit", "-qam", "two")
    return root


def said(capsys: pytest.CaptureFixture[str], *args: str | Path, code: int = 0) -> tuple[str, str]:
    actual = cli.run([str(arg) for arg in args])
    output = capsys.readouterr()
    assert actual == code, output.err
    return output.out, output.err


@pytest.mark.parametrize("command", ["plan", "dockerfile", "inspect", "check"])
def test_a_url_is_as_good_as_a_directory(command: str, clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same artifact; standard error says which commit it is of."""
    options = ["--format", "json"] + (["--fail-on", "error"] if command == "check" else [])
    here, _ = said(capsys, command, clone, *options)
    there, told = said(capsys, command, clone.as_uri(), *options)
    assert there == here
    assert f"depnorm: {clone.as_uri()} at commit " in told
    assert said(capsys, command, clone.as_uri(), *options, "--quiet") == (there, "")


@pytest.mark.parametrize("command", ["plan", "dockerfile", "inspect", "check"])
def test_a_revision_is_what_it_was(command: str, clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a clone on this machine and of a URL."""
    options = ["--format", "json"] + (["--fail-on", "error"] if command == "check" else [])
    one, told = said(capsys, command, clone, *options, "--ref", "v1")
    assert one == said(capsys, command, clone.as_uri(), *options, "--ref", "v1")[0]
    assert one != said(capsys, command, clone, *options)[0] or command == "check"
    assert " at v1, commit " in told


def test_the_next_step_names_what_was_given(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It can be typed as it stands."""
    text, _ = said(capsys, "plan", clone.as_uri(), "--ref", "v1")
    assert text.splitlines()[-1] == f"Next: depnorm dockerfile {clone.as_uri()} --ref v1 -o Dockerfile"


def test_several_sources_are_told_apart(clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path of what was fetched starts with where it was fetched from."""
    text, _ = said(capsys, "inspect", clone.as_uri(), tmp_path / "clone", "--format", "json")
    paths = {file["path"] for file in json.loads(text)["files"]}
    assert {f"{clone.as_uri()}/requirements.txt", f"{clone}/requirements.txt"} <= paths
    text, _ = said(capsys, "check", clone.as_uri(), tmp_path / "clone", code=1)
    assert f"{clone.as_uri()}/requirements.txt:3: DN101" in text


def test_findings_of_what_was_fetched_have_plain_paths(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The temporary directory appears nowhere."""
    for form in ("text", "json", "sarif", "github"):
        text, _ = said(capsys, "check", clone.as_uri(), "--format", form, code=1)
        assert "requirements.txt" in text
        assert "depnorm-source" not in text


def test_an_archive_on_standard_input(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`git archive HEAD | depnorm dockerfile -`."""
    here, _ = said(capsys, "dockerfile", clone)
    with subprocess.Popen(["git", "archive", "HEAD"], cwd=clone, stdout=subprocess.PIPE) as packed:
        done = subprocess.run(
            [sys.executable, "-m", "depnorm", "dockerfile", "-"], stdin=packed.stdout, capture_output=True, check=False
        )
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, here, b"")


def test_what_an_archive_lacks_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, line by line."""
    with tarfile.open(tmp_path / "context.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("name-1.0/requirements.txt")
        info.size = 6
        archive.addfile(info, io.BytesIO(b"numpy\n"))
        link = tarfile.TarInfo("name-1.0/out")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    text, told = said(capsys, "plan", tmp_path / "context.tar.gz")
    assert "requirements.txt: pip installs it" in text
    assert told.splitlines() == [
        "depnorm: left out of the archive: name-1.0/out is a link that leads out of it",
        "depnorm: the archive has everything in name-1.0/, which is taken for the repository",
    ]


@pytest.mark.parametrize(
    ("path", "text", "builder"),
    [
        ("requirements.txt", "numpy\n-r more.txt\n", "python"),
        ("requirements-dev.txt", "numpy\n", "python"),
        ("binder/requirements.txt", "numpy\n-e .\n", "python"),
        ("environment.yml", "dependencies:\n  - numpy\n", "conda"),
        ("install.R", "install.packages('dplyr')\n", "r"),
    ],
)
def test_a_file_alone_has_a_plan(
    path: str, text: str, builder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """That of its repository, if nothing else were there; what is there is named as ignored."""
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(text)
    (tmp_path / "more.txt").write_text("scipy\n")
    (tmp_path / "apt.txt").write_text("git\n")
    shown, _ = said(capsys, "plan", tmp_path / path, "--format", "json")
    plan = json.loads(shown)
    assert plan["builder"] == builder
    assert [file["path"] for file in plan["spec_files"]["used"]] == [path]
    assert {"path": "apt.txt", "why": f"only {path} was asked for", "format": "apt"} in plan["spec_files"]["ignored"]
    assert path in said(capsys, "dockerfile", tmp_path / path)[0]


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("pyproject.toml", "this file alone does not say", "Plan the repository: depnorm plan {root}"),
        ("apt.txt", "this file alone does not say", "Plan the repository: depnorm plan {root}"),
        ("uv.lock", "a lock file alone makes no plan", "Plan the repository: depnorm plan {root} --lock"),
        ("constraints.txt", "alone installs nothing", "Plan the repository: depnorm plan {root}"),
        ("notes.md", "makes no plan of a file of this name", "Plan the repository: depnorm plan {root}"),
    ],
)
def test_a_file_that_says_too_little(
    name: str, message: str, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What to type instead."""
    (tmp_path / name).write_text("")
    _, told = said(capsys, "plan", tmp_path / name, code=2)
    assert message in told
    assert f"hint: {hint.format(root=tmp_path)}\n" in told


@pytest.mark.parametrize("option", [["--all-specs"], ["--subdir", "x"], ["--ref", "main"]])
def test_options_that_are_for_repositories(
    option: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file has none of these."""
    (tmp_path / "requirements.txt").write_text("numpy\n")
    _, told = said(capsys, "plan", tmp_path / "requirements.txt", *option, code=2)
    assert option[0] in told


def test_an_empty_repository_says_what_is_looked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table of names, and what each is for; `inspect` says that there is nothing."""
    text, _ = said(capsys, "plan", tmp_path)
    for name in ("requirements.txt", "environment.yml", "install.R", "runtime.txt", "apt.txt", "pyproject.toml"):
        assert f" {name} " in text
    assert said(capsys, "inspect", tmp_path)[0].startswith("No spec file is here")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pseudo-terminal")
def test_progress_of_a_clone_is_on_a_terminal_alone(clone: Path, tmp_path: Path) -> None:
    """One line that goes away; standard output has the document and nothing else."""
    code = (
        "import os, pty, sys; "
        f"pty.spawn(['sh', '-c', '{sys.executable} -m depnorm plan {clone.as_uri()} --format json > {tmp_path}/out'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TERM": "xterm"}, stdin=subprocess.DEVNULL,
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert b"commit" in done.stdout
    assert json.loads((tmp_path / "out").read_text())["schema"] == 1
