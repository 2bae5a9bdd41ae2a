"""Whether shared layers that two engines build have one digest.

    python tests/benchmarks/same_digest.py ENGINE ENGINE [--repository DIR | --catalog] [--base-image REF]

ENGINE is what DOCKER_HOST would be. Each builds all shared layers of the repository's plan (or of the whole catalog)
without a cache, as a chain and linked; the second in the opposite order, over a layer that the first does not have.
Prints the diffID of each layer, which is the digest of its uncompressed tar, and fails if two differ.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import depnorm
from depnorm.emit.dockerfile import render_dockerfile
from depnorm.library.bake import plan_bake
from depnorm.model import Emitter, Plan, Stage

SAMPLE = Path(__file__).parents[2] / "corpus" / "plain-scipy" / "repo"
PYTHON = "3.11"
TAG = f"t/same-digest-{os.getpid()}"


def docker(engine: str, *arguments: str, text: str | None = None) -> str:
    """What docker prints; exits with what it says where it fails."""
    environment = {**os.environ, "DOCKER_HOST": engine}
    done = subprocess.run(
        ["docker", *arguments], input=text, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{engine}: {done.stderr[-3000:]}")
    return done.stdout.strip()


def plan(options: argparse.Namespace) -> Plan:
    """The base stage and all shared layers."""
    if options.catalog:
        made = plan_bake("localhost/layers", pythons=[PYTHON], base_image=options.base_image).plans[0]
    else:
        made = depnorm.plan(options.repository, python=PYTHON, base_image=options.base_image, layers="link")
    shared = (stage for stage in made.stages if stage.is_wheel_layer)
    return replace(made, stages=(made.stages[0], *shared))


def build(engine: str, made: Plan, layers: Sequence[Stage]) -> dict[str, str]:
    """The diffID of each layer, by name, in an image that has them in this order."""
    dockerfile = render_dockerfile(replace(made, stages=(made.stages[0], *layers)))
    docker(engine, "build", "--no-cache", "--network=host", "--tag", TAG, "-", text=dockerfile)
    found: list[str] = json.loads(docker(engine, "image", "inspect", "--format", "{{json .RootFS.Layers}}", TAG))
    docker(engine, "image", "rm", "--force", TAG)
    names = [stage.name for stage in layers]
    return dict(zip(names, found[-len(names) :], strict=True))


def main() -> None:
    """Print a row for each layer and way to join it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("engines", nargs=2, metavar="ENGINE")
    parser.add_argument("--repository", type=Path, default=SAMPLE)
    parser.add_argument("--catalog", action="store_true", help="all layers of the catalog")
    parser.add_argument("--base-image", default=f"python:{PYTHON}-slim")
    options = parser.parse_args()
    first, second = options.engines
    above = f"{TAG}-base"
    text = f"FROM {options.base_image}\nRUN echo {TAG} > /foreign\n"
    docker(second, "build", "--network=host", "--tag", above, "-", text=text)
    differing = 0
    for emitter in Emitter:
        made = replace(plan(options), emitter=emitter)
        layers = made.stages[1:]
        one = build(first, made, layers)
        other = build(second, replace(made, target=replace(made.target, base_image=above)), layers[::-1])
        for name, digest in one.items():
            differs = digest != other[name]
            differing += differs
            print(f"{emitter.value:6} {name:16} {digest[:26]} {other[name][:26]} {'DIFFER' if differs else 'equal'}")
    docker(second, "image", "rm", "--force", above)
    sys.exit(f"{differing} layers differ" if differing else 0)


if __name__ == "__main__":
    main()
