"""What a stage does: one value a kind of step, the emitters' whole input."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depnorm.model.catalog import LockedPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBase:
    """The user, the empty prefixes (`python`, `conda`, `r`) and the pinned installer.

    `installer` is None without a Python prefix, and where the catalog pins no pip for the Python: the base's own stays.

    `uv` is what installs the wheels of shared and own layers, None for pip: the user's commands are pip's in any case.
    `conda_image` is where /opt/conda comes from, for a base image without it; `apt` are the distribution's packages
    that the prefixes need, for a base image without them.
    """

    python: bool = False
    conda: bool = False
    r: bool = False
    installer: LockedPackage | None = None
    uv: LockedPackage | None = None
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

    `files` are requirement files and `projects` directories, both relative to `directory`; `requirements` are canonical
    PEP 508 lines, and so are `constraints` (`name==version`), which a lock adds. `without` maps files (relative to the
    repository) to the lines that are blanked while it runs. `plain` are canonical lines that, behind the options and
    files of `words`, ask for just what is left of `files`; None where that cannot be said on a command line.
    """

    files: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    directory: str = ""
    without: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    constraints: tuple[str, ...] = ()
    plain: tuple[str, ...] | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPip:
    """`pip install` commands, in order. A soft one may fail before the repository is there: it is repeated late."""

    commands: tuple[PipCommand, ...]
    soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEnvironment:
    """A conda environment, rolled back in the same step on failure.

    From canonical `text`, or from the repository's own `file`, pip section included, where its text is not all
    understood (`text` None). `pins` bind what conda chooses (`name=version=build`), `constraints` what pip does
    (`name==version`).
    """

    text: str | None
    file: str
    soft: bool = False
    pins: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallConda:
    """Exact conda packages, normalized: those of `packages`, in the order of their links, that are not there yet.

    `installer` is `conda`, `mamba` or `micromamba`. One that installs `alone` leaves packages with scripts of their own
    (post-link) to the step that has all packages: they may need others.
    """

    packages: tuple[LockedPackage, ...]
    installer: str = "conda"
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallEnvironmentWheels:
    """Exact wheels of the pip section in the conda environment, without their dependencies, normalized."""

    packages: tuple[LockedPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyEnvironment:
    """Exactly these packages of conda and of pip are in the environment, and what `beside` names with what that needs.

    `file` is the environment file that they come from.
    """

    packages: tuple[LockedPackage, ...]
    file: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnvironmentPip:
    """The pip section of an environment file as conda runs it: as a requirements file beside it, in its directory.

    Without `upgrade` it keeps what a lock has installed, where that satisfies a line. `plain` are canonical lines that
    ask for the same as `lines`, None where those are more than names with versions.
    """

    lines: tuple[str, ...]
    directory: str
    soft: bool = False
    upgrade: bool = True
    plain: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRScript:
    """The user's install.R, unmodified; `packages` must be found afterwards.

    `plain` are the packages of the default repository whose installation is all that it does, None where it does more.
    """

    file: str
    packages: tuple[str, ...] = ()
    snapshot: str | None = None
    soft: bool = False
    plain: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallRPackages:
    """R packages by name: the plain part of an install.R whose script runs late, or what is locked.

    `versions` are those that must be found afterwards, by name; empty without a lock.
    """

    packages: tuple[str, ...]
    snapshot: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallRProject:
    """`remotes::install_local()` of a repository that is an R package."""

    snapshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyR:
    """Every R package of the lock is found, at its version.

    `scripts` are those of the user that nobody has to run: all that they do is install what is locked.
    """

    versions: Mapping[str, str]
    scripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRepository:
    """The repository, owned by the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """`pip check`, and nothing left to do for the user's own commands but paths, URLs and VCS lines.

    In a locked plan also: exactly the lock is installed, and what `beside` names (left out of it) with what that needs;
    at that version, where `beside` has `name==version`, too.
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
    | InstallConda
    | InstallEnvironmentWheels
    | VerifyEnvironment
    | RunEnvironmentPip
    | RunRScript
    | InstallRPackages
    | InstallRProject
    | VerifyR
    | CopyRepository
    | Verify
    | RunPostBuild
)
