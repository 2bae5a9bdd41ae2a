"""What a stage does: one value a kind of step, the emitters' whole input."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depnorm.model.catalog import LockedPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBase:
    """The user, the empty prefixes (`python`, `conda`, `r`) and the pinned installer.

    `installer` is None without a Python prefix, and where the catalog pins no pip for the Python: the base's own stays.

    `conda_image` is where /opt/conda comes from, for a base image without it; `apt` are the distribution's packages
    that the prefixes need, for a base image without them.
    """

    python: bool = False
    conda: bool = False
    r: bool = False
    installer: LockedPackage | None = None
    conda_image: str | None = None
    apt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallWheels:
    """Exact wheels without their dependencies, normalized: a shared layer."""

    packages: tuple[LockedPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreWheels:
    """Exact wheel files in the wheelhouse of build backends, not installed: a shared layer."""

    packages: tuple[LockedPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallCran:
    """R packages of a dated snapshot with what they need, each checked to be there afterwards: a shared layer."""

    packages: tuple[str, ...]
    snapshot: str
    apt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallApt:
    """Packages of the distribution, sorted, as apt-get takes them: `curl`, `curl=7.88.1-10`, `libc6:i386/bookworm`."""

    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWheels:
    """What `build-system.requires` asks of the wheelhouse, as canonical PEP 508 lines."""

    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipCommand:
    """One `pip install`, as the user would type it in `directory` (relative to the repository, "" for its root).

    `files` are requirement files and `projects` directories, both relative to `directory`; `requirements` are
    canonical PEP 508 lines. `without` maps files (relative to the repository) to the lines that are blanked while it
    runs.
    """

    files: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    directory: str = ""
    without: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPip:
    """`pip install` commands, in order. A soft one may fail before the repository is there: it is repeated late."""

    commands: tuple[PipCommand, ...]
    soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEnvironment:
    """A conda environment, rolled back in the same step on failure.

    From canonical `text`, or from the repository's own `file`, pip section included, where its text is not all
    understood (`text` None).
    """

    text: str | None
    file: str
    soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnvironmentPip:
    """The pip section of an environment file as conda runs it: as a requirements file beside it, in its directory."""

    lines: tuple[str, ...]
    directory: str
    soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRScript:
    """The user's install.R, unmodified; `packages` must be found afterwards."""

    file: str
    packages: tuple[str, ...] = ()
    snapshot: str | None = None
    soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallRPackages:
    """The plain part of an install.R that is understood as a whole; the script itself runs late."""

    packages: tuple[str, ...]
    snapshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallRProject:
    """`remotes::install_local()` of a repository that is an R package."""

    snapshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRepository:
    """The repository, owned by the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """`pip check`, and nothing left to do for the user's own commands but paths, URLs and VCS lines.

    In a locked plan also: exactly the lock is installed, and what `beside` names (left out of it) with what that needs.
    """

    commands: tuple[PipCommand, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPostBuild:
    """The repository's own postBuild, and its start script as the entry point; None where there is none."""

    post_build: str | None
    start: str | None


Step = (
    CreateBase
    | InstallWheels
    | StoreWheels
    | InstallCran
    | InstallApt
    | AddWheels
    | RunPip
    | CreateEnvironment
    | RunEnvironmentPip
    | RunRScript
    | InstallRPackages
    | InstallRProject
    | CopyRepository
    | Verify
    | RunPostBuild
)
