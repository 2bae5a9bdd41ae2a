"""The environment variables of a verification: where indexes are and how to reach them, nothing else that decides."""

import ast
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from depnorm.model import Plan

KEPT = frozenset(
    {
        *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host"),
        *("cert", "client-cert", "proxy", "timeout", "default-timeout", "retries", "keyring-provider"),
    }
)
"""Settings of pip that say where packages are and how to get them."""
_DROPPED = ("PIP_", "PYTHON", "VIRTUAL_ENV", "CONDA_", "UV_", "POETRY_", "PIPENV_", "SETUPTOOLS_", "_PYTHON")
_SETTING = re.compile(r"(?:global|install|:env:)\.([a-z-]+)=(.*)")


def base_environment(directory: Path) -> dict[str, str]:
    """The user's variables without those that decide for Python tools; homes and caches lie in `directory`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    home = Path.home()
    places = {name: str(directory / name.lower()) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for place in places.values():
        Path(place).mkdir(exist_ok=True)
    # Credentials for the user's own index and git host are found where they were.
    known = {"NETRC": home / ".netrc", "GIT_CONFIG_GLOBAL": home / ".gitconfig"}
    found = {name: str(path) for name, path in known.items() if path.is_file()}
    return {**found, **kept, **places}


def pip_settings(configuration: str) -> dict[str, str]:
    """The settings that count, as variables, of what `pip config list` prints: files and environment, the last wins."""
    return {f"PIP_{name.upper().replace('-', '_')}": value for name, value in _settings(configuration)}


def _settings(configuration: str) -> Iterator[tuple[str, str]]:
    for line in configuration.splitlines():
        match = _SETTING.fullmatch(line)
        if match and match[1] in KEPT:
            yield match[1], str(ast.literal_eval(match[2]))


def dated(plan: Plan) -> Mapping[str, str]:
    """What makes pip (26 and later) ignore what was published after the plan's date; a lock file may tell none."""
    if not plan.as_of:
        return {}
    return {"PIP_UPLOADED_PRIOR_TO": f"{plan.as_of}T23:59:59Z"}


def platform_module(platform: str) -> str:
    """A `_manylinux` (PEP 600) by which pip takes no wheels for a newer platform than the Target's."""
    major, minor = platform.removeprefix("manylinux_").split("_")[:2]
    return f"def manylinux_compatible(major, minor, _arch):\n    return (major, minor) <= ({major}, {minor})\n"
