"""Real repositories: nothing crashes, nothing is lost."""

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import depnorm
from depnorm.errors import UnsupportedError
from depnorm.model import Plan, SpecFile
from depnorm.read.formats import parse
from depnorm.read.spec_names import format_of
from depnorm.read.text import decode
from depnorm.report.as_json import findings_json, inspect_json, plan_json
from depnorm.report.formats import SchemaName
from depnorm.report.schema import json_schema

STRUCTURE = ("#", ";")


def repositories(corpus: Path) -> list[Path]:
    return sorted(path for path in (corpus / "repos").iterdir() if path.is_dir())


def lost_lines(text: str, file: SpecFile) -> list[str]:
    """Lines with content that no dependency, reference, option or problem spans."""
    covered = {item.location.line + offset for item in file.items() for offset in range(item.raw.count("\n") + 1)}
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [
        f"{number}: {line}"
        for number, line in enumerate(lines, start=1)
        if line.strip("\ufeff\f\v \t\0") and not line.strip().startswith(STRUCTURE) and number not in covered
    ]


def dockerfile_or_reason(plan: Plan) -> str:
    """The Dockerfile, or why there is none: another tool's repository, or a Python that is too old."""
    try:
        return depnorm.dockerfile(plan)
    except UnsupportedError as error:
        return str(error)


def test_every_repository_gives_a_plan(real_corpus: Path) -> None:
    """`plan`, `check`, `inspect` and `dockerfile` answer for every repository, in JSON that its schema admits."""
    schemas = {name: Draft202012Validator(json_schema(SchemaName(name))) for name in ("plan", "check", "inspect")}
    for repository in repositories(real_corpus):
        plan = depnorm.plan(repository)
        schemas["plan"].validate(json.loads(plan_json(plan)))
        schemas["check"].validate(json.loads(findings_json(depnorm.check(repository))))
        schemas["inspect"].validate(json.loads(inspect_json(depnorm.inspect(repository))))
        assert dockerfile_or_reason(plan)


def test_no_line_of_a_used_file_is_lost(real_corpus: Path) -> None:
    """Every line with content of every file that counts is in a dependency, reference, option or problem."""
    lost = {}
    for repository in repositories(real_corpus):
        for file in depnorm.inspect(repository):
            text = decode((repository / file.path).read_bytes()).text
            if lines := lost_lines(text, file):
                lost[f"{repository.name}/{file.path}"] = lines
    assert lost == {}


def history(corpus: Path) -> Iterator[tuple[str, bytes]]:
    """The distinct older texts, each with its path."""
    seen = set()
    with gzip.open(corpus / "history.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            data = base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode("utf-8", "surrogatepass")
            if (row["path"], data) not in seen:
                seen.add((row["path"], data))
                yield row["path"], data


def test_no_line_of_history_is_lost(real_corpus: Path) -> None:
    """The same for every older version of such a file."""
    lost = {}
    for path, data in history(real_corpus):
        file = parse(data, path, format_of(path))
        if file.format.value not in {"lock", "other"} and (lines := lost_lines(decode(data).text, file)):
            lost[path] = lines
    assert lost == {}


@pytest.mark.parametrize("layout", [b"", b"\xff\xfe", b"\0" * 100, "é".encode("latin-1"), b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    "name",
    ["requirements.txt", "environment.yml", "install.R", "apt.txt", "runtime.txt", "pyproject.toml", "postBuild"],
)
def test_any_bytes_give_a_plan(tmp_path: Path, name: str, layout: bytes) -> None:
    """Files that hold no text of their format still give a plan."""
    (tmp_path / name).write_bytes(layout)
    assert depnorm.plan(tmp_path).choice is not None
