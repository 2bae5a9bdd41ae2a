"""Locked conda environments with a real engine: right, the same bytes in any order, and as one step would make them."""

import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from conda_channel import Channel, bench_lock, lock_of, serve_channel
from conftest import CONDA_BASE, Bench, Built
from package_index import PackageIndex

from depnorm.library.analysis import analyze_repository
from depnorm.model import (
    Artifact,
    Ecosystem,
    InstallConda,
    InstallEnvironmentWheels,
    LockedPackage,
    Plan,
    Stage,
    StageKind,
    Target,
    VerifyEnvironment,
)
from depnorm.model.conda_order import link_order
from depnorm.read.choice import choose_spec_files
from depnorm.read.repository import open_repository
from depnorm.share.catalog import load_catalog
from depnorm.share.conda import share_conda_lock
from depnorm.share.split import HEAVY_BYTES
from depnorm.stages import plan_repository

pytestmark = pytest.mark.engine

PYTHON = (
    "noarch/ca-certificates-2024.2.2-h_0.tar.bz2",
    "noarch/tzdata-2024a-h_0.tar.bz2",
    "linux-64/python-3.11.9-h_0.tar.bz2",
)
PIP = "noarch/pip-24.0-py_0.tar.bz2"
SIX = "noarch/six-1.16.0-py_0.tar.bz2"
ENVIRONMENT = "channels: [conda-forge]\ndependencies:\n  - python=3.11.9\n  - six\n"
# Path, mode, owner, time and contents of all that a build may change.
TREE = """
import hashlib, os
for top in ("/opt/env", "/opt/conda", "/root", "/home", "/tmp"):
    for directory, directories, names in os.walk(top):
        for path in [directory, *(os.path.join(directory, name) for name in names)]:
            info = os.lstat(path)
            link = os.path.islink(path)
            data = os.readlink(path).encode() if link else b"" if os.path.isdir(path) else open(path, "rb").read()
            time = 0 if path.endswith(("/.depnorm", "/conda-meta/history")) else info.st_mtime  # tell layers apart
            print(path, oct(info.st_mode), info.st_uid, info.st_gid, time, hashlib.sha256(data).hexdigest())
"""
# Asks conda itself: names of JSON records, one list a line, in the order in which it links them.
ORDER = """
import json, sys
from conda.models.prefix_graph import PrefixGraph
from conda.models.records import PackageRecord
for line in sys.stdin:
    found = [
        PackageRecord(name=name, version="1", build="0", build_number=0, channel="c", subdir="noarch", depends=needs,
                      fn=name)
        for name, needs in json.loads(line)
    ]
    print(json.dumps([each.name for each in PrefixGraph(found).graph]))
"""


@dataclass(frozen=True, slots=True)
class Crafted:
    """Packages that could go wrong in more than one layer."""

    packages: tuple[LockedPackage, ...]

    def heavy(self, *names: str) -> tuple[LockedPackage, ...]:
        """The packages, with these heavy."""
        return tuple(
            replace(each, artifact=replace(each.artifact, size=HEAVY_BYTES + len(each.name)))
            if each.name in names
            else each
            for each in self.packages
        )


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Channel]:
    with serve_channel(tmp_path_factory.mktemp("channel")) as served:
        yield served


@pytest.fixture(scope="module")
def crafted(bench: Bench, channel: Channel) -> Crafted:
    """Two that write one file, one whose script needs another, and a module that conda compiles.

    `zz` is linked first, and `aa`, which needs it, counts; alone, or in another step before it, it would not.
    """
    assert bench
    unique = uuid4().hex  # no build cache knows them
    script = 'cat "$PREFIX/share/needed" > "$PREFIX/share/made"\n'
    return Crafted(
        (
            *bench_lock(*PYTHON, SIX),
            channel.package("zz", {"share/both": "zz", "share/zz": unique}, requires=["python"]),
            channel.package("aa", {"share/both": "aa", "share/aa": unique}, requires=["zz"]),
            channel.package("needed", {"share/needed": "needed"}),
            channel.package("scripted", {"bin/.scripted-post-link.sh": script, "share/s": ""}, requires=["needed"]),
            channel.package("pure", {"site-packages/pure.py": "x = {1, 2}\n"}, requires=["python"], noarch="python"),
        )
    )


