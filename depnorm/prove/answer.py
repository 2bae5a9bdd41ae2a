"""What the probes printed, as Installations.

What is imported prints as well, and comes from strangers: what is not of the form is not believed.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from depnorm.model.verification import Installation

PROBE = Path(__file__).with_name("probe.py")
R_PROBE = Path(__file__).with_name("probe.R")
ARGUMENTS = ("-I", "-B")
"""Of the interpreter of `PROBE`: no variable and no file of the repository decides what it runs."""
_MARK = "depnorm-probe:"
_FIELDS = 3


def parse_answer(output: str) -> Installation | None:
    """The installation that the last line of `probe.py` tells; None where it told none."""
    lines = _marked(output)
    try:
        found: dict[str, Any] = json.loads(lines[-1])
        return Installation(
            packages=_texts(found["packages"]),
            files=_texts(found["files"]),
            broken=tuple(map(str, found["broken"])),
            imports=_texts(found["imports"]),
        )
    except (IndexError, KeyError, TypeError, ValueError, AttributeError):
        return None


def parse_r_answer(output: str) -> Installation:
    """The packages that `probe.R` tells, and what loading each says."""
    rows = [row for row in (line.split("\t") for line in _marked(output)) if len(row) == _FIELDS]
    return Installation(
        packages={f"R: {name}": version for name, version, _ in rows},
        imports={f"R: {name}": error for name, _, error in rows},
    )


def parse_conda_list(output: str) -> Installation | None:
    """The packages that `conda list --json` tells, pip's included; None where it told none."""
    try:
        found = json.loads(output[output.index("[") : output.rindex("]") + 1])  # warnings may stand around it
        packages = {f"conda: {each['name']}": f"{each['version']} {each['build_string']}" for each in found}
    except (KeyError, TypeError, ValueError):
        return None
    return Installation(packages=packages)


def joined(installations: Iterable[Installation]) -> Installation:
    """One installation of several: their names differ."""
    parts = tuple(installations)
    return Installation(
        packages={name: version for part in parts for name, version in part.packages.items()},
        files={path: digest for part in parts for path, digest in part.files.items()},
        broken=tuple(line for part in parts for line in part.broken),
        imports={name: error for part in parts for name, error in part.imports.items()},
    )


def of_conda(found: Installation) -> Installation:
    """What the interpreter of the conda environment told: conda itself lists the packages."""
    return Installation(
        files={f"conda: {path}": content for path, content in found.files.items()},
        broken=tuple(f"conda: {line}" for line in found.broken),
        imports={f"conda: {name}": error for name, error in found.imports.items()},
    )


def _marked(output: str) -> list[str]:
    return [line.removeprefix(_MARK) for line in output.splitlines() if line.startswith(_MARK)]


def _texts(found: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in found.items()}
