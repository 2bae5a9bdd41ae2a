"""The link emitter: each shared layer in a stage of its own, joined where a chain would have its step."""

from dataclasses import replace

import pytest
from render_samples import BASE, CONFIGURATION, COPY, lint, parse, plan, stage, wheel

from depnorm.emit.dockerfile import render_dockerfile
from depnorm.errors import UsageError
from depnorm.model import Emitter, InstallCran, InstallWheels, Stage, StageKind, StoreWheels

NUMPY = stage(StageKind.SHARED, InstallWheels(packages=(wheel("numpy"),)), name="numpy")
WEB = replace(stage(StageKind.SHARED, InstallWheels(packages=(wheel("web"),)), name="Web & more"), key="1" * 64)
BACKENDS = stage(StageKind.SHARED, StoreWheels(packages=(wheel("setuptools"),)), name="build-backends")
CRAN = stage(StageKind.SHARED, InstallCran(packages=("sf",), snapshot="2024-01-10"))
OWN = stage(StageKind.OWN, InstallWheels(packages=(wheel("own"),)))


def linked(*stages: Stage) -> str:
    return render_dockerfile(plan(*stages, emitter=Emitter.LINK))


def test_each_layer_is_built_over_the_base_alone() -> None:
    """FROM, and one RUN, for each layer; the image begins at the base, too, and copies their trees in order."""
    found = parse(linked(BASE, NUMPY, WEB, BACKENDS, OWN, COPY))
    names = ["layer-numpy-000000000000", "layer-web-more-111111111111", "layer-build-backends-000000000000"]
    froms = [value for command, value in found if command == "FROM"]
    assert froms == [["python:3.11-slim", "AS", "base"], *(["base", "AS", name] for name in names), ["base"]]
    assert [value for command, value in found if command == "COPY"][:3] == [["/opt/depnorm/apart/", "/"]] * 3
    text = linked(BASE, NUMPY, WEB, BACKENDS, OWN, COPY)
    assert [line for line in text.splitlines() if line.startswith("COPY --link")] == [
        f"COPY --link --from={name} /opt/depnorm/apart/ /" for name in names
    ]
    assert text.count("layer.py apart install") == 2
    assert text.count("layer.py apart store") == 1
    assert text.count("layer.py install") == 1  # the repository's own


def test_a_layer_has_the_same_text_in_every_plan() -> None:
    """Whatever else is in the plan: the stage that builds a layer is its cache key."""
    one, other = linked(BASE, NUMPY, COPY).split("\n\n"), linked(BASE, WEB, BACKENDS, NUMPY, OWN).split("\n\n")
    built = [block for block in one if "FROM base AS layer-numpy" in block]
    assert len(built) == 1
    assert built[0] in other


def test_what_changes_the_base_stays_in_the_chain() -> None:
    """Packages of R and of the distribution are installed where they stand; nothing else to link, no further stage."""
    text = linked(BASE, CRAN, OWN, COPY)
    assert text == render_dockerfile(plan(BASE, CRAN, OWN, COPY))


def test_hadolint_has_nothing_to_say() -> None:
    """The form pleases hadolint."""
    assert lint(linked(BASE, NUMPY, WEB, BACKENDS, CRAN, OWN, COPY), "--config", str(CONFIGURATION)) == ""


IMAGE = f"registry.example.org/layers/numpy@sha256:{'a' * 64}"


def test_a_layer_that_has_an_image_is_not_built() -> None:
    """It is joined from there, by digest, in its place; the others are built."""
    text = linked(BASE, replace(NUMPY, image=IMAGE), WEB, COPY)
    assert "layer-numpy" not in text
    assert [line for line in text.splitlines() if line.startswith("COPY --link")] == [
        f"COPY --link --from={IMAGE} / /",
        "COPY --link --from=layer-web-more-111111111111 /opt/depnorm/apart/ /",
    ]
    assert text.count("layer.py apart install") == 1


def test_with_images_of_all_layers_there_is_one_stage() -> None:
    """Nothing is left to build apart, so the image is made from the base image itself."""
    text = linked(BASE, replace(NUMPY, image=IMAGE), OWN, COPY)
    assert [value for command, value in parse(text) if command == "FROM"] == [["python:3.11-slim"]]
    assert lint(text, "--config", str(CONFIGURATION)) == ""


@pytest.mark.parametrize("image", ["a b", "x\nRUN y", "${x}", "", "--x"])
def test_no_image_is_more_than_a_name(image: str) -> None:
    """Whoever made the plan: what is no reference of an image reaches no Dockerfile."""
    with pytest.raises(UsageError, match="image reference"):
        linked(BASE, replace(NUMPY, image=image), COPY)
