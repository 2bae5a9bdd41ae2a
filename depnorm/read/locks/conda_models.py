"""conda-lock's own models of its file, imported without what that import does to the process."""

from functools import cache
from typing import TYPE_CHECKING, Any

from depnorm.model.quiet_import import process_kept
from depnorm.read.locks.fields import FieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_MESSAGE = 200


@cache
def _models() -> Any:
    with process_kept("conda_lock.lockfile.v1.models"):
        from conda_lock.lockfile.v1 import models  # noqa: PLC0415  0.5 s and more, and only a conda-lock.yml needs it
    return models


def validate_metadata(value: object) -> Any:
    """`metadata` as conda-lock understands it; raises `FieldError`."""
    return _validated(_models().LockMeta, value, "metadata")


def validate_entry(value: object) -> Any:
    """One element of `package` (version 1) as conda-lock understands it; raises `FieldError`."""
    return _validated(_models().LockedDependency, value, "")


def _validated(model: Any, value: object, place: str) -> Any:
    try:
        return model.model_validate(value)
    except (ValueError, KeyError, TypeError) as error:  # KeyError: conda-lock looks at a field that was refused
        raise FieldError(_reason(error, place)) from error


def _reason(error: Exception, place: str) -> str:
    errors: list[Mapping[str, Any]] = getattr(error, "errors", list)()
    if not errors:
        return f"{place}: {error!r:.200}".removeprefix(": ")
    where = ".".join(filter(None, (place, *map(str, errors[0]["loc"]))))[:_MAX_MESSAGE]
    message = " ".join(str(errors[0]["msg"])[:_MAX_MESSAGE].split())
    return f"{where}: {message}" if where else message
