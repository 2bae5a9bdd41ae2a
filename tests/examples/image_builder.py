"""An image builder: the build context of a stranger comes in, a Dockerfile and the keys of its shared layers go out.

    python image_builder.py Dockerfile < context.tar.gz > keys.json

Nothing of the context is run, nothing outside of it is opened, and no text of it becomes an instruction. The image is
then built with this Dockerfile and the same context.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import depnorm


@dataclass(frozen=True)
class Recipe:
    """How to build an image, and what of it other images have as well.

    `layers` are the shared ones in build order, each with its key: the same key, the same bytes, in every repository.
    A builder looks there first: whether its registry has the layer, how many images would lose it, what to build ahead.
    `findings` are what to tell the owner of the repository.
    """

    dockerfile: str
    layers: dict[str, str]
    findings: tuple[str, ...]


def recipe_of(context: IO[bytes]) -> Recipe:
    """The recipe of a build context: a tar, compressed or not, or a zip, as a file that is open for bytes.

    Raises `depnorm.DepnormError` with a sentence and a hint for whoever sent it.
    """
    with depnorm.open_repository(context) as repository:  # unpacked for as long as it is read
        plan = depnorm.plan(repository.path)
        return Recipe(
            dockerfile=depnorm.dockerfile(plan),
            layers={stage.name: stage.key for stage in plan.stages if stage.key},
            findings=tuple(f"{each.path}:{each.line}: {each.message}" for each in plan.findings),
        )


if __name__ == "__main__":
    try:
        recipe = recipe_of(sys.stdin.buffer)
    except depnorm.DepnormError as error:
        sys.exit(f"{error}\n{error.hint}")
    Path(sys.argv[1]).write_text(recipe.dockerfile, encoding="utf-8", newline="\n")
    json.dump(recipe.layers, sys.stdout, indent=2)
