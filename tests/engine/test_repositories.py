"""Whole repositories: what `depnorm dockerfile` emits, built by a real engine from samples and real files."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import CONDA_BASE, PYTHON_BASE, R_BASE, Bench, Built

import depnorm
from depnorm.model import Plan, StageKind
from depnorm.stages.shared import CONDA_IMAGE

pytestmark = pytest.mark.engine

SAMPLES = Path(__file__).parents[2] / "corpus"
# Proxy arguments are no part of the cache's key: with these, a step that asks the network for anything fails.
NO_NETWORK = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
OVERLAP = {"first": "pandas\nidna\n", "second": "lxml\npandas\nattrs\n"}
# Requirements of real repositories that still resolve for Python 3.11 from wheels, none of which is large: output of
# pip-compile, old pins beside shared layers, an extra, names alone.
REAL = (
    "jupyterhub+mybinder.org-deploy/requirements.txt",
    "jupyterhub+repo2docker/requirements.txt",
    "AgrinessEdgeIoT+portiapy/requirements.txt",
    "GuilhermehChaves+video_text/requirements.txt",
    "Fuzzy-Search+realtime-bakllava/requirements.txt",
    "jupyterhub+repo2docker-action/requirements.txt",
    "binder-examples+remote_storage/requirements.txt",
)


def sample(name: str, tmp_path: Path) -> Path:
    """A copy of a sample repository that a test may change."""
    return Path(shutil.copytree(SAMPLES / name / "repo", tmp_path / name, symlinks=True))


def plan_of(root: Path) -> Plan:
    return depnorm.plan(root, python="3.11", base_image=PYTHON_BASE)


def offline(bench: Bench, plan: Plan, root: Path) -> Built:
    return bench.build_directory(plan, root, arguments=NO_NETWORK)


def change_readme(root: Path) -> None:
    """Change the README as it never was before: an engine that is kept remembers what earlier runs wrote."""
    with (root / "README.md").open("a", encoding="utf-8") as file:
        file.write(f"One more sentence: {uuid4()}.\n")


@pytest.mark.parametrize("name", ["include-chain", "constraints", "local-wheel", "wheel-path", "utf16"])
def test_a_readme_change_runs_only_the_copy(bench: Bench, tmp_path: Path, name: str) -> None:
    """Where every line installs from a closed set of files, no dependency step runs again."""
    root = sample(name, tmp_path)
    plan = plan_of(root)
    first = bench.build_directory(plan, root)
    assert first.ok, first.log
    change_readme(root)
    second = offline(bench, plan, root)
    assert second.ok, second.log
    assert [title.split()[0] for title in second.executed] == ["COPY"]


@pytest.mark.parametrize("name", ["editable-plus-packages", "editable-hatchling", "editable-legacy-setup-py"])
def test_a_late_line_downloads_nothing(bench: Bench, tmp_path: Path, name: str) -> None:
    """`-e .` beside ten packages: after a README change only the late steps run, without any network."""
    root = sample(name, tmp_path)
    plan = plan_of(root)
    first = bench.build_directory(plan, root)
    assert first.ok, first.log
    change_readme(root)
    second = offline(bench, plan, root)
    assert second.ok, second.log
    assert [title.split()[0] for title in second.executed] == ["COPY", "RUN", "RUN"]


def test_linked_layers_make_the_same_image(bench: Bench, tmp_path: Path) -> None:
    """With `--layers link`: the same packages as by a chain, and after a README change only the late steps run."""
    root = sample("editable-plus-packages", tmp_path)
    plans = [depnorm.plan(root, python="3.11", base_image=PYTHON_BASE, layers=layers) for layers in ("chain", "link")]
    chain, link = (bench.build_directory(plan, root) for plan in plans)
    installed = "python -m pip freeze --all"
    assert bench.run(chain, installed) == bench.run(link, installed)
    change_readme(root)
    second = offline(bench, plans[1], root)
    assert second.ok, second.log
    assert [title.split()[0] for title in second.executed] == ["COPY", "RUN", "RUN"]


def test_two_repositories_share_layers(bench: Bench, tmp_path: Path) -> None:
    """Different, overlapping requests: the second build has the shared layers cached, the registry stores them once."""
    built: dict[str, Built] = {}
    for name, text in OVERLAP.items():
        root = tmp_path / name
        root.mkdir()
        (root / "requirements.txt").write_text(text, encoding="utf-8")
        built[name] = bench.build_directory(plan_of(root), root)
        assert built[name].ok, built[name].log
    shared = sum(stage.kind is StageKind.SHARED for stage in plan_of(tmp_path / "first").stages)
    assert shared >= 3
    assert not any("'numpy==" in title or "'pandas==" in title for title in built["second"].executed)
    digests = [bench.push(each) for each in built.values()]
    common = [digest for digest in digests[0] if digest in digests[1]]
    assert len(common) >= shared + 1


@pytest.mark.parametrize("path", REAL)
def test_real_requirements_leave_nothing_to_do(bench: Bench, real_corpus: Path, tmp_path: Path, path: str) -> None:
    """The user's own command, asked again at the end, reports nothing but paths, URLs and VCS lines."""
    root = written(tmp_path, {})
    shutil.copyfile(real_corpus / "repos" / path, root / "requirements.txt")
    plan = plan_of(root)
    assert StageKind.VERIFY in {stage.kind for stage in plan.stages}
    built = bench.build_directory(plan, root)
    assert built.ok, built.log
    assert bench.run(built, "python -m pip check") == "No broken requirements found."


