"""What happens when pip's steps break, with a real engine: an index, a wheel, a disk or a process that fails.

Whatever happens, the image is right or the build fails and names the package; a step that failed is never in the build
cache; and the same build succeeds once the fault is gone. One exception: a wheel that only `pip check` refuses (it is
for another platform) was installed by a step that succeeded, which is cached until its line changes.

`declared`: the user's command early. `locked`: the wheels of a lock. `always`: `--fallback always`, the user's command
early and softly, and again with the repository.

| fault | declared | locked | always | the log says |
|---|---|---|---|---|
| the index drops a connection, then answers 503 twice | right | right | right | attempt 1 failed, trying again |
| a wheel has another hash than the index or the lock says | fails | fails | fails | do not match the hashes |
| a wheel writes outside of the prefix, or has no RECORD | fails | fails | fails | pip's error; failed half way |
| a wheel says inside that it is another package | fails | fails | fails | inconsistent name |
| a wheel says inside that it is for another platform | fails | fails | fails | not supported on this platform |
| the disk is full when pip downloads early | fails | fails | right, late | No space left on device |
| the disk is full half way through a package | fails | fails | fails | No space left on device; failed half way |
| the disk is full when a layer is compiled | as pip does | fails | as pip does | No space left on device |
| pip is killed half way through a package | fails | fails | fails | failed half way, status 137 |
| the client of the build is killed | nothing is kept | nothing is kept | nothing is kept | |
| a package is gone since the last build | right, cached | right, cached | right, cached | |
| a package is gone, and the step has to run | fails | fails | fails | no matching distribution |
| an archive of sources, which pip builds | right | right | right, early | |
"""

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from uuid import uuid4

import pytest
from broken_trees import archive
from broken_wheels import VERSION, write_wheel
from conftest import Bench, Built, Plans, impatient, locked_package
from package_index import Fault, PackageIndex

from depnorm.emit.dockerfile import render_dockerfile
from depnorm.model import InstallWheels, Mode, PipCommand, Plan, RunPip, StageKind, Verify

pytestmark = pytest.mark.engine

