"""Steps of conda: the environment of the image."""

from depnorm.emit import layout
from depnorm.emit.instruction import enter, quote_word, run, softly, write_lines
from depnorm.model import CreateEnvironment, RunEnvironmentPip

_REQUIREMENTS = "condaenv.depnorm.requirements.txt"


def create_environment(step: CreateEnvironment, repo_dir: str, *, late: bool) -> str:
    """The environment; a late one only where no early one stands."""
    source = quote_word(f"{repo_dir}/{step.file}")
    before = []
    if step.text is not None:
        source = f"{layout.TEMPORARY}/environment.yml"
        before = [f"mkdir -p {layout.TEMPORARY}", write_lines(step.text.splitlines(), source)]
    create = f"{layout.RETRY} {layout.CREATE_ENVIRONMENT} {source}"
    if step.soft:
        create = softly(f"{layout.CREATE_ENVIRONMENT} {source}", ":")
    elif late:
        create = f"{{ [ -e {layout.ENVIRONMENT}/conda-meta/history ] || {create}; }}"
    return run(*before, create, f"rm -rf {layout.TEMPORARY}")


def run_environment_pip(step: RunEnvironmentPip, repo_dir: str, *, late: bool) -> str:
    """The pip section as conda runs it: from a requirements file beside the environment file, in its directory."""
    pip = f"{layout.ENVIRONMENT}/bin/python -m pip"
    arguments = f"-r {_REQUIREMENTS} --exists-action=b"
    install = f"{layout.RETRY} {pip} install -U {arguments}"
    if step.soft:
        wheels = f"{layout.TEMPORARY}/wheels"
        collect = f"{pip} wheel --wheel-dir {wheels} {arguments}"
        offline = f"{pip} install -U --no-index --find-links {wheels} {arguments}"
        install = softly(collect, offline)
    elif late:
        install = f"{{ PIP_NO_INDEX=1 {pip} install -U {arguments} \\\n || {install}; }}"
    return run(
        *([enter(step.directory, repo_dir)] if step.directory else []),
        write_lines(step.lines, _REQUIREMENTS),
        install,
        f"rm -rf {_REQUIREMENTS} {layout.TEMPORARY}",
    )
