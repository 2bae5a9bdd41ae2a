"""A plan depends on what a repository asks for: not on the order, the spelling or the encoding, nor on the machine."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import depnorm
from depnorm.model import Plan
from depnorm.report.as_json import plan_json

SAMPLES = Path(__file__).parent.parent / "corpus"
NAMES = ("numpy", "pandas", "scikit-learn", "matplotlib", "ipython", "zarr", "python-dateutil", "ruamel.yaml", "six")
SPECS = ("", ">=1", ">=1.2,<9", "!=0.1", "==1.26.4", "~=1.4", "[all]", '; python_version >= "3.8"')
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32")
OWN_TEXT = frozenset({"early", "copy", "late", "verify", "post-build"})
"""Stages that run the user's own file, in the user's own order: their text is what it says."""


def in_order(lines: Sequence[str], seed: int) -> list[str]:
    return Random(seed).sample(lines, len(lines))  # noqa: S311  no secret


@dataclass(frozen=True)
class Spelling:
    """One way to write the same lines."""

    seed: int
    encoding: str
    line_end: str
    separators: str
    upper: bool
    comments: bool

    def write(self, lines: Sequence[str], path: Path) -> None:
        """Write the lines in an order of the seed's."""
        shuffled = in_order(lines, self.seed)
        text = "".join(self._line(line) + self.line_end for line in shuffled)
        path.write_bytes(text.encode(self.encoding))

    def _line(self, line: str) -> str:
        size = next((place for place, letter in enumerate(line) if letter in "<>=!~[; "), len(line))
        name, rest = line[:size], line[size:]
        name = (name.upper() if self.upper else name).replace("-", self.separators).replace(".", self.separators)
        note = "  # wanted by café" if self.comments else ""
        return f"{name}{rest.replace('>=', ' >= ') if self.comments else rest}{note}"


PLAIN = Spelling(seed=0, encoding="utf-8", line_end="\n", separators="-", upper=False, comments=False)
spellings = st.builds(
    Spelling,
    seed=st.integers(0, 1_000),
    encoding=st.sampled_from(ENCODINGS),
    line_end=st.sampled_from(["\n", "\r\n", "\n\n"]),
    separators=st.sampled_from("-_."),
    upper=st.booleans(),
    comments=st.booleans(),
)
asked = st.lists(st.sampled_from(NAMES), unique=True, min_size=1).flatmap(
    lambda names: st.tuples(*(st.sampled_from([name + spec for spec in SPECS]) for name in names))
)


def essence(plan: Plan) -> dict[str, Any]:
    """The plan without what quotes the file: numbers of lines, texts of findings, the order of the user's own step."""
    found: dict[str, Any] = json.loads(re.sub(r"(requirements\.txt):\d+", r"\1", plan_json(plan)))
    for stage in found["stages"]:
        stage["packages"].sort(key=json.dumps)
    rules = {each["rule"] for each in found["findings"]}
    found["findings"] = sorted(rules - {"DN302"})  # the encoding itself
    return found


def shared_text(plan: Plan) -> str:
    """The Dockerfile up to the first step that is the repository's own."""
    kept = tuple(stage for stage in plan.stages if stage.kind not in OWN_TEXT)
    return depnorm.dockerfile(replace(plan, stages=kept))


@given(asked, spellings)
def test_a_plan_does_not_depend_on_how_requirements_are_written(lines: Sequence[str], spelling: Spelling) -> None:
    """The same stages, keys, packages and figures, and the same text of every shared step."""
    with TemporaryDirectory() as place:
        path = Path(place) / "requirements.txt"
        PLAIN.write(lines, path)
        plain = depnorm.plan(place)
        spelling.write(lines, path)
        other = depnorm.plan(place)
    assert essence(other) == essence(plain)
    assert shared_text(other) == shared_text(plain)


