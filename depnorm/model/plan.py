"""The plan of one image: its stages in order, the findings, and which spec files won."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.choice import SpecChoice
from depnorm.model.finding import Finding
from depnorm.model.lock import LeftOut
from depnorm.model.repo2docker import Repo2DockerPhase, Repo2DockerScript
from depnorm.model.stage_package import StagePackage
from depnorm.model.step import InstallWheels, Step, StoreWheels
from depnorm.model.target import Target


class StageKind(StrEnum):
    """The kinds of stages, in the order of a plan."""

    BASE = "base"
    SHARED = "shared"
    SYSTEM = "system"
    OWN = "own"
    EARLY = "early"
    COPY = "copy"
    LATE = "late"
    VERIFY = "verify"
    POST_BUILD = "post-build"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of a plan.

    `why` is a sentence for a person. `key` identifies a shared layer, None for the repository's own stages. `needs`
    are the files of the repository that the step copies first (`.` for all of it). `bytes` is what is downloaded, None
    where no lock tells. `seen_in` counts the corpus repositories that ask for the shared layer. `image` is where that
    layer is taken from, by digest, None where the image is built with it.
    """

    kind: StageKind
    name: str
    why: str
    step: Step
    key: str | None = None
    needs: tuple[str, ...] = ()
    packages: tuple[StagePackage, ...] = ()
    bytes: int | None = None
    seen_in: int | None = None
    image: str | None = None

    @property
    def is_wheel_layer(self) -> bool:
        """Whether it is a shared layer of wheels, which can be built apart from what is below it."""
        return self.kind is StageKind.SHARED and isinstance(self.step, InstallWheels | StoreWheels)


class Mode(StrEnum):
    """How much a plan proves: a joint lock, or only what the repository declares."""

    LOCKED = "locked"
    DECLARED = "declared"


class Emitter(StrEnum):
    """How shared layers get into an image."""

    CHAIN = "chain"  # one step after another, for every builder: the build cache shares prefixes
    LINK = "link"  # each built apart and joined by COPY --link (BuildKit): the build cache shares in any order


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDecision:
    """Why a shared layer whose package was asked for is taken or not."""

    name: str
    admitted: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Plan:
    """What an emitter turns into a Dockerfile. `as_of` is the ISO date of the lock, else of the catalog's snapshot.

    `left_out` is what the lock leaves to the repository's own command, unproven. `lock_file` is the file of the
    repository that the lock was taken from, empty without one; `as_of` is then empty where it tells no date.
    `layers_from` says where layers were looked for that need not be built, empty where nobody asked. `slim` leaves out
    what Python packages can do without.
    """

    mode: Mode
    as_of: str
    target: Target
    choice: SpecChoice
    findings: tuple[Finding, ...]
    stages: tuple[Stage, ...]
    layers: tuple[LayerDecision, ...]
    repo_dir: str
    emitter: Emitter = Emitter.CHAIN
    layers_from: str = ""
    left_out: tuple[LeftOut, ...] = ()
    slim: bool = False
    lock_file: str = ""

    @property
    def shared_bytes(self) -> int:
        """Bytes of the artifacts in shared layers."""
        return sum(stage.bytes or 0 for stage in self.stages if stage.kind is StageKind.SHARED)

    def __repr__(self) -> str:
        # In full it is a page of values: what tells one plan from another at a prompt.
        shared = sum(stage.kind is StageKind.SHARED for stage in self.stages)
        return (
            f"<Plan on {self.target.base_image!r}, {self.mode.value} as of {self.as_of!r}: stages: {len(self.stages)}, "
            f"shared: {shared}, findings: {len(self.findings)}>"
        )

    def _repr_html_(self) -> str:
        """The plan as a fragment of HTML, which a notebook shows: without script, network, or markup of others."""
        # A notebook asks the value itself, and what it is shown with is in a later room: a seam (tests/test_arrows.py).
        from depnorm.report.plan_fragment import plan_fragment  # noqa: PLC0415

        return plan_fragment(self)

    def to_repo2docker_scripts(
        self, phase: Repo2DockerPhase | str, *, hidden: Collection[str] = ()
    ) -> tuple[Repo2DockerScript, ...]:
        """What a build pack of repo2docker runs in a phase: `build`, `preassemble` or `assemble`, in order.

        They install what the repository asks for by repo2docker's own means, into its environment: shared layers, base
        image, user, copy, postBuild and start are no part of them. `hidden` are files that the build context lacks:
        what needs one waits for the repository. Raises `UsageError` for another phase, and `UnsupportedError` for a
        locked plan, one without stages, and a text that no Dockerfile can hold.
        """
        # A build pack has a plan in hand, and what its hooks are made of is in a later room: the other seam.
        from depnorm.emit.repo2docker import repo2docker_scripts  # noqa: PLC0415

        return repo2docker_scripts(self, phase, hidden=hidden)
