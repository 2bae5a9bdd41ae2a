"""What `"schema": 1` promises: keys are added, and never go away or change their type, until the number changes.

`documents/` and `schemas/` hold what version 1 printed. A failure here means that somebody's program breaks: take the
change back, or bump `schema.VERSION`, the `Literal` of the documents, and say in the CHANGELOG what to do. What is only
new is stored by `python tests/report/printed_documents.py`.
"""

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest
from printed_documents import HERE, Shape, printed_documents, shape

from depnorm.report.field_texts import FIELDS
from depnorm.report.formats import SchemaName
from depnorm.report.schema import VERSION, json_schema

BUMP = "this breaks whoever reads version 1: bump the schema version, or take it back"
STORE = "run `python tests/report/printed_documents.py`, and commit what it adds"
WITHOUT_DOCUMENTS = frozenset({"config"})
"""Schemas of files that people write."""
NAMES = [name for name in SchemaName if name.value not in WITHOUT_DOCUMENTS]


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Mapping[SchemaName, Any]:
    return printed_documents(tmp_path_factory.mktemp("documents").resolve())


def stored(directory: str, name: SchemaName) -> Any:
    path = HERE / directory / f"{name.value}.json"
    assert path.exists(), f"{path.name}: nothing is stored of it yet; {STORE}"
    return json.loads(path.read_text(encoding="utf-8"))


def lost(before: Shape, now: Shape) -> list[str]:
    """What readers of the older document would miss, or find as something else."""
    told = []
    for place, kinds in before.items():
        if place not in now:
            told.append(f"{place} is gone")
        elif (had := kinds - {"NoneType"}) and (has := now[place] - {"NoneType"}) and had.isdisjoint(has):
            told.append(f"{place} was {sorted(had)} and is {sorted(has)}")
    return told


def promises(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Each field of a schema with what it may be, without descriptions."""
    return {
        f"{type_name}.{field}": {key: each for key, each in said.items() if key != "description"}
        for type_name, definition in schema["$defs"].items()
        for field, said in definition.get("properties", {}).items()
    }


def admits(now: Any, before: Any) -> bool:
    """Whether what is said today holds for all that was said before: the same, or words that were added to a list."""
    if isinstance(before, dict) and isinstance(now, dict):
        return before.keys() == now.keys() and all(admits(now[key], each) for key, each in before.items())
    if isinstance(before, list) and isinstance(now, list):
        return all(any(admits(each, one) for each in now) for one in before)
    return bool(before == now)


@pytest.mark.parametrize("name", NAMES)
def test_today_s_schema_admits_what_version_1_printed(name: SchemaName) -> None:
    """A document that somebody kept is still valid."""
    jsonschema.Draft202012Validator(json_schema(name)).validate(stored("documents", name))


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_schema_admits_what_is_printed_today(name: SchemaName, today: Mapping[SchemaName, Any]) -> None:
    """Whoever keeps a schema, to be sure of a version, can validate with it what a later depnorm prints."""
    jsonschema.Draft202012Validator(stored("schemas", name)).validate(today[name])


@pytest.mark.parametrize("name", NAMES)
def test_no_key_goes_away_or_changes_its_type(name: SchemaName, today: Mapping[SchemaName, Any]) -> None:
    """The same inputs give every key that they gave, with the same type."""
    assert lost(shape(stored("documents", name)), shape(today[name])) == [], BUMP


@pytest.mark.parametrize("name", NAMES)
def test_no_field_of_a_schema_goes_away_or_changes(name: SchemaName) -> None:
    """That holds for fields of which the stored document says nothing, too."""
    before, now = stored("schemas", name), json_schema(name)
    changed = [each for each, said in promises(before).items() if not admits(promises(now).get(each), said)]
    assert changed == [], BUMP
    required = {key: set(each.get("required", ())) for key, each in before["$defs"].items()}
    missing = [key for key, each in required.items() if not each <= set(now["$defs"][key].get("required", ()))]
    assert missing == [], BUMP


@pytest.mark.parametrize("name", NAMES)
def test_what_is_new_is_stored(name: SchemaName) -> None:
    """From the day on which it is printed, it is promised."""
    assert promises(json_schema(name)).keys() <= promises(stored("schemas", name)).keys(), STORE


@pytest.mark.parametrize("name", SchemaName)
def test_schemas_say_what_they_are_of(name: SchemaName) -> None:
    """`$id` and title name the document and its version; every type and every field is described."""
    schema = json_schema(name)
    assert schema["$id"] == f"urn:depnorm:schema:{name.value}:{VERSION}"
    assert schema["title"] == f"depnorm {name.value}, version {VERSION}"
    assert schema["description"]
    told = {
        f"{key}.{field}": each.get("description")
        for key, said in schema["$defs"].items()
        for field, each in said.get("properties", {}).items()
    }
    assert [place for place, text in told.items() if not text] == [], "report/field_texts.py has the descriptions"


def test_the_comparison_sees_what_breaks() -> None:
    """A key that is gone, renamed or of another type is told; one that is added is not."""
    before = {"schema": 1, "stages": [{"name": "a", "bytes": None}, {"name": "b", "bytes": 3}]}
    assert lost(shape(before), shape({**before, "new": True})) == []
    assert lost(shape(before), shape({"schema": 1, "stages": [{"title": "a", "bytes": 1}]})) == [
        ".stages[].name is gone"
    ]
    assert lost(shape(before), shape({"schema": 1, "stages": [{"name": "a", "bytes": "3"}]})) == [
        ".stages[].bytes was ['number'] and is ['str']"
    ]
    assert not admits({"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "null"}]})
    assert admits({"enum": ["a", "b", "c"]}, {"enum": ["a", "b"]})
    assert not admits({"enum": ["a"]}, {"enum": ["a", "b"]})


def test_no_field_text_is_left_over() -> None:
    """A description of a field that no document has is dead."""
    types = {key: said.get("properties", {}) for name in SchemaName for key, said in json_schema(name)["$defs"].items()}
    assert [(key, field) for key, each in FIELDS.items() for field in each if field not in types.get(key, {})] == []


def test_every_stored_file_is_of_a_document() -> None:
    """Nothing is kept that is compared with nothing."""
    names = {f"{name.value}.json" for name in NAMES}
    assert {path.name for path in (*(HERE / "documents").iterdir(), *(HERE / "schemas").iterdir())} == names
