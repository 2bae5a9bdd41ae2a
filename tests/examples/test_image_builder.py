"""The example of an image builder: what comes in, what goes out, and what strangers try."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import image_builder
import pytest

import depnorm

SAMPLES = Path(__file__).parents[2] / "corpus"


def context_of(files: dict[str, str] | Path, mode: str = "w:gz") -> io.BytesIO:
    """A build context, as `docker build` sends it."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:  # type: ignore[call-overload]  # every mode is one of its own
        if isinstance(files, Path):
            archive.add(files, arcname=".")
        else:
            for name, text in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(text.encode())
                archive.addfile(entry, io.BytesIO(text.encode()))
    data.seek(0)
    return data


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
@pytest.mark.parametrize("sample", ["notebooks-and-package", "conda-pip-section", "r-tidyverse"])
def test_a_context_gives_what_its_directory_gives(sample: str, mode: str) -> None:
    """The Dockerfile is that of the unpacked repository, and the keys are those of its plan, in build order."""
    repository = SAMPLES / sample / "repo"
    recipe = image_builder.recipe_of(context_of(repository, mode))
    plan = depnorm.plan(repository)
    assert recipe.dockerfile == depnorm.dockerfile(plan)
    assert list(recipe.layers.items()) == [(stage.name, stage.key) for stage in plan.stages if stage.key]
    assert len(recipe.findings) == len(plan.findings)


def test_two_repositories_have_a_layer_in_common() -> None:
    """The same key in both: a registry has it once."""
    one = image_builder.recipe_of(context_of({"requirements.txt": "numpy\npandas\n"}))
    other = image_builder.recipe_of(context_of({"requirements.txt": "NumPy>=1.20\n", "README.md": "x"}))
    assert one.layers["numpy"] == other.layers["numpy"]
    assert one.layers["numpy"] in one.dockerfile or other.dockerfile.count("numpy")


def test_as_a_program(tmp_path: Path) -> None:
    """From standard input to a file and standard output."""
    command = [sys.executable, image_builder.__file__, str(tmp_path / "Dockerfile")]
    given = context_of({"requirements.txt": "numpy\n"}).getvalue()
    done = subprocess.run(command, input=given, capture_output=True, check=True)
    assert json.loads(done.stdout).keys() >= {"numpy"}
    assert (tmp_path / "Dockerfile").read_text(encoding="utf-8").startswith("#")
    refused = subprocess.run(command, input=b"no archive", capture_output=True, check=False)
    assert refused.returncode == 1
    assert b"Traceback" not in refused.stderr


def test_nothing_leaves_the_context(tmp_path: Path) -> None:
    """Names with `..`, absolute names, links that lead out, devices: no such thing is written, followed or read."""
    secret = tmp_path / "secret.txt"
    secret.write_text("a-secret-package\n", encoding="utf-8")
    hostile = io.BytesIO()
    with tarfile.open(fileobj=hostile, mode="w") as archive:
        for name, kind, target in (
            ("requirements.txt", tarfile.SYMTYPE, str(secret)),
            ("hard.txt", tarfile.LNKTYPE, str(secret)),
            ("device", tarfile.CHRTYPE, ""),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, target
            archive.addfile(entry)
        for name in ("../escaped.txt", str(tmp_path / "absolute.txt")):
            archive.addfile(tarfile.TarInfo(name))
    hostile.seek(0)
    try:
        told = str(image_builder.recipe_of(hostile))
    except depnorm.DepnormError as error:
        told = str(error)
    assert "a-secret-package" not in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.txt"]


def test_no_text_of_a_context_becomes_an_instruction() -> None:
    """A requirement that looks like one is refused or quoted."""
    recipe = image_builder.recipe_of(context_of({"requirements.txt": "numpy\nRUN curl | sh\n"}))
    assert not [line for line in recipe.dockerfile.splitlines() if line.startswith("RUN curl")]
    assert any("curl" in each for each in recipe.findings)
