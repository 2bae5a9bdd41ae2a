"""The pip section of an environment, locked against what conda installs.

conda runs `pip install -U` in the finished environment. Here what conda installed stays: pip resolves with those
distributions fixed, and a line that one of them satisfies asks for nothing more. A line that none does would make
pip replace a package of conda, and that is an error with both lines; what cannot be locked is left out by name.
"""

import hashlib
import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from depnorm.errors import ResolutionError
from depnorm.model import (
    Dependency,
    Ecosystem,
    LeftOut,
    LeftOutKind,
    Location,
    Lock,
    LockedPackage,
    Progress,
    canonical_name,
    marker_environment,
    marker_holds,
    redact,
)
from depnorm.resolve.conda_request import CondaRequest
from depnorm.resolve.conda_solve import find_distributions, is_distribution
from depnorm.resolve.fit import satisfies
from depnorm.resolve.joint import lock_python
from depnorm.resolve.kept import keep
from depnorm.resolve.request import Request
from depnorm.resolve.uv_command import NoSolutionError

_MAX_TURNS = 10
_WORD = re.compile(r"[A-Za-z0-9][\w-]*(?:\.[\w-]+)*")
_PYTHON = re.compile(r"(\d{1,3}\.\d{1,3})(?:\.\d{1,3})?(?:(?:a|b|rc)\d{1,3})?", re.ASCII)
_BRINGS_PYTHON = frozenset({"python", "python_abi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Installed:
    """A distribution that pip finds, and the conda package that it is of."""

    version: str
    package: LockedPackage


def add_pip_section(lock: Lock, request: CondaRequest, cache: Path, progress: Progress | None) -> Lock:
    """The lock of conda with that of the pip section: PyPI packages beside those of conda.

    Raises `ResolutionError` where there is no answer, or pip would have to replace a package of conda.
    """
    section = PipSection.of(lock, request, cache, progress)
    return section.added_to(lock, section.resolve(section.asked, cache, progress))


@dataclass(frozen=True, slots=True, kw_only=True)
class PipSection:
    """What pip is asked for beside conda: lines that are for the Python which conda installs, and what is there."""

    asked: Request
    installed: Mapping[str, "_Installed"]
    request: CondaRequest

    @classmethod
    def of(cls, lock: Lock, request: CondaRequest, cache: Path, progress: Progress | None) -> "PipSection":
        """The section of a request whose conda packages are locked; raises `ResolutionError`."""
        asked = request.pip
        python = next((each for each in lock.packages if each.name == "python"), None)
        if asked is None or python is None:
            raise ResolutionError(
                "the environment has a pip: section, and no Python that is locked",
                hint="Add python to its dependencies.",
            )
        installed = _installed(lock.packages, cache, progress)
        asked = _for_python(asked, python.version)
        _check_kept(asked, installed, request)
        return cls(asked=asked, installed=installed, request=request)

    @property
    def beside(self) -> Request:
        """What is asked for, with the distributions of conda as being there."""
        fixed = {name: each.version for name, each in self.installed.items()}
        return replace(self.asked, installed=tuple(sorted(fixed.items())))

    def resolve(self, asked: Request, cache: Path, progress: Progress | None) -> Lock:
        """What pip adds to the packages of conda; raises `ResolutionError`."""
        return _lock_beside(asked, self.installed, self.request, cache, progress)

    def added_to(self, lock: Lock, found: Lock) -> Lock:
        """A lock of conda with what pip adds."""
        left_out = (*lock.left_out, *self.request.own, *(_told(each, self.installed) for each in found.left_out))
        return replace(
            lock,
            packages=tuple(sorted((*lock.packages, *found.packages), key=lambda each: (each.name, each.ecosystem))),
            left_out=tuple(sorted(left_out, key=lambda each: (each.name, each.ecosystem, each.why))),
            colliding=found.colliding,
        )


def _for_python(asked: Request, version: str) -> Request:
    """The request for the Python that conda installs, without lines that are for another one."""
    number = _PYTHON.fullmatch(version)
    if number is None:
        raise ResolutionError(f"conda installs Python {version!r:.80}, which is no version of Python's")
    minor = number[1]
    environment = {**marker_environment(version, asked.platform), "extra": ""}
    holding = [each for each in asked.asked if _holds(each, environment)]
    return replace(asked, asked=tuple(holding), python=minor, python_patch=version)


def _holds(line: Dependency, environment: dict[str, str]) -> bool:
    answer = line.marker is None or marker_holds(line.marker, environment)
    if answer is None:
        raise ResolutionError(
            f"{line.location}: the marker {redact(line.marker or '')!r:.200} cannot be evaluated",
            hint="Correct it: pip refuses it, too.",
        )
    return answer


def _installed(packages: Sequence[LockedPackage], cache: Path, progress: Progress | None) -> Mapping[str, _Installed]:
    """The distributions that pip finds after conda, by name."""
    place = cache / "conda-packages"
    asked = [each for each in packages if _BRINGS_PYTHON & {_name(line) for line in each.requires}]
    known = {each.name: _read(place, each) for each in asked}
    unknown = [each for each in asked if known[each.name] is None]
    if progress and unknown:
        progress("what conda packages install", 0, len(unknown))
    for package, found in zip(unknown, find_distributions([each.artifact.url or "" for each in unknown]), strict=True):
        names = {package.name: package.version} if found is None else {each.name: each.version for each in found}
        known[package.name] = names
        _write(place, package, names)
    if progress and unknown:
        progress("what conda packages install", len(unknown), len(unknown))
    return {
        canonical_name(name): _Installed(version=version, package=package)
        for package in asked
        for name, version in (known[package.name] or {}).items()
        if is_distribution(name, version)
    }


def _name(line: str) -> str:
    return line.partition(" ")[0]


def _kept(place: Path, package: LockedPackage) -> Path:
    """By file *and* place: the sha256 is what its channel promises, and another channel may promise that of this one.

    Of the whole package nothing is read here, so nothing checks it before the image is built.
    """
    told = f"{package.artifact.sha256} {package.artifact.url}"
    return place / f"{hashlib.sha256(told.encode()).hexdigest()}.json"


def _read(place: Path, package: LockedPackage) -> dict[str, str] | None:
    try:
        found = json.loads(_kept(place, package).read_text("utf-8"))
        return {str(name): str(version) for name, version in found.items()}
    except (OSError, ValueError, AttributeError):
        return None


def _write(place: Path, package: LockedPackage, names: Mapping[str, str]) -> None:
    keep(_kept(place, package), json.dumps(names).encode())


def _check_kept(asked: Request, installed: Mapping[str, _Installed], request: CondaRequest) -> None:
    """Raise `ResolutionError` for a line that asks for another version than conda installs."""
    for line in (*asked.asked, *asked.constraints):
        held = installed.get(line.name or "")
        if held is None or line.url is not None or satisfies(held.version, line.spec):
            continue
        conda = [f"  {spec.location}: {spec.written}" for spec in request.specs if spec.name == held.package.name]
        why = f"conda installs {held.package.name} {held.package.version}, which pip would have to replace"
        raise ResolutionError(
            "\n".join([f"{why}:", *conda, f"  {line.location}: {redact(line.requirement)}"]),
            hint="Ask for it in one of the two places, or for a version that both can have.",
        )


def _lock_beside(
    asked: Request,
    installed: Mapping[str, _Installed],
    request: CondaRequest,
    cache: Path,
    progress: Progress | None,
) -> Lock:
    """The lock of what pip adds. Extras of a distribution of conda are those of the same version on the index."""
    extras = {each.name for each in asked.asked if each.name in installed and each.name and each.extras}
    direct = {each.name for each in asked.asked if each.url is not None}
    for _ in range(_MAX_TURNS):
        fixed = {name: each.version for name, each in installed.items() if name not in extras}
        bound = [*asked.constraints, *(_pin(name, installed[name], request) for name in sorted(extras))]
        beside = replace(asked, constraints=tuple(bound), installed=tuple(sorted(fixed.items())))
        found = _lock(beside, installed, request, cache, progress)
        more = set(_with_extras(found.packages)) & fixed.keys()
        if not more:
            return _added(found, installed, fixed.keys() - direct)
        extras |= more
    raise ResolutionError("the extras of the pip: section lead to ever more of them")


def _lock(
    beside: Request,
    installed: Mapping[str, _Installed],
    request: CondaRequest,
    cache: Path,
    progress: Progress | None,
) -> Lock:
    try:
        return lock_python(beside, cache, progress)
    except NoSolutionError as error:
        named = set(_WORD.findall(str(error)))
        packages = {each.package.name: each.package.version for name, each in installed.items() if name in named}
        told = [f"conda installs {name} {version}, which stays" for name, version in sorted(packages.items())]
        told += [f"  {spec.location}: {spec.written}" for spec in request.specs if spec.name in packages]
        raise NoSolutionError("\n".join([f"the pip section: {error}", *told]), hint=error.hint) from error


def _pin(name: str, held: _Installed, request: CondaRequest) -> Dependency:
    found = [spec.location for spec in request.specs if spec.name == held.package.name]
    location = found[0] if found else Location(path="conda")
    return Dependency(
        ecosystem=Ecosystem.PYPI, name=name, location=location, raw=f"{name}=={held.version}", spec=f"=={held.version}"
    )


def _with_extras(packages: Iterable[LockedPackage]) -> Iterator[str]:
    for line in (line for package in packages for line in package.requires):
        requirement = Requirement(line)
        if requirement.extras:
            yield str(canonicalize_name(requirement.name))


def _added(found: Lock, installed: Mapping[str, _Installed], fixed: Container[str]) -> Lock:
    """Without what conda has installed already, which the resolver had as files; each package requires a name once."""
    kept = [replace(each, requires=_merged(each.requires)) for each in found.packages if each.name not in installed]
    left_out = [each for each in found.left_out if not (each.name in fixed and each.kind is LeftOutKind.ARCHIVE)]
    return replace(found, packages=tuple(kept), left_out=tuple(left_out))


def _merged(lines: Iterable[str]) -> tuple[str, ...]:
    merged: dict[str, Requirement] = {}
    for requirement in map(Requirement, lines):
        first = merged.setdefault(requirement.name, requirement)
        first.extras |= requirement.extras
        first.specifier &= requirement.specifier
    return tuple(sorted(map(str, merged.values())))


def _told(left: LeftOut, installed: Mapping[str, _Installed]) -> LeftOut:
    """Left out, with a word where installing it replaces a package of conda."""
    held = installed.get(left.name)
    return left if held is None else replace(left, why=f"{left.why}, and replaces {held.package.name} of conda")
