"""Every environment.yml of the corpus, today's and older ones, with ruamel and rattler as oracles."""

import base64
import gzip
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from rattler import MatchSpec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from depnorm.model import Ecosystem, SpecFile
from depnorm.read.conda import parse_environment

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
SUFFIXES = (".yml", ".yaml")
# Specs that conda reads and rattler does not (name, version), and those that name no package (None).
CONDA_DIFFERS = {
    "pyvista[all]": ("pyvista", ""),
    "g++": None,
    "-c conda-forge ffmpeg": None,
    "jupyter_contrib_nbextensions && jupyter contrib nbextension install": None,
}


def corpus() -> Iterator[tuple[str, bytes]]:
    for path in sorted((CORPUS / "repos").rglob("*")):
        if path.suffix in SUFFIXES and path.is_file():
            yield str(path.relative_to(CORPUS)), path.read_bytes()
    with gzip.open(CORPUS / "history.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if record["path"].endswith(SUFFIXES):
                data = record["text"].encode() if "text" in record else base64.b64decode(record["base64"])
                yield f"{record['repo']}@{record['commit']}:{record['path']}", data


@pytest.fixture(scope="module")
def files() -> list[tuple[str, bytes, SpecFile]]:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}")
    return [(name, data, parse_environment(data, "environment.yml")) for name, data in corpus()]


def load(data: bytes) -> dict[str, object] | None:
    """The file as conda loads it, None where conda cannot."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-16")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return None
    return loaded if isinstance(loaded, dict) else None


def specs_of(data: bytes) -> list[str]:
    listed = (load(data) or {}).get("dependencies") or []
    assert isinstance(listed, list)
    return [item for item in listed if isinstance(item, str)]


def expected(spec: str) -> tuple[str | None, str, str | None] | None:
    if spec in CONDA_DIFFERS:
        differing = CONDA_DIFFERS[spec]
        return (*differing, None) if differing else None
    match = MatchSpec(spec)
    version = str(match.version or "")
    return match.name.normalized if match.name else None, "" if version == "*" else version, match.build


def test_no_line_is_lost(files: list[tuple[str, bytes, SpecFile]]) -> None:
    """Every line that is neither blank nor a comment is in the span of some item."""
    for name, data, file in files:
        covered = {
            line
            for item in file.items()
            for line in range(item.location.line, item.location.line + item.raw.count("\n") + 1)
        }
        for number, line in enumerate(data.decode(file.encoding).splitlines(), 1):
            if line.strip() and not line.strip().startswith("#"):
                assert number in covered, f"{name}:{number}: {line}"


def test_specs_are_those_that_rattler_reads(files: list[tuple[str, bytes, SpecFile]]) -> None:
    """Name, version and build of each conda spec are MatchSpec's, but for the list of differences."""
    for name, data, file in files:
        found = [(d.name, d.spec, d.build) for d in file.dependencies if d.ecosystem is Ecosystem.CONDA]
        wanted = [spec for spec in map(expected, specs_of(data)) if spec]
        assert found == wanted, name


def test_raw_is_the_physical_line(files: list[tuple[str, bytes, SpecFile]]) -> None:
    """The raw text of an item is what stands at its line."""
    for name, data, file in files:
        lines = re.split(r"\r\n|\n", data.decode(file.encoding))
        for item in file.items():
            first = item.location.line - 1
            assert item.raw.split("\n") == lines[first : first + item.raw.count("\n") + 1], name


def test_only_broken_yaml_is_not_read(files: list[tuple[str, bytes, SpecFile]]) -> None:
    """A file is given up exactly where conda's YAML loader gives up, or finds no mapping."""
    for name, data, file in files:
        given_up = any(problem.message.startswith("nothing of this file") for problem in file.problems)
        assert given_up == (load(data) is None), name
    assert sum(bool(file.dependencies) for _, _, file in files) > 500
