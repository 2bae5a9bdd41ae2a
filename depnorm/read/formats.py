"""The table of formats: which module reads which spec file."""

from importlib import import_module

from depnorm.model import Location, Problem, SpecFile, SpecFormat

READERS = {
    SpecFormat.REQUIREMENTS: ("requirements", "parse_requirements"),
    SpecFormat.CONSTRAINTS: ("requirements", "parse_constraints"),
    SpecFormat.CONDA: ("conda", "parse_environment"),
    SpecFormat.R_SCRIPT: ("r", "parse_r_script"),
    SpecFormat.DESCRIPTION: ("description", "parse_description"),
    SpecFormat.APT: ("apt", "parse_apt"),
    SpecFormat.RUNTIME: ("runtime", "parse_runtime"),
    SpecFormat.PYPROJECT: ("project", "parse_pyproject"),
    SpecFormat.SETUP_CFG: ("setup_cfg", "parse_setup_cfg"),
    SpecFormat.SETUP_PY: ("setup_py", "parse_setup_py"),
    SpecFormat.SHELL_SCRIPT: ("shell", "parse_shell"),
    SpecFormat.PIPFILE: ("pipfile", "parse_pipfile"),
    SpecFormat.PYLOCK: ("locks.pylock", "parse_pylock"),
    SpecFormat.UV_LOCK: ("locks.uv", "parse_uv_lock"),
    SpecFormat.POETRY_LOCK: ("locks.poetry", "parse_poetry_lock"),
    SpecFormat.PIPFILE_LOCK: ("locks.pipenv", "parse_pipfile_lock"),
    SpecFormat.CONDA_LOCK: ("locks.conda", "parse_conda_lock"),
    SpecFormat.CONDA_EXPLICIT_LOCK: ("locks.conda_explicit", "parse_conda_explicit"),
    SpecFormat.RENV_LOCK: ("locks.renv", "parse_renv_lock"),
}
"""Module of `depnorm.read` and function for each format that is read; the others are only recognized."""

MAX_SHORT_FILE_BYTES = 512 * 1024
"""Bytes of a file in one of `SHORT`. The largest real one known has 20 kB; reading takes about 100 times the size."""
SHORT = frozenset(
    {SpecFormat.R_SCRIPT, SpecFormat.DESCRIPTION, SpecFormat.APT, SpecFormat.RUNTIME, SpecFormat.SETUP_CFG}
)
"""Formats that people write by hand. Those that tools write have limits of their own, in their readers."""


def parse(data: bytes, path: str, file_format: SpecFormat) -> SpecFile:
    """Read one file in its format.

    A reader is imported when its format first comes up: ruamel.yaml and rattler cost more than the rest of depnorm.
    """
    if file_format not in READERS:
        return SpecFile(path=path, format=file_format)
    if file_format in SHORT and len(data) > MAX_SHORT_FILE_BYTES:
        return SpecFile(path=path, format=file_format, problems=(_too_large(path),))
    module, function = READERS[file_format]
    spec_file = getattr(import_module(f"depnorm.read.{module}"), function)(data, path)
    assert isinstance(spec_file, SpecFile)  # noqa: S101  for the type checker: import_module gives Any
    return spec_file


def _too_large(path: str) -> Problem:
    return Problem(
        location=Location(path=path),
        raw="",
        message=f"is larger than {MAX_SHORT_FILE_BYTES // 1024} KiB, so nothing of it was read",
        hint="A spec file lists dependencies; move data to another file.",
        rule="DN307",
    )
