"""A real engine: plans are rendered, built and run. Nothing here imitates Docker, pip, conda or R."""

import json
import os
import shlex
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO
from uuid import uuid4

import pytest
from package_index import PackageIndex, serve
from packaging.utils import parse_wheel_filename

from depnorm.emit.dockerfile import render_dockerfile
from depnorm.model import (
    Artifact,
    Builder,
    CopyRepository,
    CreateBase,
    Ecosystem,
    LockedPackage,
    Mode,
    Plan,
    SpecChoice,
    Stage,
    StageKind,
    Step,
    Target,
)

ENGINE = Path(__file__).resolve().parents[3] / "shared" / "engine" / "engine"
PYTHON_BASE = "python:3.11-slim"
R_BASE = "r-base:4.2.2"
CONDA_BASE = "condaforge/miniforge3:latest"
# What the tests install: small and pure Python. The rest is build backends, with what they need.
PACKAGES = ("pip", "six", "idna", "attrs", "click")
BACKENDS = ("setuptools", "wheel", "hatchling", "editables")


@dataclass(frozen=True, slots=True)
class Built:
    """The outcome of one build; `log` is all that the builder printed."""

    tag: str
    ok: bool
    log: str

    @property
    def executed(self) -> list[str]:
        """The RUN and COPY steps that did not come from the cache (BuildKit)."""
        titles, cached = {}, set()
        for line in self.log.splitlines():
            number, _, rest = line.partition(" ")
            if rest.startswith("["):
                titles[number] = rest.partition("] ")[2]
            elif rest == "CACHED":
                cached.add(number)
        steps = [title for number, title in titles.items() if number not in cached]
        return [title for title in steps if title.startswith(("RUN", "COPY"))]


@dataclass(frozen=True, slots=True)
class Bench:
    """Builds plans with the engine."""

    directory: Path
    tags: list[str] = field(default_factory=list)

    def build(
        self,
        plan: Plan,
        files: Mapping[str, str] | None = None,
        *,
        buildkit: bool = True,
        cache: bool = True,
        patient: bool = True,
    ) -> Built:
        """Build the plan's image over a context that holds these files, text by path."""
        return self.build_directory(plan, self.context(files), buildkit=buildkit, cache=cache, patient=patient)

    def context(self, files: Mapping[str, str] | None = None) -> Path:
        """A new directory that holds these files, text by path."""
        context = self.directory / f"build-{uuid4().hex}" / "context"
        context.mkdir(parents=True)
        for name, text in (files or {}).items():
            path = context / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            path.chmod(0o644)
        return context

    def build_directory(
        self,
        plan: Plan,
        context: Path,
        *,
        arguments: Mapping[str, str] | None = None,
        buildkit: bool = True,
        cache: bool = True,
        patient: bool = True,
    ) -> Built:
        """Build the plan's image over a directory; `arguments` are build arguments.

        Without patience, a step that failed is tried again at once: for builds that are meant to fail.
        """
        text = render_dockerfile(plan) if patient else impatient(plan)
        return self.build_text(text, context, arguments=arguments, buildkit=buildkit, cache=cache)

    def build_text(
        self,
        text: str,
        context: Path,
        *,
        arguments: Mapping[str, str] | None = None,
        buildkit: bool = True,
        cache: bool = True,
    ) -> Built:
        """Build a Dockerfile over a directory."""
        tag = self.tag(uuid4().hex[:12])
        file = self.directory / f"{tag.rpartition('/')[2]}.Dockerfile"
        file.write_text(text, encoding="utf-8")
        command = ["docker", "build", "--network=host", "--tag", tag, "--file", str(file)]
        command += [] if cache else ["--no-cache"]
        command += [f"--build-arg={name}={value}" for name, value in (arguments or {}).items()]
        command += ["--progress=plain"] if buildkit else []
        environment = {**os.environ, "DOCKER_BUILDKIT": str(int(buildkit))}
        done = subprocess.run([*command, str(context)], env=environment, capture_output=True, text=True, check=False)
        return Built(tag, done.returncode == 0, done.stdout + done.stderr)

    def check(self, plan: Plan) -> str:
        """What BuildKit's own checks say of the plan's Dockerfile."""
        context = self.directory / f"check-{uuid4().hex}"
        context.mkdir()
        (context / "Dockerfile").write_text(render_dockerfile(plan), encoding="utf-8")
        return output("docker", "build", "--check", str(context))

    def base_image(self, name: str, base: str, *lines: str) -> str:
        """The tag of an image made from `base` by these instructions."""
        tag = self.tag(f"base-{name}")
        command = ("docker", "build", "--network=host", "--quiet", "--tag", tag, "-")
        output(*command, text="\n".join([f"FROM {base}", *lines, ""]))
        return tag

    def tag(self, name: str) -> str:
        """A new tag, which no other process uses, and which is removed at the end."""
        tag = f"t/emit-{os.getpid()}-{name}"
        self.tags.append(tag)
        return tag

    def layers(self, built: Built) -> list[str]:
        """The diffIDs of an image, lowest layer first."""
        assert built.ok, built.log
        shown = output("docker", "image", "inspect", "--format", "{{json .RootFS.Layers}}", built.tag)
        layers: list[str] = json.loads(shown)
        return layers

    def check_any_differ(self, built: Built, places: slice) -> None:
        """Assert that these layers are the same, whoever writes them.

        One builder takes into a layer what was touched, with the marks of overlayfs; another what differs from the
        layer below, where a directory differs by what is in it, and a file by its time.
        """
        assert built.ok, built.log
        archive = self.directory / f"{uuid4().hex}.tar"
        output("docker", "save", "--output", str(archive), built.tag)
        files: list[tuple[str, float]] = []
        with tarfile.open(archive) as image:
            for layer in json.load(member(image, "manifest.json"))[0]["Layers"][places]:
                with tarfile.open(fileobj=member(image, layer)) as members:
                    found = list(members)
                names = {each.name for each in found}
                above = {str(parent) for name in names for parent in PurePosixPath(name).parents}
                assert {"etc", "tmp"} <= names
                assert not [name for name in names if name.endswith(".wh..wh..opq")]
                assert not [each.name for each in found if each.isdir() and each.name not in above]
                files += [(each.name, each.mtime) for each in found if not each.isdir()]
        archive.unlink()
        assert len(set(files)) == len(files)

    def push(self, built: Built) -> list[str]:
        """The digests of an image's layers in the registry it was pushed to."""
        registry = os.environ.get("ENGINE_REGISTRY")
        if registry is None:
            pytest.skip("no registry: set ENGINE_REGISTRY")
        name = f"{registry}/{built.tag}"
        output("docker", "tag", built.tag, name)
        self.tags.append(name)
        output("docker", "push", "--quiet", name)
        manifest = json.loads(output("docker", "manifest", "inspect", "--insecure", name))
        return [layer["digest"] for layer in manifest["layers"]]

    def run(self, built: Built, command: str) -> str:
        """What a shell command prints in a container of the image."""
        assert built.ok, built.log
        return self.docker_run(built.tag, "sh", "-c", command)

    def docker_run(self, image: str, *command: str, options: Iterable[str] = ()) -> str:
        """What a command prints in a container of any image."""
        return output("docker", "run", "--rm", "--network=host", *options, image, *command)