FORMS = ("declared", "locked", "always")
REQUIREMENTS = PipCommand(files=("requirements.txt",))
HALF = "half way through /opt/venv"
FULL = "No space left on device"
PACKAGES = "/opt/venv/lib/python3.11/site-packages"
# Whether all that RECORD lists is there as it lists it, and the package can be imported.
WHOLE = """
import base64, hashlib, importlib, importlib.metadata, subprocess, sys
subprocess.run(["pip", "check", "--quiet"], check=True)
for name in sys.argv[1:]:
    files = importlib.metadata.distribution(name).files
    assert len(files) > 4, files
    for file in files:
        digest = hashlib.sha256(file.locate().read_bytes()).digest()
        found = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert file.hash is None or file.hash.value == found, file
    importlib.import_module(name.replace("-", "_"))
print("whole")
"""
PACKAGE_STEP = re.compile(
    r"^RUN (?=\{ /opt/depnorm/retry|/opt/depnorm/retry --into|\S+ -B \S+/layer.py install)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Shop:
    """An index to break, and plans of the three forms over what it has."""

    bench: Bench
    plans: Plans
    index: PackageIndex

    def plan(self, form: str, *names: str, before: str = "") -> Plan:
        """The steps of a repository that asks for these packages, which the index has; one is installed before them."""
        stage = self.plans.stage
        first = stage(StageKind.EARLY, RunPip(commands=(REQUIREMENTS,), soft=form == "always"), "requirements.txt")
        if form == "locked":
            first = stage(StageKind.OWN, self.wheels(*names))
        late = stage(StageKind.LATE, RunPip(commands=(REQUIREMENTS,)))
        verify = stage(StageKind.VERIFY, Verify(commands=(REQUIREMENTS,)))
        head = [stage(StageKind.OWN, self.wheels(before))] if before else []
        stages = (*head, first, self.plans.copy(), *([late] if form == "always" else []), verify)
        return self.plans.of(*stages, mode=Mode.LOCKED if form == "locked" else Mode.DECLARED)

    def wheels(self, *names: str) -> InstallWheels:
        return InstallWheels(packages=tuple(locked_package(self.wheel(name)) for name in names))

    def wheel(self, name: str) -> Path:
        return self.index.directory / f"{module(name)}-{VERSION}-py3-none-any.whl"

    def build(self, plan: Plan, *names: str, mount: str = "", mounts: int = 0, buildkit: bool = True) -> Built:
        """Build that, impatiently, with a mount in the first steps that install packages (0: in all)."""
        text = impatient(plan)
        text = PACKAGE_STEP.sub(f"RUN --mount={mount} ", text, count=mounts) if mount else text
        return self.bench.build_text(text, self.context(*names), buildkit=buildkit)

    def context(self, *names: str) -> Path:
        """A repository, with another README each time."""
        files = {"requirements.txt": "".join(f"{name}=={VERSION}\n" for name in names), "README.md": uuid4().hex}
        return self.bench.context(files)

    def fails(self, built: Built, name: str, *messages: str) -> bool:
        """Whether the build failed, and its steps said all this and named the package."""
        printed = said(built)
        assert not built.ok, printed
        missing = [each for each in (name, *messages) if module(each) not in module(printed)]
        assert not missing, f"{missing}\n{printed}"
        return True

    def is_whole(self, built: Built, *names: str) -> bool:
        """Whether these packages are in the image as their wheels say."""
        assert built.ok, said(built)
        return self.bench.docker_run(built.tag, "python", "-c", WHOLE, *names) == "whole"


@pytest.fixture(scope="module")
def shop(bench: Bench, plans: Plans, index: PackageIndex) -> Shop:
    return Shop(bench, plans, index)


def module(name: str) -> str:
    return name.replace("-", "_")


def said(built: Built) -> str:
    """What the steps of a build printed, and not the steps themselves."""
    return "\n".join(line for line in built.log.splitlines() if "RUN" not in line and "printf" not in line)


def new_name(word: str) -> str:
    """A name that no build of another day has left in the cache."""
    return f"{word}-{uuid4().hex[:8]}"


def files(name: str, code: bytes = b"", data: bytes = b"data") -> dict[str, bytes]:
    """What a package is made of, in the order in which pip writes it."""
    return {f"{module(name)}/{path}": each for path, each in (("__init__.py", code), ("data", data), ("last", b"last"))}


@pytest.mark.parametrize("form", FORMS)
def test_an_index_that_fails_for_a_while_does_not_show(shop: Shop, form: str) -> None:
    """The index drops the first connection, then answers 503 twice: the image is right."""
    name = new_name("flaky")
    write_wheel(shop.index.directory, name, files(name))
    shop.index.break_(name, [Fault.DROPPED, Fault.UNAVAILABLE, Fault.UNAVAILABLE])
    built = shop.build(shop.plan(form, name), name)
    assert shop.is_whole(built, name)
    assert "attempt 1 failed" in built.log


def whole(shop: Shop, name: str) -> None:
    write_wheel(shop.index.directory, name, files(name))
    shop.index.faults.clear()


def changed(shop: Shop, name: str) -> None:
    write_wheel(shop.index.directory, name, files(name))
    shop.index.break_(f"/files/{module(name)}", repeat(Fault.CHANGED))


def escaping(shop: Shop, name: str) -> None:
    write_wheel(shop.index.directory, name, {**files(name), "../../../../../../escaped": b""})


def unrecorded(shop: Shop, name: str) -> None:
    write_wheel(shop.index.directory, name, files(name), has_record=False)


def renamed(shop: Shop, name: str) -> None:
    write_wheel(shop.index.directory, name, files(name), metadata_name="another")


def foreign(shop: Shop, name: str) -> None:
    write_wheel(shop.index.directory, name, files(name), tag="cp27-cp27m-win32")


OUTSIDE = "trying to install outside the target directory"


@pytest.mark.parametrize(
    ("form", "break_", "messages"),
    [
        ("declared", changed, ("DO NOT MATCH THE HASHES", "attempt 3 failed")),
        ("locked", changed, ("DO NOT MATCH THE HASHES", "attempt 3 failed")),
        ("declared", escaping, (OUTSIDE, HALF)),
        ("locked", escaping, (OUTSIDE,)),
        ("always", escaping, (OUTSIDE, HALF)),
        ("declared", unrecorded, ("RECORD", HALF)),
        ("declared", renamed, ("inconsistent name",)),
        ("locked", foreign, ("is not supported on this platform",)),
    ],
)
def test_a_broken_wheel_fails_the_build_by_name(
    shop: Shop, form: str, break_: Callable[[Shop, str], None], messages: tuple[str, ...]
) -> None:
    """No image comes out, the package is named, and the same build is right once the index has a good wheel."""
    name = new_name(break_.__name__)
    break_(shop, name)
    assert shop.fails(shop.build(shop.plan(form, name), name), name, *messages)
    whole(shop, name)
    assert shop.is_whole(shop.build(shop.plan(form, name), name), name)


@pytest.mark.parametrize("form", ["declared", "always"])
def test_a_disk_that_fills_up_half_way_fails_the_build(shop: Shop, form: str) -> None:
    """Half of a package is never taken for a whole one, neither by another attempt nor late; with space it is right."""
    name = new_name("big")
    write_wheel(shop.index.directory, name, files(name, data=os.urandom(3_000_000)))
    plan, full = shop.plan(form, name), f"type=tmpfs,target={PACKAGES}/{module(name)},size=1m"
    assert shop.fails(shop.build(plan, name, mount=full), name, FULL, HALF)
    assert shop.is_whole(shop.build(plan, name), name)


@pytest.mark.parametrize(("form", "mounts"), [("declared", 0), ("always", 1)])
def test_a_disk_that_is_full_before(shop: Shop, form: str, mounts: int) -> None:
    """What cannot be downloaded fails the build, or, tried softly, is installed late."""
    name = new_name("full")
    write_wheel(shop.index.directory, name, files(name, data=os.urandom(3_000_000)))
    built = shop.build(shop.plan(form, name), name, mount="type=tmpfs,target=/tmp,size=1m", mounts=mounts)
    assert FULL in built.log
    assert shop.fails(built, name) if form == "declared" else shop.is_whole(built, name)


def test_a_layer_without_space_for_bytecode_is_none(shop: Shop) -> None:
    """A layer that lacks bytecode for want of space would pass for the one of its key: the build fails."""
    name = new_name("code")
    write_wheel(shop.index.directory, name, files(name, code=f"x = {os.urandom(300_000).hex()!r}".encode()))
    plan, full = shop.plan("locked", name), f"type=tmpfs,target={PACKAGES}/{module(name)},size=1m"
    assert shop.fails(shop.build(plan, name, mount=full), name, FULL)
    assert shop.is_whole(shop.build(plan, name), name)


# Kills what installs a package when it comes to the package's last file, as long as the index says so.
SABOTAGE = """
import os, signal, sys, urllib.request
def hook(event, arguments):
    if event == "open" and str(arguments[0]).endswith("/{victim}/last"):
        if b"kill" in urllib.request.build_opener().open("{url}").read():
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
"""


@pytest.mark.parametrize("form", FORMS)
def test_an_install_that_is_killed_half_way_fails_the_build(shop: Shop, form: str) -> None:
    """What a killed pip leaves is never taken for the package; when nothing kills it, the same build is right."""
    name, saboteur = new_name("killed"), new_name("saboteur")
    order = shop.index.tree / name
    order.parent.mkdir(exist_ok=True)
    order.write_bytes(b"kill")
    code = SABOTAGE.format(victim=module(name), url=f"{shop.index.host}/tree/{name}").encode()
    loader = {f"{module(saboteur)}.pth": f"import {module(saboteur)}".encode()}
    write_wheel(shop.index.directory, saboteur, {**loader, f"{module(saboteur)}.py": code})
    write_wheel(shop.index.directory, name, files(name))
    plan = shop.plan(form, name, before=saboteur)
    half = [HALF] if form != "locked" else ["SIGKILL"]
    assert shop.fails(shop.build(plan, name), name, *half)
    order.write_bytes(b"spare")
    assert shop.is_whole(shop.build(plan, name), name)


@pytest.mark.parametrize(("form", "buildkit"), [("declared", True), ("locked", False)])
def test_a_build_that_is_killed_leaves_nothing(shop: Shop, form: str, *, buildkit: bool) -> None:
    """The client of the build is killed while pip waits for the index: the same build is right afterwards."""
    name = new_name("held")
    write_wheel(shop.index.directory, name, files(name))
    shop.index.held.clear()
    shop.index.released.clear()
    shop.index.break_(f"/files/{module(name)}", [Fault.HELD])
    plan = shop.plan(form, name)
    context = shop.context(name)
    file = context.with_name("Dockerfile")
    file.write_text(render_dockerfile(plan), encoding="utf-8")
    command = ("docker", "build", "--network=host", "--quiet", "--file", str(file), str(context))
    with subprocess.Popen(command, env={**os.environ, "DOCKER_BUILDKIT": str(int(buildkit))}) as client:
        assert shop.index.held.wait(60)
        client.kill()
    shop.index.released.set()
    assert shop.is_whole(shop.build(plan, name, buildkit=buildkit), name)


def test_an_archive_of_sources_is_built_softly(shop: Shop) -> None:
    """What pip has to build needs the index for its backend: tried softly, it is installed early and whole."""
    name = new_name("sources")
    project = f'[project]\nname = "{name}"\nversion = "1"\n[tool.setuptools]\npy-modules = ["{module(name)}"]\n'
    path = shop.index.tree / f"{name}-1.tar.gz"
    path.parent.mkdir(exist_ok=True)
    members = {"pyproject.toml": project.encode(), f"{module(name)}.py": b"print('built')"}
    path.write_bytes(archive({f"{name}-1/{member}": data for member, data in members.items()}, "w:gz"))
    context = shop.bench.context({"requirements.txt": f"{name} @ {shop.index.host}/tree/{path.name}\n"})
    built = shop.bench.build_text(impatient(shop.plan("always", name)), context)
    assert shop.bench.run(built, f"python -c 'import {module(name)}'") == "built"
    assert "this failed before" not in said(built)


@pytest.mark.parametrize("form", ["declared", "locked"])
def test_a_package_that_disappears(shop: Shop, form: str) -> None:
    """An image that has it is still built; a step that has to install it fails by name until it is there again."""
    name, more = new_name("gone"), new_name("more")
    for each in (name, more):
        write_wheel(shop.index.directory, each, files(each))
    one, both = shop.plan(form, name), shop.plan(form, name, more)
    assert shop.build(one, name).ok
    away = shop.wheel(name).rename(shop.index.tree / name)
    assert shop.is_whole(shop.build(one, name), name)
    assert shop.fails(shop.build(both, name, more), name, "No matching distribution")
    away.rename(shop.wheel(name))
    assert shop.is_whole(shop.build(both, name, more), name, more)
