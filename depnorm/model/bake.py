"""Shared layers of a catalog that are built for all repositories at once, each as an image of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from depnorm.model.layer_registry import LayerRegistry
from depnorm.model.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Bake:
    """What `docker buildx bake` builds and pushes to `registry`.

    `plans` have the layers of one Python each; `files` are the text of each file of the bake, by name. `left_out` says
    of the other layers of the catalog why they are no images.
    """

    catalog: str
    registry: LayerRegistry
    plans: tuple[Plan, ...]
    files: Mapping[str, str]
    left_out: Mapping[str, str]
