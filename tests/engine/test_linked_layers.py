"""Shared layers that are built apart and joined by COPY --link, with a real engine."""

from dataclasses import replace

import pytest
from conftest import Bench, Built, Plans

from depnorm.model import Emitter, InstallWheels, Plan, Stage, StageKind, StoreWheels

pytestmark = pytest.mark.engine

# Path, mode, owner, time and contents of all that is in the prefix, the wheelhouse and the directories above.
TREE = """
import hashlib, os
for top in ("/opt/venv", "/opt/wheelhouse", "/opt"):
    for directory, directories, names in os.walk(top):
        directories[:] = [name for name in directories if top != "/opt"]
        for path in [directory, *(os.path.join(directory, name) for name in names)]:
            info = os.lstat(path)
            link = os.path.islink(path)
            data = os.readlink(path).encode() if link else b"" if os.path.isdir(path) else open(path, "rb").read()
            print(path, oct(info.st_mode), info.st_uid, info.st_gid, info.st_mtime, hashlib.sha256(data).hexdigest())
"""


@pytest.fixture(scope="module")
def layers(plans: Plans) -> tuple[Stage, ...]:
    """Two layers of packages and a wheelhouse."""
    stages = (
        plans.stage(StageKind.SHARED, InstallWheels(packages=plans.pick("six", "attrs"))),
        plans.stage(StageKind.SHARED, InstallWheels(packages=plans.pick("idna", "click"))),
        plans.stage(StageKind.SHARED, StoreWheels(packages=plans.backends())),
    )
    return tuple(
        replace(stage, name=name, key=f"{number:064x}")
        for number, (name, stage) in enumerate(zip(("text", "Web & more", "build-backends"), stages, strict=True))
    )


def linked(plans: Plans, *stages: Stage) -> Plan:
    return replace(plans.of(*stages), emitter=Emitter.LINK)


@pytest.fixture(scope="module")
def built(bench: Bench, plans: Plans, layers: tuple[Stage, ...]) -> Built:
    return bench.build(linked(plans, *layers))


def test_the_image_is_that_of_a_chain(bench: Bench, plans: Plans, layers: tuple[Stage, ...], built: Built) -> None:
    """Every file has the contents, the mode, the owner and the time that it has where one step follows another."""
    chain = bench.build(plans.of(*layers))
    trees = [bench.docker_run(each.tag, "python", "-c", TREE).splitlines() for each in (chain, built)]
    assert len(trees[0]) > 500
    assert trees[0] == trees[1]


def test_layers_do_not_depend_on_order_or_time(
    bench: Bench, plans: Plans, layers: tuple[Stage, ...], built: Built
) -> None:
    """In another order, and built once more without a cache, each layer has the same digest."""
    other = bench.build(linked(plans, *layers[::-1]), cache=False)
    assert bench.layers(built)[-3:] == bench.layers(other)[-3:][::-1]


def test_the_build_cache_needs_no_order(bench: Bench, plans: Plans, layers: tuple[Stage, ...], built: Built) -> None:
    """A second plan with some of the layers, in another order, over a layer of its own, builds nothing but that."""
    assert built.ok
    own = plans.stage(StageKind.OWN, InstallWheels(packages=plans.pick("packaging")))
    other = bench.build(linked(plans, layers[2], layers[1], own))
    assert len(other.executed) == 1


def test_a_failing_layer_fails_the_build(bench: Bench, plans: Plans) -> None:
    """A wheel with another hash than the key says is no layer at all."""
    (package,) = plans.pick("six")
    wrong = replace(package, artifact=replace(package.artifact, sha256="0" * 64))
    stage = replace(plans.stage(StageKind.SHARED, InstallWheels(packages=(wrong,))), key="f" * 64)
    failed = bench.build(linked(plans, stage), patient=False)
    assert not failed.ok
    assert "six" in failed.log


def test_the_builder_has_nothing_to_remark(bench: Bench, plans: Plans, layers: tuple[Stage, ...]) -> None:
    """The checks of BuildKit find nothing in the Dockerfile."""
    assert "no warnings found" in bench.check(linked(plans, *layers, plans.copy()))
