"""A real conda reads what depnorm reads: every environment file of the corpus, and those that are read oddly."""

import base64
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from conda_questions import FILE_DISAGREEMENTS, SPEC_DISAGREEMENTS, SPECS, tricky_files
from conftest import CONDA_BASE, Bench

from depnorm.analyze.environment import match_spec_text
from depnorm.model import Dependency, Ecosystem, Location, SpecFile
from depnorm.read.conda import parse_environment, python_minor
from depnorm.read.match_spec import MatchedSpec, RejectedSpec, parse_match_spec

pytestmark = pytest.mark.engine

ASK = Path(__file__).parent / "ask_conda.py"
PYTHONS = [f"3.{minor}" for minor in range(5, 16)]
# No package is called otherwise: conda takes such a name, and finds nothing.
NAME = re.compile(r"(?=.*[a-z0-9])[a-z0-9_][a-z0-9_.-]*")
PROBES = (
    "0",
    "1.0",
    "1.2",
    "1.2.0",
    "1.2.1",
    "1.2.3",
    "1.20",
    "1.2a1",
    "2.0.0",
    "3.9.1",
    "3.10",
    "3.10.4",
    "3.11.0",
    "4",
)
# How a problem says that conda does not go on.
STOPS = re.compile(r"\bstops?\b|rejects|nothing of this file|finds no package")

Answer = Mapping[str, Any]