def planned(
    root: Path,
    packages: Iterable[LockedPackage],
    *,
    max_layers: int = 8,
    installer: str = "conda",
    base: str = CONDA_BASE,
) -> Plan:
    if not (root / "environment.yml").exists():
        (root / "environment.yml").write_text(ENVIRONMENT, encoding="utf-8")
    repository, catalog = open_repository(root), load_catalog()
    analysis = analyze_repository(repository, choose_spec_files(repository), catalog)
    target = Target(base_image=base, python=analysis.python)
    sharing = share_conda_lock(
        analysis, catalog, lock_of(packages), target, max_layers=max_layers, tools="x", installer=installer
    )
    return plan_repository(analysis, sharing, target, repo_dir="/home/jovyan")


def tree(bench: Bench, built: Built) -> list[str]:
    assert built.ok, built.log
    return sorted(
        bench.docker_run(built.tag, "/opt/conda/bin/python3", "-c", TREE, options=("--user=0:0",)).splitlines()
    )


def test_the_order_of_links_is_that_of_conda(bench: Bench) -> None:
    """Random graphs, cycles included: conda's own sort gives the same names in the same order."""
    chosen = random.Random(4)  # noqa: S311  no secret
    names = [f"p{number}" for number in range(9)] + ["python", "pip"]
    graphs = [
        [(name, sorted(chosen.sample(names, chosen.choice((0, 0, 1, 1, 2, 3))))) for name in chosen.sample(names, 8)]
        for _ in range(300)
    ]
    text = "".join(json.dumps(graph) + "\n" for graph in graphs)
    command = f"printf %s '{text}' | /opt/conda/bin/python -c '{ORDER}'"
    answers = bench.docker_run(CONDA_BASE, "sh", "-c", command).splitlines()
    for graph, answer in zip(graphs, answers, strict=True):
        packages = [
            LockedPackage(
                ecosystem=Ecosystem.CONDA,
                name=name,
                version="1",
                artifact=Artifact(filename=f"{name}-1-0.conda", sha256="", size=1, url=f"c/noarch/{name}-1-0.conda"),
                requires=tuple(needs),
            )
            for name, needs in graph
        ]
        assert [each.name for each in link_order(packages)] == json.loads(answer), graph


def test_layers_are_what_one_step_makes(bench: Bench, crafted: Crafted, tmp_path: Path) -> None:
    """With every trap in a layer of its own, each file is what it is where one step links all of the lock."""
    heavy = crafted.heavy("zz", "aa", "scripted", "pure")
    plan = planned(tmp_path, heavy)
    assert len([stage for stage in plan.stages if stage.kind is StageKind.SHARED]) == 5
    split = bench.build_directory(plan, tmp_path)
    whole = bench.build_directory(planned(tmp_path, heavy, max_layers=0), tmp_path)
    assert bench.run(split, "cat /opt/env/share/both /opt/env/share/made") == "aaneeded"
    found = tree(bench, split)
    assert len(found) > 1000
    assert found == tree(bench, whole)
    assert bench.run(
        split, "python -c 'import pure, six; print(pure.__cached__)' && conda list --prefix /opt/env | wc -l"
    )
    assert bench.run(split, "ls /opt/env/lib/python3.11/site-packages/__pycache__ | grep -c pure") == "1"


def test_layers_do_not_depend_on_time_order_or_parent(bench: Bench, crafted: Crafted, tmp_path: Path) -> None:
    """Built once more without a cache, over a base with another layer, heavy ones the other way round: same digests."""
    plan = planned(tmp_path, crafted.heavy("zz", "scripted", "pure"))
    base = bench.base_image("conda-other", CONDA_BASE, f"RUN echo {uuid4().hex} > /srv/other")
    stages = list(plan.stages)
    places = [number for number, stage in enumerate(stages) if stage.kind is StageKind.SHARED][1:]
    for place, stage in zip(places, [stages[place] for place in places][::-1], strict=True):
        stages[place] = stage
    other = replace(plan, stages=tuple(stages), target=replace(plan.target, base_image=base))
    one = bench.layers(bench.build_directory(plan, tmp_path))
    two = bench.layers(bench.build_directory(other, tmp_path, cache=False))
    python, heavy, own = -7, slice(-6, -3), -3  # then the check, and the repository
    assert one[python] == two[python]
    assert one[heavy] == two[heavy][::-1]
    assert one[own] == two[own]


def test_a_change_of_a_readme_runs_the_copy_alone(bench: Bench, crafted: Crafted, tmp_path: Path) -> None:
    """Nothing is installed or checked again."""
    plan = planned(tmp_path, crafted.packages)
    assert bench.build_directory(plan, tmp_path).ok
    (tmp_path / "README.md").write_text(uuid4().hex, encoding="utf-8")
    again = bench.build_directory(plan, tmp_path)
    assert [step.partition(" ")[0] for step in again.executed] == ["COPY"]


