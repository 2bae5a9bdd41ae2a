"""The shared layers of a catalog as images of their own: a definition for `docker buildx bake`, and Dockerfiles.

Each image is one layer over nothing, so that a repository's Dockerfile can join it by `COPY --link`. Nothing in it
depends on the clock or the builder: baked again, an image has the same digest.
https://docs.docker.com/build/bake/reference/
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from depnorm.emit import layout, link
from depnorm.emit.base import create_base
from depnorm.emit.dockerfile import check_sizes, describe
from depnorm.emit.instruction import comment
from depnorm.model import CreateBase, Plan, Stage
from depnorm.model.layer_registry import LayerRegistry, readable_name

DEFINITION = "docker-bake.json"
_ARCHITECTURES = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}


def render_bake(plans: Sequence[Plan], registry: LayerRegistry) -> Mapping[str, str]:
    """The files of a bake, text by name: the definition, and a Dockerfile for each of `plans`, one a Python.

    The groups of the definition are `default` (all) and one a Python (`cp312`), its targets `cp312-LAYER`.
    """
    targets = {_group(plan): _targets(plan, registry) for plan in plans}
    groups = {"default": {"targets": list(targets)}} | {
        group: {"targets": list(members)} for group, members in targets.items()
    }
    every = {name: target for members in targets.values() for name, target in members.items()}
    definition = json.dumps({"group": groups, "target": every}, indent=2) + "\n"
    return {DEFINITION: definition, **{_dockerfile(plan): render_layers(plan) for plan in plans}}


def render_layers(plan: Plan) -> str:
    """A Dockerfile with the base, and for each shared layer a stage that builds it and one that is its image."""
    head = f"depnorm: the shared layers of a catalog as of {plan.as_of}, each an image; {DEFINITION} names them"
    blocks = [comment(head)]
    for stage in plan.stages:
        if isinstance(stage.step, CreateBase):
            instructions = create_base(plan, stage.step, name=link.BASE)
        else:
            instructions = [*link.build_apart(stage, plan.target.prefix), *_image(stage)]
        blocks.append("\n".join([comment(describe(stage)), *instructions]))
    return check_sizes("\n\n".join(blocks) + "\n")


def _image(stage: Stage) -> list[str]:
    return [f"FROM scratch AS {link.stage_name(stage, 'image')}", link.join(stage)]


def _targets(plan: Plan, registry: LayerRegistry) -> dict[str, dict[str, Any]]:
    layers = [stage for stage in plan.stages if stage.is_wheel_layer]
    times = Counter(readable_name(stage.name) for stage in layers)
    names = (
        readable_name(stage.name) + ("" if times[readable_name(stage.name)] == 1 else f"-{(stage.key or '')[:12]}")
        for stage in layers
    )
    return {f"{_group(plan)}-{name}": _target(plan, stage, registry) for name, stage in zip(names, layers, strict=True)}


def _target(plan: Plan, stage: Stage, registry: LayerRegistry) -> dict[str, Any]:
    platform = next((docker for tag, docker in _ARCHITECTURES.items() if plan.target.platform.endswith(tag)), None)
    return {
        "context": ".",
        "dockerfile": _dockerfile(plan),
        "target": link.stage_name(stage, "image"),
        "tags": [f"{registry.image(stage.name)}:{stage.key}"],
        **({"platforms": [platform]} if platform else {}),
        # The date of the image's configuration, and no attestation: both would change the digest with each build.
        # https://github.com/moby/buildkit/blob/master/docs/build-repro.md
        "args": {"SOURCE_DATE_EPOCH": layout.EPOCH.removeprefix("@")},
        "attest": ["type=provenance,disabled=true", "type=sbom,disabled=true"],
    }


def _group(plan: Plan) -> str:
    return f"cp{(plan.target.python or '').replace('.', '')}"


def _dockerfile(plan: Plan) -> str:
    return f"{_group(plan)}.Dockerfile"
