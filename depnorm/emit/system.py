"""Packages of the distribution."""

from collections.abc import Iterable

from depnorm.emit import layout
from depnorm.emit.instruction import run, words


def install_apt(packages: Iterable[str]) -> str:
    """RUN that installs packages of the distribution, without what they only recommend."""
    install = f"DEBIAN_FRONTEND=noninteractive {layout.RETRY} apt-get install --yes --no-install-recommends --"
    return run(
        f"{layout.RETRY} apt-get update",
        words(install, packages),
        "apt-get clean",
        "rm -rf /var/lib/apt/lists/*",
    )
