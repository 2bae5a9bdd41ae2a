"""Each reader keeps its promises on inputs that chance made; `fuzz.py` is led by coverage, and runs longer."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from fuzz_seeds import REGRESSIONS, seed_paths, seeds
from reader_invariants import BrokenPromiseError, is_faithful, targets

from depnorm.model import Location, Option, SpecFile, SpecFormat
from depnorm.read.formats import READERS

FUZZ = Path(__file__).parent / "fuzz.py"
TARGETS = targets(seed_paths())
RUNS = "1000"
"""The same ones each time, so without a guide: a new one is found at a desk, not in somebody else's submission."""
HAS_WHEELS = sys.platform == "linux" and sys.version_info < (3, 15)
"""Where atheris installs without a compiler of its own: elsewhere `fuzz.py` mixes seeds and words blindly."""


def fuzz(*arguments: str, place: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(FUZZ), *arguments, "--corpus", str(place)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONHASHSEED": "0"} | environment,
    )


def finds() -> Iterator[tuple[str, bytes]]:
    yield from ((path.parent.name, path.read_bytes()) for path in sorted(REGRESSIONS.glob("*/*")))


def test_every_reader_is_fuzzed() -> None:
    """A format that is read has a target, with real files to start from."""
    assert TARGETS.keys() == {each.value for each in READERS} | {"dockerignore"}
    assert [target for target in TARGETS if not seeds(target)] == []


@pytest.fixture(scope="module")
def short_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, "subprocess.CompletedProcess[str]"]:
    """A run of each target from the real files on, two at a time: most of it is starting Python."""
    place = tmp_path_factory.mktemp("runs")
    with ThreadPoolExecutor(2) as pool:
        options = ("--blind", "--runs", RUNS, "--seconds", "600", "--seed", "1")
        runs = pool.map(lambda each: fuzz(each, *options, place=place / each), TARGETS)
        return dict(zip(TARGETS, runs, strict=True))


@pytest.mark.parametrize("target", TARGETS)
def test_a_short_run_finds_nothing(target: str, short_runs: Mapping[str, "subprocess.CompletedProcess[str]"]) -> None:
    """Mixtures of real files and of words that mean something to the reader keep every promise."""
    run = short_runs[target]
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]
    assert f"Done {RUNS} runs" in run.stderr


def test_a_run_with_the_guide_is_led_by_coverage(tmp_path: Path) -> None:
    """Where atheris has wheels, a run without it would be a silent loss."""
    run = fuzz("apt", "--runs", "500", "--seed", "1", place=tmp_path)
    assert (run.returncode, "Done" in run.stderr) == (0, True), run.stderr
    assert ("stat::number_of_executed_units" in run.stderr) == (find_spec("atheris") is not None)
    assert (find_spec("atheris") is not None) or not HAS_WHEELS


@pytest.mark.parametrize(("target", "data"), list(finds()))
def test_past_finds_stay_mended(target: str, data: bytes) -> None:
    """What fuzzing found once."""
    TARGETS[target](data)


@pytest.mark.parametrize("engine", [(), ("--blind",)])
def test_a_broken_promise_is_reported(engine: tuple[str, ...], tmp_path: Path) -> None:
    """The harness itself: a reader that raises ends the run, and the input is kept."""
    (tmp_path / "sitecustomize.py").write_text("import depnorm.read.apt as apt\napt._package = None\n")
    run = fuzz("apt", *engine, "--seconds", "20", place=tmp_path, PYTHONPATH=str(tmp_path))
    assert run.returncode != 0
    assert "TypeError" in run.stdout + run.stderr
    assert list(tmp_path.glob("crash-*"))


LOCATION = Location(path="requirements.txt", line=1)


@pytest.mark.parametrize(
    ("items", "complaint"),
    [
        ((), "line 1 is lost"),
        ((Option(name="a", value="", location=LOCATION, raw="numpy"),), "line 3 is lost"),
        ((Option(name="a", value="", location=LOCATION, raw="numpy\n#\nb "),), "not verbatim"),
        ((Option(name="a", value="", location=replace(LOCATION, line=4), raw="b"),), "behind the last line"),
        ((Option(name="a", value="", location=replace(LOCATION, line=0), raw="b"),), "about the whole file"),
    ],
)
def test_the_promises_are_checked(items: tuple[Option, ...], complaint: str) -> None:
    """The harness itself: what a reader could do wrong with two requirements and a comment between."""
    spec_file = SpecFile(path="requirements.txt", format=SpecFormat.REQUIREMENTS, options=items)
    with pytest.raises(BrokenPromiseError, match=complaint):
        is_faithful(spec_file, b"numpy\n#\nb\n")
