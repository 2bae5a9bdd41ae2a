"""A pylock.toml (PEP 751), evaluated for one Target: one wheel a package, and what no wheel can be locked for."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from packaging.markers import Marker, UndefinedEnvironmentName
from packaging.pylock import Package, Pylock, PylockValidationError
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag

from depnorm.errors import ResolutionError
from depnorm.model import Ecosystem, LeftOut, LeftOutKind, Lock, LockedPackage
from depnorm.model.environment import marker_environment, patch_release
from depnorm.resolve.wheel import Wheel, choose_wheel, supported_tags

_REMOTE = ("https://", "http://")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"1\.\d{1,9}")
_PATCHES = (0, 99)
"""Of a Target `X.Y`: a bound between two patch releases excludes neither (its image has the latest)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of a universal lock is installed where.

    `python` is `X.Y`, `python_patch` is `X.Y.Z` where it is known, `platform` a manylinux tag. `groups` None means the
    groups that the file installs by default.
    """

    python: str
    platform: str
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] | None = None
    python_patch: str | None = None

    @property
    def release(self) -> str:
        """The `X.Y.Z` that versions are chosen for."""
        return self.python_patch or patch_release(self.python)


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideThePylock:
    """What a uv.lock tells and the pylock.toml made of it does not: edges by package, and the date."""

    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    as_of: str | None = None


def lock_pylock(text: str, name: str, selection: Selection, beside: BesideThePylock | None = None) -> Lock:
    """The Lock of a pylock.toml, as PEP 751 tells installers to select.

    `name` is the file's, for messages. Raises `ResolutionError` for a file that is not valid, not for this Python, or
    ambiguous, and for an extra or a group that it does not have.
    """
    beside = beside or BesideThePylock()
    pylock = _parse(text, name)
    _check(pylock, name, selection)
    chosen, skipped = _choose(pylock, name, selection)
    tags = supported_tags(selection.python, selection.platform)
    found = [_locked(package, tags, beside.requires) for package in chosen]
    left_out = [*(each for each in found if isinstance(each, LeftOut)), *map(_of_another_target, skipped)]
    return Lock(
        ecosystem=Ecosystem.PYPI,
        packages=tuple(sorted((e for e in found if isinstance(e, LockedPackage)), key=lambda each: each.name)),
        left_out=tuple(sorted(left_out, key=lambda each: (each.name, each.version or ""))),
        created_by=pylock.created_by,
        as_of=beside.as_of,
        requires_python=str(pylock.requires_python) if pylock.requires_python is not None else None,
        platforms=tuple(map(str, pylock.environments or ())),
    )


def _parse(text: str, name: str) -> Pylock:
    try:
        document = tomllib.loads(text)
        if _VERSION.fullmatch(str(document.get("lock-version"))):
            document["lock-version"] = "1.0"  # packaging writes to the log about a later minor version
        return Pylock.from_dict(document)
    except (tomllib.TOMLDecodeError, PylockValidationError) as error:
        raise ResolutionError(f"{name}: {error}", hint="Make the lock file anew.") from error


def _check(pylock: Pylock, name: str, selection: Selection) -> None:
    if not _allows(pylock.requires_python, selection):
        raise ResolutionError(
            f"{name}: requires Python {pylock.requires_python}, not {selection.python_patch or selection.python}"
        )
    environment = marker_environment(selection.release, selection.platform)
    markers = pylock.environments
    if markers and not any(_is_true(marker, environment, f"{name}: environments") for marker in markers):
        raise ResolutionError(f"{name}: was made for other environments", hint="Lock for this platform too.")
    for kind, asked, known in (
        ("extra", selection.extras, pylock.extras),
        ("dependency group", selection.groups, pylock.dependency_groups),
    ):
        if missing := sorted(set(asked or ()) - set(known or ())):
            raise ResolutionError(f"{name}: has no {kind} {', '.join(missing)}")


def _allows(requires: SpecifierSet | None, selection: Selection) -> bool:
    known = selection.python_patch
    releases = [known] if known else [f"{selection.python}.{patch}" for patch in _PATCHES]
    try:
        return requires is None or any(map(requires.contains, releases))
    except ValueError:  # a number of thousands of digits
        return False


def _choose(pylock: Pylock, name: str, selection: Selection) -> tuple[list[Package], list[Package]]:
    """The packages whose marker holds, and the others."""
    groups = pylock.default_groups if selection.groups is None else selection.groups
    environment: dict[str, str | frozenset[str]] = {
        **marker_environment(selection.release, selection.platform),
        "extras": frozenset(selection.extras),
        "dependency_groups": frozenset(groups or ()),
    }
    chosen: dict[str, Package] = {}
    skipped = []
    for package in pylock.packages:
        if not _holds(package, environment, name):
            skipped.append(package)
        elif package.name in chosen:
            raise ResolutionError(f"{name}: two packages called {package.name} hold for Python {selection.python}")
        elif not _allows(package.requires_python, selection):
            raise ResolutionError(f"{name}: {package.name} requires Python {package.requires_python}")
        else:
            chosen[package.name] = package
    return list(chosen.values()), skipped


def _holds(package: Package, environment: Mapping[str, str | frozenset[str]], name: str) -> bool:
    return package.marker is None or _is_true(package.marker, environment, f"{name}: {package.name}")


def _is_true(marker: Marker, environment: Mapping[str, str | frozenset[str]], place: str) -> bool:
    try:
        return marker.evaluate(
            cast("dict[str, str]", environment),
            context="lock_file",  # packaging types the sets only for itself
        )
    except (ValueError, UndefinedEnvironmentName) as error:  # ValueError: a comparison that is none, or is too long
        raise ResolutionError(f"{place}: the marker cannot be evaluated: {error}") from error


def _of_another_target(package: Package) -> LeftOut:
    return _left_out(package, LeftOutKind.OTHER_TARGET, f"is only for {package.marker}")


def _locked(package: Package, tags: Sequence[Tag], requires: Mapping[str, tuple[str, ...]]) -> LockedPackage | LeftOut:
    if direct := _direct(package):
        return _left_out(package, *direct)
    wheel = _wheel(package, tags)
    if wheel is None:
        if package.sdist is None:
            return _left_out(package, LeftOutKind.NO_WHEEL, "has no wheel for the target, and no sdist")
        return _left_out(package, LeftOutKind.SOURCE, "has no wheel for the target, and building the sdist runs code")
    if not wheel.url.lower().startswith(_REMOTE):
        return _left_out(package, LeftOutKind.ARCHIVE, "is a file, not one of an index")
    if not _SHA256.fullmatch(wheel.artifact.sha256):
        return _left_out(package, LeftOutKind.NO_HASH, "has no sha256 in the lock")
    version = str(package.version) if package.version else wheel.artifact.filename.split("-")[1]
    return LockedPackage(
        ecosystem=Ecosystem.PYPI,
        name=package.name,
        version=version,
        artifact=wheel.artifact,
        requires=requires.get(package.name, ()),
    )


def _direct(package: Package) -> tuple[LeftOutKind, str] | None:
    if package.vcs:
        return LeftOutKind.VCS, f"comes from {package.vcs.type}"
    if package.directory:
        return LeftOutKind.DIRECTORY, "is a directory"
    return (LeftOutKind.ARCHIVE, "comes from a URL or a path of its own") if package.archive else None


def _wheel(package: Package, tags: Iterable[Tag]) -> Wheel | None:
    entries = [
        {"name": each.filename, "url": each.url, "hashes": dict(each.hashes), "size": each.size}
        for each in package.wheels or ()
    ]
    try:
        return choose_wheel(package.name, entries, tuple(tags))
    except ResolutionError:
        return None


def _left_out(package: Package, kind: LeftOutKind, why: str) -> LeftOut:
    version = str(package.version) if package.version else None
    return LeftOut(ecosystem=Ecosystem.PYPI, name=package.name, version=version, kind=kind, why=why)
