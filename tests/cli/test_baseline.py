"""A baseline: an old repository is adopted as it is, and what is new is told."""

import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from depnorm import cli
from depnorm.report.formats import SchemaName
from depnorm.report.schema import json_schema

Run = Callable[..., tuple[int, str, str]]
MANIFEST = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*args: str | Path) -> tuple[int, str, str]:
        code = cli.run([str(arg) for arg in args])
        output = capsys.readouterr()
        return code, output.out, output.err

    return call


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an old repository."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text("-e .\nnumpy=1.2\n--extra-index-url https://me:hunter2@h/simple\n")
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(name='x')\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def entries(path: Path) -> list[dict[str, Any]]:
    document = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json_schema(SchemaName.BASELINE)).validate(document)
    found: list[dict[str, Any]] = document["findings"]
    return found


def test_adopting(run: Run, old: Path) -> None:
    """Written once, it hides what is there; what comes is told, wherever the old lines went."""
    assert run("check")[0] == 1
    code, out, error = run("check", "--write-baseline")
    assert (code, out) == (0, "No findings.\n3 findings known to the baseline.\n")
    assert error.startswith("depnorm: depnorm-baseline.json has 3 findings now\ndepnorm: a key `baseline = ")
    assert [each["rule"] for each in entries(old / "depnorm-baseline.json")] == ["DN101", "DN301", "DN401"]
    assert "hunter2" not in (old / "depnorm-baseline.json").read_text()

    requirements = old / "requirements.txt"
    requirements.write_text(f"six\n\n{requirements.read_text()}scipy=1\n")
    code, out, _ = run("check", "--baseline", "depnorm-baseline.json")
    assert code == 1
    assert [line.split()[:2] for line in out.splitlines() if not line.startswith(" ")] == [
        ["requirements.txt:6:", "DN301"], ["1", "finding"], ["3", "findings"],
    ]  # fmt: skip


