"""The JSON documents about many repositories."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from depnorm.model.rebuilds import Rule


class FactsDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus facts --format json`: the files, and the rows of each table."""

    schema: Literal[1]
    files: tuple[str, ...]
    rows: Mapping[str, int]


class RebuiltBy(Struct, frozen=True, kw_only=True):
    """The commits that install dependencies again, and what they install: installed bytes and seconds."""

    commits: int
    bytes: int
    seconds: float


class RepositoryRebuilds(Struct, frozen=True, kw_only=True):
    """All commits, those that touch a spec file, and what each rule costs."""

    repository: str
    commits: int
    touching: int
    rules: Mapping[Rule, RebuiltBy]


class RebuildsDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus rebuilds --format json`.

    `total` is the sum of `repository_count` repositories, `repositories` are those where most is installed. Of the part
    `known_sizes` of the packages the size is known.
    """

    schema: Literal[1]
    repository_count: int
    known_sizes: float
    total: RepositoryRebuilds
    repositories: tuple[RepositoryRebuilds, ...]
