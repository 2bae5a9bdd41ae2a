"""Which spec files of a repository count, and why."""

from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.dependency import Problem
from depnorm.model.spec_file import SpecFormat


class Builder(StrEnum):
    """Who builds the repository: repo2docker's build packs, in its words."""

    PYTHON = "python"
    CONDA = "conda"
    R = "r"
    PIPFILE = "pipfile"
    JULIA = "julia"
    NIX = "nix"
    DOCKER = "docker"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenFile:
    """A spec file that was found: `why` is a sentence that says why it is used or ignored."""

    path: str
    format: SpecFormat
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecChoice:
    """repo2docker's decision about a repository.

    `config_directory` is `binder`, `.binder` or "" (the root). `installs_itself` is true where repo2docker runs
    `pip install .` after everything else. `problems` carry DN0xx codes.
    """

    builder: Builder
    config_directory: str
    used: tuple[ChosenFile, ...]
    ignored: tuple[ChosenFile, ...]
    installs_itself: bool = False
    problems: tuple[Problem, ...] = ()
