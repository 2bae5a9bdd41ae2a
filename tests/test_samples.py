"""Every sample repository in corpus/ gives what its expected.toml says."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import depnorm
from depnorm.report.as_json import inspect_json, plan_json

SAMPLES = Path(__file__).parent.parent / "corpus"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expected.toml"))
Row = dict[str, Any]


def expected(name: str) -> dict[str, Any]:
    return tomllib.loads((SAMPLES / name / "expected.toml").read_text(encoding="utf-8"))


def planned(name: str) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(plan_json(depnorm.plan(SAMPLES / name / "repo")))
    return plan


def agrees(row: Row, found: Row) -> bool:
    return all((found.get(key) or ("" if value == "" else found.get(key))) == value for key, value in row.items())


def assert_same_rows(wanted: list[Row], found: list[Row]) -> None:
    """Each expected row matches something found, and nothing found is without its row."""
    assert [row for row in wanted if not any(agrees(row, each) for each in found)] == []
    assert [each for each in found if not any(agrees(row, each) for row in wanted)] == []


def stage_names(plan: dict[str, Any], wanted: list[str]) -> list[str]:
    names_shared = any(each.startswith("shared") for each in wanted)
    stages = [each for each in plan["stages"] if names_shared or each["kind"] != "shared"]
    with_name = {each.partition(":")[0] for each in wanted if ":" in each}
    return [f"{each['kind']}:{each['name']}" if each["kind"] in with_name else each["kind"] for each in stages]


def test_there_are_samples() -> None:
    """The discovery finds the samples."""
    assert len(NAMES) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_plan(name: str) -> None:
    """The plan has the expected mode, builder, Python, spec files and stages."""
    wanted = expected(name).get("plan", {})
    plan = planned(name)
    found = {
        "mode": plan["mode"],
        "builder": plan["builder"],
        "python": plan["target"]["python"],
        "used": sorted(each["path"] for each in plan["spec_files"]["used"]),
        "ignored": sorted(each["path"] for each in plan["spec_files"]["ignored"]),
        "stages": stage_names(plan, wanted.get("stages", [])),
    }
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("name", NAMES)
def test_findings(name: str) -> None:
    """The findings are exactly the expected ones."""
    wanted = expected(name).get("findings")
    if wanted is not None:
        assert_same_rows(wanted, planned(name)["findings"])


@pytest.mark.parametrize("name", NAMES)
def test_references(name: str) -> None:
    """The references are exactly the expected ones."""
    wanted = expected(name).get("references")
    if wanted is None:
        return
    files = json.loads(inspect_json(depnorm.inspect(SAMPLES / name / "repo")))["files"]
    found = [each | {"path": file["path"]} for file in files for each in file["references"]]
    assert_same_rows(wanted, found)


def test_hadolint_finds_nothing(tmp_path: Path) -> None:
    """The Dockerfile of every sample is clean for hadolint; what is ignored is ignored project-wide, with a reason."""
    files = []
    for name in NAMES:
        plan = depnorm.plan(SAMPLES / name / "repo")
        if plan.stages:
            files.append(tmp_path / f"{name}.Dockerfile")
            files[-1].write_text(depnorm.dockerfile(plan), encoding="utf-8")
    hadolint = str(Path(sys.executable).parent / "hadolint")
    command = [hadolint, "--config", str(SAMPLES.parent / ".hadolint.yaml"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
