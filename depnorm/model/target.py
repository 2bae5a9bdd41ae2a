"""What an image is built for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Interpreter, platform and base image of a plan.

    `python` is `X.Y`, None where the base image decides (an R image with Python beside it). `python_patch` is `X.Y.Z`
    where something tells it; else `patch_release` says which one versions are chosen for. `platform` is a wheel
    platform tag (PEP 600). `r_snapshot` is an ISO date. `prefix` is where Python packages go.
    """

    base_image: str
    python: str | None
    implementation: str = "cpython"
    platform: str = "manylinux_2_28_x86_64"
    conda_subdir: str = "linux-64"
    r_version: str | None = None
    r_snapshot: str | None = None
    python_patch: str | None = None
    prefix: str = "/opt/venv"
    user: str = "jovyan"
    uid: int = 1000
    gid: int = 1000
