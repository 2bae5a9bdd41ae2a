"""The stages of a conda lock: Python, heavy packages, the rest, the pip section, and what the lock leaves out."""

from collections.abc import Iterable, Iterator

from depnorm.model import (
    Ecosystem,
    EnvironmentPlacement,
    InstallConda,
    InstallEnvironmentWheels,
    Lock,
    LockedPackage,
    RunEnvironmentPip,
    SharedLayer,
    Sharing,
    Stage,
    StageKind,
    StagePackage,
    VerifyEnvironment,
)
from depnorm.model.conda_order import PYTHON, link_order
from depnorm.stages.python import beside
from depnorm.stages.stage import Shared, of, packages


def is_conda_lock(lock: Lock | None) -> bool:
    """Whether the plan is that of a locked conda environment."""
    return lock is not None and lock.ecosystem is Ecosystem.CONDA


def shared_conda(sharing: Sharing) -> Iterator[Stage]:
    """The layers that other repositories have, too: Python with what it needs first, then heavy packages."""
    for layer, key in sharing.layers:
        yield Stage(
            kind=StageKind.SHARED,
            name=layer.name,
            why="the same in every repository that needs it",
            step=InstallConda(
                packages=link_order(layer.packages), installer=sharing.conda_installer, alone=not _is_python(layer)
            ),
            key=key,
            packages=_listed(layer.packages),
            bytes=_bytes(layer.packages),
        )


def own_conda(sharing: Sharing) -> Iterator[Stage]:
    """The rest of the lock: conda packages, then the wheels of the pip section."""
    assert sharing.lock is not None  # noqa: S101  `is_conda_lock` said so
    own = _of(sharing.own, Ecosystem.CONDA)
    if own or not all(_is_python(layer) for layer, _ in sharing.layers):
        # It is given the whole lock: what a shared step could not link is linked now.
        everything = link_order(_of(sharing.lock.packages, Ecosystem.CONDA))
        yield Stage(
            kind=StageKind.OWN,
            name="locked conda packages",
            why="what of the lock is this repository's alone",
            step=InstallConda(packages=everything, installer=sharing.conda_installer),
            packages=_listed(own, sharing),
            bytes=_bytes(own),
        )
    if wheels := _of(sharing.own, Ecosystem.PYPI):
        yield Stage(
            kind=StageKind.OWN,
            name="locked wheels",
            why="the pip section of the environment, by the environment's own pip",
            step=InstallEnvironmentWheels(packages=wheels),
            packages=_listed(wheels),
            bytes=_bytes(wheels),
        )


def early_locked_pip(placement: EnvironmentPlacement, held: Shared, *, soft: bool) -> Iterator[Stage]:
    """The lines of the pip section that need no repository: what the lock left out is installed, the rest is there."""
    if placement.early_pip:
        yield Stage(
            kind=StageKind.EARLY,
            name=f"{placement.file} (pip)",
            why="the pip section as it is: pip keeps what the lock has, and installs what that left out",
            step=RunEnvironmentPip(lines=placement.early_pip, directory=placement.directory, soft=soft, upgrade=False),
            needs=placement.needs,
            packages=packages(of(placement.packages, Ecosystem.PYPI), held),
        )


def late_locked_pip(placement: EnvironmentPlacement, *, soft: bool) -> Iterator[Stage]:
    """The pip section with the repository there, where something of it had to wait."""
    lines = placement.late_pip or (placement.early_pip if soft else ())
    if lines:
        yield Stage(
            kind=StageKind.LATE,
            name=f"{placement.file} (pip)",
            why="the pip section with the repository there",
            step=RunEnvironmentPip(lines=lines, directory=placement.directory, upgrade=False),
            needs=(".",),
        )


def verify_conda(placement: EnvironmentPlacement, sharing: Sharing) -> Iterator[Stage]:
    """The check that the environment is the lock."""
    assert sharing.lock is not None  # noqa: S101  `is_conda_lock` said so
    yield Stage(
        kind=StageKind.VERIFY,
        name="conda",
        why="exactly the lock is installed, and what it left out with what that needs",
        step=VerifyEnvironment(packages=sharing.lock.packages, file=placement.file, beside=beside(sharing)),
    )


def _is_python(layer: SharedLayer) -> bool:
    return layer.heads == (PYTHON,)


def _of(found: Iterable[LockedPackage], ecosystem: Ecosystem) -> tuple[LockedPackage, ...]:
    return tuple(each for each in found if each.ecosystem is ecosystem)


def _listed(found: Iterable[LockedPackage], sharing: Sharing | None = None) -> tuple[StagePackage, ...]:
    why = sharing.why_own if sharing else {}
    return tuple(
        StagePackage(ecosystem=each.ecosystem, name=each.name, version=each.version, why=why.get(each.name, ""))
        for each in found
    )


def _bytes(found: Iterable[LockedPackage]) -> int | None:
    sizes = [each.artifact.size for each in found]
    return None if None in sizes else sum(size for size in sizes if size)
