"""`catalog bake` and `--layers-from`, from the command line: offline, on the catalog that ships."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from depnorm import cli
from depnorm.model import Ecosystem
from depnorm.share.catalog import load_catalog

Run = Callable[..., str]
REGISTRY = "registry.example.org/layers"
DIGEST = f"sha256:{'a' * 64}"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command's standard output, or its standard error where it fails as expected."""

    def call(*args: str | Path, code: int = 0) -> str:
        actual = cli.run([str(arg) for arg in args])
        output = capsys.readouterr()
        assert actual == code, output.err
        return output.err if code else output.out

    return call


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "requirements.txt").write_text("scipy\npandas\n-e .\n")
    (root / "setup.py").write_text("from setuptools import setup\nsetup(name='x')\n")
    return root


def stages(run: Run, repo: Path, *options: str | Path) -> list[dict[str, Any]]:
    document = json.loads(run("plan", repo, "--layers", "link", "--format", "json", *options))
    return [stage for stage in document["stages"] if stage["kind"] == "shared"]


def metadata(run: Run, directory: Path, *left_out: str) -> Path:
    """The file that buildx would write after the bake, of all layers but some."""
    layers = json.loads(run("catalog", "bake", directory, "--registry", REGISTRY, "--format", "json"))["layers"]
    entries = {
        f"{layer['python']}-{layer['name']}": {"image.name": layer["image"], "containerimage.digest": DIGEST}
        for layer in layers
        if layer["name"] not in left_out
    }
    file = directory / "layers.json"
    file.write_text(json.dumps(entries))
    return file


def test_the_layers_of_a_bake_have_the_keys_of_plans(run: Run, repo: Path, tmp_path: Path) -> None:
    """What a repository would build is what was baked, for each Python, base image and owner; nothing is missing."""
    for python in ("3.10", "3.11", "3.12", "3.13"):
        for options in ((), ("--user-id", "1234"), ("--base-image", "debian:12"), ("--slim", "--installer", "uv")):
            asked = ("--python", python, *options)
            text = run("catalog", "bake", tmp_path / "b", "--registry", REGISTRY, "--format", "json", *asked)
            baked = {layer["key"]: layer["name"] for layer in json.loads(text)["layers"]}
            shared = stages(run, repo, *asked)
            assert len(shared) > 3
            assert {stage["key"]: stage["name"] for stage in shared}.items() <= baked.items()


def test_a_bake_is_the_same_text_every_time(run: Run, tmp_path: Path) -> None:
    """All files of the whole catalog; what is written is what is printed, and the layers of R are named as left out."""
    first, second = tmp_path / "first", tmp_path / "second"
    document = json.loads(run("catalog", "bake", first, "--registry", REGISTRY, "--format", "json"))
    run("catalog", "bake", second, "--registry", REGISTRY)
    names = ["docker-bake.json", *(f"cp3{minor}.Dockerfile" for minor in (10, 11, 12, 13))]
    assert document["files"] == [f"{first}/{name}" for name in names]
    assert [(first / name).read_bytes() for name in names] == [(second / name).read_bytes() for name in names]
    definition = json.loads((first / names[0]).read_text())
    assert sorted(layer["image"] for layer in document["layers"]) == sorted(
        tag for target in definition["target"].values() for tag in target["tags"]
    )
    others = {each.name for each in load_catalog().subsets if each.ecosystem is not Ecosystem.PYPI}
    assert set(document["left_out"]) == others
    assert others >= {"tidyverse", "r-geo", "conda-numpy"}


def test_json_fits_the_schema_that_is_printed(run: Run, tmp_path: Path) -> None:
    """By `depnorm schema catalog-bake`."""
    document = json.loads(run("catalog", "bake", tmp_path, "--registry", REGISTRY, "--format", "json"))
    jsonschema.Draft202012Validator(json.loads(run("schema", "catalog-bake"))).validate(document)


