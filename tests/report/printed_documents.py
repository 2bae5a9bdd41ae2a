"""One real document of each JSON Schema, from inputs that stay the same; as a script, it stores what they are today.

`python tests/report/printed_documents.py` writes `documents/` and `schemas/`, which say what version 1 promises: run it
to add what is new. What it takes away or changes is a new version.
"""

import contextlib
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import depnorm
from depnorm import cli
from depnorm.model.verification import Comparison, Difference, DifferenceKind, Installation
from depnorm.report.formats import SchemaName
from depnorm.report.schema import json_schema

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SAMPLES = ROOT / "corpus"
LOCKS = ROOT / "tests" / "read" / "locks"
REGISTRY = "registry.example.org/layers"


OPEN = frozenset({"dropped", "left_out", "permitted", "rows", "severities", "rules"})
"""Objects whose keys are data."""
Shape = dict[str, set[str]]


def parts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Where something stands in a document, and its type; the items of a list stand in one place."""
    yield place, {dict: "object", list: "array", int: "number", float: "number"}.get(type(value), type(value).__name__)
    if isinstance(value, dict):
        is_open = place.rpartition(".")[2] in OPEN
        for key, each in value.items():
            yield from parts(each, f"{place}.*" if is_open else f"{place}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from parts(each, f"{place}[]")


def shape(document: Any) -> Shape:
    found: Shape = {}
    for place, kind in parts(document):
        found.setdefault(place, set()).add(kind)
    return found


def printed(*command: str) -> str:
    """What a command prints."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        assert cli.run([*command, "--format", "json"]) in {0, 1}, command
    return told.getvalue()


def sample(name: str) -> str:
    return str(SAMPLES / name / "repo")


def locked(name: str) -> str:
    return depnorm.lock_json(depnorm.read_lock(LOCKS / name, python="3.12"))


def verified() -> str:
    """Two installations that differ in each way; the values are made by hand, since the real thing takes a minute."""
    kinds = [*DifferenceKind]
    differences = tuple(Difference(kind=kind, name=f"a {kind}", plain="1.0", staged="") for kind in kinds)
    installed = Installation(packages={"six": "1.16.0"}, files={"six.py": "0" * 64}, imports={"six": ""})
    return depnorm.verification_json(
        depnorm.Verification(
            engine=depnorm.Engine.VENV,
            plan=depnorm.plan(sample("plain-scipy")),
            plain=installed,
            staged=installed,
            comparison=Comparison(differences=differences, permitted={"compiled where it stands": 2}),
            not_compared=("R packages",),
            log="the end of a log",
            python="3.12.7",
        )
    )


def environments() -> str:
    """Closures as lines of JSON: groups of packages in two versions, and one of its own in each."""
    chance = random.Random(1)  # noqa: S311  repeatable data
    lines = []
    for number in range(40):
        version = chance.choice(("1.0", "2.0"))
        closure = [[f"{group}{each}", version] for group in chance.sample("abc", 2) for each in range(4)]
        lines.append({"id": f"r{number}", "declared": ["a0"], "closure": [*closure, [f"own{number}", "1.0"]]})
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def history(place: Path) -> str:
    """A clone of two commits, of which the second touches no spec file."""
    place.mkdir()
    date = "2026-01-01T00:00:00Z"
    given = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run([*git, "init", "-q", "-b", "main"], cwd=place, env=given, check=True)
    for name, text in (("requirements.txt", "numpy\n-e .\n"), ("README.md", "words\n")):
        (place / name).write_text(text, encoding="utf-8")
        subprocess.run([*git, "add", "."], cwd=place, env=given, check=True)
        subprocess.run([*git, "commit", "-q", "-m", name], cwd=place, env=given, check=True)
    return str(place)


