"""How much of a version a declaration fixes, and at which."""

import re

from depnorm.corpus.schema import Pinned
from depnorm.model import Dependency, Ecosystem, SpecFormat

_LOCKS = frozenset(each for each in SpecFormat if each is SpecFormat.LOCK or each.endswith(("-lock", "pylock")))
# One version and no pattern: `==1.2`, `===1.2`.
_EXACT = re.compile(r"={2,3}\s*([^\s,|*<>=!~]+)")
_VERSION = re.compile(r"={0,2}\s*([^\s,|*<>=!~]+)")


def pinned(dependency: Dependency, file_format: SpecFormat) -> tuple[Pinned, str | None]:
    """How a line of a file of a format pins its package, and the version where that is one."""
    version = _version(dependency)
    if file_format in _LOCKS and version:
        return Pinned.LOCKED, version
    if dependency.url is not None:
        return Pinned.URL, None
    if not dependency.spec and dependency.build is None:
        return Pinned.FREE, None
    return (Pinned.EXACT, version) if version else (Pinned.BOUNDED, None)


def _version(dependency: Dependency) -> str | None:
    """A conda spec with a build is one version whatever it begins with: `numpy=1.21.2=py39h…`, as exports write it."""
    has_build = dependency.build is not None and "*" not in dependency.build
    whole = has_build or dependency.ecosystem in {Ecosystem.CRAN, Ecosystem.APT}
    match = (_VERSION if whole else _EXACT).fullmatch(dependency.spec)
    return match[1] if match else None