def corpus(root: Path) -> set[bytes]:
    files = {path.read_bytes() for path in (root / "repos").rglob("*.y*ml") if path.is_file()}
    with gzip.open(root / "history.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["path"].endswith((".yml", ".yaml")):
                files.add(row["text"].encode() if "text" in row else base64.b64decode(row["base64"]))
    return files


@cache
def read(data: bytes) -> SpecFile:
    return parse_environment(data, "environment.yml")


def conda_part(file: SpecFile) -> list[Dependency]:
    return [each for each in file.dependencies if each.ecosystem is Ecosystem.CONDA]


def probes(spec: str) -> list[str]:
    """Versions around those that a spec names."""
    found = set(PROBES)
    for version in re.findall(r"\d+(?:[.!+_]?\w+)*", spec):
        found |= {version, f"{version}.0", f"{version}.1", f"{version}a1", f"{version}1"}
        if (split := re.fullmatch(r"(.*?)(\d+)", version)) and len(split[2]) < 9:
            found |= {f"{split[1]}{int(split[2]) + step}" for step in (-1, 1)}
    return sorted(found)


def written(spec: str) -> str:
    """How depnorm writes a spec that it reads."""
    read = parse_match_spec(spec)
    if isinstance(read, RejectedSpec):
        return spec
    fields = {name: getattr(read, name) for name in ("name", "url", "channel", "subdir", "build")}
    location = Location(path="environment.yml")
    return match_spec_text(
        Dependency(ecosystem=Ecosystem.CONDA, location=location, raw=spec, spec=read.version, **fields)
    )


@pytest.fixture(scope="module")
def files(real_corpus: Path) -> list[bytes]:
    return [*sorted(corpus(real_corpus)), *tricky_files()]


@pytest.fixture(scope="module")
def specs(files: list[bytes]) -> list[str]:
    found = {each.raw.strip().removeprefix("-").strip() for data in files for each in conda_part(read(data))}
    return sorted({*SPECS, *(spec for spec in found if "\n" not in spec)})


@pytest.fixture(scope="module")
def answers(bench: Bench, files: list[bytes], specs: list[str]) -> Mapping[str, list[Answer]]:
    """One conda for all questions: `files`, `specs`, and `written` for the specs as depnorm writes them."""
    directory = bench.directory / "conda"
    directory.mkdir()
    asked = [(spec, probes(spec)) for spec in specs]
    again = [(written(spec), probes(spec)) for spec in specs]
    questions = {
        "files": [base64.b64encode(data).decode() for data in files],
        "specs": [*asked, *again],
        "pythons": PYTHONS,
    }
    (directory / "questions.json").write_text(json.dumps(questions), encoding="utf-8")
    volumes = (f"--volume={directory}:/asked", f"--volume={ASK}:/ask_conda.py:ro")
    command = ("/opt/conda/bin/python", "/ask_conda.py", "/asked/questions.json", "/asked/answers.json")
    bench.docker_run(CONDA_BASE, *command, options=volumes)
    answered = json.loads((directory / "answers.json").read_text(encoding="utf-8"))
    both = answered["specs"]
    return {"files": answered["files"], "specs": both[: len(specs)], "written": both[len(specs) :]}


def spec_differences(spec: str, conda: Answer, again: Answer) -> Iterator[str]:
    read = parse_match_spec(spec)
    accepted = conda["accepted"] and (conda["url"] or NAME.fullmatch(conda["name"]))
    if bool(accepted) != isinstance(read, MatchedSpec):
        yield f"accepted: {conda}"
    elif isinstance(read, MatchedSpec):
        yield from field_differences(read, conda)
        # A star behind `>=` lets pre-releases in, or not: a remark says that conda compares in its own way.
        skipped = {each for each in probes(spec) if read.remark and re.search(r"[a-z_]\d*$", each)}
        if set(conda["admitted"]) - skipped != set(again.get("admitted", ())) - skipped:
            yield f"version: {conda['version']}, not {again}"
        if not read.url and any(conda[key] != again[key] for key in ("name", "build", "channel", "subdir")):
            yield f"written: {again}"


def field_differences(read: MatchedSpec, conda: Answer) -> Iterator[str]:
    """A package file's name is its own business: conda has it only where the file is in a channel."""
    fields = ("name", "build", "channel", "subdir") if not read.url else ("name", "build", "subdir")
    for key in fields if not read.url or conda["name"] != "*" else ():
        if getattr(read, key) != conda[key]:
            yield f"{key}: {conda[key]!r}, not {getattr(read, key)!r}"


def test_specs_are_read_as_conda_reads_them(specs: list[str], answers: Mapping[str, list[Answer]]) -> None:
    """Accepted or not, name, versions, build, channel, subdir; and what depnorm writes means the same to conda."""
    pairs = zip(specs, answers["specs"], answers["written"], strict=True)
    found = {spec: list(spec_differences(spec, conda, again)) for spec, conda, again in pairs}
    differing = {spec: differences for spec, differences in found.items() if differences}
    assert {spec: each for spec, each in differing.items() if spec not in SPEC_DISAGREEMENTS} == {}
    assert SPEC_DISAGREEMENTS.keys() - differing.keys() == set(), "no longer differs"
    assert len(specs) > 3_500


def file_differences(file: SpecFile, conda: Answer) -> Iterator[str]:
    stops = [problem.message for problem in file.problems if STOPS.search(problem.message)]
    if not conda["accepted"] and not stops:
        yield f"accepted, though {conda['error']}"
    if not conda["accepted"]:
        return
    if any("finds no package" not in message for message in stops):
        yield f"refused: {stops}"
    values = {name: [o.value for o in file.options if o.name == name] for name in ("channels", "pip-requirement")}
    variables = {o.name.partition(".")[2]: o.value for o in file.options if o.name.startswith("variables.")}
    names = [each.name or "*" for each in conda_part(file)]
    named = list(conda["conda"] or ())
    if "pip" in named and "pip" not in names:
        named.remove("pip")  # conda adds it where there is a list for it
    if stops:
        named = [name for name in named if name in names]
    expected = {
        "name": (text(conda["name"]), file.option("name") or ""),
        "prefix": (text(conda["prefix"]), file.option("prefix") or ""),
        "channels": (conda["channels"], values["channels"]),
        "variables": (conda["variables"] or {}, variables),
        "pip": (lines("\n".join(conda["pip"] or [])), lines("\n".join(values["pip-requirement"]))),
        "conda": (named, names),
    }
    yield from (f"{key}: {theirs}, not {ours}" for key, (theirs, ours) in expected.items() if theirs != ours)


def text(value: object) -> str:
    return "" if value is None else str(value)


def lines(requirements: str) -> list[str]:
    return [line for line in requirements.split("\n") if line]


def test_files_are_read_as_conda_reads_them(files: list[bytes], answers: Mapping[str, list[Answer]]) -> None:
    """Accepted or not, name, prefix, channels, variables, conda's packages and pip's lines."""
    pairs = zip(files, answers["files"], strict=True)
    found = {data.decode("latin-1"): list(file_differences(read(data), conda)) for data, conda in pairs}
    differing = {data: differences for data, differences in found.items() if differences}
    assert {data: each for data, each in differing.items() if data not in FILE_DISAGREEMENTS} == {}
    assert FILE_DISAGREEMENTS.keys() - differing.keys() == set(), "no longer differs"
    assert sum(conda["accepted"] for conda in answers["files"]) > 500


def test_python_is_the_newest_that_conda_admits(files: list[bytes], answers: Mapping[str, list[Answer]]) -> None:
    """Of 3.5 to 3.15, by conda's own comparison, in every file that conda accepts."""
    accepted = [(data, conda) for data, conda in zip(files, answers["files"], strict=True) if conda["accepted"]]
    wrong = {
        data: (conda["python"], python_minor(read(data), PYTHONS))
        for data, conda in accepted
        if conda["python"] != python_minor(read(data), PYTHONS)
    }
    assert wrong == {}
    assert len(set(chain(conda["python"] for _, conda in accepted))) > 8
