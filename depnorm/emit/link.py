"""Shared layers that are built apart, each over the base alone, and joined by `COPY --link` (BuildKit).

Such a layer does not depend on the layers below it, so the build cache, too, shares it in any order.
https://docs.docker.com/reference/dockerfile/#copy---link
"""

import re

from depnorm.emit import layout
from depnorm.emit.python import add_layer
from depnorm.model import Emitter, InstallWheels, Plan, Stage, StageKind, StoreWheels

BASE = "base"
"""The name of the base stage, which all others are made from."""


def is_apart(plan: Plan, stage: Stage) -> bool:
    """Whether the stage is built apart: shared wheels. What a distribution or R installs changes files of the base."""
    is_wheels = isinstance(stage.step, InstallWheels | StoreWheels)
    return plan.emitter is Emitter.LINK and is_wheels and stage.kind is StageKind.SHARED


def build_apart(stage: Stage, prefix: str) -> list[str]:
    """The instructions of the stage that builds a layer."""
    assert isinstance(stage.step, InstallWheels | StoreWheels)  # noqa: S101  `is_apart` said so
    return [f"FROM {BASE} AS {_name(stage)}", *add_layer(stage.step, prefix, apart=True)]


def join(stage: Stage) -> str:
    """COPY of what that stage built."""
    return f"COPY --link --from={_name(stage)} {layout.APART}/ /"


def _name(stage: Stage) -> str:
    """A name that every layer has in every repository: BuildKit takes lower case letters, digits, `-`, `_` and `.`."""
    readable = re.sub(r"[^a-z0-9]+", "-", stage.name.lower())
    return f"layer-{readable}-{(stage.key or '')[:12]}"
