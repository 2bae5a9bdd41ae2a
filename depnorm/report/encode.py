"""Documents to JSON text."""

from typing import Any

import msgspec

from depnorm.report.redact import encodable


def encode_json(document: msgspec.Struct | dict[str, Any]) -> str:
    """A document as indented JSON, keys in the order of the struct, a line feed at the end.

    Every string in it is redacted here, so that no field can be forgotten.
    """
    return encode_json_verbatim(_encodable(msgspec.to_builtins(document), _Shown()))


def encode_json_verbatim(document: msgspec.Struct | dict[str, Any]) -> str:
    """The same for depnorm's own text, which holds sample credentials and instructions that must not be touched."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode("utf-8") + "\n"


class _Shown(dict[str, str]):
    """What is shown of each text, worked out once: a document repeats its keys, rules, paths and hints."""

    def __missing__(self, text: str) -> str:
        shown = self[text] = encodable(text)
        return shown


def _encodable(value: Any, shown: _Shown) -> Any:
    if isinstance(value, str):
        return shown[value]
    if isinstance(value, dict):
        return {shown[key]: _encodable(item, shown) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item, shown) for item in value]
    return value
