"""What two plans share, layer by layer, and why not the rest."""

from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.plan import Emitter, Mode


class Level(StrEnum):
    """Where a layer is shared."""

    BUILD_CACHE = "build-cache"  # a build of the second plan does not run the step again
    REGISTRY = "registry"  # the registry stores one blob
    NODE_DISK = "node-disk"  # a node that has both images stores the layer once


class Reason(StrEnum):
    """Why two plans do not share a layer, or that they do."""

    SHARED = "shared"  # in a registry at least
    OTHER_TARGET = "other-target"  # another Python, base image, user or prefix
    OTHER_BUILD = "other-build"  # written in another way: --layers, --slim, --installer
    OTHER_VERSION = "other-version"
    REFUSED = "refused"  # asked for, and not taken: the plan says why
    NOT_ASKED = "not-asked-for"
    NO_PLAN = "no-plan"  # there are no stages for the repository


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSide:
    """One of the two. `layers` counts its shared layers, whose downloads are `bytes`, None where one tells no size."""

    name: str
    python: str | None
    base_image: str
    mode: Mode
    emitter: Emitter
    layers: int
    bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDiff:
    """One shared layer that at least one of the two has, or asks for.

    `stage_a` and `stage_b` are the numbers of its stage, from 1, None where the plan does not have it. `bytes` are
    those of the download, of `a` where both have one, None where none tells. `levels` is empty unless both have the
    same layer. `why` is a clause for a person; it says for a shared layer why it is not so at every level.
    """

    name: str
    stage_a: int | None
    stage_b: int | None
    bytes: int | None
    levels: tuple[Level, ...]
    reason: Reason
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSum:
    """How much is shared at a level; `bytes` counts what is known."""

    level: Level
    layers: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePair:
    """A package that both need and that no common layer holds: as each has it (`1.26.4`, `>=2`, or nothing)."""

    name: str
    a: str
    b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff:
    """Two plans, `a` before `b`.

    `layers` are in the order of `a`, then of `b`. `levels` has each level once. `targets` are clauses about all that
    keeps every layer apart: another Python, another base image. `parts_at` is the number of the first stage that is
    not the same in both, None where all are; from there on `b` is built anew, and `parts_why` says what stands there.
    `unshared` are packages by name.
    """

    a: PlanSide
    b: PlanSide
    layers: tuple[LayerDiff, ...]
    levels: tuple[LevelSum, ...]
    targets: tuple[str, ...]
    parts_at: int | None
    parts_why: str
    unshared: tuple[PackagePair, ...]
