"""Two plans side by side, by values: which layers, at which level, and why not the others."""

from dataclasses import replace
from pathlib import Path
from typing import Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

import depnorm
from depnorm import PlanOptions
from depnorm.model import Emitter, Plan, StageKind
from depnorm.model.diff import LayerDiff, Level, PlanDiff, Reason

EVERYWHERE = (Level.BUILD_CACHE, Level.REGISTRY, Level.NODE_DISK)


def planned(place: Path, *lines: str, **options: Unpack[PlanOptions]) -> Plan:
    place.mkdir(exist_ok=True)
    (place / "requirements.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return depnorm.plan(place, **options)


def named(found: PlanDiff) -> dict[str, LayerDiff]:
    return {layer.name: layer for layer in found.layers}


def test_a_plan_shares_all_with_itself(tmp_path: Path) -> None:
    """At every level, and there is no parting."""
    plan = planned(tmp_path, "numpy", "pandas")
    found = depnorm.diff(plan, plan)
    assert {layer.levels for layer in found.layers} == {EVERYWHERE}
    assert (found.parts_at, found.targets, found.unshared) == (None, (), ())
    assert {each.bytes for each in found.levels} == {plan.shared_bytes}
    assert {layer.name for layer in found.layers} == {
        each.name for each in plan.stages if each.kind is StageKind.SHARED
    }


def test_a_chain_shares_what_it_begins_with(tmp_path: Path) -> None:
    """A layer between two common ones parts the chains; a registry minds no order."""
    a, b = planned(tmp_path, "numpy", "pandas"), planned(tmp_path, "numpy", "scipy", "pandas")
    found = named(diff := depnorm.diff(a, b))
    assert found["numpy"].levels == EVERYWHERE
    assert found["pandas"].levels == (Level.REGISTRY,)
    assert found["pandas"].why == f"what is below it is not the same from stage {diff.parts_at} on"
    assert (found["scipy"].reason, found["scipy"].why) == (Reason.NOT_ASKED, "A does not ask for it")
    assert diff.parts_at == 3
    assert "B shared scipy" in diff.parts_why


def test_linked_layers_are_cached_in_any_order(tmp_path: Path) -> None:
    """A node's disk shares equal beginnings all the same."""
    a = planned(tmp_path, "numpy", "pandas", layers="link")
    b = planned(tmp_path, "numpy", "scipy", "pandas", layers="link")
    found = named(depnorm.diff(a, b))
    assert found["pandas"].levels == (Level.BUILD_CACHE, Level.REGISTRY)
    other = named(depnorm.diff(a, replace(b, repo_dir="/srv/other")))  # another base stage
    assert other["pandas"].levels == (Level.REGISTRY,)


def test_a_refused_layer_has_the_reason_of_the_plan(tmp_path: Path) -> None:
    """In the words that the plan has; where both refuse it, too."""
    a, b = planned(tmp_path, "numpy"), planned(tmp_path, "numpy<2")
    found = named(depnorm.diff(a, b))["numpy"]
    assert found.reason is Reason.REFUSED
    assert found.why.startswith("B does not take it: numpy<2 (requirements.txt:1) excludes ")
    neither = named(depnorm.diff(b, b))["numpy"]
    assert (neither.stage_a, neither.stage_b, neither.levels) == (None, None, ())
    assert neither.why.startswith("neither takes it: numpy<2 ")
    assert [(each.name, each.a, each.b) for each in depnorm.diff(b, b).unshared] == [("numpy", "<2", "<2")]


@pytest.mark.parametrize(
    ("options", "target"),
    [
        ({"python": "3.11"}, "Python 3.12 and 3.11"),
        ({"user_id": 1234}, "user jovyan 1000:1000 and jovyan 1234:1234"),
        ({"base_image": "debian:12"}, "base image python:3.12-slim and debian:12"),
    ],
)
def test_another_target_keeps_every_layer_apart(options: PlanOptions, target: str, tmp_path: Path) -> None:
    """It is said once, and at each layer."""
    found = depnorm.diff(planned(tmp_path, "numpy"), planned(tmp_path, "numpy", **options))
    assert target in found.targets
    layer = named(found)["numpy"]
    assert (layer.levels, layer.reason) == ((), Reason.OTHER_TARGET)
    assert target in layer.why
    assert {each.layers for each in found.levels} == {0}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"layers": "link"}, "--layers chain and link"),
        ({"slim": True}, "--slim no and yes"),
        ({"installer": "uv"}, "installer pip "),
    ],
)
def test_layers_that_are_written_otherwise(options: PlanOptions, why: str, tmp_path: Path) -> None:
    """The same versions, other bytes."""
    layer = named(depnorm.diff(planned(tmp_path, "numpy"), planned(tmp_path, "numpy", **options)))["numpy"]
    assert (layer.levels, layer.reason) == ((), Reason.OTHER_BUILD)
    assert why in layer.why


