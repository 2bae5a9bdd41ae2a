"""Shared layers with a real engine: the same bytes, whoever builds them, over whatever parent."""

import pytest
from conftest import Bench, Built, Plans

from depnorm.model import InstallWheels, Stage, StageKind, StoreWheels

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def layers(plans: Plans) -> dict[str, Stage]:
    """Two shared layers, a wheelhouse and a layer of a repository of its own."""
    shared = {"text": ("six", "attrs"), "web": ("idna", "click")}
    stages = {
        name: plans.stage(StageKind.SHARED, InstallWheels(packages=plans.pick(*of))) for name, of in shared.items()
    }
    stages["backends"] = plans.stage(StageKind.SHARED, StoreWheels(packages=plans.backends()))
    stages["own"] = plans.stage(StageKind.OWN, InstallWheels(packages=plans.pick("packaging")))
    return stages


@pytest.fixture(scope="module")
def built(bench: Bench, plans: Plans, layers: dict[str, Stage]) -> Built:
    return bench.build(plans.of(layers["text"], layers["web"], layers["backends"]))


def test_layers_do_not_depend_on_their_order(
    bench: Bench, plans: Plans, layers: dict[str, Stage], built: Built
) -> None:
    """The same layers in another order have the same digests, each."""
    other = bench.build(plans.of(layers["backends"], layers["web"], layers["text"]))
    assert bench.layers(built)[-3:] == bench.layers(other)[-3:][::-1]
    bench.check_any_differ(built, slice(-3, None))


def test_layers_do_not_depend_on_what_is_below(
    bench: Bench, plans: Plans, layers: dict[str, Stage], built: Built
) -> None:
    """Over a layer of one repository, a shared layer has the digest that it has over the base."""
    other = bench.build(plans.of(layers["own"], layers["web"]))
    assert bench.layers(built)[-2] == bench.layers(other)[-1]


def test_layers_do_not_depend_on_the_builder(
    bench: Bench, plans: Plans, layers: dict[str, Stage], built: Built
) -> None:
    """The classic builder and BuildKit make the same layers, base and all."""
    other = bench.build(plans.of(layers["text"], layers["web"], layers["backends"]), buildkit=False)
    assert bench.layers(built)[-3:] == bench.layers(other)[-3:]


def test_layers_do_not_depend_on_the_time(bench: Bench, plans: Plans, layers: dict[str, Stage], built: Built) -> None:
    """Built again without a cache, all layers are the same, those of the base stage included."""
    other = bench.build(plans.of(layers["text"], layers["web"], layers["backends"]), cache=False)
    assert bench.layers(built) == bench.layers(other)


def test_a_second_build_runs_nothing(bench: Bench, plans: Plans, layers: dict[str, Stage], built: Built) -> None:
    """A second plan takes the layers that it shares from the build cache, and runs only its own."""
    again = bench.build(plans.of(layers["text"], layers["web"], layers["backends"]))
    more = bench.build(plans.of(layers["text"], layers["web"], layers["own"]))
    assert built.ok
    assert again.executed == []
    assert len(more.executed) == 1


def test_packages_work_and_belong_to_the_user(bench: Bench, built: Built) -> None:
    """What was installed can be imported, is compiled, and can be removed by the user without a trace."""
    script = "python -c 'import six, attrs, idna, click; print(six.__cached__)'; pip uninstall --yes -q six;"
    lines = bench.run(built, script + "find /opt/venv -name '*six*' | wc -l; id -u; pwd").splitlines()
    assert lines[0].endswith(".pyc")
    assert [line.strip() for line in lines[1:]] == ["0", "1000", "/home/jovyan"]


def test_a_registry_stores_a_shared_layer_once(
    bench: Bench, plans: Plans, layers: dict[str, Stage], built: Built
) -> None:
    """Pushed by images in which it stands at different places, a shared layer is one blob of the registry."""
    other = bench.build(plans.of(layers["own"], layers["web"]))
    assert bench.push(built)[-2] == bench.push(other)[-1]


def test_the_builder_has_nothing_to_remark(bench: Bench, plans: Plans, layers: dict[str, Stage]) -> None:
    """The checks of BuildKit find nothing in the Dockerfile."""
    assert "no warnings found" in bench.check(plans.of(*layers.values(), plans.copy()))
