"""The Dockerfiles that `sharing_builds.py` compares."""

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sharing_repositories import PYTHON, Repository

import depnorm

Render = Callable[[Repository, str], str]
"""The Dockerfile of a repository over a base image."""


def plain(repository: Repository, base: str) -> str:
    """What people write."""
    return f"FROM {base}\nWORKDIR /home/jovyan\nCOPY . .\nRUN {_pip(repository)}\n"


def requirements_first(repository: Repository, base: str) -> str:
    """Good practice."""
    copies = "".join(f"COPY {json.dumps([path, path])}\n" for path in repository.needs)
    return f"FROM {base}\nWORKDIR /home/jovyan\n{copies}RUN {_pip(repository)}\nCOPY . .\n"


def _pip(repository: Repository) -> str:
    return f"pip install --no-cache-dir -r {shlex.quote(repository.requirements)}"


def planned(**options: Any) -> Render:
    """The plan of depnorm."""
    return lambda repository, base: depnorm.dockerfile(repository.directory, python=PYTHON, base_image=base, **options)


@dataclass(frozen=True, slots=True)
class Strategy:
    """A row of the table. `place` is where its images are; the layers of one that bakes are below it."""

    name: str
    place: str
    render: Render
    bakes: bool = False


def strategies(place: str) -> list[Strategy]:
    """In the order of the table; the first also decides which repositories are built."""
    prebuilt = f"{place}/prebuilt"
    return [
        Strategy("`COPY .`, then `pip install -r`", f"{place}/plain", plain),
        Strategy("`COPY requirements.txt` first", f"{place}/first", requirements_first),
        Strategy("depnorm `--lock`, chain", f"{place}/chain", planned(lock=True)),
        Strategy("depnorm `--lock`, link", f"{place}/link", planned(lock=True, layers="link")),
        Strategy(
            "depnorm `--lock`, link, prebuilt layers",
            prebuilt,
            planned(lock=True, layers="link", layers_from=f"{prebuilt}/layers"),
            bakes=True,
        ),
        Strategy("depnorm without a lock", f"{place}/declared", planned()),
    ]
