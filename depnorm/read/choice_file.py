"""The choice of somebody who names one spec file: that file, and nothing beside it."""

import posixpath
import shlex

from depnorm.errors import UsageError
from depnorm.model import Builder, ChosenFile, SpecChoice, SpecFormat
from depnorm.read.repository import Repository
from depnorm.read.spec_names import CONFIG_DIRECTORIES, find_spec_files, format_of

BUILDERS = {
    SpecFormat.REQUIREMENTS: Builder.PYTHON,
    SpecFormat.CONDA: Builder.CONDA,
    SpecFormat.R_SCRIPT: Builder.R,
}
"""The formats of which one file alone says what an image has, and who builds it."""
_WHY = "the file that was asked for, and the only one; its directory is the build context"


def is_config_directory(name: str) -> bool:
    """Whether a file in a directory of this name belongs to the repository around it."""
    return name in CONFIG_DIRECTORIES


def choose_file(repository: Repository, path: str) -> SpecChoice:
    """Only this file counts, which `repository` holds at `path`; every other spec file is ignored, and named.

    Raises `UsageError` for a file that alone makes no image, with what to type, and `UnusableInputError` for one that
    cannot be read.
    """
    form = format_of(path)
    if form not in BUILDERS or "." not in posixpath.basename(path):
        raise UsageError(f"{path}: {_why_not(form)}", hint=_instead(form, repository))
    repository.read_bytes(path)
    beside, _ = find_spec_files(repository)
    return SpecChoice(
        builder=BUILDERS[form],
        config_directory=posixpath.dirname(path),
        used=(ChosenFile(path=path, format=form, why=_WHY),),
        ignored=tuple(
            ChosenFile(path=file.path, format=file.format, why=f"only {path} was asked for")
            for file in beside
            if file.path != path
        ),
    )


def _why_not(form: SpecFormat) -> str:
    if form.value.endswith("lock"):
        return "a lock file alone makes no plan: it says which versions, and a spec file says what is wanted"
    if form is SpecFormat.CONSTRAINTS:
        return "a constraints file alone installs nothing"
    if form is SpecFormat.OTHER:
        return "depnorm makes no plan of a file of this name"
    return "this file alone does not say what an image has"


def _instead(form: SpecFormat, repository: Repository) -> str:
    lock = " --lock" if form.value.endswith("lock") else ""
    return f"Plan the repository: depnorm plan {shlex.quote(str(repository.root))}{lock}"
