"""Plans carried out as images, with the docker command line: `DOCKER_HOST` and its like count."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

from depnorm.errors import UsageError
from depnorm.model import (
    CreateBase,
    CreateEnvironment,
    InstallConda,
    InstallCran,
    InstallRPackages,
    InstallRProject,
    Plan,
    RunRScript,
)
from depnorm.model.verification import Installation
from depnorm.prove.answer import (
    ARGUMENTS,
    PROBE,
    R_PROBE,
    joined,
    of_conda,
    parse_answer,
    parse_conda_list,
    parse_r_answer,
)
from depnorm.prove.command import PROBING, CommandFailedError, Done, Steps, end_of, run
from depnorm.prove.settings import dated

ENVIRONMENT = "/opt/env"
CONDA = "/opt/conda/bin/conda"
_R = (InstallCran, InstallRPackages, InstallRProject, RunRScript)
_SETTLED = {"BUILDKIT_PROGRESS": "plain"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Builds images of the repository `root`; what they need is in `directory`, `network` is docker's option."""

    directory: Path
    root: Path
    network: str | None
    steps: Steps
    tags: list[str] = field(default_factory=list)

    def build(self, dockerfile: str, name: str) -> str:
        """The tag of a new image; raises `CommandFailedError`."""
        file = self.directory / f"{name}.Dockerfile"
        file.write_text(dockerfile, "utf-8")
        tag = f"depnorm-verify:{name}-{uuid.uuid4().hex[:12]}"
        self.tags.append(tag)
        network = (f"--network={self.network}",) if self.network else ()
        self.must("build", *network, f"--tag={tag}", f"--file={file}", str(self.root))
        return tag

    def ask(self, tag: str, *command: str, text: Path | None = None) -> str:
        """What a command prints that reads `text`, in a container without a network; raises `CommandFailedError`."""
        options = ("--rm", "--interactive", "--network=none", "--workdir=/", f"--entrypoint={command[0]}")
        return self.must("run", *options, tag, *command[1:], text=text)

    def must(self, *arguments: str, text: Path | None = None) -> str:
        """What docker prints; raises `CommandFailedError`."""
        done = self.docker(*arguments, text=text)
        if not done.ok:
            raise CommandFailedError(end_of(done.output))
        return done.output

    def docker(self, *arguments: str, text: Path | None = None) -> Done:
        """Run docker."""
        log = self.directory / "log"
        environment = {**os.environ, **_SETTLED}
        return run(["docker", *arguments], directory=self.directory, environment=environment, log=log, text=text)


@contextmanager
def images(root: Path, directory: Path, *, network: str | None, keep: bool, steps: Steps) -> Iterator[Images]:
    """Images that are removed in the end, unless `keep`; raises `UsageError` without docker, or without an engine."""
    if which("docker") is None:
        raise UsageError("there is no docker command", hint="Install it, or verify in virtual environments.")
    made = Images(directory=directory, root=root, network=network, steps=steps)
    found = made.docker("version")
    if not found.ok:
        raise UsageError(
            f"docker does not answer: {end_of(found.output).splitlines()[-1]}", hint="Start it, or set DOCKER_HOST."
        )
    try:
        yield made
    finally:
        if made.tags and not keep:
            made.docker("image", "rm", "--force", *made.tags)


def build(plan: Plan, made: Images, render: Callable[[Plan], str], name: str) -> Installation:
    """Build the image of a plan, and tell what is installed in it; raises `CommandFailedError`."""
    with made.steps.step(f"{name}: docker build"):
        tag = made.build(date(render(plan), plan), name)
    with made.steps.step(f"{name}: {PROBING}"):
        return joined(_probe(plan, made, tag))


def date(dockerfile: str, plan: Plan) -> str:
    """The Dockerfile whose pip ignores what was published after the plan's date. All stages come from the first."""
    lines = dockerfile.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.startswith("FROM "))
    variables = "".join(f'ENV {name}="{value}"\n' for name, value in dated(plan).items())
    return "".join((*lines[: first + 1], variables, *lines[first + 1 :]))


def _probe(plan: Plan, made: Images, tag: str) -> Iterator[Installation]:
    steps = [stage.step for stage in plan.stages]
    if any(isinstance(step, CreateBase) and step.python for step in steps):
        output = made.ask(tag, f"{plan.target.prefix}/bin/python", *ARGUMENTS, "-", "--files", text=PROBE)
        yield _believed(parse_answer(output), output)
    if any(isinstance(step, CreateEnvironment | InstallConda) for step in steps):
        output = made.ask(tag, CONDA, "list", "--prefix", ENVIRONMENT, "--json")
        yield _believed(parse_conda_list(output), output)
        python = f"{ENVIRONMENT}/bin/python"
        asks = f"{python} {' '.join(ARGUMENTS)} - --files"
        output = made.ask(tag, "/bin/sh", "-c", f"test ! -x {python} || {asks}", text=PROBE)
        yield of_conda(_believed(parse_answer(output), output)) if output else Installation()
    if any(isinstance(step, _R) for step in steps):
        yield parse_r_answer(made.ask(tag, "Rscript", "--no-init-file", "/dev/stdin", text=R_PROBE))


def _believed(found: Installation | None, output: str) -> Installation:
    if found is None:
        raise CommandFailedError(end_of(output))
    return found