def test_text_says_what_is_next(run: Run, tmp_path: Path) -> None:
    """The command that builds and pushes, and the one that uses what it wrote down, both as they can be typed."""
    place = tmp_path / "a b"
    *_, bake, use = run("catalog", "bake", place, "--registry", REGISTRY, "--python", "3.12").splitlines()
    command = "docker buildx bake -f docker-bake.json --push --metadata-file layers.json"
    assert bake == f"Next: (cd '{place}' && {command})"
    assert use == f"Then: depnorm dockerfile REPO --layers link --layers-from '{place}/layers.json' -o Dockerfile"


def test_help_has_examples(run: Run) -> None:
    """A newcomer copies a line first."""
    assert "Examples:\n    depnorm catalog bake " in run("catalog", "bake", "--help")


def test_a_plan_takes_what_was_baked(run: Run, repo: Path, tmp_path: Path) -> None:
    """By digest; the Dockerfile builds none of it, and the plan says how many there are."""
    file = metadata(run, tmp_path / "b")
    shared = stages(run, repo, "--layers-from", file)
    assert [stage["image"] for stage in shared] == [f"{REGISTRY}/{stage['name']}@{DIGEST}" for stage in shared]
    dockerfile = run("dockerfile", repo, "--layers", "link", "--layers-from", file)
    assert "layer.py apart" not in dockerfile
    for stage in shared:
        assert f"COPY --link --from={stage['image']} / /\n" in dockerfile
    shown = run("plan", repo, "--layers", "link", "--layers-from", file, "--offline")
    assert f"Prebuilt: {len(shared)} of {len(shared)} layers" in " ".join(shown.split())
    assert shown.splitlines()[-1].endswith(f"--layers link --layers-from {file} -o Dockerfile")


@pytest.mark.parametrize("format_name", ["text", "markdown"])
def test_a_layer_that_nobody_baked_is_built(run: Run, repo: Path, tmp_path: Path, format_name: str) -> None:
    """As without images, and the plan says which."""
    file = metadata(run, tmp_path / "b", "scipy")
    options = ("--layers", "link", "--layers-from", file)
    assert [stage["name"] for stage in stages(run, repo, "--layers-from", file) if not stage["image"]] == ["scipy"]
    assert run("dockerfile", repo, *options).count("layer.py apart") == 1
    assert "the build makes scipy." in " ".join(run("plan", repo, *options, "--format", format_name).split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan", "{repo}", "--layers-from", "x.json"], "hint: Add --layers link."),
        (["plan", "{repo}", "--layers", "link", "--layers-from", "x.json"], "x.json: cannot be read"),
        (["plan", "{repo}", "--layers", "link", "--layers-from", "A B"], "expected a registry"),
        (["plan", "{repo}", "--layers", "link", "--layers-from", "team/x"], "names no host"),
        (["plan", "{repo}", "--layers", "link", "--layers-from", f"{REGISTRY}", "--offline"], "--offline forbids it"),
        (["catalog", "bake", "{repo}/b", "--registry", "https://x"], "expected a registry"),
        (["catalog", "bake", "{repo}/b", "--registry", REGISTRY, "--base-image", "debian:12"], "has one Python"),
        (["catalog", "bake", "{repo}/b", "--registry", REGISTRY, "--python", "3.1"], "no snapshot for Python 3.1"),
        (["catalog", "bake", "{repo}/setup.py", "--registry", REGISTRY], "cannot be written"),
        (["catalog", "bake", "{repo}/b", "--registry", REGISTRY, "--catalog", "nope"], "no such catalog"),
        (
            ["catalog", "bake", "{repo}/b", "--registry", REGISTRY, "--python", "3.12", "--base-image", "x\nRUN y"],
            "form that no image could have",
        ),
    ],
)
def test_what_cannot_be_used_is_said(run: Run, repo: Path, arguments: list[str], message: str) -> None:
    """Exit code 2, one sentence, and nothing written."""
    assert message in run(*(argument.format(repo=repo) for argument in arguments), code=2)
    assert not (repo / "b").exists()
