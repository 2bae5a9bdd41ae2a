"""The stages that make a conda environment from its file and run its pip section."""

from collections.abc import Iterator

from depnorm.model import (
    CreateEnvironment,
    Ecosystem,
    EnvironmentPlacement,
    RunEnvironmentPip,
    Stage,
    StageKind,
)
from depnorm.stages.stage import of, packages


def early_environment(placement: EnvironmentPlacement, *, soft: bool) -> Iterator[Stage]:
    """The environment, and the lines of its pip section that need no repository."""
    if placement.late:
        return
    yield Stage(
        kind=StageKind.EARLY,
        name=placement.file,
        why="one joint solve, from the sorted specs" if placement.text else "one joint solve, from the file as it is",
        step=CreateEnvironment(text=placement.text, file=placement.file, soft=soft or placement.soft),
        needs=() if placement.text else placement.needs,
        packages=packages(placement.packages if placement.text is None else of(placement.packages, Ecosystem.CONDA)),
    )
    if placement.early_pip:
        yield Stage(
            kind=StageKind.EARLY,
            name=f"{placement.file} (pip)",
            why="the pip section, as conda runs it",
            step=RunEnvironmentPip(
                lines=placement.early_pip, directory=placement.directory, soft=soft, plain=placement.plain_pip
            ),
            needs=placement.needs,
            packages=packages(of(placement.packages, Ecosystem.PYPI)),
        )


def late_environment(placement: EnvironmentPlacement, *, soft: bool) -> Iterator[Stage]:
    """What of the environment has to wait for the repository."""
    if placement.late or placement.soft or soft:
        yield Stage(
            kind=StageKind.LATE,
            name=placement.file,
            why="the file as it is, with the repository there",
            step=CreateEnvironment(text=None, file=placement.file),
            needs=(".",),
            packages=packages(placement.packages) if placement.late else (),
        )
    if placement.late_pip:
        yield Stage(
            kind=StageKind.LATE,
            name=f"{placement.file} (pip)",
            why="the pip section with the repository there",
            step=RunEnvironmentPip(lines=placement.late_pip, directory=placement.directory),
            needs=(".",),
        )
