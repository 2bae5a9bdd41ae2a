"""The shared layers: which exist, in which order, and at which exact artifacts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depnorm.errors import CatalogError
from depnorm.model.dependency import Ecosystem


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file of a package index: equal where name and content are.

    `size` is in bytes, None where a lock file does not tell it; a catalog always does. `url` is where a lock file says
    that it lies (credentials included: whatever prints it redacts it); text and keys do not name it. `md5` is what
    conda-lock.yml names a conda package's file by, beside the other. A file that lies `elsewhere` than on the image's
    own index is fetched from its `url`: the one case in which text names it, and then no credential is in it.
    """

    filename: str
    sha256: str
    size: int | None = field(compare=False)
    url: str | None = field(default=None, compare=False, repr=False)
    md5: str | None = field(default=None, compare=False, repr=False)
    elsewhere: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedPackage:
    """One package of a joint resolution.

    `requires` are the PEP 508 lines of the artifact's own metadata that hold for the Target (those of requested extras
    included), so the names in them are the edges of the closure.
    """

    ecosystem: Ecosystem
    name: str
    version: str
    artifact: Artifact
    requires: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of its artifact; raises `CatalogError` where nothing tells them, which no catalog allows."""
        if self.artifact.size is None:
            raise CatalogError(f"{self.artifact.filename}: its size is not known")
        return self.artifact.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """A named set of packages that many repositories have in common.

    `heads` are the packages people ask for; the layer is their closure. `seen_in` counts the corpus repositories that
    declare at least one head, `heads_seen_in` those that declare each. `why` says in a sentence where the choice comes
    from. `installs` are the heads that bring the others (R; all of them by default), `system` the distribution's
    packages that its binaries need (R). A `wheelhouse` is a directory of wheel files, not installed packages.
    `needed_in` counts the repositories that need all packages of a mined subset, None of one that was chosen by hand.
    """

    name: str
    ecosystem: Ecosystem
    heads: tuple[str, ...]
    seen_in: int
    why: str
    system: tuple[str, ...] = ()
    heads_seen_in: tuple[int, ...] = ()
    installs: tuple[str, ...] = ()
    wheelhouse: bool = False
    needed_in: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLayer:
    """A subset at exact artifacts: closed over its dependencies, minus what `after` (earlier layers) hold.

    Taken whole or not at all, and only together with every layer in `after`. `packages` are sorted by name. A
    `wheelhouse` holds its whole closure as wheel files and is neither `after` others nor others after it.
    """

    name: str
    heads: tuple[str, ...]
    packages: tuple[LockedPackage, ...]
    after: tuple[str, ...]
    seen_in: int
    wheelhouse: bool = False

    @property
    def size(self) -> int:
        """Bytes of its artifacts."""
        return sum(package.size for package in self.packages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One joint resolution for one Python: the layers in their global order, and every package by name.

    `packages` are those of the layers and those of `Catalog.also_resolved`, which no layer holds. `pip` is the
    installer that builds every layer of it, `uv` the other one, None where the catalog has none. `dropped` are roots
    that were left out, each with the reason; `held_back` says which packages of the snapshot such a root would replace
    by older versions.
    """

    python: str
    platform: str
    as_of: str
    pip: LockedPackage
    layers: tuple[SharedLayer, ...]
    packages: Mapping[str, LockedPackage]
    dropped: Mapping[str, str]
    held_back: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uv: LockedPackage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The shared layers a repository gets, in global order, and why it does not get others that it asked for.

    `refused` is layer name to a sentence that names the deciding requirement.
    """

    layers: tuple[SharedLayer, ...]
    refused: Mapping[str, str]

    @property
    def packages(self) -> tuple[LockedPackage, ...]:
        """What is installed with the layers (the wheels of a wheelhouse are not), sorted by name."""
        held = [package for layer in self.layers if not layer.wheelhouse for package in layer.packages]
        return tuple(sorted(held, key=lambda package: package.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class CranAdmission:
    """The CRAN subsets an R repository gets, in global order, and why it does not get others that it asked for."""

    subsets: tuple[Subset, ...]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What layers give to repositories, as shares of all the bytes that these need (0 to 1).

    `locked`: in layers that are needed whole. `declared` and `dead`: in layers of which a head is needed, and what
    these bring that is not.
    """

    locked: float = 0.0
    declared: float = 0.0
    dead: float = 0.0

    @property
    def gain(self) -> float:
        """What counts: both ways of sharing alike, less what is carried for nothing."""
        return self.locked + self.declared - self.dead


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the Python subsets of a catalog were mined from, how, and what images get of them.

    `sources` are files of facts, by name, with how many repositories of each declare a package; each file weighs the
    same. `reach` is of all of them, `unseen` of subsets chosen on one half, tested on the other. At least
    `min_share` of the weight need the head of a subset, which gains at least `min_gain` of all bytes; packages that
    need one of more than `max_bytes` are `left_out`. `price` are the bytes that a place among `max_layers` costs.
    """

    sources: tuple[tuple[str, int], ...]
    python: str
    max_layers: int
    min_share: float
    min_gain: float
    max_bytes: int
    price: int
    reach: Reach
    unseen: Reach
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The subsets in global order, what they were chosen from, and the dates that exist of each ecosystem.

    `also_resolved` are roots without a layer, with the number of corpus repositories that declare them: a snapshot
    knows their closures, so admission sees what they need. `source` is the directory the catalog was read from,
    `origin` what its Python subsets were mined from, None where they were chosen by hand.
    """

    name: str
    as_of: str
    default_python: str
    pythons: tuple[str, ...]
    r_snapshots: tuple[str, ...]
    subsets: tuple[Subset, ...]
    platform: str = "manylinux_2_28_x86_64"
    also_resolved: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    origin: Origin | None = None
