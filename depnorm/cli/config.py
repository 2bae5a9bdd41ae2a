"""Which configuration a command has: that of the working directory, or of a file, or none."""

from pathlib import Path
from typing import Annotated

import typer

from depnorm.errors import UsageError
from depnorm.library.config import Config, find_config, load_config

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Read this configuration, not the depnorm.toml or pyproject.toml of where you are."
    ),
]
NoConfigOption = Annotated[bool, typer.Option("--no-config", help="Read no configuration.")]


def configuration(file: Path | None, *, no_config: bool) -> Config:
    """The configuration of the file, else that of the working directory or the nearest one above it.

    A repository that is given as PATH has none: what it says of itself is not for its operator. Raises `UsageError`.
    """
    if file is not None and no_config:
        raise UsageError("--config and --no-config exclude each other", hint="Leave one of them out.")
    if no_config:
        return Config()
    if file is not None:
        return load_config(file)
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        return Config()
    return find_config(here)
