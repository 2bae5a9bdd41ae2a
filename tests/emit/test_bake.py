"""The definition of a bake, and the Dockerfiles that it names."""

import json
from dataclasses import replace
from typing import Any

import pytest
from render_samples import BASE, CONFIGURATION, lint, parse, plan, stage, wheel

from depnorm.emit.bake import render_bake, render_layers
from depnorm.emit.dockerfile import render_dockerfile
from depnorm.model import Emitter, InstallWheels, Plan, Stage, StageKind, StoreWheels, Target
from depnorm.model.layer_registry import LayerRegistry

REGISTRY = LayerRegistry(host="registry.example.org", prefix="layers")


def layer(name: str, key: str, *, stored: bool = False) -> Stage:
    step = (StoreWheels if stored else InstallWheels)(packages=(wheel("numpy"),))
    return replace(stage(StageKind.SHARED, step, name=name), key=key * 64)


NUMPY, WEB, BACKENDS = layer("numpy", "1"), layer("Web & more", "2"), layer("build-backends", "3", stored=True)


def of(python: str, *stages: Stage, platform: str = "manylinux_2_28_x86_64") -> Plan:
    target = Target(base_image=f"python:{python}-slim", python=python, platform=platform)
    return plan(BASE, *stages, target=target, emitter=Emitter.LINK)


def definition(*plans: Plan) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render_bake(plans, REGISTRY)["docker-bake.json"])
    return found


def test_groups_and_targets() -> None:
    """A group for all, one a Python; a target a layer, whose image is tagged with the key in full."""
    found = definition(of("3.11", NUMPY, WEB), of("3.12", NUMPY, BACKENDS))
    assert found["group"] == {
        "default": {"targets": ["cp311", "cp312"]},
        "cp311": {"targets": ["cp311-numpy", "cp311-web-more"]},
        "cp312": {"targets": ["cp312-numpy", "cp312-build-backends"]},
    }
    assert list(found["target"]) == ["cp311-numpy", "cp311-web-more", "cp312-numpy", "cp312-build-backends"]
    assert found["target"]["cp311-web-more"] == {
        "context": ".",
        "dockerfile": "cp311.Dockerfile",
        "target": "image-web-more-222222222222",
        "tags": [f"registry.example.org/layers/web-more:{'2' * 64}"],
        "platforms": ["linux/amd64"],
        "args": {"SOURCE_DATE_EPOCH": "315532800"},
        "attest": ["type=provenance,disabled=true", "type=sbom,disabled=true"],
    }


@pytest.mark.parametrize(
    ("platform", "docker"),
    [("manylinux_2_28_aarch64", ["linux/arm64"]), ("manylinux_2_28_x86_64", ["linux/amd64"]), ("linux_riscv64", None)],
)
def test_the_platform_of_the_wheels(platform: str, docker: list[str] | None) -> None:
    """An image is for the machines that its wheels are for, whichever builds it."""
    target = definition(of("3.11", NUMPY, platform=platform))["target"]["cp311-numpy"]
    assert target.get("platforms") == docker


def test_names_that_are_read_alike() -> None:
    """Two layers are two targets, whatever their names."""
    targets = definition(of("3.11", layer("a b", "1"), layer("A-B", "2")))["target"]
    assert list(targets) == ["cp311-a-b-111111111111", "cp311-a-b-222222222222"]


def test_a_dockerfile_has_every_target() -> None:
    """Each image is one layer over nothing, made by a stage over the base."""
    files = render_bake([of("3.11", NUMPY, BACKENDS)], REGISTRY)
    assert list(files) == ["docker-bake.json", "cp311.Dockerfile"]
    found = parse(files["cp311.Dockerfile"])
    assert [value for command, value in found if command == "FROM"] == [
        ["python:3.11-slim", "AS", "base"],
        ["base", "AS", "layer-numpy-111111111111"],
        ["scratch", "AS", "image-numpy-111111111111"],
        ["base", "AS", "layer-build-backends-333333333333"],
        ["scratch", "AS", "image-build-backends-333333333333"],
    ]
    assert [value for command, value in found if command == "COPY"] == [["/opt/depnorm/apart/", "/"]] * 2


def test_a_layer_is_built_as_repositories_build_it() -> None:
    """The same base and the same stage, text for text: the same bytes under the same key, and one build cache."""
    made, repository = of("3.11", NUMPY, WEB), of("3.11", WEB)
    built = {block for block in render_layers(made).split("\n\n") if "FROM python" in block or "layer-web" in block}
    base, web = sorted(built, key=lambda block: "layer-web" in block)
    blocks = render_dockerfile(repository).split("\n\n")
    assert base in blocks
    assert web.partition("\nFROM scratch")[0] in blocks


def test_hadolint_has_nothing_to_say() -> None:
    """The form pleases hadolint."""
    assert lint(render_layers(of("3.11", NUMPY, WEB, BACKENDS)), "--config", str(CONFIGURATION)) == ""
