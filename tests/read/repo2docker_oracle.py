"""repo2docker's own decision about a directory, and what its build pack would run there."""

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from depnorm.model import Builder

BUILDERS = {
    "DockerBuildPack": Builder.DOCKER,
    "JuliaProjectTomlBuildPack": Builder.JULIA,
    "JuliaRequireBuildPack": Builder.JULIA,
    "NixBuildPack": Builder.NIX,
    "RBuildPack": Builder.R,
    "CondaBuildPack": Builder.CONDA,
    "PipfileBuildPack": Builder.PIPFILE,
    "PythonBuildPack": Builder.PYTHON,
}
# The packs whose scripts can be had without a network.
SCRIPTED = {Builder.R, Builder.CONDA, Builder.PIPFILE, Builder.PYTHON}


@dataclass(frozen=True)
class Decision:
    builder: Builder
    is_default: bool
    scripts: str


def decide(root: Path) -> Decision:
    """Ask repo2docker's build packs in its order; raises what they raise."""
    logging.getLogger("repo2docker").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from repo2docker.app import Repo2Docker  # noqa: PLC0415  takes a second; its imports warn
    with contextlib.chdir(root), _quiet():
        app = Repo2Docker()
        for pack_class in app.buildpacks:
            pack = pack_class() if pack_class.__name__.startswith("Legacy") else pack_class(base_image="x")
            if pack.detect():
                return _decision(pack, is_default=False)
        return _decision(app.default_buildpack(base_image="x"), is_default=True)


def _decision(pack: Any, *, is_default: bool) -> Decision:
    builder = BUILDERS[type(pack).__name__]
    scripts = ""
    if builder in SCRIPTED:
        pack.platform = "linux/amd64"
        steps = [*pack.get_preassemble_scripts(), *pack.get_assemble_scripts()]
        scripts = "\n".join(
            [text for _, text in steps] + pack.get_post_build_scripts() + [pack.get_start_script() or ""]
        )
    return Decision(builder, is_default, scripts)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with Path(os.devnull).open("w") as null, contextlib.redirect_stderr(null), contextlib.redirect_stdout(null):
        yield
