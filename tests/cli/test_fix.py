"""`depnorm fix`: what is written, what is printed, and with which exit code it ends."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import depnorm
from depnorm import cli
from depnorm.errors import UnusableInputError
from depnorm.library import fix as library_fix
from depnorm.library.fix_text import fix_bytes
from depnorm.model.fixed import FixedFile
from depnorm.report.formats import SchemaName
from depnorm.report.schema import json_schema

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command's standard output in `tmp_path`; its exit code must be the given one."""
    monkeypatch.chdir(tmp_path)

    def call(*args: str | Path, code: int = 0) -> str:
        actual = cli.run(["fix", *map(str, args)])
        output = capsys.readouterr()
        assert actual == code, output.err
        return output.out if code != cli.EXIT_UNUSABLE else output.err

    return call


def test_a_repository(run: Run, tmp_path: Path) -> None:
    """All that counts or is ignored, and what they include; other files stay. The second run has nothing to do."""
    texts = {
        "requirements.txt": "b\n-r more/base.txt\na\n",
        "more/base.txt": "Z\ny\n",
        "more/other.txt": "Z\ny\n",
        "binder/environment.yml": "dependencies:\n- b\n- a\n",
        "setup.cfg": "[options]\ninstall_requires =\n  b\n  a\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert run(".") == "binder/environment.yml: fixed\nrequirements.txt: fixed\n2 files fixed.\n"
    assert (tmp_path / "requirements.txt").read_text() == "-r more/base.txt\na\nb\n"
    assert (tmp_path / "more" / "other.txt").read_text() == texts["more/other.txt"]
    assert (tmp_path / "setup.cfg").read_text() == texts["setup.cfg"]
    assert run() == "2 files already canonical.\n"


def test_included_files(run: Run, tmp_path: Path) -> None:
    """What a file that counts includes is fixed with it."""
    (tmp_path / "requirements.txt").write_text("-r base.list\nA\n", encoding="utf-8")
    (tmp_path / "base.list").write_text("Z\ny\n", encoding="utf-8")
    assert run(".") == "base.list: fixed\nrequirements.txt: fixed\n2 files fixed.\n"
    assert (tmp_path / "base.list").read_text() == "y\nz\n"


def test_check_and_diff_write_nothing(run: Run, tmp_path: Path) -> None:
    """`--check` ends with 1, `--diff` with 0 and shows how; a canonical file passes both."""
    path = tmp_path / "requirements.txt"
    path.write_text("B==1\na\n", encoding="utf-8")
    assert run("--check", "requirements.txt", code=1) == "requirements.txt: would be fixed\n1 file would be fixed.\n"
    shown = run("--diff", "requirements.txt")
    assert shown.startswith("--- a/requirements.txt\n+++ b/requirements.txt\n@@ -1,2 +1,2 @@\n-B==1\n a\n+b==1\n")
    assert path.read_text() == "B==1\na\n"
    path.write_text("a\nb==1\n", encoding="utf-8")
    assert run("--check", "--diff", "requirements.txt") == "1 file already canonical.\n"


def test_what_is_left_is_said(run: Run, tmp_path: Path) -> None:
    """With file, line and the reason; it is no failure, since nothing can be done."""
    (tmp_path / "requirements.txt").write_text("b\nnumpy=1.2\nA\n", encoding="utf-8")
    assert run("--check") == (
        'requirements.txt:2: kept all of it: "numpy=1.2" has one = where pip wants two\n1 file left alone.\n'
    )


def test_json(run: Run, tmp_path: Path) -> None:
    """A document that its schema admits, without the credentials of the file."""
    (tmp_path / "requirements.txt").write_text(
        "--index-url https://user:hunter2@example.org/simple\nB\na\n", encoding="utf-8"
    )
    text = run(".", "--format", "json", "--diff")
    document = json.loads(text)
    jsonschema.Draft202012Validator(json_schema(SchemaName.FIX)).validate(document)
    assert (document["schema"], document["written"], document["files"][0]["changed"]) == (1, False, True)
    assert "hunter2" not in text
    assert "hunter2" not in run(".", "--diff")
    run(".")
    assert "hunter2" in (tmp_path / "requirements.txt").read_text(encoding="utf-8")


def test_hostile_text_reaches_no_terminal(run: Run, tmp_path: Path) -> None:
    """Escape sequences are shown, not sent."""
    (tmp_path / "requirements.txt").write_text("b # \x1b[31m\na\n", encoding="utf-8")
    assert "\x1b" not in run("--diff")
    assert "\\x1b[31m" in run("--diff")


def test_nothing_to_fix(run: Run) -> None:
    """An empty directory is told from a canonical one."""
    assert run(".").startswith("Nothing to fix: no requirements file")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "there is no such file or directory"),
        (f"{'long' * 100}.txt", "there is no such file or directory"),
        ("setup.py", "depnorm has no canonical form of files of this name"),
    ],
)
def test_unusable(run: Run, tmp_path: Path, name: str, message: str) -> None:
    """What is no spec file that can be fixed is a usage error with a hint."""
    (tmp_path / "setup.py").write_text("", encoding="utf-8")
    error = run(name, code=2)
    assert message in error
    assert "hint:" in error


