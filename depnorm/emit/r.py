"""Steps of R: its library in the image."""

from collections.abc import Iterable

from depnorm.emit import layout
from depnorm.emit.instruction import quote_word, run, words
from depnorm.emit.system import install_apt
from depnorm.model import InstallCran, InstallRPackages, InstallRProject, RunRScript, Target

RSCRIPT = "Rscript --no-save --no-restore --no-init-file --no-environ"  # the options of repo2docker
_FAILED = "echo 'install.R failed before the repository was there; it is repeated after it was copied' >&2"
_DONE = f"{layout.STATE}/r-script"


def install_cran(step: InstallCran, target: Target) -> list[str]:
    """RUN instructions whose text, and whose last layer, depend on the packages and the date alone."""
    start = f"{layout.TEMPORARY}.start"
    changed = f"find {layout.R_LIBRARY} -cnewer {start}"
    packages = run(
        f"touch {start}",
        _packages("install", sorted(step.packages), step.snapshot),
        f"{changed} -exec chown -h {target.uid}:{target.gid} {{}} +",
        f"{changed} -exec touch -h -d {layout.EPOCH} {{}} +",
        f"rm {start}",
        f"touch -d {layout.EPOCH} /etc /opt /tmp",
    )
    return [*([install_apt(step.apt)] if step.apt else []), packages]


def install_packages(step: InstallRPackages) -> str:
    """The plain packages of a script."""
    return run(_packages("install", step.packages, step.snapshot))


def run_script(step: RunRScript, *, late: bool) -> str:
    """The script itself; a late one only where no early one succeeded."""
    script = f"{RSCRIPT} {quote_word(step.file)}"
    check = [_packages("check", step.packages, step.snapshot)] if step.packages else []
    steps = [_dated(script, step.snapshot), *check]
    if late:
        return run(f"if [ ! -e {_DONE} ]; then " + " \\\n && ".join(steps) + "; fi")
    return run(*(_softly(steps) if step.soft else [*steps, f"touch {_DONE}"]))


def install_project(step: InstallRProject) -> str:
    """The repository, which is an R package."""
    project = _dated(f"{layout.RETRY} {RSCRIPT} -e 'remotes::install_local()'", step.snapshot)
    there, wanted = (_packages(action, ["remotes"], step.snapshot) for action in ("check", "install"))
    return run(f"{{ {there} \\\n || {wanted}; }}", project)


def _softly(steps: list[str]) -> list[str]:
    """Into a library of its own, so that a script which fails half way leaves nothing."""
    library = f"{layout.TEMPORARY}/library"
    text = " \\\n && ".join([f"export R_LIBS={library}", *steps])
    move = f"cp -R {library}/. {layout.R_LIBRARY} && touch {_DONE}"
    return [f"mkdir -p {library}", f"{{ if ({text}); then {move}; else {_FAILED}; fi; }}", f"rm -rf {layout.TEMPORARY}"]


def _packages(action: str, names: Iterable[str], snapshot: str | None) -> str:
    retry = f"{layout.RETRY} " if action == "install" else ""
    return words(_dated(f"{retry}{RSCRIPT} {layout.PACKAGES} {action}", snapshot), names)


def _dated(command: str, snapshot: str | None) -> str:
    return f"CRAN_SNAPSHOT={quote_word(snapshot)} {command}" if snapshot else command
