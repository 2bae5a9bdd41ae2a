"""Documents to JSON text."""

from typing import Any

import msgspec

from depnorm.report.redact import encodable


def encode_json(document: msgspec.Struct | dict[str, Any]) -> str:
    """A document as indented JSON, keys in the order of the struct, a line feed at the end.

    Every string in it is redacted here, so that no field can be forgotten.
    """
    return encode_json_verbatim(_encodable(msgspec.to_builtins(document)))


def encode_json_verbatim(document: msgspec.Struct | dict[str, Any]) -> str:
    """The same for depnorm's own text, which holds sample credentials and instructions that must not be touched."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode("utf-8") + "\n"


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value
