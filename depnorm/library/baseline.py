"""Baselines: read from a file, and what findings are to them."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from depnorm.errors import UsageError
from depnorm.model import Finding, Ignored, IgnoredBy
from depnorm.model.baseline import BaselineEntry

DEFAULT_NAME = "depnorm-baseline.json"
MAX_BYTES = 64 * 1024 * 1024

_WRITE = "Write it with `depnorm check --write-baseline`."
_KEYS = ("path", "rule", "message", "fingerprint")


def read_baseline(path: Path) -> tuple[BaselineEntry, ...]:
    """The entries of a baseline. Raises `UsageError` for a file that cannot be read or is none."""
    import json  # noqa: PLC0415  few checks have a baseline

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: the baseline cannot be read ({reason})", hint=_WRITE) from error
    try:
        document = json.loads(data[:MAX_BYTES])
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is no baseline: {error}", hint=_WRITE) from error
    if not isinstance(document, dict) or document.get("schema") != 1 or not isinstance(document.get("findings"), list):
        raise UsageError(f'{path}: is no baseline: expected "schema": 1 and a list of findings', hint=_WRITE)
    return tuple(_entry(path, number, row) for number, row in enumerate(document["findings"], 1))


def _entry(path: Path, number: int, row: object) -> BaselineEntry:
    values = [row.get(key) for key in _KEYS] if isinstance(row, dict) else []
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(_KEYS):
        raise UsageError(f"{path}: finding {number} lacks one of {', '.join(_KEYS)}", hint=_WRITE)
    return BaselineEntry(path=texts[0], rule=texts[1], message=texts[2], fingerprint=texts[3])


def baseline_entry(finding: Finding, place: Path, baseline: Path) -> BaselineEntry:
    """What a baseline says of a finding whose file is at `place`."""
    return BaselineEntry(
        path=baseline_path(place, baseline),
        rule=finding.rule,
        message=finding.message,
        fingerprint=finding.fingerprint,
    )


def baseline_path(place: Path, baseline: Path) -> str:
    """A place as a baseline calls it: from its own directory, so that it is the same from wherever a check is made."""
    return os.path.relpath(place.absolute(), baseline.absolute().parent).replace(os.sep, "/")


def mark_known(finding: Finding, entry: BaselineEntry, known: Iterable[tuple[str, str]]) -> Finding:
    """The finding, marked if the baseline has it and nothing else ignores it already."""
    if finding.ignored is not None or entry.key not in known:
        return finding
    return replace(finding, ignored=Ignored(by=IgnoredBy.BASELINE))
