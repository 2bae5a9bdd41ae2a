"""Where things are in an image."""

import re
from zlib import crc32

from depnorm.errors import UsageError

TOOLS = "/opt/depnorm"
RETRY = f"{TOOLS}/retry"
LAYER = f"{TOOLS}/layer.py"
WITHOUT = f"{TOOLS}/without.py"
TRIM = f"{TOOLS}/trim.py"
"""There where `layer.py` is to trim what it installs."""
APART = f"{TOOLS}/apart"
"""The tree of a layer that is built apart (`layer.py`)."""
CONDA_LAYER = f"{TOOLS}/conda-layer"
CONDA_LAYER_TOOL = f"{TOOLS}/conda_layer.py"
"""What that runs."""
CREATE_ENVIRONMENT = f"{TOOLS}/environment"
PACKAGES = f"{TOOLS}/packages.R"
PROFILE = f"{TOOLS}/profile.R"
STATE = f"{TOOLS}/state"
"""Belongs to the user: marks of early steps, for late ones."""
WHEELHOUSE = "/opt/wheelhouse"
ENVIRONMENT = "/opt/env"
CONDA = "/opt/conda"
R_LIBRARY = "/opt/r-library"
TEMPORARY = "/tmp/depnorm"  # noqa: S108  a directory of the image, not of this machine
EPOCH = "@315532800"
"""The time of what a shared step wrote, as `touch -d` takes it: 1980-01-01."""
_YEARS = 1 << 28  # seconds
MARKS = ("/etc/.depnorm", "/tmp/.depnorm")  # noqa: S108  as above
"""Files whose time tells shared layers apart."""

_PATH = re.compile(r"(/[\w.@+-]+)+", re.ASCII)
_SYSTEM = re.compile(r"/(?:bin|boot|dev|etc|lib(?:32|64|x32)?|opt|proc|root|run|sbin|sys|tmp|usr|var)(?:/.*)?")
_FREE = re.compile(r"/(?:opt|usr/src|var/www)/.+|/var/www")
_TAKEN = (TOOLS, WHEELHOUSE, ENVIRONMENT, CONDA, R_LIBRARY)


def moment_of(*words: str) -> str:
    """A time after `EPOCH` that depends on `words`, as `touch -d` takes it."""
    return f"@{int(EPOCH[1:]) + 1 + crc32(' '.join(words).encode()) % _YEARS}"


def check_path(path: str) -> None:
    """Raise `UsageError` unless `path` is absolute and plain enough for a Dockerfile and a shell."""
    if not _PATH.fullmatch(path) or not {".", ".."}.isdisjoint(path.split("/")):
        hint = "Such as /home/jovyan, without a slash at the end."
        raise UsageError(f"{path!r}: expected an absolute path of the image", hint=hint)


def check_repo_dir(path: str, prefix: str) -> None:
    """Raise `UsageError` for a place that is not the repository's: it is given to the image's user."""
    check_path(path)
    is_taken = any(path == taken or path.startswith(f"{taken}/") for taken in (*_TAKEN, prefix))
    if is_taken or (_SYSTEM.fullmatch(path) and not _FREE.fullmatch(path)):
        raise UsageError(
            f"--repo-dir {path}: is a directory of the system, which the image's user must not own",
            hint="Give the repository one of its own, such as /home/jovyan, /srv/app, /opt/app or /usr/src/app.",
        )
