"""What the spec files of a repository mean together: the whole input of a plan besides the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from depnorm.model.choice import Builder, SpecChoice
from depnorm.model.dependency import Dependency
from depnorm.model.finding import Finding
from depnorm.model.spec_file import SpecFile


class When(StrEnum):
    """When a line can install."""

    EARLY = "early"  # from a closed set of files
    SOFT = "soft"  # tried early, repeated late: only running it tells what it needs
    LATE = "late"  # with the repository


@dataclass(frozen=True, slots=True, kw_only=True)
class PipPlacement:
    """Where the lines of one requirements file and its includes go.

    `when` is the earliest moment of any line: late where the file cannot be copied by itself, or where an option that
    decides for the others (an index, a constraint) has to wait; soft where only running such an option tells what it
    says. `lines` are those that install later than that: for each moment, files with line numbers. `packages` are all
    dependencies by moment, `needs` the closed set of files that the early lines read. `alone` is true where nothing may
    be added to its command (hash-checking mode). `plain` are canonical lines that, behind the options and files of
    `words`, ask for just what the early lines do; None where that cannot be said on a command line. Paths are relative
    to the repository.
    """

    file: str
    directory: str
    needs: tuple[str, ...]
    when: When
    lines: Mapping[When, Mapping[str, tuple[int, ...]]]
    packages: Mapping[When, tuple[Dependency, ...]]
    alone: bool
    plain: tuple[str, ...] | None = None
    words: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether some line has to be installed with the repository there."""
        return self.when is not When.EARLY or any(self.lines[When.SOFT]) or any(self.lines[When.LATE])


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentPlacement:
    """Where an environment.yml goes.

    `text` is its conda part in canonical form, `early_pip` and `late_pip` the lines of its pip section that run before
    and after the repository is there (late: the whole section again, as conda runs it). `text` is None where the file
    is used as it is, pip section included; `late` and `soft` then tell when. `plain_pip` are canonical lines that ask
    for the same as `early_pip`, None where those are more than names with versions.
    """

    file: str
    directory: str
    text: str | None
    needs: tuple[str, ...]
    early_pip: tuple[str, ...] = ()
    late_pip: tuple[str, ...] = ()
    packages: tuple[Dependency, ...] = ()
    late: bool = False
    soft: bool = False
    plain_pip: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptPlacement:
    """When an install.R runs, as a whole.

    `plain` are packages that can install before it, where it is understood but has to wait. `certain` are those whose
    absence afterwards means that it failed: names that a URL, a library of its own or a `try()` leave open are not.
    `listed` are the packages of a script that installs them and does nothing else, None for any other.
    """

    file: str
    needs: tuple[str, ...]
    dependencies: tuple[Dependency, ...]
    when: When
    plain: tuple[str, ...]
    certain: tuple[str, ...]
    listed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalProject:
    """A Python project of the repository that a line installs (`by_line`), or the builder after everything else.

    `requirements` are its static dependencies with the requested extras, `build_requires` what its backend needs; both
    canonical. `static` is false where running it is the only way to know more; `reads_git` names a backend that asks
    git for the version.
    """

    directory: str
    by_line: bool
    requirements: tuple[Dependency, ...]
    build_requires: tuple[str, ...]
    static: bool
    reads_git: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The spec files with their references resolved and scoped, and what follows from them.

    `asked` are the PyPI packages that pip will be asked for (merged, sorted by name), `constraints` those that only
    bind. `python` is `X.Y`; `python_why` completes the sentence "Python X.Y, …". `own_index` is true
    where a name may mean another package than on the public index, or where something that binds was not read;
    `own_sources` where packages also come from elsewhere.
    """

    choice: SpecChoice
    files: tuple[SpecFile, ...]
    findings: tuple[Finding, ...]
    python: str
    python_why: str
    r_version: str | None
    r_snapshot: str | None
    asked: tuple[Dependency, ...]
    constraints: tuple[Dependency, ...]
    own_index: bool
    own_sources: bool
    pip: tuple[PipPlacement, ...]
    environments: tuple[EnvironmentPlacement, ...]
    scripts: tuple[ScriptPlacement, ...]
    projects: tuple[LocalProject, ...]
    apt: tuple[Dependency, ...]
    description: SpecFile | None
    post_build: str | None
    start: str | None

    @property
    def has_python_base(self) -> bool:
        """Whether the base image is a Python image; the others take Python from the distribution."""
        return self.choice.builder in {Builder.PYTHON, Builder.NONE}

    @property
    def uses_prefix(self) -> bool:
        """Whether the image has the Python prefix: conda and R have it only where there is something for pip."""
        return self.has_python_base or bool(self.pip) or (self.choice.installs_itself and bool(self.projects))