def test_two_repositories_share_python_and_what_is_heavy(bench: Bench, crafted: Crafted, tmp_path: Path) -> None:
    """The second builds its own layer, the check and the copy."""
    heavy = crafted.heavy("pure")
    one = bench.build_directory(planned(tmp_path, heavy), tmp_path)
    bench.check_any_differ(one, slice(-5, -2))
    other = bench.build_directory(planned(tmp_path, [each for each in heavy if each.name != "six"]), tmp_path)
    assert other.ok, other.log
    assert len([step for step in other.executed if "conda-layer" in step]) == 2


def checked_as(plan: Plan, packages: tuple[LockedPackage, ...]) -> Plan:
    """The plan, with a check that expects these packages."""
    stages = (
        replace(stage, step=replace(stage.step, packages=packages))
        if isinstance(stage.step, VerifyEnvironment)
        else stage
        for stage in plan.stages
    )
    return replace(plan, stages=tuple(stages))


def test_another_file_than_the_locked_one_fails_the_build(bench: Bench, crafted: Crafted, tmp_path: Path) -> None:
    """The channel has other bytes than the lock says: told by name, before anything is linked."""
    packages = tuple(
        replace(each, artifact=replace(each.artifact, sha256="0" * 64)) if each.name == "needed" else each
        for each in crafted.packages
    )
    failed = bench.build_directory(planned(tmp_path, packages), tmp_path, patient=False)
    assert not failed.ok
    assert "needed-1-0.tar.bz2: has another sha256 than the lock says" in failed.log
    assert "Executing transaction" not in failed.log.rpartition("noarch/needed-1-0")[2]


def test_a_missing_installer_is_said(bench: Bench, crafted: Crafted, tmp_path: Path) -> None:
    """The base image has to bring micromamba; mamba it has."""
    failed = bench.build_directory(planned(tmp_path, crafted.packages, installer="micromamba"), tmp_path)
    assert not failed.ok
    assert "the base image has no micromamba: choose another with --base-image" in failed.log
    made = bench.build_directory(planned(tmp_path, crafted.packages[:3], installer="mamba"), tmp_path)
    assert made.ok, made.log


@pytest.fixture(scope="module")
def wheels(index: PackageIndex) -> dict[str, LockedPackage]:
    found = {}
    for path in index.directory.glob("*.whl"):
        name, version = path.name.split("-")[:2]
        artifact = Artifact(filename=path.name, sha256=sha256(path.read_bytes()).hexdigest(), size=1)
        found[name] = LockedPackage(ecosystem=Ecosystem.PYPI, name=name, version=version, artifact=artifact)
    return found


@pytest.fixture(scope="module")
def with_index(bench: Bench, index: PackageIndex) -> str:
    """The base image with the index that holds the wheels."""
    return bench.base_image("conda-index", CONDA_BASE, f"ENV PIP_INDEX_URL={index.url} PIP_RETRIES=0")


def test_what_is_not_in_the_lock_fails_the_check(
    bench: Bench, with_index: str, wheels: dict[str, LockedPackage], tmp_path: Path
) -> None:
    """The lock with its pip section is right; a wheel more than it has, and a conda package more, are named."""
    packages = (*bench_lock(*PYTHON, SIX, PIP), wheels["idna"])
    plan = planned(tmp_path, packages, base=with_index)
    assert any(isinstance(stage.step, InstallEnvironmentWheels) for stage in plan.stages)
    built = bench.build_directory(plan, tmp_path)
    assert bench.run(built, "python -c 'import idna, six; print(idna.__file__)'").startswith("/opt/env/lib/python3.11/")
    without_wheel = tuple(each for each in packages if each.ecosystem is Ecosystem.CONDA)
    failed = bench.build_directory(checked_as(plan, without_wheel), tmp_path)
    assert not failed.ok
    assert re.search(r"idna +expected none", failed.log)
    fewer = tuple(each for each in packages if each.name != "six")
    failed = bench.build_directory(checked_as(plan, fewer), tmp_path)
    assert not failed.ok
    assert "six-1.16.0-py_0" in failed.log


def test_steps_say_what_they_are(tmp_path: Path, crafted: Crafted) -> None:
    """Shared, own, checked: the steps of this file are those that it means."""
    stages: tuple[Stage, ...] = planned(tmp_path, crafted.packages).stages
    assert [type(stage.step) for stage in stages[1:4]] == [InstallConda, InstallConda, VerifyEnvironment]