def member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """A file of an archive."""
    found = archive.extractfile(name)
    assert found is not None
    return found


def output(*command: str, text: str | None = None) -> str:
    """What a command prints when it reads `text`."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout.strip()


def impatient(plan: Plan) -> str:
    """The plan's Dockerfile, such that a step which failed is tried again at once."""
    return render_dockerfile(plan).replace("sleep $((", ": $((")


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    start_engine()
    made = Bench(tmp_path_factory.mktemp("engine"))
    yield made
    subprocess.run(["docker", "image", "rm", "--force", *made.tags], capture_output=True, check=False)


def start_engine() -> None:
    """Start the engine where none is given, and let this process find it."""
    if "DOCKER_HOST" in os.environ:
        return
    if not ENGINE.exists():
        pytest.skip("no engine: set DOCKER_HOST")
    subprocess.run([ENGINE, "up", "--with", "python,apt,r,conda"], capture_output=True, check=True)
    exported = output("bash", "-c", f'eval "$({shlex.quote(str(ENGINE))} env)"; env -0')
    for pair in filter(None, exported.split("\0")):
        name, _, value = pair.partition("=")
        os.environ[name] = value


@pytest.fixture(scope="session")
def index(bench: Bench) -> Iterator[PackageIndex]:
    """An index that holds the wheels which the pip of the base image selects today."""
    wheels = bench.directory / "wheels"
    wheels.mkdir()
    pip = ("pip", "download", "--only-binary", ":all:", "--quiet", "--dest", "/wheels")
    bench.docker_run(PYTHON_BASE, *pip, *PACKAGES, *BACKENDS, options=(f"--volume={wheels}:/wheels",))
    with serve(wheels) as served:
        yield served


@pytest.fixture(scope="session")
def base(bench: Bench, index: PackageIndex) -> str:
    """The Python base image, with that index and without the patience of pip itself."""
    return bench.base_image("python", PYTHON_BASE, f"ENV PIP_INDEX_URL={index.url} PIP_RETRIES=0")


def locked_package(wheel: Path) -> LockedPackage:
    name, version, *_ = parse_wheel_filename(wheel.name)
    data = wheel.read_bytes()
    artifact = Artifact(filename=wheel.name, sha256=sha256(data).hexdigest(), size=len(data))
    return LockedPackage(ecosystem=Ecosystem.PYPI, name=name, version=str(version), artifact=artifact)


@dataclass(frozen=True, slots=True)
class Plans:
    """Makes plans: a base stage, then the steps that a test is about."""

    base_image: str
    wheels: Mapping[str, LockedPackage]

    def of(self, *stages: Stage, python: str = "3.11", mode: Mode = Mode.DECLARED) -> Plan:
        target = Target(base_image=self.base_image, python=python)
        base = self.stage(StageKind.BASE, CreateBase(python=True, installer=self.wheels["pip"]))
        return plan_of(target, (base, *stages), mode)

    def pick(self, *names: str) -> tuple[LockedPackage, ...]:
        return tuple(self.wheels[name] for name in names)

    def backends(self) -> tuple[LockedPackage, ...]:
        return self.pick(*(self.wheels.keys() - PACKAGES))

    @staticmethod
    def stage(kind: StageKind, step: Step, *needs: str) -> Stage:
        return Stage(kind=kind, name=kind.value, why="a test", step=step, needs=needs)

    @staticmethod
    def copy() -> Stage:
        return Stage(kind=StageKind.COPY, name="repository", why="a test", step=CopyRepository(), needs=(".",))


def plan_of(target: Target, stages: Iterable[Stage], mode: Mode = Mode.DECLARED) -> Plan:
    choice = SpecChoice(builder=Builder.PYTHON, config_directory="", used=(), ignored=())
    return Plan(
        mode=mode,
        as_of="2026-11-01",
        target=target,
        choice=choice,
        findings=(),
        stages=tuple(stages),
        layers=(),
        repo_dir="/home/jovyan",
    )


@pytest.fixture(scope="session")
def plans(base: str, index: PackageIndex) -> Plans:
    packages = map(locked_package, index.directory.iterdir())
    return Plans(base, {package.name: package for package in packages})
