"""Typed access to a lock file's tables: what is wrong says which key, and what was expected there."""

from collections.abc import Mapping

from packaging.version import InvalidVersion, Version

from depnorm.model import canonical_name

MAX_TEXT = 20_000
"""Characters of one name, version, URL or marker. The longest marker of real lock files has 600."""
_MAX_NAME = 256


class FieldError(ValueError):
    """A key whose value its tool could not have written; the message starts with the key."""


def text(table: Mapping[str, object], key: str) -> str:
    """The non-empty string at `key`; raises `FieldError`."""
    value = optional_text(table, key)
    if not value:
        raise FieldError(f"{key}: expected a string, found {'none' if value is None else 'an empty one'}")
    return value


def optional_text(table: Mapping[str, object], key: str) -> str | None:
    """The string at `key`, None without the key (or with JSON's and YAML's null); raises `FieldError`."""
    value = table.get(key)
    return None if value is None else checked_text(value, key)


def checked_text(value: object, key: str) -> str:
    """A string of one line of printable characters; raises `FieldError`."""
    if not isinstance(value, str):
        raise FieldError(f"{key}: expected a string, found {type(value).__name__}")
    if len(value) > MAX_TEXT or not value.isprintable():
        raise FieldError(f"{key}: expected one line of at most {MAX_TEXT} printable characters")
    return value


def table_at(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The table at `key`, an empty one without the key; raises `FieldError`."""
    value = table.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise FieldError(f"{key}: expected a table, found {type(value).__name__}")
    return value


def items_at(table: Mapping[str, object], key: str) -> list[object]:
    """The elements of the array at `key`, none without the key; raises `FieldError`."""
    value = table.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldError(f"{key}: expected an array, found {type(value).__name__}")
    return value


def tables_at(table: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The tables of the array at `key`; raises `FieldError`."""
    return [table_at({f"{key}[{place}]": item}, f"{key}[{place}]") for place, item in enumerate(items_at(table, key))]


def strings_at(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    """The strings of the array at `key`; raises `FieldError`."""
    return tuple(checked_text(item, f"{key}[{place}]") for place, item in enumerate(items_at(table, key)))


def python_name(name: str, key: str = "name") -> str:
    """The canonical name of a PyPI package; raises `FieldError`."""
    plain = name.replace("-", "").replace("_", "").replace(".", "")
    if not (plain.isalnum() and name.isascii() and name[0].isalnum() and name[-1].isalnum() and len(name) <= _MAX_NAME):
        raise FieldError(f"{key}: {name[:80]!r} is not the name of a package")
    return canonical_name(name)


def python_version(version: str | None, key: str = "version") -> str:
    """`==VERSION` in PEP 440's canonical spelling, "" for None; raises `FieldError`."""
    if version is None:
        return ""
    try:
        return f"=={Version(version)}"
    except (InvalidVersion, ValueError) as error:  # ValueError: numbers of thousands of digits
        raise FieldError(f"{key}: {version[:80]!r} is not a version (PEP 440)") from error
