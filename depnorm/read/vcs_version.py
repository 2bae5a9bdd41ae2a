"""Build requirements that ask git for the project's version, so that the build needs `.git`."""

import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SEPARATORS = re.compile(r"[-_.]+")
_READERS = frozenset(
    {
        "hatch-vcs",
        "pbr",
        "poetry-dynamic-versioning",
        "setuptools-git-version",
        "setuptools-git-versioning",
        "setuptools-scm",
        "setuptools-vcs-version",
        "uv-dynamic-versioning",
        "vcs-versioning",
        "versioningit",
    }
)


def git_reader(requirement: str) -> str | None:
    """The canonical name of a build requirement if it reads the version from git, else None."""
    match = _NAME.match(requirement.strip())
    name = _SEPARATORS.sub("-", match.group()).lower() if match else ""
    return name if name in _READERS else None