def test_mode_and_links(tmp_path: Path) -> None:
    """The mode stays; a link is not replaced by a file, and nothing outside of the repository is opened or written."""
    outside = tmp_path / "outside.txt"
    outside.write_text("b\na\n", encoding="utf-8")
    repository = tmp_path / "repo"
    repository.mkdir()
    (repository / "real.txt").write_text("b\na\n", encoding="utf-8")
    (repository / "requirements.txt").symlink_to("real.txt")
    (repository / "dev-requirements.txt").symlink_to(outside)
    (repository / "environment.yml").write_text("dependencies:\n- b\n- a\n", encoding="utf-8")
    (repository / "environment.yml").chmod(0o640)
    result = {file.path: file for file in depnorm.fix(repository)}
    assert (repository / "requirements.txt").is_symlink()
    assert (repository / "real.txt").read_text() == outside.read_text() == "b\na\n"
    assert "a symbolic link" in result["requirements.txt"].kept[0].reason
    assert (repository / "environment.yml").read_text() == "dependencies:\n- a\n- b\n"
    assert (repository / "environment.yml").stat().st_mode & 0o777 == 0o640
    assert not list(repository.glob(".*"))


def test_a_failure_leaves_the_file(tmp_path: Path) -> None:
    """Where nothing can be written, the error says so, and neither half a file nor a temporary one stays."""
    (tmp_path / "requirements.txt").write_text("b\na\n", encoding="utf-8")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
        "from depnorm import cli; sys.exit(cli.run(['fix', '.']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "requirements.txt: cannot be written (File too large)" in done.stderr) == (2, True)
    assert (tmp_path / "requirements.txt").read_text() == "b\na\n"
    assert [path.name for path in tmp_path.iterdir()] == ["requirements.txt"]


def test_the_library_can_only_look(tmp_path: Path) -> None:
    """`write=False` gives the bytes and writes nothing."""
    (tmp_path / "requirements.txt").write_text("b\na\n", encoding="utf-8")
    (file,) = depnorm.fix(tmp_path, write=False)
    assert (file.before, file.after, file.changed) == (b"b\na\n", b"a\nb\n", True)
    assert (tmp_path / "requirements.txt").read_text() == "b\na\n"


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://user:s3\\\ncretpw@example.org/\nB\na\n",
        "--index-url https://u:s3cretpw@example.org/\nB\na\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_no_credential_in_a_diff(run: Run, tmp_path: Path, text: str, encoding: str) -> None:
    """In no encoding, and not where it is continued on the next line."""
    (tmp_path / "requirements.txt").write_text(text, encoding=encoding)
    for shown in (run("--diff"), run("--format", "json", "--diff")):
        assert "s3" not in shown
        assert "cretpw" not in shown


def test_a_file_that_changes_meanwhile_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody saves while a file is being fixed is not lost."""
    path = tmp_path / "requirements.txt"
    path.write_text("b\na\n", encoding="utf-8")

    def save_then_fix(*arguments: Any, **options: Any) -> FixedFile:
        path.write_text("newly-saved\n", encoding="utf-8")
        return fix_bytes(*arguments, **options)

    monkeypatch.setattr(library_fix, "fix_bytes", save_then_fix)
    with pytest.raises(UnusableInputError, match="was changed meanwhile"):
        depnorm.fix(tmp_path)
    assert path.read_text() == "newly-saved\n"


def test_nothing_is_written_where_a_path_is_wrong(run: Run, tmp_path: Path) -> None:
    """All paths are looked at before the first file is written."""
    (tmp_path / "requirements.txt").write_text("b\na\n", encoding="utf-8")
    assert "there is no such file" in run("requirements.txt", "missing.txt", code=2)
    assert (tmp_path / "requirements.txt").read_text() == "b\na\n"


def test_a_script_counts_from_where_git_has_its_root(run: Run, tmp_path: Path) -> None:
    """Whether a repository is given or one file of it: the same scripts say that the order matters."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "binder").mkdir()
    (tmp_path / "binder" / "postBuild").write_text("cat requirements.txt | xargs -n1 pip install\n", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("b\na\n", encoding="utf-8")
    for arguments in ((".",), ("requirements.txt",)):
        assert "kept its order: a script of the repository installs line by line" in run(*arguments)


def test_what_included_files_hold_decides(tmp_path: Path) -> None:
    """`-r` and `-c` change places where neither has options, and stay where one has."""
    (tmp_path / "requirements.txt").write_text("-r base.txt\n-c pins.txt\n", encoding="utf-8")
    (tmp_path / "base.txt").write_text("a\n", encoding="utf-8")
    (tmp_path / "pins.txt").write_text("a<2\n", encoding="utf-8")
    depnorm.fix(tmp_path)
    assert (tmp_path / "requirements.txt").read_text() == "-c pins.txt\n-r base.txt\n"
    (tmp_path / "requirements.txt").write_text("-r base.txt\n-c pins.txt\n", encoding="utf-8")
    (tmp_path / "base.txt").write_text("--index-url https://a.example.org/simple\na\n", encoding="utf-8")
    depnorm.fix(tmp_path)
    assert (tmp_path / "requirements.txt").read_text() == "-r base.txt\n-c pins.txt\n"
