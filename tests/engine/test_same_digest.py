"""Real shared layers, with compiled modules: one digest, whoever builds them, over whatever parent."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import PYTHON_BASE, Bench

import depnorm
from depnorm.model import Emitter, Plan, StageKind

pytestmark = pytest.mark.engine

REPOSITORY = Path(__file__).parents[2] / "corpus" / "plain-scipy" / "repo"
QUICK = ("numpy", "python-dateutil")


def plan_of(emitter: Emitter, base: str, *names: str) -> Plan:
    """The base stage of a plan for the repository, and those of its shared layers, in this order."""
    made = depnorm.plan(REPOSITORY, python="3.11", base_image=base, layers=emitter.value)
    shared = {stage.name: stage for stage in made.stages if stage.kind is StageKind.SHARED}
    return replace(made, stages=(made.stages[0], *(shared[name] for name in names)))


@pytest.mark.parametrize("emitter", Emitter)
def test_a_layer_of_the_catalog_has_one_digest(bench: Bench, emitter: Emitter) -> None:
    """Built twice, nothing from a cache, the second time over a foreign layer and in another order, all are equal."""
    other = bench.base_image(f"parent-{emitter.value}", PYTHON_BASE, f"RUN echo {uuid4().hex} > /foreign")
    first = bench.build(plan_of(emitter, PYTHON_BASE, *QUICK), cache=False)
    second = bench.build(plan_of(emitter, other, *QUICK[::-1]), cache=False)
    assert bench.layers(first)[-2:] == bench.layers(second)[-2:][::-1]
    assert bench.layers(first)[:-2] != bench.layers(second)[:-2]
