"""A lock file, evaluated for one Target."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.catalog import LockedPackage
from depnorm.model.dependency import Ecosystem, Problem


class LeftOutKind(StrEnum):
    """Why a package of a lock file is not among the exact artifacts of the Lock."""

    OTHER_TARGET = "other-target"  # its marker, subdir or category does not hold: nothing has to be installed
    SOURCE = "source"  # only an sdist: building it runs code
    NO_WHEEL = "no-wheel"  # wheels, but none for the Target, and no sdist
    VCS = "vcs"
    DIRECTORY = "directory"
    ARCHIVE = "archive"  # a URL or a path of its own
    NOT_FOUND = "not-found"  # no index has it
    OTHER_INDEX = "other-index"  # one that not everybody may read, and the image does not know
    REPOSITORY = "repository"  # another repository, or another date of it, than the one that was locked
    COMPUTED = "computed"  # only running it tells
    NO_HASH = "no-hash"  # nothing tells that the file is the one that was locked


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A package that the file names and `packages` do not hold; `why` is a clause about it."""

    ecosystem: Ecosystem
    name: str
    version: str | None
    kind: LeftOutKind
    why: str

    @property
    def is_wanted(self) -> bool:
        """Whether the Target needs it all the same, so that something else has to install it."""
        return self.kind is not LeftOutKind.OTHER_TARGET


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """One joint resolution for one Target.

    `packages` and `left_out` are sorted by name and together are what the file names. A conda lock may hold PyPI
    packages too. `requires` of a package are empty where the format has no edges (pylock.toml); those of a conda
    package are match specs. `as_of` is the ISO date (or moment) after which nothing counted, None where the file does
    not tell. `platforms` are the markers (PEP 751) or subdirs it was made for, empty for any.
    `colliding` are packages that write a file which another one writes differently: the order they are installed in
    matters, where that is known. `channels` are the URLs of those that a conda lock was solved from, in their order.
    `file` is the lock file of the repository that it was taken from, empty where it was resolved; `not_used` says why
    others of the repository are not.
    """

    ecosystem: Ecosystem
    packages: tuple[LockedPackage, ...]
    left_out: tuple[LeftOut, ...] = ()
    created_by: str = ""
    as_of: str | None = None
    requires_python: str | None = None
    platforms: tuple[str, ...] = ()
    colliding: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    file: str = ""
    not_used: tuple[Problem, ...] = ()

    @property
    def remainder(self) -> tuple[LeftOut, ...]:
        """What the Target needs beyond `packages`."""
        return tuple(each for each in self.left_out if each.is_wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class CranPackage:
    """One R package of a renv.lock. Its repository, not the lock, knows the file: R has no artifacts with a sha256.

    `repository` is the name of one of `CranLock.repositories`, or a URL; None where `url` says where the sources are
    (`git+https://…@commit`). `requires` are the R packages it needs, as far as the file tells.
    """

    name: str
    version: str
    repository: str | None = None
    url: str | None = None
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CranLock:
    """A renv.lock: exact versions of R packages, sorted by name, for any platform.

    `r_version` is `X.Y.Z`, None where the file does not tell; `bioconductor` its release. `repositories` are names and
    URLs, in order. `as_of` is the ISO date of the first repository that is a dated snapshot. `file` and `not_used` are
    those of a Lock.
    """

    packages: tuple[CranPackage, ...]
    left_out: tuple[LeftOut, ...] = ()
    r_version: str | None = None
    bioconductor: str | None = None
    repositories: tuple[tuple[str, str], ...] = ()
    as_of: str | None = None
    file: str = ""
    not_used: tuple[Problem, ...] = ()

    @property
    def remainder(self) -> tuple[LeftOut, ...]:
        """What is needed beyond `packages`."""
        return tuple(each for each in self.left_out if each.is_wanted)

    def closure(self, names: Iterable[str]) -> tuple[CranPackage, ...]:
        """The packages of these names, and all that they need, as far as `packages` has it: sorted by name."""
        known, waiting = {each.name: each for each in self.packages}, list(names)
        found: dict[str, CranPackage] = {}
        while waiting:
            package = known.get(waiting.pop())
            if package is not None and package.name not in found:
                found[package.name] = package
                waiting += package.requires
        return tuple(found[name] for name in sorted(found))
