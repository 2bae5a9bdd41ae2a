"""Steps of R: its library in the image."""

from collections.abc import Mapping

from depnorm.emit import layout
from depnorm.emit.instruction import line_up, quote_word, run, softly
from depnorm.emit.system import install_apt
from depnorm.model import InstallCran, InstallRPackages, RunRScript, Target, VerifyR

RSCRIPT = "Rscript --no-save --no-restore --no-init-file --no-environ"  # the options of repo2docker
_DONE = f"{layout.STATE}/r-script"


def install_cran(step: InstallCran, target: Target) -> list[str]:
    """RUN instructions whose text, and whose last layer, depend on the packages and the date alone."""
    start, apart = f"{layout.TEMPORARY}.start", f"{layout.TEMPORARY}/library"
    names = sorted(step.packages)
    changed = f"find {layout.R_LIBRARY} -cnewer {start}"
    packages = run(
        f"touch {start}",
        f"CRAN_SNAPSHOT={quote_word(step.snapshot)} {_packages('install', *names)}",
        # R moves each package to its place, which overlay file systems note in the layer: copy them there instead.
        f"mkdir -p {apart}",
        f"find {layout.R_LIBRARY} -mindepth 1 -maxdepth 1 -type d -cnewer {start} -exec mv -t {apart} {{}} +",
        f"cp -pR {apart}/. {layout.R_LIBRARY}",
        f"{changed} -exec chown -h {target.uid}:{target.gid} {{}} +",
        f"{changed} -exec touch -h -d {layout.EPOCH} {{}} +",
        f"rm -r {start} {layout.TEMPORARY}",
        # As in layer.py: their directories are part of the layer, whoever writes it.
        f"touch -d {layout.moment_of(step.snapshot, *names)} {' '.join(layout.MARKS)}",
        f"touch -d {layout.EPOCH} /etc /opt /tmp",
    )
    return [*([install_apt(step.apt)] if step.apt else []), packages]


def install_packages(step: InstallRPackages) -> str:
    """The plain packages of a script."""
    pins = _pins(step.versions)
    return run(_packages("install", *step.packages), *([_packages("check", *pins)] if pins else []))


def verify(step: VerifyR) -> str:
    """The versions of a lock."""
    return run(_packages("check", *_pins(step.versions)))


def _pins(versions: Mapping[str, str]) -> list[str]:
    return [f"{name}=={versions[name]}" for name in sorted(versions)]


def run_script(step: RunRScript, *, late: bool) -> str:
    """The script itself; a late one only where no early one succeeded."""
    script = _packages("run", step.file, *step.packages)
    retried = f"{layout.RETRY} --into {layout.R_LIBRARY} {script}"
    if late:
        return run(f"{{ [ -e {_DONE} ] || {retried}; }}")
    if not step.soft:
        return run(retried, f"touch {_DONE}")
    # Into a library of its own, so that a script which fails half way leaves nothing.
    library = f"{layout.TEMPORARY}/library"
    attempt = f"R_LIBS={library} {script}"
    keep = f"cp -R {library}/. {layout.R_LIBRARY} && touch {_DONE}"
    return run(f"mkdir -p {library}", softly(attempt, keep), f"rm -rf {layout.TEMPORARY}")


def install_project() -> str:
    """The repository, which is an R package."""
    there, wanted = _packages("check", "remotes"), _packages("install", "remotes")
    return run(f"{{ {there} || {wanted}; }}", f"{layout.RETRY} {RSCRIPT} -e 'remotes::install_local()'")


def _packages(action: str, *words: str) -> str:
    retry = f"{layout.RETRY} " if action == "install" else ""
    return line_up(f"{retry}{RSCRIPT} {layout.PACKAGES} {action}", map(quote_word, words))
