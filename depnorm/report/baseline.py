"""A baseline as text that differs by a few lines where findings do."""

from collections.abc import Iterable

from depnorm.model.baseline import BaselineEntry
from depnorm.report import documents
from depnorm.report.encode import encode_json


def render_baseline(entries: Iterable[BaselineEntry]) -> str:
    """The entries, each once, by path, rule and message (`depnorm schema baseline`); credentials are redacted."""
    return encode_json(
        documents.BaselineDocument(
            schema=1,
            findings=tuple(
                documents.BaselineEntry(
                    path=entry.path, rule=entry.rule, message=entry.message, fingerprint=entry.fingerprint
                )
                for entry in sorted(set(entries))
            ),
        )
    )
