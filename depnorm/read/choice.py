"""Which spec files of a repository count: repo2docker's rules, with a reason for every file."""

from collections.abc import Mapping

from depnorm.model import Builder, ChosenFile, SpecChoice, SpecFormat
from depnorm.read.choice_problems import find_problems
from depnorm.read.evidence import Evidence, collect_evidence, is_legacy_python, pick_builder
from depnorm.read.ignore_problems import find_ignore_problems
from depnorm.read.repository import Repository
from depnorm.read.spec_names import FoundFile, Role, find_spec_files

_SYSTEM = {
    "apt.txt": "its packages are installed first",
    "postBuild": "it runs after everything is installed",
    "start": "it runs whenever a container starts",
}
_PIP = {"requirements.txt": "pip installs it"}
_CONDA = {"environment.yml": "conda installs it", "environment.yaml": "conda installs it"}
_PYTHON_VERSION = {"runtime.txt": "it names the version of Python"}
_JULIA = {
    "JuliaProject.toml": "Julia installs it; depnorm passes it on unread",
    "Project.toml": "Julia installs it; depnorm passes it on unread",
}
_PIPENV = {
    "Pipfile": "Pipenv takes the version of Python and the sources from it, and without a lock the packages",
    "Pipfile.lock": "Pipenv installs exactly what it lists",
}
USES: Mapping[Builder, Mapping[str, str]] = {
    Builder.DOCKER: {"Dockerfile": "a Dockerfile replaces everything else"},
    Builder.JULIA: _JULIA | _CONDA | _PIP | _PYTHON_VERSION | _SYSTEM,
    Builder.NIX: {"default.nix": "nix-shell builds it"} | _SYSTEM,
    Builder.R: {"install.R": "Rscript runs it"}
    | {"runtime.txt": "it names the version of R and the day of its packages"}
    | _CONDA
    | _PIP
    | _SYSTEM,
    Builder.CONDA: _CONDA | _SYSTEM,
    Builder.PIPFILE: _PIPENV | _SYSTEM,
    Builder.PYTHON: _PIP | _PYTHON_VERSION | _SYSTEM,
    Builder.NONE: {},
}
"""What each of repo2docker's build packs uses from the config directory, and for what."""

# These inherit from PythonBuildPack, which ends with `pip install .`.
_INSTALLS_PACKAGE = frozenset({Builder.PYTHON, Builder.R, Builder.JULIA})
_PREFERRED = {"environment.yaml": "environment.yml", "Project.toml": "JuliaProject.toml"}


def choose_spec_files(repository: Repository, *, all_specs: bool = False) -> SpecChoice:
    """Decide as repo2docker does which spec files of `repository` count.

    Every spec file at the root, in binder/, .binder/ and requirements/ is either used or ignored, with a sentence that
    says why. Where repo2docker refuses (two config directories), the rest is decided for `binder`. With `all_specs`
    every list of dependencies is used, wherever it is: for images that are not built by Binder.
    """
    found, problems = find_spec_files(repository)
    problems += tuple(find_ignore_problems(repository))
    evidence = collect_evidence(repository, found)
    if all_specs:
        from depnorm.read.choice_all import choose_all  # noqa: PLC0415  only `--all-specs` chooses so

        return choose_all(evidence, problems)
    builder = pick_builder(evidence)
    reasons = _used(evidence, builder, repository)
    used = tuple(_chosen(file, reasons[file.path]) for file in found if file.path in reasons)
    rest = tuple(file for file in found if file.path not in reasons)
    return SpecChoice(
        builder=builder,
        config_directory=evidence.directory,
        used=used,
        ignored=tuple(_chosen(file, _why_ignored(file, evidence, builder)) for file in rest),
        installs_itself=_installs_itself(evidence, builder),
        problems=problems + tuple(find_problems(evidence, builder, rest)),
    )


def _used(evidence: Evidence, builder: Builder, repository: Repository) -> dict[str, str]:
    """Path and reason of each file that counts."""
    if builder is Builder.JULIA and not evidence.has("Project.toml", "JuliaProject.toml"):
        return {}  # REQUIRE alone: repo2docker stops with an error
    uses = dict(USES[builder])
    if _uses_requirements3(evidence, builder, repository):
        uses["requirements3.txt"] = "pip installs it beside Jupyter, whose Python is a newer one"
    for loser, winner in _PREFERRED.items():
        if evidence.has(winner):
            uses.pop(loser, None)
    if evidence.is_legacy_dockerfile:
        uses = {}
    reasons = {}
    for file in evidence.found:
        if file.directory == evidence.directory and file.role is not Role.PROJECT and file.name in uses:
            reasons[file.path] = uses[file.name]
        elif why := _why_project(file, evidence, builder):
            reasons[file.path] = why
    return reasons


def _why_project(file: FoundFile, evidence: Evidence, builder: Builder) -> str | None:
    if file.role is not Role.PROJECT or file.directory:
        return None
    if file.name == "DESCRIPTION":
        uses = builder is Builder.R and evidence.is_r_package
        return "remotes::install_local() installs the package it describes" if uses else None
    if builder in _INSTALLS_PACKAGE and evidence.is_package:
        return "`pip install .` reads it: the repository is a Python package"
    bounds = builder is Builder.PYTHON and file.name == "pyproject.toml" and not evidence.directory
    return "its requires-python bounds the version of Python; it is not installed" if bounds else None


