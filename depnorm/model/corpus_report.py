"""What a report on many repositories says: plain values, bounded in number, in the order in which they are shown."""

from dataclasses import dataclass

from depnorm.model.mined import Taken
from depnorm.model.plan import Emitter
from depnorm.model.score import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the figures come from.

    `facts` and `catalog` are names of files. `environments` are those that are scored, of `all_environments` of the
    file: one half where the catalog held it out, what is dated `since` a day where it was mined from what was before,
    and of very many a sample. `catalog_environments` are those that the catalog was mined from, `bundles` its layers of
    several packages. `taken` is what environments are.
    """

    facts: str
    catalog: str
    emitter: Emitter
    max_layers: int
    environments: int
    all_environments: int
    held_out: bool
    catalog_environments: int
    bundles: int
    since: str | None = None
    taken: Taken = Taken.LOCKED


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedLayer:
    """A shared layer: its packages (`numpy 1.26.4`, largest first), installed bytes, and who has it.

    `seen_in` environments have all of its packages; `taken_by` images have it as a layer; `repositories` are the first
    of these by name.
    """

    name: str
    packages: tuple[str, ...]
    bytes: int
    seen_in: int
    taken_by: int
    repositories: tuple[str, ...]

    @property
    def saved(self) -> int:
        """Bytes not stored again, because it is stored once."""
        return self.bytes * max(self.taken_by - 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerMatrix:
    """Which of some repositories take which of some layers: pairs of a layer's and a repository's number."""

    layers: tuple[str, ...]
    bytes: tuple[int, ...]
    repositories: tuple[str, ...]
    taken: tuple[tuple[int, int], ...]
    all_layers: int
    all_repositories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsBeside:
    """A package of which environments have different versions.

    `bytes` are those of all versions together, `extra` those beyond the largest one.
    """

    name: str
    versions: int
    environments: int
    most_common: str
    most_common_in: int
    bytes: int
    extra: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PinChange:
    """What is stored less in a registry if all environments with one version had another one of the same series.

    `pinned_by` counts the repositories that ask for exactly `before`, None where nothing tells.
    """

    name: str
    before: str
    after: str
    environments: int
    bytes: int
    pinned_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """How so many lines of so many repositories say one kind of thing: a pin (`pypi`, `exact`), a reference."""

    what: str
    how: str
    lines: int
    repositories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedApart:
    """A package that repositories pin to different versions, and the version that most of them pin."""

    ecosystem: str
    name: str
    versions: int
    repositories: int
    most_common: str
    most_common_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """What the spec files of repositories say, at their newest commit each."""

    repositories: int
    pins: tuple[Declared, ...]
    references: tuple[Declared, ...]
    apart: tuple[PinnedApart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusReport:
    """All of it. `score` is None where no environment is known, `declarations` where no spec file is.

    `way` is the name of the way of `score` that is the catalog's, `each_cap` of the one whose catalogs were mined for
    each cap, where there is one.
    """

    origin: Origin
    way: str
    score: Score | None
    layers: tuple[UsedLayer, ...]
    all_layers: int
    matrix: LayerMatrix
    beside: tuple[VersionsBeside, ...]
    changes: tuple[PinChange, ...]
    declarations: Declarations | None
    each_cap: str | None = None
