"""What is installed: what pip, mamba and Rscript are told by repo2docker's scripts, and by those of the packs here."""

import contextlib
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from repo2docker_render import application, offline
from repo2docker_told import Told, tell

import depnorm
from depnorm.library.analysis import analyze_path
from depnorm.model import Ecosystem

SAMPLES = Path(__file__).parents[2] / "corpus"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/repo"))
REFUSED = {"apt-bad-names", "both-binder-dirs", "runtime-patch-version", "python-contradiction"}
"""Samples that repo2docker does not build."""
UNREADABLE = {
    "latin1": "pip decodes it as the locale says",
    "include-cycle": "pip follows the cycle for ever",
    "missing-include": "pip finds no such file",
    "outside-reference": "pip reads what is no part of the repository",
    "remote-include": "pip asks a server",
}
"""Samples whose requirements pip cannot read here."""
TOOLS = ("env update", "pip install", "Rscript")
PLANNED = {"PythonBuildPack", "CondaBuildPack", "RBuildPack"}


def pack(root: Path, *, early: bool) -> Any:
    """The build pack that takes a directory; call it there."""
    app = application(root, early=early)
    for kind in app.buildpacks:
        made = kind() if kind.__name__.startswith("Legacy") else kind(base_image="x")
        if made.detect():
            break
    else:
        made = app.default_buildpack(base_image="x")
    made.platform = app.platform
    return made


def of_tools(scripts: Iterable[tuple[str, str]]) -> list[str]:
    """Those that install what spec files list, without what repo2docker adds to R."""
    return [text for _, text in scripts if any(word in text for word in TOOLS)]


def phases(root: Path, *, early: bool) -> Mapping[str, list[str]]:
    """The scripts by phase; and, under `files`, what is copied before the repository."""
    with offline(), contextlib.chdir(root):
        made = pack(root, early=early)
        base = pack(root, early=False).get_build_scripts() if type(made).__name__ not in PLANNED else []
        return {
            "build": of_tools(each for each in made.get_build_scripts() if each not in base) if early else [],
            "files": sorted(made.get_preassemble_script_files()),
            "preassemble": of_tools(made.get_preassemble_scripts()),
            "assemble": of_tools(made.get_assemble_scripts()),
        }


def told(root: Path, place: Path, *, early: bool) -> tuple[list[Told], list[Told]]:
    """What each script tells: those before the repository, over the files that are there, and those with it."""
    scripts = phases(root, early=early)
    nothing, some, whole = (place / name for name in ("nothing", "some", "whole"))
    nothing.mkdir(parents=True)
    some.mkdir()
    for name in scripts["files"]:
        (some / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (root / name).is_dir() else shutil.copyfile)(root / name, some / name)
    shutil.copytree(root, whole, symlinks=True)
    before = [tell([text], place, nothing) for text in scripts["build"]]
    before += [tell([text], place, some) for text in scripts["preassemble"]]
    return before, [tell([text], place, whole) for text in scripts["assemble"]]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED | UNREADABLE.keys()])
def test_nothing_is_lost_and_nothing_installs_twice(name: str, tmp_path: Path) -> None:
    """Every requirement and spec that repo2docker hands to a tool is handed to it, early in at most one step."""
    root = SAMPLES / name / "repo"
    own = [each for told_then in told(root, tmp_path / "own", early=False) for each in told_then]
    before, after = told(root, tmp_path / "early", early=True)
    every = [*before, *after]

    conda = {spec for each in own for spec in each.conda}
    assert {spec for each in every for spec in each.conda} - {"pip"} == conda - {"pip"}
    assert all(count == 1 for count in Counter(spec for each in every for spec in each.conda).values())

    pip = {line for each in own for line in each.pip}
    found = {line for each in every for line in each.pip}
    assert pip <= found
    assert found - pip <= declared_by_projects(root)
    assert all(count == 1 for count in Counter(line for each in before for line in set(each.pip)).values())


def declared_by_projects(root: Path) -> set[str]:
    """What projects of the repository ask for in their own metadata, which installs before them."""
    analysis = analyze_path(root)
    return {each.requirement for project in analysis.projects for each in project.requirements}


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("r-", "mixed-"))])
def test_every_package_of_a_script_is_asked_for(name: str, tmp_path: Path) -> None:
    """The script runs, or all that it lists is named; and what it surely installs is looked for afterwards."""
    root = SAMPLES / name / "repo"
    before, after = told(root, tmp_path / "early", early=True)
    listed = {each.name for file in depnorm.inspect(root) for each in file.dependencies if is_of_r(each.ecosystem)}
    runs = [file for each in (*before, *after) for file in each.files]
    if "install.R" not in runs:
        assert {package for each in before for package in each.r} == listed


def is_of_r(ecosystem: Ecosystem) -> bool:
    return ecosystem is Ecosystem.CRAN
