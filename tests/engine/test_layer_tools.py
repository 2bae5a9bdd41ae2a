"""Layers that uv installs, and layers that are trimmed, with a real engine."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import PYTHON_BASE, Bench, Plans, locked_package
from package_index import PackageIndex, serve
from test_linked_layers import TREE

from depnorm.model import CreateBase, InstallWheels, LockedPackage, PipCommand, Plan, RunPip, Stage, StageKind

pytestmark = pytest.mark.engine

NAMES = ("uv", "networkx")
# What a tool writes of itself, and how it words the script of an entry point.
OWN = ("/INSTALLER", "/RECORD", "/REQUESTED", "/bin/idna")
RECORDS = r"""
import base64, csv, hashlib, json, pathlib, sys
site = pathlib.Path(next(p for p in sys.path if p.endswith("site-packages")))
wrong, listed = [], set()
for record in site.glob("*.dist-info/RECORD"):
    for path, digest, _ in csv.reader(record.open()):
        file = site / path
        listed.add(file.resolve())
        if not file.exists():
            wrong.append(path)
        elif digest and not path.endswith(".pyc"):
            found = base64.urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest()).decode().rstrip("=")
            wrong += [path] if digest != "sha256=" + found else []
files = [f for f in site.rglob("*") if f.is_file()]
print(json.dumps({
    "wrong": wrong,
    "unlisted": [str(f) for f in files if f.resolve() not in listed and f.suffix != ".pyc"],
    "bytecode": [str(f) for f in files if f.suffix == ".pyc" and "/pip/" not in str(f)],
    "tests": [str(f) for f in files if {"test", "tests"} & set(f.parts)],
}))
"""


@pytest.fixture(scope="module")
def more(bench: Bench, index: PackageIndex) -> dict[str, LockedPackage]:
    """uv, and a package with test suites."""
    wheels = index.directory
    pip = ("pip", "download", "--only-binary", ":all:", "--no-deps", "--quiet", "--dest", "/wheels")
    bench.docker_run(PYTHON_BASE, *pip, *NAMES, options=(f"--volume={wheels}:/wheels",))
    found = map(locked_package, (path for path in wheels.iterdir() if path.name.startswith(NAMES)))
    return {package.name: package for package in found}


def shared(plans: Plans, *packages: LockedPackage) -> Stage:
    return plans.stage(StageKind.SHARED, InstallWheels(packages=packages))


def with_uv(plan: Plan, uv: LockedPackage) -> Plan:
    base, *others = plan.stages
    assert isinstance(base.step, CreateBase)
    return replace(plan, stages=(replace(base, step=replace(base.step, uv=uv)), *others))


def test_uv_installs_what_pip_installs(bench: Bench, plans: Plans, more: dict[str, LockedPackage]) -> None:
    """The same files, but for what each says of itself; the same layers each time; and pip can remove what uv wrote."""
    plan = plans.of(shared(plans, *plans.pick("six", "attrs")), shared(plans, *plans.pick("click", "idna")))
    pip, uv = bench.build(plan), bench.build(with_uv(plan, more["uv"]))
    trees = [bench.docker_run(each.tag, "python", "-c", TREE).splitlines() for each in (pip, uv)]
    one, other = ({line for line in tree if not line.split()[0].endswith(OWN)} for tree in trees)
    assert len(one) > 300
    assert one == other
    again = bench.build(with_uv(plan, more["uv"]), cache=False)
    assert bench.layers(uv) == bench.layers(again)
    script = (
        "pip check; python -c 'import six, attrs, click, idna'; pip uninstall -yq six; find /opt/venv -name '*six*'"
    )
    assert bench.run(uv, script) == "No broken requirements found."


def test_a_trimmed_layer_is_whole(bench: Bench, plans: Plans, more: dict[str, LockedPackage]) -> None:
    """No bytecode, no test suites, in a layer and after the user's command; each RECORD is right, and all works."""
    early = plans.stage(StageKind.EARLY, RunPip(commands=(PipCommand(requirements=("idna",)),)))
    plan = replace(plans.of(shared(plans, more["networkx"]), shared(plans, *plans.pick("six")), early), slim=True)
    built = bench.build(plan)
    found = json.loads(bench.docker_run(built.tag, "python", "-B", "-c", RECORDS))
    assert found == {"wrong": [], "unlisted": [], "bytecode": [], "tests": []}
    remove = "pip uninstall -yq networkx; find /opt/venv -name '*networkx*'"
    script = f"python -B -c 'import networkx, six, idna, pip'; pip check; {remove}"
    assert bench.run(built, script) == "No broken requirements found."
    again = bench.build(plan, cache=False)
    assert bench.layers(built)[-3:-1] == bench.layers(again)[-3:-1]


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_a_wheel_of_another_index(
    bench: Bench, plans: Plans, index: PackageIndex, more: dict[str, LockedPackage], installer: str
) -> None:
    """It comes from its own URL, which the image's index is not asked for, and nothing of that is in the image."""
    directory = bench.directory / f"inhouse-{installer}"
    directory.mkdir()
    package = inhouse(directory)
    with serve(directory) as other:
        artifact = replace(package.artifact, url=f"{other.host}/files/{package.artifact.filename}", elsewhere=True)
        stage = plans.stage(StageKind.OWN, InstallWheels(packages=(replace(package, artifact=artifact),)))
        plan = plans.of(stage)
        index.requested.clear()
        built = bench.build(with_uv(plan, more["uv"]) if installer == "uv" else plan)
        assert bench.run(built, "python -c 'import inhouse; print(inhouse.version)'; pip check").startswith("1.0+local")
        assert not any("inhouse" in path for path in index.requested)
        assert bench.run(built, "find / -xdev -name direct_url.json") == ""


def inhouse(directory: Path) -> LockedPackage:
    """A wheel with a local version that no index has."""
    path = directory / "inhouse-1.0+local-py3-none-any.whl"
    info = "inhouse-1.0+local.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inhouse.py", f"version = '1.0+local'  # {uuid4()}\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: inhouse\nVersion: 1.0+local\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"inhouse.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return locked_package(path)
