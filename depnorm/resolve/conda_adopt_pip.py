"""The pip section of an environment, at the versions and files of a conda-lock.yml."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from packaging.utils import parse_wheel_filename

from depnorm.model import Dependency, Ecosystem, LeftOut, LeftOutKind, Location, Lock, LockedPackage, Progress
from depnorm.resolve.adopt import DoesNotFitError, from_indexes, newest_upload
from depnorm.resolve.conda_pip import PipSection
from depnorm.resolve.conda_request import CondaRequest
from depnorm.resolve.fit import WHY_NOT_NEEDED, objections, summary
from depnorm.resolve.joint import with_collisions, with_edges
from depnorm.resolve.request import Request
from depnorm.resolve.wheel import supported_tags


def adopt_pip_section(
    lock: Lock, found: Lock, request: CondaRequest, cache: Path, progress: Progress | None
) -> tuple[Lock, tuple[str | None, ...]]:
    """The conda packages of `lock` with the PyPI packages of the lock file `found`, and the day of these, if any.

    What pip would do beside conda is resolved with the file's versions as constraints: it has to be what the file has.
    Raises `DoesNotFitError`, and `ResolutionError` for a file that no index has.
    """
    section = PipSection.of(lock, request, cache, progress)
    held = _of_pip(found)
    if told := objections(held, section.beside):
        raise DoesNotFitError(summary(told))
    added = section.resolve(_pinned(section, held), cache, progress)
    if more := [each.name for each in added.packages if each.name not in {one.name for one in held.packages}]:
        raise DoesNotFitError(f"its pip packages need {more[0]}, the lock does not have {more[0]}")
    unused = tuple(_not_needed(held, added))
    if not added.packages:
        return section.added_to(replace(lock, left_out=(*lock.left_out, *unused)), added), ()
    files = {each.name: each for each in held.packages}
    chosen = replace(added, packages=tuple(_at_file(each, files, section.asked) for each in added.packages))
    proven, said = from_indexes(chosen, section.asked)
    if {each.artifact for each in chosen.packages} != {each.artifact for each in added.packages}:
        proven = with_collisions(with_edges(proven, section.asked, cache, progress), cache, progress)
    day = newest_upload(said, proven)
    return section.added_to(replace(lock, left_out=(*lock.left_out, *unused)), proven), (day,)


def _of_pip(found: Lock) -> Lock:
    return Lock(
        ecosystem=Ecosystem.PYPI,
        packages=tuple(each for each in found.packages if each.ecosystem is Ecosystem.PYPI),
        left_out=tuple(each for each in found.left_out if each.ecosystem is Ecosystem.PYPI),
    )


def _pinned(section: PipSection, held: Lock) -> Request:
    """The request bound to the versions of the lock; a pin may be a pre-release, and so may nothing else be."""
    known = {each.name: each.version for each in held.remainder if each.version}
    known |= {each.name: each.version for each in held.packages}
    pins = (_pin(name, version) for name, version in sorted(known.items()) if name not in section.installed)
    asked = section.asked
    return replace(asked, constraints=(*asked.constraints, *pins), prereleases=True, as_of="")


def _pin(name: str, version: str) -> Dependency:
    return Dependency(
        ecosystem=Ecosystem.PYPI,
        name=name,
        location=Location(path="the lock file"),
        raw=f"{name}=={version}",
        spec=f"=={version}",
    )


def _at_file(package: LockedPackage, files: Mapping[str, LockedPackage], asked: Request) -> LockedPackage:
    """The package with the file that the lock names, which may be another one of its release than pip would choose."""
    artifact = files[package.name].artifact
    tags = parse_wheel_filename(artifact.filename)[3]
    if tags.isdisjoint(supported_tags(asked.python, asked.platform)):
        raise DoesNotFitError(f"{artifact.filename} is not for Python {asked.python} on {asked.platform}")
    return package if artifact == package.artifact else replace(package, artifact=artifact)


def _not_needed(held: Lock, added: Lock) -> Iterator[LeftOut]:
    used = {each.name for each in added.packages} | {each.name for each in added.left_out}
    return (
        LeftOut(
            ecosystem=Ecosystem.PYPI,
            name=each.name,
            version=each.version,
            kind=LeftOutKind.OTHER_TARGET,
            why=WHY_NOT_NEEDED,
        )
        for each in held.packages
        if each.name not in used
    )
