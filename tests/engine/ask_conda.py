"""Runs inside an image with conda: what conda itself makes of environment files and specs.

    python ask_conda.py QUESTIONS ANSWERS

Both are JSON. A question about a file is its content in base64, one about a spec its text and the versions to try.
"""

import base64
import contextlib
import io
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from conda.cli.common import arg2spec  # type: ignore[import-not-found]  # there is a conda only in the image
from conda.env.env import from_file  # type: ignore[import-not-found]
from conda.env.installers.base import get_installer  # type: ignore[import-not-found]
from conda.exceptions import InvalidVersionSpec  # type: ignore[import-not-found]
from conda.models.match_spec import MatchSpec  # type: ignore[import-not-found]
from conda.models.version import VersionOrder  # type: ignore[import-not-found]


def read_file(data: bytes, pythons: Sequence[str]) -> dict[str, Any]:
    """What `conda env create --file` reads, None for what it cannot use."""
    with tempfile.NamedTemporaryFile(suffix=".yml", delete=False) as file:
        file.write(data)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            read = from_file(file.name)
            for installer in read.dependencies:
                get_installer(installer)
            "\n".join(read.dependencies.get("pip", ()))
            specs = [MatchSpec(each) for each in read.dependencies.get("conda", ())]
            python = newest([spec.version for spec in specs if spec.name == "python"], pythons)
    except Exception as error:  # noqa: BLE001  conda rejects with whatever goes wrong: TypeError, AttributeError …
        return {"accepted": False, "error": f"{type(error).__name__}: {error.args}"}
    finally:
        os.unlink(file.name)  # noqa: PTH108  a name, not a path
    return {
        "accepted": True,
        "name": plain(read.name),
        "channels": plain(read.channels),
        "conda": [spec.name for spec in specs],
        "python": python,
        "pip": plain(read.dependencies.get("pip")),
        "prefix": plain(read.prefix),
        "variables": plain(read.variables),
    }


def newest(specs: Sequence[Any], minors: Sequence[str]) -> str | None:
    """The last of the minors of which all specs admit a release, None where no spec is about Python."""
    admitted = [
        minor
        for minor in minors
        if any(all(spec is None or spec.match(f"{minor}.{micro}") for spec in specs) for micro in range(41))
    ]
    return admitted[-1] if specs and admitted else None


def plain(value: object) -> Any:
    """What JSON can hold, and how it is written where JSON cannot."""
    return json.loads(json.dumps(value, default=str, skipkeys=True))


def read_spec(text: str, probes: Iterable[str]) -> dict[str, Any]:
    """The spec as `conda env create` hands it to the solver: parsed, written and parsed again."""
    try:
        spec = MatchSpec(arg2spec(text))
        version, channel = spec.version, spec.get_raw_value("channel")
        admitted = [each for each in probes if is_version(each) and (version is None or version.match(each))]
    except Exception as error:  # noqa: BLE001  as above; `~=1` is taken, and stops the solver
        return {"accepted": False, "error": f"{type(error).__name__}: {(error.__cause__ or error).args}"}
    return {
        "accepted": True,
        "name": spec.name,
        "version": str(version or ""),
        "build": spec.get_raw_value("build"),
        "channel": getattr(channel, "name", channel),
        "subdir": spec.get_raw_value("subdir"),
        "url": spec.get_raw_value("url"),
        "admitted": admitted,
    }


def is_version(text: str) -> bool:
    """Whether conda can compare with it."""
    try:
        VersionOrder(text)
    except InvalidVersionSpec:
        return False
    return True


def main(questions: Path, answers: Path) -> None:
    """Answer all questions at once: starting conda takes longer than any of them."""
    warnings.simplefilter("ignore")
    asked = json.loads(questions.read_text(encoding="utf-8"))
    answers.write_text(
        json.dumps(
            {
                "files": [read_file(base64.b64decode(each), asked["pythons"]) for each in asked["files"]],
                "specs": [read_spec(text, probes) for text, probes in asked["specs"]],
            }
        ),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
