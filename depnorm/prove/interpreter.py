"""The interpreter of a Target on this machine, for virtual environments."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from depnorm.errors import UsageError
from depnorm.model import Target

_HINT = "Verify in images instead, which bring their own: --engine docker."
_PLATFORM = re.compile(r"manylinux_(\d+)_(\d+)_(\w+)")
# What is asked of a candidate: that it runs (pyenv's shims may not), and can make environments (Debian's may not).
_QUESTION = "import sys, ssl, venv, ensurepip; print(sys.implementation.name, '%d.%d' % sys.version_info[:2])"
_SECONDS = 20


def find_interpreter(target: Target) -> Path:
    """A CPython of the Target's version; raises `UsageError` without one, and on a machine of another platform."""
    _check_platform(target.platform)
    if target.python is None:
        raise UsageError("the base image decides which Python it is, so no virtual environment is like it", hint=_HINT)
    for candidate in _candidates(target.python):
        if _answers(candidate, target):
            return candidate
    raise UsageError(f"there is no CPython {target.python} with venv and ensurepip on this machine", hint=_HINT)


def release_of(python: Path) -> str:
    """The `X.Y.Z` of an interpreter that `find_interpreter` gave."""
    question = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    done = subprocess.run([python, "-I", "-c", question], capture_output=True, text=True, check=True)  # noqa: S603  above
    return done.stdout.strip()


def _candidates(version: str) -> Iterator[Path]:
    """`pythonX.Y` on PATH, then those of pyenv and uv, the newest first."""
    name = f"python{version}"
    yield from (Path(directory, name) for directory in os.environ.get("PATH", "").split(os.pathsep) if directory)
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local/share/uv/python")
    for place, pattern in ((pyenv / "versions", f"{version}.*"), (uv, f"cpython-{version}.*")):
        yield from (found / "bin" / name for found in sorted(place.glob(pattern), reverse=True))


def _answers(candidate: Path, target: Target) -> bool:
    if not candidate.is_file():
        return False
    try:
        done = subprocess.run(  # noqa: S603  an interpreter of the user
            [candidate, "-I", "-c", _QUESTION], capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.split() == [target.implementation, target.python]


def _check_platform(wanted: str) -> None:
    match = _PLATFORM.fullmatch(wanted)
    name, version = platform.libc_ver(sys.executable)
    found = tuple(int(part) for part in version.split(".")[:2]) if name == "glibc" else ()
    if match is None or match[3] != platform.machine() or found < (int(match[1]), int(match[2])):
        raise UsageError(f"this machine does not run what is made for {wanted}", hint=_HINT)
