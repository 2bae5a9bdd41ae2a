"""Every list of dependencies counts: the choice for images that are not built by Binder."""

from depnorm.model import Builder, ChosenFile, Problem, SpecChoice, SpecFormat
from depnorm.read.evidence import Evidence
from depnorm.read.spec_names import FoundFile, Role

_LISTS = frozenset(
    {SpecFormat.REQUIREMENTS, SpecFormat.CONDA, SpecFormat.R_SCRIPT, SpecFormat.APT, SpecFormat.RUNTIME}
    | {SpecFormat.PIPFILE, SpecFormat.SHELL_SCRIPT}
)
# One of each is all an image can have; that of the config directory comes first.
_SINGLE = frozenset({SpecFormat.RUNTIME, SpecFormat.SHELL_SCRIPT})


def choose_all(evidence: Evidence, problems: tuple[Problem, ...]) -> SpecChoice:
    """Use every list of dependencies at the root, in requirements/ and in the config directory.

    The builder is R where there is an install.R, else conda where there is an environment file, else Python. Only one
    environment file, runtime.txt, postBuild and start count, those of the config directory first. `*.in` files with a
    compiled `*.txt` beside them, constraints and lock files are no lists of their own and stay out, as does a
    Dockerfile. A Python package at the root is installed, whatever the config directory.
    """
    used: list[ChosenFile] = []
    ignored: list[ChosenFile] = []
    environment = _environment(evidence)
    for file in evidence.found:
        why = _why_not(file, evidence)
        if file.format is SpecFormat.CONDA and environment and file is not environment:
            why = f"an image has one conda environment, that of {environment.path}"
        chosen = ChosenFile(path=file.path, format=file.format, why=why or "every list of dependencies is used")
        (ignored if why else used).append(chosen)
    return SpecChoice(
        builder=_builder({file.format for file in used}),
        config_directory=evidence.directory,
        used=tuple(used),
        ignored=tuple(ignored),
        installs_itself=evidence.is_root_package,
        problems=problems,
    )


def _environment(evidence: Evidence) -> FoundFile | None:
    """The one environment file that counts: that of the config directory, under the name conda looks for, first."""
    files = [file for file in evidence.found if file.format is SpecFormat.CONDA and not _why_not(file, evidence)]
    return min(
        files, key=lambda file: (file.directory != evidence.directory, file.name != "environment.yml"), default=None
    )


def _builder(formats: set[SpecFormat]) -> Builder:
    if SpecFormat.R_SCRIPT in formats:
        return Builder.R
    if SpecFormat.CONDA in formats:
        return Builder.CONDA
    return Builder.PYTHON if formats else Builder.NONE


def _why_not(file: FoundFile, evidence: Evidence) -> str | None:
    """Why a file is not used, None if it is."""
    if file.role is Role.PROJECT:
        is_used = evidence.is_root_package and not file.directory and file.name != "DESCRIPTION"
        return None if is_used else "it describes no Python package at the root"
    if file.format not in _LISTS:
        kind = "lock" if "lock" in file.format else file.format.value
        return f"it is a {kind} file, not a list of dependencies to install"
    if file.name.endswith(".in") and _is_compiled(file, evidence):
        return "the requirements compiled from it are used"
    if file.format in _SINGLE and not file.directory and file.name in evidence.names and evidence.directory:
        return f"{evidence.directory}/{file.name} is used"
    if file.directory == ".binder" and evidence.directory == "binder":
        return "binder/ exists too, and only one config directory counts"
    return None


def _is_compiled(file: FoundFile, evidence: Evidence) -> bool:
    compiled = file.name.removesuffix(".in") + ".txt"
    return any(other.directory == file.directory and other.name == compiled for other in evidence.found)
