"""Shared layers that were built before, for all repositories: a catalog's as a plan, and their images in a plan."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from depnorm.model import (
    Builder,
    CreateBase,
    Emitter,
    LockedPackage,
    Mode,
    Plan,
    SharedLayer,
    SpecChoice,
    Stage,
    StageKind,
    Target,
)
from depnorm.stages.shared import wheel_stage


def plan_layers(layers: Iterable[tuple[SharedLayer, str]], pip: LockedPackage, target: Target, *, as_of: str) -> Plan:
    """A plan of no repository: the base, and these layers, each with its key, built by that pip."""
    base = Stage(
        kind=StageKind.BASE,
        name=target.base_image,
        why="the base image, the user and the empty prefixes",
        step=CreateBase(python=True, installer=pip),
    )
    return Plan(
        mode=Mode.LOCKED,
        as_of=as_of,
        target=target,
        choice=SpecChoice(builder=Builder.NONE, config_directory="", used=(), ignored=()),
        findings=(),
        stages=(base, *(wheel_stage(layer, key) for layer, key in layers)),
        layers=(),
        repo_dir=f"/home/{target.user}",
        emitter=Emitter.LINK,
    )


def layer_names(plan: Plan) -> dict[str, str]:
    """The names of the layers that might have been built before, by key."""
    return {stage.key: stage.name for stage in plan.stages if stage.is_wheel_layer and stage.key}


def take_prebuilt(plan: Plan, images: Mapping[str, str], source: str) -> Plan:
    """The plan with these images, by key, in place of what it would build; the others it builds. `source` is told."""
    stages = (
        replace(stage, image=images.get(stage.key or "")) if stage.is_wheel_layer else stage for stage in plan.stages
    )
    return replace(plan, stages=tuple(stages), layers_from=source)