def test_it_is_the_same_from_wherever_it_is_written(run: Run, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the file itself; entries are in an order that does not change."""
    run("check", "--write-baseline")
    first = (old / "depnorm-baseline.json").read_bytes()
    place = old / "sub"
    place.mkdir()
    monkeypatch.chdir(place)
    run("check", "..", "--write-baseline", "--baseline", "../depnorm-baseline.json")
    assert (old / "depnorm-baseline.json").read_bytes() == first
    run("check", old, "--write-baseline", "--baseline", old / "depnorm-baseline.json")
    assert (old / "depnorm-baseline.json").read_bytes() == first
    assert run("check", "../requirements.txt", "--baseline", "../depnorm-baseline.json")[0] == 0


def test_what_is_gone_is_said(run: Run, old: Path) -> None:
    """A baseline that has more than there is would hide what comes back."""
    run("check", "--write-baseline")
    (old / "requirements.txt").write_text("-e .\n")
    code, out, _ = run("check", "--baseline", "depnorm-baseline.json")
    assert (code, out.splitlines()[-1]) == (
        0, "2 entries of the baseline are no longer found; write it again with --write-baseline.",
    )  # fmt: skip
    assert json.loads(run("check", "--baseline", "depnorm-baseline.json", "--format", "json")[1])["gone"] == 2
    assert "2 entries of the baseline" in run("check", "--baseline", "depnorm-baseline.json", "--format", "github")[2]
    assert "no longer" not in run("check", "--baseline", "depnorm-baseline.json", "--select", "DN1")[1]
    run("check", "--write-baseline")
    assert [each["rule"] for each in entries(old / "depnorm-baseline.json")] == ["DN101"]


def test_one_baseline_for_several_repositories(run: Run, old: Path) -> None:
    """Equal files in two directories are two; what was not checked keeps its entries and is not gone."""
    for name in ("a", "b"):
        (old / name).mkdir()
        (old / name / "requirements.txt").write_text("numpy=1.2\n")
    run("check", "a", "b", "--write-baseline")
    assert [each["path"] for each in entries(old / "depnorm-baseline.json")] == [
        "a/requirements.txt", "b/requirements.txt",
    ]  # fmt: skip
    (old / "a" / "requirements.txt").write_text("")
    (old / "b" / "requirements.txt").write_text("")
    assert "1 entry of the baseline is" in run("check", "a", "--baseline", "depnorm-baseline.json")[1]
    run("check", "a", "--write-baseline")
    assert [each["path"] for each in entries(old / "depnorm-baseline.json")] == ["b/requirements.txt"]


def test_a_comment_comes_before_the_baseline(run: Run, old: Path) -> None:
    """What is ignored where it stands needs no entry."""
    (old / "requirements.txt").write_text("-e .  # depnorm: ignore[DN101] ours\nnumpy=1.2\n")
    run("check", "--write-baseline")
    assert [each["rule"] for each in entries(old / "depnorm-baseline.json")] == ["DN301"]
    document = json.loads(run("check", "--baseline", "depnorm-baseline.json", "--format", "json")[1])
    assert [each["ignored"] for each in document["ignored"]] == [
        {"by": "comment", "reason": "ours", "line": 1},
        {"by": "baseline", "reason": "", "line": 0},
    ]


def test_formats_for_services(run: Run, old: Path) -> None:
    """SARIF has what is known as suppressed, unless it is to be left out; annotations have only what is new."""
    run("check", "--write-baseline")
    (old / "requirements.txt").write_text("-e .\nscipy=1\n")
    options = ("check", "--baseline", "depnorm-baseline.json")
    (sarif,) = json.loads(run(*options, "--format", "sarif")[1])["runs"]
    assert [(each["ruleId"], len(each.get("suppressions", []))) for each in sarif["results"]] == [
        ("DN301", 0), ("DN101", 1),
    ]  # fmt: skip
    (sarif,) = json.loads(run(*options, "--format", "sarif", "--omit-ignored")[1])["runs"]
    assert [each["ruleId"] for each in sarif["results"]] == ["DN301"]
    code, out, error = run(*options, "--format", "github")
    assert (code, out.count("\n"), "1 finding known to the baseline" in error) == (1, 1, True)
    assert [each["check_name"] for each in json.loads(run(*options, "--format", "gitlab")[1])] == ["DN301"]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff", b'{"schema": 2, "findings": []}', b'{"schema": 1, "findings": [1]}',
             b'{"schema": 1, "findings": [{"path": "a"}]}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_baseline(run: Run, old: Path, data: bytes) -> None:
    """A message, and another file is never written over."""
    other = old / "precious.json"
    other.write_bytes(data)
    for options in ((), ("--write-baseline",)):
        code, out, error = run("check", "--baseline", other, *options)
        assert (code, out) == (2, "")
        assert "precious.json" in error
        assert "hint: Write it with `depnorm check --write-baseline`." in error
    assert other.read_bytes() == data
    assert "cannot be read (No such file" in run("check", "--baseline", "missing.json")[2]


def test_the_hook_takes_it_from_the_configuration(old: Path) -> None:
    """pre-commit runs `depnorm check` without arguments: depnorm.toml names the baseline."""
    (old / ".git").rmdir()
    hook = MANIFEST.read_text().split("\n- id:")[0].removeprefix("- ").replace("language: python", "language: system")
    indented = hook.replace("\n", "\n  ")
    (old / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: local\n  hooks:\n  - {indented}\n")
    (old / "depnorm.toml").write_text('baseline = "depnorm-baseline.json"\n')
    assert cli.run(["check", "--write-baseline"]) == 0

    def commit() -> int:
        subprocess.run(["git", "add", "."], cwd=old, check=True)
        return subprocess.run(["pre-commit", "run"], cwd=old, capture_output=True, check=False).returncode

    subprocess.run(["git", "init", "-q"], cwd=old, check=True)
    assert commit() == 0
    with (old / "requirements.txt").open("a") as file:
        file.write("scipy=1\n")
    assert commit() == 1


def test_a_configured_baseline_elsewhere_is_not_written(run: Run, old: Path) -> None:
    """What a clone's own configuration names outside of itself is not for it to write; the command line may."""
    (old / "depnorm.toml").write_text('baseline = "../elsewhere.json"\n', encoding="utf-8")
    code, _, error = run("check", ".", "--write-baseline")
    assert (code, "outside of its directory" in error) == (2, True)
    assert not (old.parent / "elsewhere.json").exists()
    assert run("check", ".", "--write-baseline", "--baseline", "../elsewhere.json")[0] in {0, 1}
    assert (old.parent / "elsewhere.json").exists()


def test_what_is_unpacked_has_no_baseline(run: Run, tmp_path: Path) -> None:
    """With findings or without: nothing is written."""
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "requirements.txt").write_text("six\n")
    with tarfile.open(tmp_path / "plain.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "plain", "plain")
    code, out, error = run("check", tmp_path / "plain.tar.gz", "--write-baseline", "--baseline", tmp_path / "b.json")
    assert (code, out) == (2, "")
    assert "a baseline is for files that stay" in error
    assert not (tmp_path / "b.json").exists()