def _installs_itself(evidence: Evidence, builder: Builder) -> bool:
    return builder in _INSTALLS_PACKAGE and evidence.is_package


def _uses_requirements3(evidence: Evidence, builder: Builder, repository: Repository) -> bool:
    """Only a Python too old for Jupyter makes repo2docker look at requirements3.txt."""
    if not evidence.has("requirements3.txt"):
        return False
    if builder is Builder.PIPFILE:
        return is_legacy_python(_pipfile_python(evidence, repository))
    return builder in _INSTALLS_PACKAGE and evidence.needs_legacy_kernel


def _pipfile_python(evidence: Evidence, repository: Repository) -> str | None:
    """The version of Python that the lock names, else the Pipfile (PipfileBuildPack.python_version)."""
    # Imported here: few repositories have a Pipfile, fewer a requirements3.txt beside it.
    from depnorm.read.pipfile import locked_python, parse_pipfile  # noqa: PLC0415

    directory = f"{evidence.directory}/" if evidence.directory else ""
    locked = locked_python(repository.read_bytes(directory + "Pipfile.lock")) if evidence.has("Pipfile.lock") else None
    if locked is None and evidence.has("Pipfile"):
        return parse_pipfile(repository.read_bytes(directory + "Pipfile"), directory + "Pipfile").option("python")
    return locked


def _chosen(file: FoundFile, why: str) -> ChosenFile:
    return ChosenFile(path=file.path, format=file.format, why=why)


def _why_ignored(file: FoundFile, evidence: Evidence, builder: Builder) -> str:
    """The sentence for a file that does not count; the first reason that holds."""
    if file.role in (Role.LOCK, Role.OTHER):
        return _why_unknown(file, builder)
    if file.directory != evidence.directory:
        return _why_elsewhere(file, evidence)
    if evidence.is_legacy_dockerfile:
        return "repo2docker refuses the repository for the base image of its Dockerfile"
    if file.role is Role.PROJECT:
        return _why_no_project(file, evidence, builder)
    winner = _PREFERRED.get(file.name)
    if winner and evidence.has(winner):
        return f"{winner} stands beside it and wins"
    return _WHY_NOT.get((builder, file.name)) or _WHY_NOT_BY_NAME.get(file.name) or _WHY_NOT_BY_BUILDER[builder]


_USED_BY_LOCK = "; --lock takes its artifacts where it fits"


def _counts_for_lock(file: FoundFile, builder: Builder) -> bool:
    """Whether a lock file can stand in for a resolution of what the builder installs."""
    locks = {Builder.CONDA: SpecFormat.CONDA_LOCK, Builder.R: SpecFormat.RENV_LOCK}
    is_python = file.name in {"pylock.toml", "uv.lock"} and builder is not Builder.CONDA
    return is_python or file.format is locks.get(builder)


def _why_unknown(file: FoundFile, builder: Builder) -> str:
    if file.role is Role.LOCK:
        return f"repo2docker does not read this lock file{_USED_BY_LOCK if _counts_for_lock(file, builder) else ''}"
    if file.meant is not None:
        return f"repo2docker looks for {file.meant}, spelled exactly so"
    return "repo2docker does not look for this name; it counts if a file that is used names it"


def _why_elsewhere(file: FoundFile, evidence: Evidence) -> str:
    if file.directory == ".binder":
        return "binder/ exists too, and only one config directory counts"
    if file.directory:  # pragma: no cover  requirements/ holds only files of the role OTHER
        return "only the config directory counts"
    if file.role is Role.PROJECT:
        return f"{evidence.directory}/ exists, so repo2docker does not install the repository itself"
    return f"{evidence.directory}/ exists, and only the config directory counts"


def _why_no_project(file: FoundFile, evidence: Evidence, builder: Builder) -> str:
    if file.directory:
        return "repo2docker looks for it only at the root"
    if file.name == "DESCRIPTION" or evidence.is_package:
        return f"the {builder.value} builder does not install the repository itself"
    if file.name == "pyproject.toml":
        return "it lacks [project] or [build-system], so repo2docker takes only requires-python from it"
    return "it makes no Python package without setup.py or a pyproject.toml with [project] and [build-system]"


_WHY_NOT = {
    (Builder.CONDA, "requirements.txt"): "environment.yml wins: repo2docker does not install the packages in this file",
    (Builder.CONDA, "runtime.txt"): "environment.yml wins: it names the version of Python",
    (Builder.PIPFILE, "runtime.txt"): "the Pipfile names the version of Python",
    (Builder.PIPFILE, "requirements.txt"): "the Pipfile wins: repo2docker does not install the packages in this file",
}
_WHY_NOT_BY_NAME = {
    "install.R": "repo2docker runs it only with an R runtime.txt that has a date, or with a DESCRIPTION at the root",
    "requirements3.txt": "repo2docker reads it only beside a Python older than 3.7",
    "REQUIRE": "repo2docker does not support it any more",
}
_WHY_NOT_BY_BUILDER = {
    Builder.DOCKER: "the Dockerfile wins: repo2docker builds it and nothing else",
    Builder.JULIA: "Julia's Project.toml (or REQUIRE) wins",
    Builder.NIX: "default.nix wins",
    Builder.R: "the R builder does not use it",
    Builder.CONDA: "environment.yml wins",
    Builder.PIPFILE: "the Pipfile wins",
    Builder.PYTHON: "the Python builder does not use it",
    Builder.NONE: "repo2docker does not use it by itself",
}
