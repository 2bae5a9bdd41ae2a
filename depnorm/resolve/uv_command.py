"""uv as a subprocess: one joint resolution of Python requirements, as of a date."""

import os
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

from depnorm.errors import ResolutionError

TIMEOUT_SECONDS = 600
NO_SOLUTION = 1  # uv's exit code; 2 is everything else, such as a network that is down
_PLATFORM = re.compile(r"manylinux_(2_\d+)_(x86_64|aarch64)")
_LEGACY = {"manylinux2014": "manylinux_2_17"}
# What a user's environment may decide: where the index is and how to reach it, never what the resolution means.
_KEPT_VARIABLES = (
    *("UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX", "UV_FIND_LINKS", "UV_KEYRING", "UV_INSECURE_HOST"),
    *("UV_CACHE", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_HTTP", "UV_OFFLINE", "UV_CONCURRENT"),
)


class NoSolutionError(ResolutionError):
    """The resolver ran and found that there is no answer; a plain `ResolutionError` says that it could not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a resolution is asked for.

    `python` is `X.Y`, `platform` a manylinux tag, `as_of` an ISO date whose uploads still count (to midnight UTC).
    """

    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    python: str
    platform: str
    as_of: str
    prereleases: bool = False


def find_uv() -> str:
    """The path of the uv executable; raises `ResolutionError` without one."""
    try:
        import uv  # noqa: PLC0415  an extra, and only this function needs it

        return str(uv.find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = which("uv")
    if found is None:
        raise ResolutionError(
            "uv is not installed", hint="Install depnorm with its extra: pip install 'depnorm[lock]'."
        )
    return found


def compile_pylock(query: Query, scratch: Path) -> list[dict[str, Any]]:
    """The `packages` of the pylock.toml (PEP 751) that uv writes, into a fresh file (it reuses versions of an old one).

    Raises `ResolutionError` with uv's message, as `NoSolutionError` where uv is sure.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as directory:
        here = Path(directory)
        (here / "requirements.in").write_text("".join(f"{line}\n" for line in query.requirements), "utf-8")
        (here / "constraints.txt").write_text("".join(f"{line}\n" for line in query.constraints), "utf-8")
        _run([find_uv(), *_arguments(query)], here)
        document = tomllib.loads((here / "pylock.toml").read_text("utf-8"))
    packages: list[dict[str, Any]] = document.get("packages", [])
    return packages


def _arguments(query: Query) -> Sequence[str]:
    return (
        *("pip", "compile", "requirements.in", "--constraints", "constraints.txt"),
        *("--exclude-newer", f"{query.as_of}T23:59:59.999999Z"),
        *("--python-version", query.python, "--python-platform", uv_platform(query.platform)),
        *("--only-binary", ":all:"),
        *("--prerelease", "if-necessary-or-explicit" if query.prereleases else "disallow"),
        *("--format", "pylock.toml", "--output-file", "pylock.toml"),
        *("--no-config", "--no-header", "--no-python-downloads", "--quiet", "--color", "never"),
    )


def uv_platform(platform: str) -> str:
    """Uv's name of a manylinux tag: `x86_64-manylinux_2_28` for `manylinux_2_28_x86_64`."""
    for legacy, modern in _LEGACY.items():
        platform = platform.replace(legacy, modern)
    match = _PLATFORM.fullmatch(platform)
    if match is None:
        raise ResolutionError(f"{platform}: expected a manylinux tag", hint="For example manylinux_2_28_x86_64.")
    return f"{match[2]}-manylinux_{match[1]}"


def _run(command: Sequence[str], directory: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if _is_kept(name)}
    try:
        done = subprocess.run(  # noqa: S603  fixed arguments; requirements travel in a file
            command,
            cwd=directory,
            env=kept,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise ResolutionError(f"uv found no answer in {TIMEOUT_SECONDS} seconds") from error
    except OSError as error:
        raise ResolutionError(f"uv cannot be run: {error.strerror}") from error
    if done.returncode:
        kind = NoSolutionError if done.returncode == NO_SOLUTION else ResolutionError
        raise kind(done.stderr.strip() or f"uv ended with {done.returncode}", hint=_HINT)


_HINT = "Look for the requirement that uv names; only wheels count, and only those of the as-of date or older."


def _is_kept(name: str) -> bool:
    return not name.startswith(("UV_", "PIP_", "VIRTUAL_ENV", "CONDA_")) or name.startswith(_KEPT_VARIABLES)
