"""The JSON documents about many repositories."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from depnorm.model import Emitter
from depnorm.model.mined import Taken
from depnorm.model.rebuilds import Rule
from depnorm.model.score import Habit


class FactsDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus facts --format json`: the files, the rows of each table, and what was read.

    `without_specs` of the repositories have no spec file, `commits` touch one. `severities` are the rows of the errors
    by severity, `first` are sentences on the first of the worst of them.
    """

    schema: Literal[1]
    files: tuple[str, ...]
    rows: Mapping[str, int]
    repositories: int
    without_specs: int
    commits: int
    environments: int
    severities: Mapping[str, int]
    first: tuple[str, ...]


class RebuiltBy(Struct, frozen=True, kw_only=True):
    """The commits that install dependencies again, and what they install: installed bytes and seconds.

    `unnamed_bytes` are those of packages that no installed spec file names, but a shared layer brings.
    """

    commits: int
    bytes: int
    seconds: float
    unnamed_bytes: int


class RepositoryRebuilds(Struct, frozen=True, kw_only=True):
    """All commits, those that touch a spec file, and what each rule costs."""

    repository: str
    commits: int
    touching: int
    rules: Mapping[Rule, RebuiltBy]


class MoreOften(Struct, frozen=True, kw_only=True):
    """A repository where depnorm installs at more commits than repo2docker, and its steps that do."""

    repository: str
    depnorm: int
    repo2docker: int
    steps: tuple[str, ...]


class RebuildsDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus rebuilds --format json`.

    `total` is the sum of `repository_count` repositories, `repositories` are those where most is installed. Of the part
    `known_sizes` of the packages the size is known. `histories` are all repositories whose commits are known, of
    `undated` ones the order of commits is not. `unread` counts errors of reading.
    """

    schema: Literal[1]
    repository_count: int
    known_sizes: float
    total: RepositoryRebuilds
    repositories: tuple[RepositoryRebuilds, ...]
    histories: int
    undated: int
    unread: int
    more_often: tuple[MoreOften, ...]


class MinedLayer(Struct, frozen=True, kw_only=True):
    """Packages (`name==version`) that are one layer: installed bytes, and how many environments have all of them."""

    name: str
    packages: tuple[str, ...]
    bytes: int
    seen_in: int


class MinedDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus mine --format json`: the layers of several packages, of most value first.

    `held_out` and `before` say which environments were not looked at: another half, and what is dated that day or
    later. Of `guessed_sizes` packages nobody told the size.
    """

    schema: Literal[1]
    layers: Emitter
    max_layers: int
    environments: int
    held_out: bool
    before: str | None
    environments_are: Taken
    guessed_sizes: int | None
    bundles: tuple[MinedLayer, ...]


class SizesKnown(Struct, frozen=True, kw_only=True):
    """Of how many packages the very version's size was told, or that of others, or nothing: those are guesses.

    The guesses make up `guessed_percent` of all bytes if nothing is shared.
    """

    packages: int
    medians: int
    guesses: int
    guessed_percent: float


class AssignedDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus assign --format json`: the file of lines, how images hold layers, and what these take."""

    schema: Literal[1]
    file: str
    environments: int
    layers: Emitter
    max_layers: int
    sizes: SizesKnown
    total_bytes: int
    registry_bytes: int
    build_cache_bytes: int


class Level(Struct, frozen=True, kw_only=True):
    """What is stored at one level: bytes, how many times less than without sharing, percent of the attainable."""

    bytes: int
    ratio: float
    attained: float


class Way(Struct, frozen=True, kw_only=True):
    """One way to split: with at most `max_layers` shared layers (null: any number), `most_layers` with the own one.

    The layers of the catalog are the same under each cap: those that were mined for `Catalog.max_layers`.
    """

    name: str
    max_layers: int | None
    most_layers: int
    registry: Level
    build_cache: Level


class ScoredCatalog(Struct, frozen=True, kw_only=True):
    """What the catalog was mined for; the scored environments are of a half, or of a time, that are new to it."""

    layers: Emitter
    max_layers: int
    held_out: bool
    since: str | None


class SplitScore(Struct, frozen=True, kw_only=True):
    """The catalog on the repositories of one habit, under its own cap; percents are of what these can share."""

    repositories: Habit
    environments: int
    total_bytes: int
    ideal_bytes: int
    registry: Level
    build_cache: Level


class ScoreDocument(Struct, frozen=True, kw_only=True):
    """`depnorm corpus score --format json`.

    `total_bytes` if nothing is shared, `ideal_bytes` if each package is stored once. `by_pins` has a part for each
    habit of asking for versions, and none where only closures are known.
    """

    schema: Literal[1]
    environments: int
    total_bytes: int
    ideal_bytes: int
    catalog: ScoredCatalog | None
    sizes: SizesKnown | None
    ways: tuple[Way, ...]
    by_pins: tuple[SplitScore, ...]


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
