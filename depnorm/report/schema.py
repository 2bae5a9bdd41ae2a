"""JSON Schemas, made from the types that are encoded, so that they cannot drift from the documents."""

from collections.abc import Mapping
from typing import Any

import msgspec

from depnorm.report import corpus_documents, documents
from depnorm.report.encode import encode_json_verbatim
from depnorm.report.field_texts import field_text
from depnorm.report.formats import SchemaName

_DOCUMENTS: Mapping[SchemaName, type[msgspec.Struct]] = {
    SchemaName.INSPECT: documents.InspectDocument,
    SchemaName.PLAN: documents.PlanDocument,
    SchemaName.CHECK: documents.CheckDocument,
    SchemaName.FIX: documents.FixDocument,
    SchemaName.BASELINE: documents.BaselineDocument,
    SchemaName.CONFIG: documents.Configuration,
    SchemaName.LOCK: documents.LockDocument,
    SchemaName.LOCK_CRAN: documents.CranLockDocument,
    SchemaName.CATALOG: documents.CatalogDocument,
    SchemaName.CATALOG_LIST: documents.CatalogListDocument,
    SchemaName.CATALOG_BAKE: documents.BakeDocument,
    SchemaName.DOCKERFILE: documents.DockerfileDocument,
    SchemaName.EXPLAIN: documents.ExplainDocument,
    SchemaName.VERIFY: documents.VerifyDocument,
    SchemaName.DIFF: documents.DiffDocument,
    SchemaName.CORPUS_FACTS: corpus_documents.FactsDocument,
    SchemaName.CORPUS_REBUILDS: corpus_documents.RebuildsDocument,
    SchemaName.CORPUS_REPORT: corpus_documents.ReportDocument,
    SchemaName.CORPUS_MINE: corpus_documents.MinedDocument,
    SchemaName.CORPUS_SCORE: corpus_documents.ScoreDocument,
    SchemaName.CORPUS_ASSIGN: corpus_documents.AssignedDocument,
}


VERSION = 1
"""Of every document: its key `schema`."""


def json_schema(name: SchemaName) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document; its `$id` tells the document and the version, and names no host."""
    schema = msgspec.json.schema(_DOCUMENTS[name])
    own = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:depnorm:schema:{name.value}:{VERSION}",
        "title": f"depnorm {name.value}, version {VERSION}",
        "description": own.get("description", ""),
        **schema,
        "$defs": {type_name: _described(type_name, each) for type_name, each in schema["$defs"].items()},
    }


def _described(type_name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """The definition of a type with a description of each of its fields."""
    fields = definition.get("properties", {})
    told = {field: {"description": field_text(type_name, field), **each} for field, each in fields.items()}
    return {**definition, "properties": told} if told else definition


def format_schema(name: SchemaName) -> str:
    """The same as text."""
    return encode_json_verbatim(json_schema(name))
