"""Two installations of one repository, and where they differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from depnorm.model.plan import Plan


class Engine(StrEnum):
    """What a repository is installed with, to be compared."""

    VENV = "venv"  # virtual environments of this machine: Python only
    DOCKER = "docker"  # images


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What is found installed.

    `packages` is name to version: canonical names of the Python prefix, `conda: NAME` and `R: NAME` for the others.
    `files` is path (relative to the Python prefix, `conda: PATH` in the environment of conda) to the sha256 of its
    content (of its target for a link). `broken` are the lines of `pip check`; `imports` is what was imported to the
    error it ends with, empty for none.
    """

    packages: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    imports: Mapping[str, str] = field(default_factory=dict)


class DifferenceKind(StrEnum):
    """What differs."""

    INSTALL = "install"  # an installation failed, so that nothing else can be compared
    PACKAGE = "package"
    FILE = "file"
    CHECK = "check"  # pip check
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference; `plain` and `staged` say what each installation has, empty for nothing."""

    kind: DifferenceKind
    name: str
    plain: str
    staged: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs, and how many files do so by each reason that permits it."""

    differences: tuple[Difference, ...]
    permitted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The plan that was carried out, what each installation holds, and what differs.

    No difference: the staged installation is the plain one, as of `Plan.as_of`. `python` is the `X.Y.Z` of the virtual
    environments. `not_compared` names what the engine cannot install. `log` is the end of what a step printed that
    failed.
    """

    engine: Engine
    plan: Plan
    plain: Installation
    staged: Installation
    comparison: Comparison
    not_compared: tuple[str, ...] = ()
    log: str = ""
    python: str | None = None

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs but what may."""
        return not self.comparison.differences
