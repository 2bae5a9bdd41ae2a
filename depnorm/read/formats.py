"""The table of formats: which module reads which spec file."""

from importlib import import_module

from depnorm.model import SpecFile, SpecFormat

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
}
"""Module of `depnorm.read` and function for each format that is read; the others are only recognized."""


def parse(data: bytes, path: str, file_format: SpecFormat) -> SpecFile:
    """Read one file in its format.

    A reader is imported when its format first comes up: ruamel.yaml and rattler cost more than the rest of depnorm.
    """
    if file_format not in READERS:
        return SpecFile(path=path, format=file_format)
    module, function = READERS[file_format]
    spec_file = getattr(import_module(f"depnorm.read.{module}"), function)(data, path)
    assert isinstance(spec_file, SpecFile)  # noqa: S101  for the type checker: import_module gives Any
    return spec_file
