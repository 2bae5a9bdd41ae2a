"""Paths of a repository, as the user sees them."""

import os
from collections.abc import Callable
from pathlib import Path, PurePath

from depnorm.model.source import OpenRepository


def shown_path(root: Path, path: str) -> str:
    """`path`, relative to the repository (or to the directory of the file) `root`, with `root` before it.

    Empty for the repository itself where it is the working directory.
    """
    base = root if root.is_dir() else root.parent
    shown = (PurePath(os.path.normpath(base)) / path).as_posix()
    return "" if shown == "." else shown


def from_working_directory(root: Path) -> Path:
    """`root` relative to the working directory where it lies inside, otherwise as it is."""
    inside = root.is_absolute() and root.resolve().is_relative_to(Path.cwd())
    return Path(os.path.relpath(root)) if inside else root


def fetched_path(repository: OpenRepository, *, alone: bool) -> Callable[[str], str]:
    """How paths of a repository are shown that was fetched or unpacked: alone as they are, else with where it is."""
    start = "" if alone else f"{repository.source.rstrip('/')}/"
    return lambda path: start + path
