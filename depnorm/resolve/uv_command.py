"""uv as a subprocess: one joint resolution of Python requirements, as of a date."""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from shutil import which
from typing import Any

from depnorm.errors import ResolutionError
from depnorm.model.environment import patch_release
from depnorm.resolve.stand_in import stand_ins
from depnorm.resolve.variables import hide_values

TIMEOUT_SECONDS = 600
NO_SOLUTION = 1  # uv's exit code; 2 is everything else, such as a network that is down
_PLATFORM = re.compile(r"manylinux_(2_\d+)_(x86_64|aarch64)")
FAILED_BUILD = re.compile(r"Failed to (?:build|download and build) `([A-Za-z0-9][\w.-]*?)(?:==[^`]*)?`")
"""What uv says of an sdist that cannot be built: no resolution holds it, whatever the exit code."""
_LEGACY = {"manylinux2014": "manylinux_2_17"}
# What a user's environment may decide: where the index is and how to reach it, never what the resolution means.
_KEPT_VARIABLES = (
    *("UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX", "UV_FIND_LINKS", "UV_KEYRING", "UV_INSECURE_HOST"),
    *("UV_CACHE", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_HTTP", "UV_OFFLINE", "UV_CONCURRENT"),
)


COMMON_ARGUMENTS = ("--no-config", "--no-header", "--no-python-downloads", "--quiet", "--color", "never")
"""Of every command that writes a pylock.toml: nothing but the given files decides."""


class NoSolutionError(ResolutionError):
    """The resolver ran and found that there is no answer; a plain `ResolutionError` says that it could not tell."""


class Prereleases(StrEnum):
    """Which pre-releases count, in uv's words."""

    NONE = "disallow"
    AS_PIP = "if-necessary-or-explicit"  # those that a specifier names, and those of what has no other release
    ALL = "allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a resolution is asked for.

    `python` is `X.Y`, `platform` a manylinux tag, `as_of` an ISO date whose uploads still count (to midnight UTC), ""
    where all do. `options` are lines of a requirements file that say where packages come from. Names in `excluded` are
    resolved as if nothing asked for them. With `alone`, what the requirements need does not matter; then `sdists` may
    count, too, since nothing of them has to be known but their versions; with `builds` they do always, and uv builds
    those that do not say statically what they need: their code runs. `python_patch` is `X.Y.Z` where it is known.
    `installed` are names and versions that are there already: they stay, and what they need does not matter.
    """

    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    alone: bool = False
    sdists: bool = False
    builds: bool = False
    python: str
    platform: str
    as_of: str
    prereleases: Prereleases = Prereleases.NONE
    python_patch: str | None = None
    installed: tuple[tuple[str, str], ...] = ()

    @property
    def release(self) -> str:
        """The `X.Y.Z` that versions are chosen for."""
        return self.python_patch or patch_release(self.python)


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


def uv_version() -> str:
    """What uv says of itself; raises `ResolutionError` without one."""
    uv = find_uv()
    return _version_of(uv, os.stat(uv).st_mtime_ns)  # noqa: PTH116  it was found


@lru_cache(maxsize=4)
def _version_of(uv: str, _written: int) -> str:
    done = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  uv
    return done.stdout.strip()


def compile_pylock(query: Query, scratch: Path) -> list[dict[str, Any]]:
    """The `packages` of the pylock.toml (PEP 751) that uv writes, into a fresh file (it reuses versions of an old one).

    Raises `ResolutionError` with uv's message, as `NoSolutionError` where uv is sure.
    """
    packages: list[dict[str, Any]] = tomllib.loads(compile_pylock_text(query, scratch)).get("packages", [])
    return packages


def newest_versions(query: Query) -> dict[str, str]:
    """Name to version of what uv answers; empty where there is no answer, so that nothing can be said."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            packages = compile_pylock(query, Path(scratch))
        except NoSolutionError:
            return {}
    return {each["name"]: each["version"] for each in packages}


def compile_pylock_text(query: Query, scratch: Path | None = None) -> str:
    """That pylock.toml as uv writes it; raises the same."""
    with tempfile.TemporaryDirectory(dir=scratch) as directory:
        here = Path(directory)
        # No marker holds: a requirement that is overridden by it asks for nothing.
        nothing = (f'{name} ; python_version < "0"' for name in query.excluded)
        for name, lines in (
            ("requirements.in", (*query.options, *query.requirements, *stand_ins(query.installed, here))),
            ("constraints.txt", query.constraints),
            ("overrides.txt", nothing),
        ):
            (here / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
        lines = (*query.options, *query.requirements, *query.constraints)
        run_uv(_arguments(query), here, hint=_UNREACHABLE, no_solution=NO_SOLUTION, lines=lines)
        return (here / "pylock.toml").read_text("utf-8")


def _arguments(query: Query) -> Sequence[str]:
    return (
        *("pip", "compile", "requirements.in", "--constraints", "constraints.txt", "--overrides", "overrides.txt"),
        *("--index-strategy", "unsafe-best-match"),  # as pip: the best version of any index
        *(("--exclude-newer", f"{query.as_of}T23:59:59.999999Z") if query.as_of else ()),
        *("--python-version", query.release, "--python-platform", uv_platform(query.platform)),
        # It runs no code with it. Looking for the version asked for takes seconds where each has a shim (pyenv).
        *(("--python", sys.executable) if sys.executable and not query.builds else ()),
        # uv builds nothing for a version
        *(() if query.builds or (query.alone and query.sdists) else ("--only-binary", ":all:")),
        *("--prerelease", query.prereleases),
        *("--format", "pylock.toml", "--output-file", "pylock.toml"),
        *(("--no-deps",) if query.alone else ()),
        *COMMON_ARGUMENTS,
    )


def uv_platform(platform: str) -> str:
    """Uv's name of a manylinux tag: `x86_64-manylinux_2_28` for `manylinux_2_28_x86_64`."""
    for legacy, modern in _LEGACY.items():
        platform = platform.replace(legacy, modern)
    match = _PLATFORM.fullmatch(platform)
    if match is None:
        raise ResolutionError(f"{platform}: expected a manylinux tag", hint="For example manylinux_2_28_x86_64.")
    return f"{match[2]}-manylinux_{match[1]}"


def run_uv(
    arguments: Sequence[str], directory: Path, *, hint: str, no_solution: int | None = None, lines: Sequence[str] = ()
) -> None:
    """Run uv in `directory`, without what a user's configuration says beyond where indexes are.

    Values of variables that the `lines` name are not told.
    Raises `ResolutionError` with uv's message and `hint`, and `NoSolutionError` for the exit code `no_solution`.
    """
    command = [find_uv(), *arguments]
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
        said = hide_values(done.stderr.strip(), lines)
        message = said.removeprefix("error: ") or f"uv ended with {done.returncode}"
        if done.returncode == no_solution or FAILED_BUILD.search(message):
            raise NoSolutionError(message, hint=_NO_SOLUTION)
        raise ResolutionError(message, hint=hint)


_NO_SOLUTION = "Look for the requirement that uv names; only wheels count, and only those of the as-of date or older."
_UNREACHABLE = "Nothing was resolved. Is the package index that uv names the right one, and can it be reached?"


def _is_kept(name: str) -> bool:
    return not name.startswith(("UV_", "PIP_", "VIRTUAL_ENV", "CONDA_")) or name.startswith(_KEPT_VARIABLES)
