"""Shared layers that are baked into images of a registry, and repositories that take them from there."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Bench, Plans, output
from test_linked_layers import TREE

import depnorm
from depnorm.model import Catalog, Ecosystem, Emitter, Plan, Snapshot, Subset
from depnorm.share.layers import split_layers
from depnorm.share.snapshot_text import write_catalog, write_snapshot

pytestmark = pytest.mark.engine

SUBSETS = {"text": ("six", "attrs"), "web": ("idna", "click"), "build-backends": ("setuptools", "hatchling")}
REQUIREMENTS = "click\nattrs\n"


@pytest.fixture(scope="module")
def registry() -> str:
    """Where this process puts images."""
    host = os.environ.get("ENGINE_REGISTRY")
    if host is None:
        pytest.skip("no registry: set ENGINE_REGISTRY")
    return f"{host}/t/baked-{os.getpid()}"


@pytest.fixture(scope="module")
def catalog(plans: Plans, bench: Bench) -> Path:
    """A small catalog on disk, of what the bench's index has."""
    directory = bench.directory / "catalog"
    directory.mkdir()
    subsets = tuple(
        Subset(
            name=name,
            ecosystem=Ecosystem.PYPI,
            heads=heads,
            seen_in=1,
            why="a test",
            heads_seen_in=(1,) * len(heads),
            wheelhouse=name == "build-backends",
        )
        for name, heads in SUBSETS.items()
    )
    packages = {name: package for name, package in plans.wheels.items() if name != "pip"}
    write_snapshot(
        directory,
        Snapshot(
            python="3.11",
            platform="manylinux_2_28_x86_64",
            as_of="2026-11-01",
            pip=plans.wheels["pip"],
            layers=split_layers(subsets, packages),
            packages=packages,
            dropped={},
        ),
    )
    write_catalog(
        directory,
        Catalog(
            name="small", as_of="2026-11-01", default_python="3.11", pythons=("3.11",), r_snapshots=(), subsets=subsets
        ),
    )
    return directory


@pytest.fixture(scope="module")
def baked(bench: Bench, plans: Plans, catalog: Path, registry: str) -> Path:
    """The metadata file of a bake that pushed every layer."""
    directory = bench.directory / "bake"
    made = depnorm.bake_catalog(directory, registry, catalog=str(catalog), base_image=plans.base_image)
    layers = [stage for plan in made.plans for stage in plan.stages if stage.key]
    bench.tags.extend(f"{made.registry.image(stage.name)}:{stage.key}" for stage in layers)
    assert [stage.name for stage in layers] == list(SUBSETS)
    return bake(directory, "layers.json")


def bake(directory: Path, metadata: str, *options: str) -> Path:
    """Run what `depnorm catalog bake` says is next; the bench's steps need the network of the host."""
    targets = json.loads((directory / "docker-bake.json").read_text())["target"]
    network = {"target": {name: {"network": "host"} for name in targets}}
    (directory / "network.json").write_text(json.dumps(network))
    files = ("-f", "docker-bake.json", "-f", "network.json", "--allow=network.host")
    command = ("docker", "buildx", "bake", *files, "--push", "--metadata-file", metadata, "--progress=plain", *options)
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return directory / metadata


def digests(metadata: Path) -> Mapping[str, str]:
    entries = json.loads(metadata.read_text())
    return {name: entry["containerimage.digest"] for name, entry in entries.items() if name.startswith("cp311")}


def plan(directory: Path, plans: Plans, catalog: Path, **options: str) -> Plan:
    """The plan of a repository that is nothing but its requirements."""
    directory.mkdir(exist_ok=True)
    (directory / "requirements.txt").write_text(REQUIREMENTS)
    return depnorm.plan(directory, catalog=str(catalog), base_image=plans.base_image, layers="link", **options)  # type: ignore[arg-type]  # of these options, all are text


def test_buildx_reads_the_definition(baked: Path, registry: str) -> None:
    """One image a layer, named by its key; a group for all, one for each Python."""
    printed = json.loads(output("docker", "buildx", "bake", "-f", str(baked.parent / "docker-bake.json"), "--print"))
    assert printed["group"]["default"]["targets"] == ["cp311"]
    assert printed["group"]["cp311"]["targets"] == [f"cp311-{name}" for name in SUBSETS]
    for name in SUBSETS:
        (tag,) = printed["target"][f"cp311-{name}"]["tags"]
        image, _, key = tag.rpartition(":")
        assert image == f"{registry}/{name}"
        assert len(key) == 64


def test_baked_again_without_a_cache_an_image_is_the_same(baked: Path) -> None:
    """Not only the layer: nothing in the image depends on the time."""
    assert digests(bake(baked.parent, "again.json", "--no-cache")) == digests(baked)


@pytest.mark.parametrize("source", ["file", "registry"])
def test_a_repository_takes_the_layers(
    source: str, bench: Bench, plans: Plans, catalog: Path, baked: Path, registry: str
) -> None:
    """No layer is built, the image is that of a chain, and its layers are the blobs that the bake pushed."""
    context = bench.directory / f"take-{source}"
    made = plan(context, plans, catalog, layers_from=str(baked) if source == "file" else registry)
    taken = {stage.name: stage.image or "" for stage in made.stages if stage.key}
    assert taken == {name: f"{registry}/{name}@{digests(baked)[f'cp311-{name}']}" for name in ("text", "web")}
    built = bench.build_directory(made, context)
    assert built.ok, built.log
    assert not [step for step in built.executed if "layer.py apart" in step]
    chain = bench.build_directory(replace(made, emitter=Emitter.CHAIN), context)
    assert bench.docker_run(built.tag, "python", "-c", TREE) == bench.docker_run(chain.tag, "python", "-c", TREE)
    blobs = bench.push(built)
    for image in taken.values():
        manifest = json.loads(output("docker", "manifest", "inspect", "--insecure", image))
        (layer,) = manifest["layers"]
        assert layer["digest"] in blobs


def test_a_layer_that_is_not_there_is_built(
    bench: Bench, plans: Plans, catalog: Path, baked: Path, registry: str
) -> None:
    """Of another user nobody baked anything: the plan says so, and is that without images."""
    assert baked.exists()
    context = bench.directory / "absent"
    made = plan(context, plans, catalog, layers_from=registry, user_id="1234")
    assert {stage.image for stage in made.stages} == {None}
    plain = plan(context, plans, catalog, user_id="1234")
    assert depnorm.dockerfile(made) == depnorm.dockerfile(plain)
