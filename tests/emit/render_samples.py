"""Plans to render, and the readers of what becomes of them: BuildKit's parser and hadolint."""

import subprocess
import sys
from pathlib import Path

import dockerfile  # type: ignore[import-not-found]  # an extension module without stubs

from depnorm.model import (
    Artifact,
    Builder,
    CopyRepository,
    CreateBase,
    Ecosystem,
    Emitter,
    LockedPackage,
    Mode,
    PipCommand,
    Plan,
    SpecChoice,
    Stage,
    StageKind,
    StagePackage,
    Step,
    Target,
)

HADOLINT = Path(sys.executable).with_name("hadolint")
CONFIGURATION = Path(__file__).parents[2] / ".hadolint.yaml"


def wheel(name: str, version: str = "1.0") -> LockedPackage:
    artifact = Artifact(filename=f"{name}-{version}-py3-none-any.whl", sha256=name[0] * 64, size=1)
    return LockedPackage(ecosystem=Ecosystem.PYPI, name=name, version=version, artifact=artifact)


def stage(kind: StageKind, step: Step, *needs: str, name: str = "one", why: str = "a test") -> Stage:
    key = "0" * 64 if kind is StageKind.SHARED else None
    packages = (StagePackage(ecosystem=Ecosystem.PYPI, name="numpy"),)
    return Stage(kind=kind, name=name, why=why, step=step, needs=needs, key=key, packages=packages)


BASE = stage(StageKind.BASE, CreateBase(python=True, installer=wheel("pip", "26.3")))
CONDA_BASE = stage(StageKind.BASE, CreateBase(conda=True))
R_BASE = stage(
    StageKind.BASE, CreateBase(r=True, python=True, apt=("python3", "python3-venv"), installer=wheel("pip", "26.3"))
)
COPY = stage(StageKind.COPY, CopyRepository(), ".")
PIP = PipCommand(files=("requirements.txt",))


def plan(
    *stages: Stage,
    target: Target | None = None,
    mode: Mode = Mode.DECLARED,
    repo_dir: str = "/home/jovyan",
    emitter: Emitter = Emitter.CHAIN,
) -> Plan:
    return Plan(
        mode=mode,
        as_of="2026-11-01",
        target=target or Target(base_image="python:3.11-slim", python="3.11", r_snapshot=None),
        choice=SpecChoice(builder=Builder.PYTHON, config_directory="", used=(), ignored=()),
        findings=(),
        stages=stages,
        layers=(),
        repo_dir=repo_dir,
        emitter=emitter,
    )


def parse(text: str) -> list[tuple[str, list[str]]]:
    """The instructions and their values, as BuildKit's parser sees them."""
    return [(command.cmd.upper(), list(command.value)) for command in dockerfile.parse_string(text)]


def lint(text: str, *options: str) -> str:
    command = [str(HADOLINT), "--no-color", *options, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False).stdout