def test_another_version_names_both(tmp_path: Path) -> None:
    """As after a catalog was refreshed."""
    a = planned(tmp_path, "numpy")
    stages = tuple(
        replace(each, key="0" * 64, packages=tuple(replace(package, version="1.0") for package in each.packages))
        if each.name == "numpy"
        else each
        for each in a.stages
    )
    layer = named(depnorm.diff(a, replace(a, stages=stages)))["numpy"]
    version = next(each for each in a.stages if each.name == "numpy").packages[0].version
    assert (layer.reason, layer.why) == (Reason.OTHER_VERSION, f"numpy {version} and 1.0")


def test_a_repository_without_stages(tmp_path: Path) -> None:
    """Nothing can be shared with it, and that is the reason."""
    a = planned(tmp_path / "a", "numpy")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "Dockerfile").write_text("FROM scratch\n")
    layer = named(depnorm.diff(a, depnorm.plan(tmp_path / "b")))["numpy"]
    assert (layer.reason, layer.why) == (Reason.NO_PLAN, "depnorm has no stages for B")


def test_packages_of_another_ecosystem(tmp_path: Path) -> None:
    """A conda environment has numpy, and not this numpy."""
    a = planned(tmp_path / "a", "numpy")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "environment.yml").write_text("dependencies: [numpy]\n")
    layer = named(depnorm.diff(a, depnorm.plan(tmp_path / "b")))["numpy"]
    assert layer.why == "B has numpy from conda"


LINES = st.lists(
    st.sampled_from(["numpy", "pandas", "scipy", "matplotlib", "numpy<2", "tabulate", "six", "requests"]), max_size=5
)


@given(one=LINES, other=LINES, emitter=st.sampled_from(list(Emitter)))
def test_levels_contain_each_other(
    one: list[str], other: list[str], emitter: Emitter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The disk shares what the cache shares at most, the cache what the registry does; seen from either side."""
    place = tmp_path_factory.mktemp("repo")
    a, b = (planned(place, *lines, layers="link" if emitter is Emitter.LINK else "chain") for lines in (one, other))
    found, back = depnorm.diff(a, b), depnorm.diff(b, a)
    sums = {each.level: each.bytes for each in found.levels}
    assert (
        sums[Level.NODE_DISK] <= sums[Level.BUILD_CACHE] <= sums[Level.REGISTRY] <= min(a.shared_bytes, b.shared_bytes)
    )
    assert {each.name: each.levels for each in found.layers} == {each.name: each.levels for each in back.layers}
    assert all(each.why or len(each.levels) == len(EVERYWHERE) for each in found.layers)
    assert found.parts_at == back.parts_at


def test_slim_is_a_part_of_the_base() -> None:
    """Where nothing is shared, too: the base stage of a slim image has other variables."""
    repository = Path(__file__).parents[2] / "corpus" / "empty" / "repo"
    found = depnorm.diff(depnorm.plan(repository), depnorm.plan(repository, slim=True))
    assert found.parts_at == 1
