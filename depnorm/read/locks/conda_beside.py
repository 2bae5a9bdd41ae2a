"""What depnorm writes into a conda-lock.yml beside what the format has a place for (`custom_metadata`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from depnorm.model import Ecosystem, LeftOut, LeftOutKind
from depnorm.read.locks.fields import (
    FieldError,
    checked_text,
    items_at,
    optional_text,
    python_name,
    python_version,
    text,
)

KEY = "depnorm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Who made the lock, what it had to leave out, and which packages write the same files."""

    created_by: str = "conda-lock"
    left_out: tuple[LeftOut, ...] = ()
    colliding: frozenset[str] = frozenset()


def read_beside(custom: Mapping[str, str] | None) -> Beside:
    """What the metadata tell; conda-lock's own files tell nothing. Raises `FieldError`."""
    if not custom or KEY not in custom:
        return Beside()
    try:
        table = json.loads(custom[KEY])
    except (ValueError, RecursionError) as error:
        raise FieldError(f"metadata.custom_metadata.{KEY}: is no JSON") from error
    if not isinstance(table, dict):
        raise FieldError(f"metadata.custom_metadata.{KEY}: expected a table")
    return Beside(
        created_by=text(table, "created_by"),
        left_out=tuple(map(_left_out, items_at(table, "left_out"))),
        colliding=frozenset(checked_text(each, "colliding") for each in items_at(table, "colliding")),
    )


def _left_out(value: object) -> LeftOut:
    if not isinstance(value, dict):
        raise FieldError("left_out: expected tables")
    try:
        ecosystem, kind = Ecosystem(text(value, "ecosystem")), LeftOutKind(text(value, "kind"))
    except ValueError as error:
        raise FieldError(f"left_out: {error}") from error
    name, version = text(value, "name"), optional_text(value, "version")
    if ecosystem is Ecosystem.PYPI and version is not None:  # without one, the name may be a URL
        python_name(name)
        python_version(version)
    return LeftOut(
        ecosystem=ecosystem,
        name=name,
        version=version,
        kind=kind,
        why=text(value, "why"),
    )
