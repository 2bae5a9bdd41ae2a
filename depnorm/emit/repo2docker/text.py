"""What the scripts of all tools share: where repo2docker has things, and how a step is tried."""

from collections.abc import Iterable

from depnorm.emit import layout
from depnorm.emit.instruction import TELL, words

ROOT = "root"
USER = "${NB_USER}"
KERNEL = "${KERNEL_PYTHON_PREFIX}"
"""The environment that the user's notebooks run in; mostly that of the server, too."""
SERVER = "${NB_PYTHON_PREFIX}"
TEMPORARY = layout.TEMPORARY
HERE = "."
"""The repository: repo2docker's scripts run there."""


def chain(*commands: str) -> str:
    """These shell commands, as long as they succeed."""
    return " \\\n && ".join(commands)


def tried(attempt: str, prefix: str) -> tuple[str, ...]:
    """Shell commands for an attempt that may fail as long as it left nothing in `prefix`; it is repeated late.

    As `emit/image/retry --once --into` does it.
    """
    wrote = f'find {prefix} -name __pycache__ -prune -o -newer "$start" -print'
    return (
        "start=$(mktemp)",
        "export PYTHONDONTWRITEBYTECODE=1",
        f'{{ {attempt} \\\n || {{ [ -z "$({wrote})" ] && {TELL}; }}; }}',
        'rm "$start"',
    )


def install_apt(packages: Iterable[str]) -> str:
    """Packages of the distribution; repo2docker's own script, each name a quoted word."""
    return chain(
        "apt-get -qq update",
        words("apt-get install --yes --no-install-recommends --", packages),
        "apt-get -qq purge",
        "apt-get -qq clean",
        "rm -rf /var/lib/apt/lists/*",
    )
