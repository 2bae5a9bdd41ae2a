"""The shared layers: which exist, in which order, and at which exact artifacts."""

from collections.abc import Mapping
from dataclasses import dataclass

from depnorm.model.dependency import Ecosystem


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file of a package index. `size` in bytes. Its URL is the index's business: text and keys do not name it."""

    filename: str
    sha256: str
    size: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """A named set of packages that many repositories have in common.

    `heads` are the packages people ask for; the layer is their closure. `seen_in` counts the corpus repositories that
    declare at least one head, `why` says in a sentence where the choice comes from. `system` are the distribution's
    packages that its binaries need (R).
    """

    name: str
    ecosystem: Ecosystem
    heads: tuple[str, ...]
    seen_in: int
    why: str
    system: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLayer:
    """A subset at exact artifacts: closed over its dependencies, minus what `after` (earlier layers) hold.

    Taken whole or not at all, and only together with every layer in `after`. `packages` are sorted by name.
    """

    name: str
    heads: tuple[str, ...]
    packages: tuple[LockedPackage, ...]
    after: tuple[str, ...]
    seen_in: int

    @property
    def size(self) -> int:
        """Bytes of its artifacts."""
        return sum(package.artifact.size for package in self.packages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One joint resolution for one Python: the layers in their global order, and every package by name.

    `pip` is the installer that builds every layer of it. `dropped` are roots that were left out, each with the reason.
    """

    python: str
    platform: str
    as_of: str
    pip: LockedPackage
    layers: tuple[SharedLayer, ...]
    packages: Mapping[str, LockedPackage]
    dropped: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The subsets in global order, what they were chosen from, and the dates that exist of each ecosystem."""

    name: str
    as_of: str
    default_python: str
    pythons: tuple[str, ...]
    r_snapshots: tuple[str, ...]
    subsets: tuple[Subset, ...]
