"""`depnorm lock`."""

import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli import messages
from depnorm.cli.options import CommandOptions, takes_plan_options
from depnorm.cli.outcome import Outcome, written
from depnorm.cli.plan import Repository
from depnorm.cli.sources import opened
from depnorm.cli.terminal import display
from depnorm.errors import UsageError
from depnorm.library.plans import lockable, unreadable
from depnorm.model import CranLock, Ecosystem, Lock
from depnorm.report.formats import Format, format_lock
from depnorm.report.lock import lock_summary
from depnorm.report.terminal_findings import findings_text

_OF_IMAGES = frozenset(
    {"lock", "offline", "layers", "layers_from", "max_layers", "fallback", "repo_dir", "user_id", "installer", "slim"}
)
"""Options of a plan that change nothing of a lock."""
_NAMES = {Ecosystem.PYPI: "pylock.toml", Ecosystem.CONDA: "conda-lock.yml", Ecosystem.CRAN: "renv.lock"}


class Locked(StrEnum):
    """The ecosystems that can be locked."""

    CONDA = "conda"
    PYPI = "pypi"
    CRAN = "cran"


@partial(takes_plan_options, hidden=_OF_IMAGES)
def lock(
    repo: Repository,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file, not to standard output.")
    ] = None,
    format: Annotated[  # noqa: A002  --format
        Format, typer.Option(help="A pylock.toml (PEP 751), for conda a conda-lock.yml, for R a renv.lock; or JSON.")
    ] = Format.TEXT,
    ecosystem: Annotated[
        Locked | None,
        typer.Option(help="Lock what conda, what pip, or what R installs; by default the first there is."),
    ] = None,
    options: CommandOptions,
) -> Outcome:
    """Resolve all that pip installs, together, as of a date; or all that conda or R installs.

    Asks the package index, by way of uv; builds and runs nothing, unless --allow-builds says so. What no wheel can
    stand for is left out and named. A lock file of the repository that fits its spec files (pylock.toml, uv.lock,
    conda-lock.yml, renv.lock) is used instead of a new resolution, and one that does not is named with the reason.

    A conda environment is solved by rattler from its own channels; its pip: section is resolved beside the result.

    R packages are those of a dated snapshot of CRAN, whose URL before the date is in DEPNORM_CRAN.

    Options of `plan` that are not listed here are taken and change nothing of a lock.
    """
    if options.offline:
        raise UsageError("a lock asks package indexes, --offline forbids it", hint="Leave --offline out.")
    asked = options.for_library(messages.progress())
    with opened(repo, ref=options.ref) as repository:
        found = depnorm.lock(repository.path, ecosystem=Ecosystem(ecosystem) if ecosystem else None, **asked)
        _check_name(output, found, format)
        if not messages.is_quiet():
            sys.stderr.write(lock_summary(found))
        if not found.packages and not found.left_out:
            messages.tell("no package is installed here, so the lock is empty; `depnorm plan` says which files count")
        asked.pop("trace", None)  # the same steps once more
        if errors := unreadable(repository.path, **asked):
            sys.stderr.write("Errors of the spec files; a line that cannot be read is not in the lock:\n")
            sys.stderr.write(findings_text(errors, display()))
        if ecosystem is None and isinstance(found, Lock) and Ecosystem.CRAN in lockable(repository.path, **asked):
            messages.tell("the R packages are locked with --ecosystem cran")
    return written(format_lock(found, format), output)


def _check_name(output: Path | None, found: Lock | CranLock, form: Format) -> None:
    """Refuse a name by which other tools would read another format."""
    name = _NAMES[found.ecosystem if isinstance(found, Lock) else Ecosystem.CRAN]
    if output and form is Format.TEXT and output.name in _NAMES.values() and output.name != name:
        raise UsageError(f"-o {output.name}: what is locked here is a {name}", hint=f"Write it to {name}.")
