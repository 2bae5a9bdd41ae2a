"""Scripts as repo2docker's build packs take them."""

from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.dependency import Ecosystem
from depnorm.model.stage_package import StagePackage


class Repo2DockerPhase(StrEnum):
    """When repo2docker runs a script; in this order, each over what the one before left."""

    BUILD = "build"  # before any file of the repository: equal lists give equal texts in all repositories
    PREASSEMBLE = "preassemble"  # from a closed set of files, which are copied before
    ASSEMBLE = "assemble"  # with the repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo2DockerScript:
    """A script, `user` and `text` being what `get_build_scripts` and its like give.

    `tool` says whose step it is, `packages` what it installs. `files` are those of the repository that are there, at
    their own paths; a name that ends in a slash is a directory. All of the repository is there in the last phase.
    """

    user: str
    text: str
    tool: Ecosystem
    files: tuple[str, ...] = ()
    packages: tuple[StagePackage, ...] = ()
