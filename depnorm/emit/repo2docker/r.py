"""Scripts of R in repo2docker's library."""

from collections.abc import Iterable

from depnorm.emit.instruction import quote_word, words
from depnorm.emit.instruction import softly as or_tell
from depnorm.emit.r import RSCRIPT
from depnorm.emit.repo2docker.text import TEMPORARY, chain
from depnorm.model import RunRScript

_DONE = "/tmp/.preassembled"  # noqa: S108  of the image: repo2docker's own mark
_CLEAN = "rm -rf /tmp/downloaded_packages"
_LIBRARY = f"{TEMPORARY}/library"
# install.packages() merely warns when it fails: what counts is whether R finds what it writes once a package is whole.
_LOST = (
    "wanted <- commandArgs(TRUE); "
    "lost <- function() wanted[!vapply(wanted, function(name) "
    'nzchar(system.file("Meta", "package.rds", package = name)), NA)]; '
)
_STOP = 'if (length(lost())) stop("not installed: ", toString(lost()))'
_INSTALL = f"{_LOST}install.packages(wanted); for (again in 1:2) if (length(lost())) install.packages(lost()); {_STOP}"
_CHECK = _LOST + _STOP


def install_packages(packages: Iterable[str]) -> str:
    """Packages by name, sorted: tried three times, and found afterwards."""
    return chain(words(f"{RSCRIPT} -e {quote_word(_INSTALL)}", sorted(set(packages))), _CLEAN)


def run_script(step: RunRScript) -> str:
    """The user's script, from the files that it reads."""
    return chain(_script(step), _CLEAN)


def try_script(step: RunRScript) -> str:
    """The same where it may fail, into a library of its own: a script that fails half way leaves nothing."""
    attempt = f"export R_LIBS={_LIBRARY} && {_script(step)}"
    keep = f"cp -R {_LIBRARY}/. ${{R_LIBS_USER}} && touch {_DONE}"
    return chain(f"mkdir -p {_LIBRARY}", or_tell(f"({attempt})", keep), f"rm -rf {TEMPORARY}", _CLEAN)


def repeat_script(step: RunRScript) -> str:
    """The user's script with the repository, unless an early attempt succeeded."""
    return chain(f"{{ [ -e {_DONE} ] || {{ {_script(step)}; }}; }}", _CLEAN)


def install_project() -> str:
    """The repository, which is an R package; repo2docker's own script."""
    return f"R {RSCRIPT.partition(' ')[2]} --quiet -e 'remotes::install_local()'"


def _script(step: RunRScript) -> str:
    script = f"{RSCRIPT} {quote_word(step.file)}"
    check = [words(f"{RSCRIPT} -e {quote_word(_CHECK)}", step.packages)] if step.packages else []
    return chain(script, *check)
