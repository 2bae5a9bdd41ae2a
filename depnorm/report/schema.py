"""JSON Schemas, made from the types that are encoded, so that they cannot drift from the documents."""

from collections.abc import Mapping
from typing import Any

import msgspec

from depnorm.report import corpus_documents, documents
from depnorm.report.encode import encode_json_verbatim
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


def json_schema(name: SchemaName) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document."""
    schema = msgspec.json.schema(_DOCUMENTS[name])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"depnorm {name.value}",
        **schema,
    }


def format_schema(name: SchemaName) -> str:
    """The same as text."""
    return encode_json_verbatim(json_schema(name))
