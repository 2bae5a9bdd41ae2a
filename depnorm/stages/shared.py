"""The stages that come first: the base, the shared layers, the distribution's packages."""

from collections.abc import Iterator
from dataclasses import replace

from depnorm.model import (
    Analysis,
    Builder,
    CranLock,
    CranPackage,
    CreateBase,
    Dependency,
    Ecosystem,
    InstallApt,
    InstallCran,
    InstallRPackages,
    InstallWheels,
    LockedPackage,
    SharedLayer,
    Sharing,
    Stage,
    StageKind,
    StagePackage,
    StoreWheels,
    Subset,
    Target,
)
from depnorm.stages.stage import Shared

CONDA_IMAGE = "condaforge/miniforge3:24.7.1-2"
"""Where an R image takes conda from."""
DISTRIBUTION_PYTHON = ("python3", "python3-venv")
"""What brings Python to an image that is made for R or conda."""


def base(analysis: Analysis, sharing: Sharing, target: Target) -> Stage:
    """The stage that every repository with the same Target begins with."""
    is_r = analysis.choice.builder is Builder.R
    prefix = analysis.uses_prefix
    conda = bool(analysis.environments)
    return Stage(
        kind=StageKind.BASE,
        name=target.base_image,
        why="the base image, the user and the empty prefixes",
        step=CreateBase(
            python=prefix,
            conda=conda,
            r=is_r,
            installer=sharing.installer if prefix else None,
            conda_image=CONDA_IMAGE if conda and is_r else None,
            apt=() if analysis.has_python_base or not prefix else DISTRIBUTION_PYTHON,
        ),
    )


def shared(sharing: Sharing, target: Target) -> Iterator[Stage]:
    """The shared layers, in the catalog's global order."""
    for layer, key in (*sharing.layers, *([sharing.wheelhouse] if sharing.wheelhouse else [])):
        yield wheel_stage(layer, key)
    for subset, key in sharing.cran:
        snapshot = target.r_snapshot or ""
        yield Stage(
            kind=StageKind.SHARED,
            name=subset.name,
            why=f"the same in every repository at the CRAN snapshot {snapshot}",
            step=InstallCran(packages=subset.installs or subset.heads, snapshot=snapshot, apt=subset.system),
            key=key,
            packages=_of_subset(subset, sharing.cran_lock),
            seen_in=subset.seen_in,
        )


def _of_subset(subset: Subset, lock: CranLock | None) -> tuple[StagePackage, ...]:
    """The heads; with a lock, which has all that they bring, this with its versions."""
    if lock is None:
        return tuple(StagePackage(ecosystem=Ecosystem.CRAN, name=name) for name in subset.heads)
    return tuple(_of_cran(each) for each in lock.closure(subset.installs or subset.heads))


def _of_cran(package: CranPackage) -> StagePackage:
    return StagePackage(ecosystem=Ecosystem.CRAN, name=package.name, version=package.version)


def wheel_stage(layer: SharedLayer, key: str) -> Stage:
    """The stage of one shared layer of wheels."""
    stored = "build backends as wheels, so that a late build downloads nothing"
    return Stage(
        kind=StageKind.SHARED,
        name=layer.name,
        why=stored if layer.wheelhouse else "the same in every repository that needs it",
        step=(StoreWheels if layer.wheelhouse else InstallWheels)(packages=layer.packages),
        key=key,
        packages=tuple(_locked(package) for package in layer.packages),
        bytes=layer.size,
        seen_in=layer.seen_in,
    )


def _locked(package: LockedPackage) -> StagePackage:
    return StagePackage(ecosystem=package.ecosystem, name=package.name, version=package.version)


def own(sharing: Sharing) -> Iterator[Stage]:
    """The part of the lock that no other repository is known to share."""
    if sharing.own:
        sizes = [package.artifact.size for package in sharing.own]
        yield Stage(
            kind=StageKind.OWN,
            name="locked packages",
            why="what of the lock is this repository's alone",
            step=InstallWheels(packages=sharing.own),
            packages=tuple(replace(_locked(each), why=sharing.why_own.get(each.name, "")) for each in sharing.own),
            bytes=None if None in sizes else sum(size for size in sizes if size),
        )


def own_cran(sharing: Sharing, *, without: frozenset[str], snapshot: str | None) -> Iterator[Stage]:
    """The R packages of a lock that no other repository is known to share, but for those that a script installs."""
    found = {package.name: (package, why) for package, why in sharing.own_cran if package.name not in without}
    if found:
        yield Stage(
            kind=StageKind.OWN,
            name="locked R packages",
            why="what of the lock is this repository's alone",
            step=InstallRPackages(
                packages=tuple(found),
                snapshot=snapshot,
                versions={package.name: package.version for package, _ in found.values()},
            ),
            packages=tuple(replace(_of_cran(package), why=why) for package, why in found.values()),
        )


def system(analysis: Analysis) -> Iterator[Stage]:
    """What apt.txt asks for."""
    if analysis.apt:
        asked = {_asked_of_apt(each): None for each in analysis.apt}
        yield Stage(
            kind=StageKind.SYSTEM,
            name="apt.txt",
            why="packages of the distribution, sorted",
            step=InstallApt(packages=tuple(sorted(each.name + each.spec for each in asked))),
            packages=tuple(asked),
        )


def _asked_of_apt(dependency: Dependency) -> StagePackage:
    """The package; its `spec` is all that apt.txt writes behind the name: architecture, version or release."""
    architecture = f":{dependency.subdir}" if dependency.subdir else ""
    return StagePackage(ecosystem=Ecosystem.APT, name=dependency.name or "", spec=architecture + dependency.spec)


def shared_names(sharing: Sharing) -> Shared:
    """The packages that shared layers, and the own layer of a lock, hold."""
    locked = (*sharing.own, *(package for layer, _ in sharing.layers for package in layer.packages))
    wheels = {(package.ecosystem, package.name) for package in locked}
    cran = {each.name for subset, _ in sharing.cran for each in _of_subset(subset, sharing.cran_lock)}
    return frozenset(wheels | {(Ecosystem.CRAN, name) for name in cran})
