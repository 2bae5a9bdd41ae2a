"""A CranLock as the text of a renv.lock, which `renv::restore()` installs from.

https://rstudio.github.io/renv/articles/lockfile.html
"""

import json
from typing import Any
from urllib.parse import urlsplit

from depnorm.model import CranLock, CranPackage


def render_renv_lock(lock: CranLock) -> str:
    """The packages of a lock that the index of a repository gave; a fixed text for a fixed lock.

    What was left out is told under `depnorm`, which renv passes over. URLs are without credentials.
    """
    repositories = [{"Name": name, "URL": without_credentials(url)} for name, url in lock.repositories]
    document = {
        "R": {"Version": lock.r_version, "Repositories": repositories},
        "Packages": {each.name: _package(each) for each in lock.packages},
        "depnorm": {
            "as-of": lock.as_of,
            "left-out": [{"name": each.name, "kind": each.kind.value, "why": each.why} for each in lock.left_out],
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _package(package: CranPackage) -> dict[str, Any]:
    found = {
        "Package": package.name,
        "Version": package.version,
        "Source": "Repository",
        "Repository": package.repository,
    }
    return {**found, "Requirements": list(package.requires)} if package.requires else found


def without_credentials(url: str) -> str:
    """The URL without a user and a password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