@pytest.mark.parametrize(
    ("name", "base", "command"),
    [
        ("conda-pip-section", CONDA_BASE, "python -c 'import numpy'"),
        ("r-tidyverse", R_BASE, "Rscript -e 'library(ggplot2); library(dplyr)'"),
        ("r-source", R_BASE, "Rscript -e 'library(jsonlite)'"),
        ("r-dynamic", R_BASE, "Rscript -e 'library(R6)'"),
        ("mixed-python-r", R_BASE, "Rscript -e 'library(dplyr)'"),
    ],
)
def test_other_ecosystems(bench: Bench, tmp_path: Path, name: str, base: str, command: str) -> None:
    """A conda environment with a pip section, R, R beside Python: what was asked for can be loaded."""
    root = sample(name, tmp_path)
    built = bench.build_directory(depnorm.plan(root, base_image=base), root)
    assert built.ok, built.log
    bench.run(built, command)


def test_an_unknown_step_that_needs_the_repository(bench: Bench, tmp_path: Path) -> None:
    """An early try that fails because the repository is not there leaves nothing; the image is right in the end."""
    files = {
        "runtime.txt": "r-4.2-2024-01-10",
        "install.R": 'more <- Sys.getenv("MORE", "more.R")\nsource(more)\n',
        "more.R": 'install.packages("R6")\n',
    }
    root = written(tmp_path, files)
    built = bench.build_directory(depnorm.plan(root, base_image=R_BASE), root)
    assert built.ok, built.log
    bench.run(built, "Rscript -e 'library(R6)'")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"requirements.txt": "idna\nnumpy=1.2\n"}, "line 2 of requirements.txt"),
        ({"requirements.txt": "-e .\nidna\nnumpy=1.2\n", "setup.py": ""}, "line 3 of requirements.txt"),
        ({"requirements.txt": "-r base.txt\n", "base.txt": "idna=3\n"}, "line 1 of /home/jovyan/base.txt"),
        ({"requirements.txt": "idna==0.0.0.1\n"}, "idna==0.0.0.1"),
        ({"requirements.txt": "-r missing.txt\n"}, "missing.txt"),
        ({"requirements.txt": "-r ../outside.txt\nidna\n"}, "outside.txt"),
    ],
)
def test_a_broken_requirement_fails_with_its_place(
    bench: Bench, tmp_path: Path, files: Mapping[str, str], message: str
) -> None:
    """The build stops, and its log names the file and the line."""
    root = written(tmp_path, files)
    built = bench.build_directory(plan_of(root), root, patient=False)
    assert not built.ok
    assert message in built.log


def test_odd_names_and_contexts(bench: Bench, tmp_path: Path) -> None:
    """Spaces, `$`, brackets, links and .dockerignore: built, and nothing of a name was run."""
    root = sample("odd-names", tmp_path)
    (root / "linked.txt").write_text("-r odd-link.txt\n", encoding="utf-8")
    (root / "odd-link.txt").symlink_to("target.txt")
    (root / "target.txt").write_text("toolz\n", encoding="utf-8")
    (root / "hidden").mkdir()
    (root / ".dockerignore").write_text("hidden\n", encoding="utf-8")
    with (root / "requirements.txt").open("a", encoding="utf-8") as file:
        file.write("-r linked.txt\n")
    built = bench.build_directory(plan_of(root), root)
    assert built.ok, built.log
    assert bench.run(built, "python -c 'import toolz' && find / -xdev -name oops") == ""


def written(tmp_path: Path, files: Mapping[str, str]) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_every_dockerfile_is_clean(bench: Bench, tmp_path: Path) -> None:
    """BuildKit's own checks find nothing in the Dockerfile of any sample, and all are asked for at once."""
    targets = {}
    assert bench.directory.is_dir()
    (tmp_path / "context").mkdir()
    for expected in sorted(SAMPLES.glob("*/expected.toml")):
        root, name = expected.parent / "repo", expected.parent.name
        if not depnorm.plan(root).stages:
            continue
        # The check resolves FROM, and the bench answers to few names.
        text = depnorm.dockerfile(depnorm.plan(root, base_image=PYTHON_BASE))
        (tmp_path / name).write_text(text.replace(CONDA_IMAGE, CONDA_BASE), encoding="utf-8")
        targets[name] = {"context": "context", "dockerfile": str(tmp_path / name)}
    bake = tmp_path / "bake.json"
    bake.write_text(json.dumps({"group": {"default": {"targets": [*targets]}}, "target": targets}), encoding="utf-8")
    command = ["docker", "buildx", "bake", "--check", "--file", str(bake)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (done.stdout + done.stderr).count("Check complete, no warnings found") == len(targets)
