"""What a README change runs again in repo2docker's Dockerfile of a repository, in words."""

import re
from dataclasses import dataclass
from pathlib import Path

from repo2docker_render import render, runs_again

import depnorm
from depnorm.model import Ecosystem, Plan, Repo2DockerPhase

_NAMES = {
    r"env update": "mamba env update",
    r"pip install .*-r ['\"](\S*/)?requirements3?\.txt": "pip install -r requirements.txt",
    r"pip install .*-r condaenv": "pip, of the pip section",
    r"pip install .*\.'?$": "pip install .",
    r"install_local": "remotes::install_local()",
    r"\.preassembled": "install.R, if it failed",
    r"pipenv": "pipenv",
    r"^\./|^chmod": "postBuild",
}
_INSTALLS = {
    "mamba env update": {Ecosystem.CONDA, Ecosystem.PYPI},
    "pip install -r requirements.txt": {Ecosystem.PYPI},
    "pip install .": {Ecosystem.PYPI},
}


@dataclass(frozen=True)
class Again:
    """The steps that run again, and how many of the packages that are `asked` for they have to install again."""

    steps: tuple[str, ...]
    packages: int
    asked: int


def again(root: Path) -> tuple[Again, Again]:
    """By repo2docker's build packs, and by depnorm's."""
    plan = depnorm.plan(root, max_layers=0, dockerignore=False)
    listed = [each for stage in plan.stages for each in stage.packages]
    own, early = (_steps(render(root, early=early)) for early in (False, True))
    installed = {tool for step in own for tool in _INSTALLS.get(step, ())}
    imports = [stage for stage in plan.stages if stage.name == "DESCRIPTION" and "remotes::install_local()" in own]
    count = sum(each.ecosystem in installed for each in listed) + sum(len(stage.packages) for stage in imports)
    return Again(own, count, len(listed)), Again(early, _late(plan), len(listed))


def _late(plan: Plan) -> int:
    """The packages of scripts that run with the repository."""
    if not plan.stages:
        return 0
    return sum(len(script.packages) for script in plan.to_repo2docker_scripts(Repo2DockerPhase.ASSEMBLE))


def _steps(text: str) -> tuple[str, ...]:
    found = (_name(script) for script in runs_again(text, "README.md"))
    return tuple(dict.fromkeys(found))


def _name(script: str) -> str:
    return next((name for pattern, name in _NAMES.items() if re.search(pattern, script)), script[:40])
