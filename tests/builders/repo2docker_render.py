"""What the real repo2docker makes of a directory, with its own build packs or with depnorm's."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import dockerfile  # type: ignore[import-not-found]  # an extension module without stubs

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what it imports warns
    from repo2docker.__main__ import make_r2d
    from repo2docker.buildpacks import JuliaProjectTomlBuildPack, RBuildPack

    from depnorm.integrations.repo2docker import (
        EarlyCondaBuildPack,
        EarlyPythonBuildPack,
        EarlyRBuildPack,
        buildpacks,
        default_buildpack,
    )

DESCRIBES = ("FROM", "ARG", "ENV", "EXPOSE", "LABEL", "WORKDIR", "ENTRYPOINT", "CMD")
"""Instructions that say what an image is like, but for what is in it."""
SNAPSHOT = "https://cran.example.org/2024-01-10"
JULIAS = ["1.3.0", "1.6.7", "1.10.10", "1.11.6"]


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, as BuildKit's parser reads it."""

    name: str
    values: tuple[str, ...]
    flags: tuple[str, ...]


def parse(text: str) -> list[Instruction]:
    found = dockerfile.parse_string(text)
    return [Instruction(each.cmd.upper(), tuple(each.value), tuple(each.flags)) for each in found]


@contextlib.contextmanager
def offline() -> Iterator[None]:
    """Answers for the two questions that build packs ask a server: which snapshot of CRAN, which versions of Julia."""
    with (
        mock.patch.object(RBuildPack, "get_rspm_snapshot_url", return_value=SNAPSHOT),
        mock.patch.object(JuliaProjectTomlBuildPack, "all_julias", JULIAS),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def early_packs() -> tuple[type, ...]:
    """The packs that are not repo2docker's own."""
    return EarlyCondaBuildPack, EarlyPythonBuildPack, EarlyRBuildPack


def application(path: Path, *arguments: str, early: bool, build: bool = False) -> Any:
    """repo2docker as its command line makes it, on the point of rendering, or of building."""
    options = ["--user-id", "1000", "--user-name", "jovyan", *([] if build else ["--no-build"])]
    app = make_r2d([*options, *arguments, str(path)])
    app.platform = "linux/amd64"
    if early:
        app.buildpacks, app.default_buildpack = buildpacks(), default_buildpack()
    return app


def render(path: Path, *arguments: str, early: bool) -> str:
    """The Dockerfile, as `repo2docker --no-build` prints it; raises what repo2docker raises."""
    app = application(path, *arguments, early=early)
    printed = io.StringIO()
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    with offline(), contextlib.redirect_stdout(printed):
        app.build()
    return printed.getvalue()


def description(text: str) -> list[Instruction]:
    """Base image, variables, ports, labels, entry point and the like, in order; the last user closes the list."""
    found = parse(text)
    users = [each for each in found if each.name == "USER"]
    return [*(each for each in found if each.name in DESCRIBES), *users[-1:]]


def runs(text: str) -> list[str]:
    """The scripts of all RUN instructions."""
    return [each.values[0] for each in parse(text) if each.name == "RUN"]


def runs_again(text: str, path: str) -> list[str]:
    """The RUN instructions that no cache answers once a file of the repository has changed.

    Those are all that follow the first COPY that brings the file (https://docs.docker.com/build/cache/invalidation/).
    """
    instructions = parse(text)
    first = next((place for place, each in enumerate(instructions) if _copies(each, f"src/{path}")), len(instructions))
    return [each.values[0] for each in instructions[first:] if each.name == "RUN"]


def _copies(instruction: Instruction, path: str) -> bool:
    sources = instruction.values[:-1] if instruction.name == "COPY" else ()
    return any(path == source.rstrip("/") or path.startswith(f"{source.rstrip('/')}/") for source in sources)