def of_a_corpus(place: Path) -> Iterator[tuple[SchemaName, str]]:
    """The documents about many repositories, each from the files that the one before it wrote."""
    lines, facts, catalog = place / "closures.jsonl", place / "facts.parquet", place / "catalog.json"
    lines.write_text(environments(), encoding="utf-8")
    inputs = (sample("plain-scipy"), history(place / "clone"), str(lines))
    yield SchemaName.CORPUS_FACTS, printed("corpus", "facts", *inputs, "-o", str(facts))
    yield SchemaName.CORPUS_REBUILDS, printed("corpus", "rebuilds", str(facts))
    yield SchemaName.CORPUS_MINE, printed("corpus", "mine", str(facts), "--max-layers", "4", "-o", str(catalog))
    known = ("--catalog", str(catalog))
    yield SchemaName.CORPUS_SCORE, printed("corpus", "score", str(facts), *known)
    yield SchemaName.CORPUS_ASSIGN, printed("corpus", "assign", str(facts), *known, "-o", str(place / "layers.jsonl"))
    yield SchemaName.CORPUS_REPORT, printed("corpus", "report", str(facts), *known, "-o", str(place / "report.html"))


def of_one(place: Path) -> Iterator[tuple[SchemaName, str]]:
    """The other documents."""
    python, conda, mixed = sample("notebooks-and-package"), sample("conda-pip-section"), sample("mixed-python-r")
    yield SchemaName.INSPECT, printed("inspect", python, conda, mixed, sample("broken-lines"), sample("private-index"))
    yield SchemaName.PLAN, printed("plan", python, "--no-config")
    yield SchemaName.DIFF, printed("diff", python, sample("plain-scipy"))
    yield SchemaName.CHECK, printed("check", python, sample("broken-lines"), "--no-config")
    baseline = place / "baseline.json"
    printed("check", python, "--no-config", "--baseline", str(baseline), "--write-baseline")
    yield SchemaName.BASELINE, baseline.read_text(encoding="utf-8")
    yield SchemaName.FIX, printed("fix", sample("untidy"), sample("broken-lines"), "--check")
    yield SchemaName.LOCK, locked("pylock.toml")
    yield SchemaName.LOCK_CRAN, locked("renv.lock")
    yield SchemaName.CATALOG, printed("catalog", "show")
    yield SchemaName.CATALOG_LIST, printed("catalog", "list")
    bake = ("catalog", "bake", str(place / "bake"), "--registry", REGISTRY, "--python", "3.12")
    yield SchemaName.CATALOG_BAKE, printed(*bake)
    yield SchemaName.DOCKERFILE, printed("dockerfile", python, "--no-config")
    yield SchemaName.EXPLAIN, printed("explain", "DN101")
    yield SchemaName.VERIFY, verified()


def printed_documents(place: Path) -> dict[SchemaName, Any]:
    """Every document, by its schema; `place` is a scratch directory, whose name is in none of them."""
    makers: tuple[Callable[[Path], Iterator[tuple[SchemaName, str]]], ...] = (of_one, of_a_corpus)
    roots = ((str(place), "scratch"), (str(ROOT), "depnorm"))
    found = {}
    for make in makers:
        for name, text in make(place):
            for root, word in roots:
                text = text.replace(root, word)  # noqa: PLW2901  no path of a machine is stored
            found[name] = json.loads(text)
    return found


def store() -> None:
    """Write what is printed today."""
    with TemporaryDirectory() as scratch:
        for name, document in printed_documents(Path(scratch).resolve()).items():
            _store(HERE / "documents" / f"{name.value}.json", document)
            _store(HERE / "schemas" / f"{name.value}.json", json_schema(name))


def _store(path: Path, value: Any) -> None:
    """A document that says nothing new stays the one that was printed first."""
    if path.exists() and shape(value).keys() <= shape(json.loads(path.read_text(encoding="utf-8"))).keys():
        return
    path.write_text(f"{json.dumps(value, indent=1, ensure_ascii=False)}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(store())  # type: ignore[func-returns-value]  # None is success
