"""Catalogs: which there are, and new snapshots of one."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from depnorm.errors import UsageError
from depnorm.library.options import is_date
from depnorm.model import Progress
from depnorm.share.catalog import load_catalog


def refresh_catalog(
    directory: str | Path, as_of: str, pythons: Sequence[str] = (), progress: Progress | None = None
) -> tuple[Path, ...]:
    """New snapshots of the catalog in `directory` as of an ISO date, written there; for all its Pythons by default.

    Uses the network and uv, one resolution after the other; `progress` is told what, how far, and of how many. Gives
    the files written. Raises `CatalogError`, `ResolutionError`, and `UsageError` for a date.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415  nothing else resolves

    from depnorm.resolve.python import PythonResolver  # noqa: PLC0415
    from depnorm.share.refresh import refresh_snapshot  # noqa: PLC0415
    from depnorm.share.snapshot_text import write_catalog, write_snapshot  # noqa: PLC0415

    catalog = load_catalog(str(directory))
    place = Path(catalog.source)
    if not is_date(as_of):
        raise UsageError(f"{as_of}: expected a date such as {catalog.as_of}")
    if pythons and as_of != catalog.as_of:
        raise UsageError(
            f"one date holds for a whole catalog, and {catalog.name} is of {catalog.as_of}",
            hint="Refresh all of its Pythons to move it to another date.",
        )
    written = []
    for python in pythons or catalog.pythons:
        with TemporaryDirectory(prefix="depnorm-refresh-") as scratch:
            resolver = PythonResolver(python=python, platform=catalog.platform, as_of=as_of, scratch=Path(scratch))
            snapshot = refresh_snapshot(catalog, python, as_of, resolver, progress)
        written.append(write_snapshot(place, snapshot))
    written.append(write_catalog(place, replace(catalog, as_of=as_of)))
    return tuple(written)
