"""The repository at a path, and which of its files count."""

import os
from pathlib import Path

from depnorm.errors import UnusableInputError, UsageError
from depnorm.library.options import PlanOptions
from depnorm.model import SpecChoice
from depnorm.read.choice import choose_spec_files
from depnorm.read.missing_path import missing
from depnorm.read.repository import Repository, open_repository


def find_repository(path: str | Path, options: PlanOptions) -> tuple[Repository, SpecChoice]:
    """A directory with the files that count in it; or the one file that was named, in its directory.

    Raises `UnusableInputError` for a path at which nothing can be read, and `UsageError` for options that do not go
    together with a file.
    """
    if not os.fspath(path):
        raise UnusableInputError("the empty text names no repository", hint="Write . for the working directory.")
    if not os.path.lexists(path):
        raise missing(path)
    if Path(path).is_file():
        return _of_file(Path(path), options)
    repository = open_repository(Path(path), subdir=options.get("subdir", ""))
    return repository, choose_spec_files(repository, all_specs=options.get("all_specs", False))


def _of_file(path: Path, options: PlanOptions) -> tuple[Repository, SpecChoice]:
    from depnorm.read.choice_file import choose_file, is_config_directory  # noqa: PLC0415  most name a directory

    for name in ("subdir", "all_specs"):
        if options.get(name):
            raise UsageError(
                f"--{name.replace('_', '-')} is for a repository, and {path} is a file",
                hint=f"Give its directory: {path.parent}",
            )
    parent = path.parent.resolve()
    if is_config_directory(parent.name):
        return (repository := open_repository(parent.parent)), choose_file(repository, f"{parent.name}/{path.name}")
    return (repository := open_repository(parent)), choose_file(repository, path.name)
