"""A lock file, evaluated for one Target."""

from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.catalog import LockedPackage
from depnorm.model.dependency import Ecosystem


class LeftOutKind(StrEnum):
    """Why a package of a lock file is not among the exact artifacts of the Lock."""

    OTHER_TARGET = "other-target"  # its marker, subdir or category does not hold: nothing has to be installed
    SOURCE = "source"  # only an sdist: building it runs code
    NO_WHEEL = "no-wheel"  # wheels, but none for the Target, and no sdist
    VCS = "vcs"
    DIRECTORY = "directory"
    ARCHIVE = "archive"  # a URL or a path of its own
    NOT_FOUND = "not-found"  # no index has it
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
    matters, where that is known.
    """

    ecosystem: Ecosystem
    packages: tuple[LockedPackage, ...]
    left_out: tuple[LeftOut, ...] = ()
    created_by: str = ""
    as_of: str | None = None
    requires_python: str | None = None
    platforms: tuple[str, ...] = ()
    colliding: frozenset[str] = frozenset()

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
    URLs, in order. `as_of` is the ISO date of the first repository that is a dated snapshot.
    """

    packages: tuple[CranPackage, ...]
    left_out: tuple[LeftOut, ...] = ()
    r_version: str | None = None
    bioconductor: str | None = None
    repositories: tuple[tuple[str, str], ...] = ()
    as_of: str | None = None
