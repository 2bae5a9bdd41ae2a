"""Steps of conda: the environment of the image."""

from depnorm.emit import layout
from depnorm.emit.instruction import TELL, enter, instead, quote_word, run, softly, write_lines
from depnorm.model import CreateEnvironment, RunEnvironmentPip

_REQUIREMENTS = "condaenv.depnorm.requirements.txt"
_DONE = f"{layout.STATE}/environment"
"""What the tool leaves once the environment is whole."""


def create_environment(step: CreateEnvironment, repo_dir: str, *, late: bool) -> str:
    """The environment; a late one only where no early one stands."""
    source = quote_word(f"{repo_dir}/{step.file}")
    before = []
    if step.text is not None:
        source = f"{layout.TEMPORARY}/environment.yml"
        before = [f"mkdir -p {layout.TEMPORARY}", write_lines(step.text.splitlines(), source)]
    variables = []
    if step.pins:  # https://docs.conda.io/projects/conda/en/stable/user-guide/configuration/settings.html
        variables.append(f"CONDA_PINNED_PACKAGES={quote_word('&'.join(step.pins))}")
    if step.constraints:
        constraints = f"{layout.TEMPORARY}/constraints.txt"
        before += [f"mkdir -p {layout.TEMPORARY}", write_lines(step.constraints, constraints)]
        variables.append(f"PIP_CONSTRAINT={constraints}")
    create = " ".join((*variables, layout.RETRY, layout.CREATE_ENVIRONMENT, source))
    if step.soft:
        create = softly(f"{layout.CREATE_ENVIRONMENT} {source}", ":")
    elif late:
        create = f"{{ [ -e {_DONE} ] || {create}; }}"
    return run(*before, create, f"rm -rf {layout.TEMPORARY}")


def run_environment_pip(step: RunEnvironmentPip, repo_dir: str, *, late: bool) -> str:
    """The pip section as conda runs it: from a requirements file beside the environment file, in its directory."""
    pip = f"{layout.ENVIRONMENT}/bin/python -m pip"
    plain = f"{pip} install {'-U ' if step.upgrade else ''}-r {_REQUIREMENTS} --exists-action=b"
    install = f"{layout.RETRY} --into {layout.ENVIRONMENT} {plain}"
    if step.soft:
        install = instead(plain, TELL, layout.ENVIRONMENT)
    elif late:
        install = instead(f"env PIP_NO_INDEX=1 {plain}", install, layout.ENVIRONMENT)
    return run(
        *([enter(step.directory, repo_dir)] if step.directory else []),
        write_lines(step.lines, _REQUIREMENTS),
        install,
        f"rm {_REQUIREMENTS}",
    )
