"""The JSON documents about many repositories."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from depnorm.model import Emitter
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


class MinedLayer(Struct, frozen=True, kw_only=True):
    """Packages (`name==version`) that are one layer: installed bytes, and how many environments have all of them."""

    name: str
    packages: tuple[str, ...]
    bytes: int
    seen_in: int


class MinedDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus mine --format json`: the layers of several packages, of most value first."""

    schema: Literal[1]
    layers: Emitter
    max_layers: int
    environments: int
    held_out: bool
    bundles: tuple[MinedLayer, ...]


class AssignedDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus assign --format json`: the file of lines, and what its layers take."""

    schema: Literal[1]
    file: str
    environments: int
    total_bytes: int
    registry_bytes: int
    build_cache_bytes: int


class Level(Struct, frozen=True, kw_only=True):
    """What is stored at one level: bytes, how many times less than without sharing, percent of the attainable."""

    bytes: int
    ratio: float
    attained: float


class Way(Struct, frozen=True, kw_only=True):
    """One way to split: with at most `max_layers` shared layers (null: any number), `most_layers` with the own one."""

    name: str
    max_layers: int | None
    most_layers: int
    registry: Level
    build_cache: Level


class ScoreDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus score --format json`.

    `total_bytes` if nothing is shared, `ideal_bytes` if each package is stored once.
    """

    schema: Literal[1]
    environments: int
    total_bytes: int
    ideal_bytes: int
    ways: tuple[Way, ...]


class ReportDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus report --format json`: the page, and the figures at its head.

    `level` is what `stored_bytes` are stored in, `attained` the percent of the attainable saving. They are null where
    no environment is known.
    """

    schema: Literal[1]
    file: str
    repositories: int
    level: Literal["registry", "build-cache"]
    total_bytes: int | None
    stored_bytes: int | None
    ideal_bytes: int | None
    attained: float | None
