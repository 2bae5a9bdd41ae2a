"""Shared layers that are built apart, each over the base alone, and joined by `COPY --link` (BuildKit).

Such a layer does not depend on the layers below it, so the build cache, too, shares it in any order.
https://docs.docker.com/reference/dockerfile/#copy---link
"""

from depnorm.emit import layout
from depnorm.emit.base import check_image
from depnorm.emit.python import add_layer
from depnorm.model import Emitter, InstallWheels, Plan, Stage, StoreWheels
from depnorm.model.layer_registry import readable_name

BASE = "base"
"""The name of the base stage, which all others are made from."""


def is_apart(plan: Plan, stage: Stage) -> bool:
    """Whether the stage is built apart: shared wheels. What a distribution or R installs changes files of the base."""
    return plan.emitter is Emitter.LINK and stage.is_wheel_layer


def built_apart(plan: Plan) -> list[Stage]:
    """Those that this Dockerfile has to build, because nobody has an image of them."""
    return [stage for stage in plan.stages if is_apart(plan, stage) and stage.image is None]


def build_apart(stage: Stage, prefix: str) -> list[str]:
    """The instructions of the stage that builds a layer."""
    assert isinstance(stage.step, InstallWheels | StoreWheels)  # noqa: S101  `is_apart` said so
    return [f"FROM {BASE} AS {stage_name(stage)}", *add_layer(stage.step, prefix, apart=True)]


def join(stage: Stage) -> str:
    """COPY of what that stage built, or of the image that somebody built of it before."""
    if stage.image is not None:
        # The image is the layer and nothing else, so that all of it is meant.
        return f"# hadolint ignore=DL3067\nCOPY --link --from={check_image(stage.image)} / /"
    return f"COPY --link --from={stage_name(stage)} {layout.APART}/ /"


def stage_name(stage: Stage, what: str = "layer") -> str:
    """A name that every layer has in every repository: BuildKit takes lower case letters, digits, `-`, `_` and `.`."""
    return f"{what}-{readable_name(stage.name)}-{(stage.key or '')[:12]}"
