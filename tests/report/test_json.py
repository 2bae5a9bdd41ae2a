"""JSON documents: the keys of the contract, in order, valid by their own schema, and safe."""

import json
from typing import Any

import jsonschema
import msgspec
import pytest
from report_samples import HOSTILE, SECRET, finding, plan, spec_file, stage, stage_package

from depnorm.model import Location, Mode, Option, Plan, SpecFile, SpecFormat, StageKind
from depnorm.report.as_json import findings_json, inspect_json, plan_json
from depnorm.report.formats import SchemaName
from depnorm.report.schema import format_schema, json_schema

TEXTS = ("numpy", *HOSTILE)


def validate(text: str, name: SchemaName) -> Any:
    document = json.loads(text)
    jsonschema.Draft202012Validator(json_schema(name)).validate(document)
    return document


@pytest.mark.parametrize("text", TEXTS)
def test_documents_are_valid_by_their_schemas(text: str) -> None:
    """Whatever a repository holds, each document can be read back and fits its schema."""
    validate(inspect_json([spec_file(text)]), SchemaName.INSPECT)
    validate(plan_json(plan(text)), SchemaName.PLAN)
    validate(findings_json([finding(text)]), SchemaName.CHECK)


@pytest.mark.parametrize("text", TEXTS)
def test_strict_readers_accept_the_documents(text: str) -> None:
    """No lone surrogate reaches the output, which readers stricter than Python's would refuse."""
    for document in (inspect_json([spec_file(text)]), plan_json(plan(text)), findings_json([finding(text)])):
        msgspec.json.decode(document.encode("utf-8"))


@pytest.mark.parametrize("name", SchemaName)
def test_schemas_are_schemas(name: SchemaName) -> None:
    """Each schema is valid JSON Schema 2020-12."""
    jsonschema.Draft202012Validator.check_schema(json.loads(format_schema(name)))


@pytest.mark.parametrize("name", sorted({*SchemaName} - {SchemaName.CONFIG}))  # people write a configuration, in TOML
def test_documents_begin_with_their_schema(name: SchemaName) -> None:
    """Each schema of a document demands `"schema": 1` first."""
    schema = json.loads(format_schema(name))
    document = schema["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    assert next(iter(document["properties"])) == "schema"
    assert document["properties"]["schema"]["enum"] == [1]
    assert "schema" in document["required"]


def test_schema_refuses_what_the_contract_does_not_allow() -> None:
    """The schema is not so loose that anything fits."""
    document = json.loads(findings_json([finding()]))
    document["findings"][0]["severity"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json_schema(SchemaName.CHECK)).validate(document)


def test_inspect_has_the_keys_of_the_contract_in_order() -> None:
    """`depnorm inspect --format json`: DESIGN's keys, conda's three for conda only, and some more."""
    document = json.loads(inspect_json([spec_file()]))
    assert list(document) == ["schema", "files"]
    assert list(document["files"][0]) == [
        "path", "format", "encoding", "dependencies", "references", "options", "problems",
    ]  # fmt: skip
    pypi, conda, unnamed = document["files"][0]["dependencies"]
    assert list(pypi) == [
        "ecosystem", "name", "spec", "extras", "marker", "url", "editable", "hashes", "group", "line", "raw",
    ]  # fmt: skip
    assert conda.keys() - pypi.keys() == {"channel", "subdir", "build"}
    assert (conda["channel"], conda["subdir"], conda["build"]) == ("numpy", None, "py_0")
    assert unnamed["name"] is None
    reference = document["files"][0]["references"][0]
    assert {"kind", "target", "resolved", "scope", "line", "raw"} <= reference.keys()
    assert (reference["kind"], reference["scope"], reference["line"]) == ("include", "files", 3)
    assert {"name", "value", "line"} <= document["files"][0]["options"][0].keys()
    assert {"line", "message", "raw"} <= document["files"][0]["problems"][0].keys()


def test_plan_has_the_keys_of_the_contract_in_order() -> None:
    """`depnorm plan --format json`: DESIGN's keys."""
    document = json.loads(plan_json(plan()))
    assert list(document) == [
        "schema", "mode", "builder", "as_of", "target", "spec_files", "findings", "stages", "layers", "slim", "sharing",
        "left_out", "lock_file",
    ]  # fmt: skip
    assert list(document["spec_files"]) == ["used", "ignored"]
    assert document["findings"][0] == {
        "rule": "DN101", "severity": "warning", "path": "numpy", "line": 4,
        "message": "numpy", "hint": "numpy", "target": "numpy", "end_line": 4, "fingerprint": "", "ignored": None,
    }  # fmt: skip
    base, shared, early, copy = document["stages"]
    assert [item["kind"] for item in (base, shared, early, copy)] == ["base", "shared", "early", "copy"]
    assert (shared["key"], shared["bytes"], shared["seen_in"]) == ("0123", 48_123_456, 312)
    assert shared["packages"][0] == {"ecosystem": "pypi", "name": "package0", "version": "1.0", "spec": "", "why": ""}
    assert early["packages"][0]["version"] is None
    assert (early["key"], early["bytes"], early["needs"], copy["needs"]) == (None, None, ["numpy"], ["."])
    assert document["sharing"] == {"shared_bytes": 48_123_456, "own_bytes": None}


@pytest.mark.parametrize(("size", "expected"), [(1000, 1000), (None, None)])
def test_own_bytes_are_known_only_with_a_lock(size: int | None, expected: int | None) -> None:
    """The repository's own download is a number only where every stage knows its size."""
    own = stage(StageKind.OWN, "own", packages=(stage_package("x", "1"),), size=size)
    sample = plan(mode=Mode.LOCKED)
    locked = Plan(**{name: getattr(sample, name) for name in Plan.__slots__} | {"stages": (*sample.stages[:2], own)})
    assert json.loads(plan_json(locked))["sharing"]["own_bytes"] == expected


def test_no_document_holds_a_credential() -> None:
    """Raw lines and URLs are redacted, in the contract's own form."""
    text = inspect_json([spec_file()])
    assert SECRET not in text
    assert json.loads(text)["files"][0]["options"][0]["value"] == "https://***@packages.example.org/simple"
    assert SECRET not in findings_json([finding(f"https://me:{SECRET}@host/x")])
    assert SECRET not in plan_json(plan(f"https://me:{SECRET}@host/x"))


@pytest.mark.parametrize(("length", "raws"), [(1000, ["x" * 1000] * 3), (1001, ["x" * 1001, "…", "…"])])
def test_a_long_line_is_in_full_with_its_first_item(length: int, raws: list[str]) -> None:
    """A document grows with the file, not with the square of its longest line."""
    place = Location(path="apt.txt", line=1)
    items = tuple(Option(name=name, value="", location=place, raw="x" * length) for name in "abc")
    document = json.loads(inspect_json([SpecFile(path="apt.txt", format=SpecFormat.APT, options=items)]))
    assert [each["raw"] for each in document["files"][0]["options"]] == raws
