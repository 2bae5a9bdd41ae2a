"""What a repository declares: packages, and the options beside them."""

from dataclasses import dataclass
from enum import StrEnum


class Ecosystem(StrEnum):
    """Where a package comes from."""

    PYPI = "pypi"
    CONDA = "conda"
    CRAN = "cran"
    APT = "apt"


def canonical_name(name: str) -> str:
    """The one spelling of a PyPI package's name (PEP 503). That of `packaging` is the same, behind 5 ms of imports."""
    canonical = name.lower().replace("_", "-").replace(".", "-")
    while "--" in canonical:
        canonical = canonical.replace("--", "-")
    return canonical


def requirement_name(line: str) -> str:
    """The name that a canonical PEP 508 line begins with."""
    return next((line[:end] for end, c in enumerate(line) if not (c.isalnum() or c in "-_.")), line)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Location:
    """A line of a file. `path` is relative to the repository, POSIX style; `line` counts from 1, 0 means the file."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One declared package, as one line (or item) declares it.

    `name` is canonical in its ecosystem (PEP 503 for pypi); None for a URL that does not tell its package
    (`git+https://host/x`). `spec` is the version specifier in the ecosystem's own canonical spelling, `""` for any
    version. `raw` is the source text, verbatim, all of its physical lines joined by a line feed (credentials
    included: whatever prints it redacts it). `group` is None for what is always installed, `extra:NAME`,
    `group:NAME` or `build-system` for what a project declares beside that.
    """

    ecosystem: Ecosystem
    name: str | None
    location: Location
    raw: str
    spec: str = ""
    extras: tuple[str, ...] = ()
    marker: str | None = None
    url: str | None = None
    editable: bool = False
    hashes: tuple[str, ...] = ()
    channel: str | None = None
    subdir: str | None = None
    build: str | None = None
    group: str | None = None

    @property
    def requirement(self) -> str:
        """The canonical PEP 508 line of a PyPI dependency, without its URL."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        marker = f"; {self.marker}" if self.marker else ""
        return f"{self.name}{extras}{self.spec}{marker}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A line, or part of one, that is neither a package nor a reference: `--index-url X`, a conda channel, a key.

    `name` is the option's canonical long spelling (`--index-url`, `channels`, `requires-python`).
    """

    name: str
    value: str
    location: Location
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line that its own tool would reject, or that does not mean what it seems to. Reading went on after it.

    `rule` is the code of the finding it becomes. `message` says what is wrong, `hint` what to write instead.
    `of_file` is true where it is about the whole file, or all that is left of it, and `raw` only says what that is.
    """

    location: Location
    raw: str
    message: str
    hint: str = ""
    rule: str = "DN301"
    of_file: bool = False
