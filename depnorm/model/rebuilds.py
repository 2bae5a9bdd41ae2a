"""How often commits make a build install dependencies again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """How an image is built: what a change of the repository makes run again."""

    COPY_ALL = "copy-all"  # COPY . . and then install
    REQUIREMENTS_FIRST = "requirements-first"  # COPY of the files that install something, install, COPY . .
    REPO2DOCKER = "repo2docker"  # the same, but not for files with a local reference, nor beside a package at the root
    DEPNORM = "depnorm"  # the stages of depnorm's plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What one rule costs: the commits that install dependencies again, and the bytes and seconds of what they install.

    The first commit, which installs them under every rule, is one of them. `bytes` are those of installed files,
    `seconds` those of one machine that installs one package after another. `unnamed` is the part of the bytes that is
    of packages which no installed spec file names: what a shared layer brings beside them.
    """

    commits: int
    bytes: int
    seconds: float
    unnamed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryRebuilds:
    """One repository: all of its commits, those that touch a spec file, and what each rule costs."""

    repository: str
    commits: int
    touching: int
    rules: Mapping[Rule, Rebuilt]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreOften:
    """A repository where depnorm installs at more commits than repo2docker's rule, and the steps that do."""

    repository: str
    depnorm: int
    repo2docker: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilds:
    """The sum of all repositories that install something, and some of them.

    `known_sizes` is the part of the installed packages whose size is known by name, from 0 to 1. `repositories` are
    those with the most bytes under `copy-all`, the most first. `histories` are all repositories whose commits are
    known, also those that install nothing; of the `undated` nothing tells the order of the commits. `unread` errors, of
    which the first are `first`, tell what is missing. `more_often` are the repositories where depnorm does worse.
    """

    total: RepositoryRebuilds
    repository_count: int
    known_sizes: float
    repositories: tuple[RepositoryRebuilds, ...]
    histories: int = 0
    undated: int = 0
    unread: int = 0
    first: tuple[str, ...] = ()
    more_often: tuple[MoreOften, ...] = ()