@given(st.lists(st.sampled_from(NAMES), unique=True, min_size=1), spellings)
def test_a_plan_does_not_depend_on_how_an_environment_is_written(names: Sequence[str], spelling: Spelling) -> None:
    """A solve takes a set of specs: the whole Dockerfile is the same, in every encoding that conda reads."""
    assume(spelling.encoding != "utf-32")
    with TemporaryDirectory() as place:
        texts = []
        for each in (PLAIN, spelling):
            specs = [f"  - {name}{'>=1' if len(name) % 2 else ''}" for name in names]
            shuffled = in_order(specs, each.seed)
            text = each.line_end.join(["channels:", "  - conda-forge", "dependencies:", *shuffled, ""])
            (Path(place) / "environment.yml").write_bytes(text.encode(each.encoding))
            texts.append(depnorm.dockerfile(place))
    assert texts[0] == texts[1]


@given(st.lists(st.sampled_from(("dplyr", "ggplot2", "readr", "sf", "R6")), unique=True, min_size=1), st.integers())
def test_shared_layers_of_r_do_not_depend_on_the_order_of_a_list(names: Sequence[str], seed: int) -> None:
    """The script itself stays as the user wrote it; what it shares is a set."""
    with TemporaryDirectory() as place:
        (Path(place) / "runtime.txt").write_text("r-4.4-2026-11-01\n", "utf-8")
        found = []
        for order in (names, in_order(names, seed)):
            script = f"install.packages(c({', '.join(map(json.dumps, order))}))\n"
            (Path(place) / "install.R").write_text(script, "utf-8")
            plan = depnorm.plan(place)
            found.append((essence(plan), shared_text(plan)))
    assert found[0] == found[1]


def test_a_lock_does_not_depend_on_how_requirements_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every spelling asks the index the same question: one resolution is kept, and its answer is one lock."""
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "cache"))
    lines = ("python-dateutil>=2.8", "six", "idna>=3,<4", 'colorama; sys_platform == "win32"')
    path = tmp_path / "repo" / "requirements.txt"
    path.parent.mkdir()
    locks = []
    for seed in range(6):
        spelling = replace(PLAIN, seed=seed, encoding=ENCODINGS[seed % 4], separators="-_."[seed % 3], upper=seed > 2)
        spelling.write(lines, path)
        locks.append(depnorm.lock(path.parent, as_of="2024-06-01"))
    assert {each.name for each in locks[0].packages} == {"idna", "python-dateutil", "six"}
    assert locks == [locks[0]] * len(locks)
    assert len(list((tmp_path / "cache" / "resolutions").iterdir())) == 1


MACHINES = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C", "HOME": "/nonexistent"},
    {"PYTHONHASHSEED": "2", "TZ": "Asia/Kolkata", "LC_ALL": "C.UTF-8", "PIP_INDEX_URL": "https://index.example.org"},
)


@pytest.mark.parametrize("sample", ["notebooks-and-package", "conda-pip-section", "mixed-python-r", "apt-postbuild"])
def test_a_plan_does_not_depend_on_the_machine(sample: str, tmp_path: Path) -> None:
    """Other directory, time, modes, language, user's settings and order of sets: the same bytes."""
    told = set()
    for number, machine in enumerate(MACHINES):
        place = tmp_path / ("here", "deeper/and deeper")[number]
        copytree(SAMPLES / sample / "repo", place)
        for path in place.rglob("*"):
            os.utime(path, (0, number * 1_000_000))
        commands = (["plan", str(place), "--format", "json"], ["dockerfile", "."])
        environment = {"PATH": os.environ["PATH"], **machine}
        told.add(tuple(_run(command, place, environment) for command in commands))
    assert len(told) == 1


def _run(command: list[str], place: Path, environment: dict[str, str]) -> bytes:
    run = [sys.executable, "-m", "depnorm", *command]
    return subprocess.run(run, cwd=place, env=environment, capture_output=True, check=True).stdout
