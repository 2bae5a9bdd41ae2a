"""The README's section on code review: its workflows are valid, and what they run works."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import depnorm

ROOT = Path(__file__).parent.parent
SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Code review\n")[2].partition("\n## ")[0]
BLOCKS = [
    "".join(line.removeprefix("    ") for line in block.splitlines(keepends=True))
    for block in re.findall(r"(?:(?: {4}.*)?\n)+", SECTION)
    if block.strip()
]


def block(start: str) -> str:
    """The one example that begins so."""
    (found,) = [each.strip("\n") + "\n" for each in BLOCKS if each.lstrip("\n").startswith(start)]
    return found


GITHUB, GITLAB = block("name: depnorm"), block("depnorm:")
ANNOTATIONS = block("      - run:")


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("vendor.github-workflows", GITHUB),
        ("vendor.github-workflows", GITHUB.partition("      - run: depnorm")[0] + ANNOTATIONS),
        ("vendor.gitlab-ci", GITLAB),
    ],
    ids=["sarif", "annotations", "gitlab"],
)
def test_workflows_are_valid(schema: str, text: str, tmp_path: Path) -> None:
    """By the services' own JSON Schemas."""
    path = tmp_path / "workflow.yml"
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def commands(text: str) -> list[str]:
    """The shell commands in a workflow that run depnorm."""
    found = re.findall(r"- (?:run: )?(depnorm .*)", text)
    assert found
    return found


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A sample with a finding, and one that a comment ignores."""
    root = tmp_path / "repo"
    shutil.copytree(ROOT / "corpus" / "notebooks-and-package" / "repo", root)
    with (root / "requirements.txt").open("a", encoding="utf-8") as file:
        file.write("-e .[x]  # depnorm: ignore[DN101] no\n")
    return root


def run(command: str, place: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        ["sh", "-c", command], cwd=place, env=environment, capture_output=True, text=True, check=False
    )


def test_the_sarif_step(repository: Path) -> None:
    """It fails where something is found, and leaves the file that the next step uploads."""
    (command,) = commands(GITHUB)
    assert run(command, repository).returncode == 1
    uploaded = next(step for step in _steps(GITHUB) if step.get("uses", "").startswith("github/codeql-action/"))
    document = json.loads((repository / uploaded["with"]["sarif_file"]).read_text(encoding="utf-8"))
    results = document["runs"][0]["results"]
    assert [each["ruleId"] for each in results] == ["DN101"]
    assert uploaded["if"].startswith("always()")


def _steps(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(text)["jobs"]["check"]["steps"]
    return found


def test_the_annotations_step(repository: Path) -> None:
    """One command of GitHub's a finding."""
    (command,) = commands(ANNOTATIONS)
    done = run(command, repository)
    assert (done.returncode, done.stdout.count("::warning ")) == (1, 1)


def test_the_gitlab_job(repository: Path) -> None:
    """It leaves the report that the job names."""
    (command,) = commands(GITLAB)
    assert run(command, repository).returncode == 1
    report = yaml.safe_load(GITLAB)["depnorm"]["artifacts"]["reports"]["codequality"]
    assert [each["check_name"] for each in json.loads((repository / report).read_text(encoding="utf-8"))] == ["DN101"]


def test_the_comments_ignore(tmp_path: Path) -> None:
    """Every comment of the example is understood, and none of them is there for nothing."""
    text = block("# depnorm: ignore-file")
    (tmp_path / "requirements.txt").write_text(text, encoding="utf-16")
    (tmp_path / "setup.py").write_text("")
    wheel = re.search(r"wheels/\S+", text)
    assert wheel
    (tmp_path / "wheels").mkdir()
    (tmp_path / wheel.group()).write_bytes(b"")
    findings = depnorm.check(tmp_path)
    assert {each.rule for each in findings if each.ignored} == {"DN302", "DN101", "DN103"}
    assert [each for each in findings if not each.ignored] == []


def test_the_configuration_is_one(tmp_path: Path) -> None:
    """Every key of the example is read, and the text names every key there is."""
    from depnorm.library.config_values import KEYS  # noqa: PLC0415  only here

    (tmp_path / "depnorm.toml").write_text(block("ignore = "), encoding="utf-8")
    config = depnorm.load_config(tmp_path / "depnorm.toml")
    assert config.plan_options() == {"max_layers": 16, "layers": "link", "base_image": "python:3.12-slim"}
    assert [name for name in KEYS if f"`{name.replace('_', '-')}`" not in SECTION] == []
