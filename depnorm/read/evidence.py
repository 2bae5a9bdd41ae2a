"""What repo2docker's build packs look at before one of them takes a repository."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from depnorm.errors import UnusableInputError
from depnorm.model import Builder, Entry, SpecFile, SpecFormat, fits_a_line
from depnorm.read.formats import parse
from depnorm.read.repository import Repository
from depnorm.read.spec_names import CONFIG_DIRECTORIES, FoundFile

_FROM = re.compile(r"FROM\b.*andrewosh/binder-base", re.IGNORECASE)
# repo2docker builds an older Python beside the one that Jupyter runs on (CondaBuildPack.kernel_env_cutoff_version).
_OLDEST_SERVER_PYTHON = (3, 7)
_LISTS = ("requirements.txt", "environment.yml", "environment.yaml", "install.R", "Pipfile")
_MAX_LOOKED_AT = 50
"""Directories of the root: they are looked at for each commit of a history that has no spec file."""
_MAX_NAMED = 3
"""Lists of packages in them that a hint names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The spec files found, which directory counts, and what the few files say that decide by their content.

    `names` are those in the config directory. `is_root_package` is true where the root is a Python package,
    `is_package` where no config directory keeps repo2docker from installing it. `below` are lists of packages in
    directories of the root, one of each, looked for where nothing was found.
    """

    found: tuple[FoundFile, ...]
    directory: str
    has_both_directories: bool
    names: frozenset[str]
    runtime: SpecFile
    is_root_package: bool
    is_r_package: bool
    is_legacy_dockerfile: bool
    below: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Whether one of the names is in the config directory."""
        return not self.names.isdisjoint(names)

    @property
    def is_package(self) -> bool:
        """Whether `pip install .` runs."""
        return self.is_root_package and not self.directory

    @property
    def needs_legacy_kernel(self) -> bool:
        """Whether runtime.txt asks for a Python that gets an environment of its own."""
        return is_legacy_python(self.runtime.option("python"))


def collect_evidence(repository: Repository, found: tuple[FoundFile, ...]) -> Evidence:
    """Look at a repository once; reads runtime.txt, pyproject.toml and Dockerfile where there are any."""
    directories = [name for name in CONFIG_DIRECTORIES if repository.entry(name) is Entry.DIRECTORY]
    directory = directories[0] if directories else ""
    names = frozenset(file.name for file in found if file.directory == directory)
    root = frozenset(file.name for file in found if not file.directory)
    prefix = f"{directory}/" if directory else ""
    return Evidence(
        found=found,
        directory=directory,
        has_both_directories=len(directories) > 1,
        names=names,
        runtime=_runtime(repository, prefix + "runtime.txt") if "runtime.txt" in names else _NO_RUNTIME,
        is_root_package="setup.py" in root or _is_project(repository, root),
        is_r_package=not directory and "DESCRIPTION" in root,
        is_legacy_dockerfile="Dockerfile" in root and _is_legacy_dockerfile(_read(repository, "Dockerfile")),
        below=() if found else tuple(islice(_lists_below(repository), _MAX_NAMED)),
    )


def _lists_below(repository: Repository) -> Iterator[str]:
    """The first list of packages in each directory of the root that another plan may be for."""
    names = (name for name in repository.list_directory(".") if not name.startswith(".") and fits_a_line(name))
    directories = (name for name in names if repository.entry(name) is Entry.DIRECTORY)
    for directory in islice(directories, _MAX_LOOKED_AT):
        paths = (f"{directory}/{name}" for name in _LISTS)
        found = (path for path in paths if repository.entry(path) is Entry.FILE and not repository.is_linked(path))
        yield from islice(found, 1)


def pick_builder(evidence: Evidence) -> Builder:
    """The build pack that takes the repository, asked in repo2docker's order; NONE where its default one would."""
    # Where only the last of these hold, repo2docker's Python build pack builds as the default one.
    usable = ("requirements.txt", "runtime.txt", "apt.txt", "postBuild", "start")
    takes = (
        (Builder.DOCKER, evidence.has("Dockerfile") or evidence.is_legacy_dockerfile),
        (Builder.JULIA, evidence.has("Project.toml", "JuliaProject.toml", "REQUIRE")),
        (Builder.NIX, evidence.has("default.nix")),
        (Builder.R, evidence.runtime.option("r-snapshot") is not None or evidence.is_r_package),
        (Builder.CONDA, evidence.has("environment.yml", "environment.yaml")),
        (Builder.PIPFILE, evidence.has("Pipfile", "Pipfile.lock") and not _names_another_language(evidence.runtime)),
        (Builder.PYTHON, evidence.is_package or evidence.has(*usable)),
    )
    return next((builder for builder, does in takes if does), Builder.NONE)


def is_legacy_python(version: str | None) -> bool:
    """Whether a version `X.Y` (None or "": any) is older than those Jupyter itself runs on."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version or "")[:2])
    return bool(numbers) and numbers < _OLDEST_SERVER_PYTHON


_NO_RUNTIME = SpecFile(path="runtime.txt", format=SpecFormat.RUNTIME)


def _names_another_language(runtime: SpecFile) -> bool:
    """Whether runtime.txt holds something that is not Python's."""
    return runtime is not _NO_RUNTIME and runtime.option("python") is None


def _runtime(repository: Repository, path: str) -> SpecFile:
    return parse(_read(repository, path), path, SpecFormat.RUNTIME)


def _is_project(repository: Repository, root: frozenset[str]) -> bool:
    """Whether pyproject.toml has both tables that repo2docker asks for (PythonBuildPack._is_python_package)."""
    if "pyproject.toml" not in root:
        return False
    # Imported here: most repositories have no pyproject.toml.
    from depnorm.read.assemble import with_line_feeds  # noqa: PLC0415
    from depnorm.read.text import decode  # noqa: PLC0415
    from depnorm.read.toml_lines import TomlError, parse_toml  # noqa: PLC0415

    try:
        document = parse_toml(with_line_feeds(decode(_read(repository, "pyproject.toml")).text))
    except TomlError:
        return False
    return "project" in document.data and "build-system" in document.data


def _is_legacy_dockerfile(data: bytes) -> bool:
    """Whether the first FROM names the base image of the first Binder, which repo2docker refuses wherever it stands."""
    for line in data.decode("utf-8", "replace").splitlines():
        if line.startswith("FROM"):
            return _FROM.match(line.partition("#")[0]) is not None
    return False


def _read(repository: Repository, path: str) -> bytes:
    try:
        return repository.read_bytes(path)
    except UnusableInputError:
        return b""  # its reader reports it
