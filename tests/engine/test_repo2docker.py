"""repo2docker itself, with depnorm's build packs, on a real engine: what a README change runs again.

All of its Dockerfile and of its build context are real. Only the script that downloads micromamba and the packages of
the server is another one: it makes the same two environments of what the base image and its channel hold.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from conftest import CONDA_BASE, R_BASE, Bench, Built
from repo2docker_render import application, early_packs

import depnorm
from depnorm.model import Repo2DockerPhase

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # repo2docker closes no pipe
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

BASE = """\
#!/bin/bash
set -ex
ln -s /opt/conda ${CONDA_DIR}
conda create --yes --quiet --prefix ${NB_PYTHON_PREFIX} python=3.11 pip
conda clean --all --yes
chown -R ${NB_USER}:${NB_USER} /opt/conda/
"""
PROJECT = (
    "from setuptools import setup\nsetup(name='mine', version='1', py_modules=['mine'], install_requires=['attrs'])\n"
)
PYTHON = {
    "requirements.txt": "-r base.txt\nidna\n-e .\n",
    "base.txt": "six\n",
    "setup.py": PROJECT,
    "mine.py": "import attr, idna, six\n",
}
CONDA = {
    "environment.yml": "channels: [conda-forge]\ndependencies:\n- python=3.11\n- pip\n- pip:\n  - six\n  - -e .\n",
    "setup.py": PROJECT.replace("['attrs']", "['idna']"),
    "mine.py": "import idna, six\n",
}
LIST = {"requirements.txt": "six\nidna\n", "apt.txt": "tree\n", "postBuild": "#!/bin/sh\necho done > /tmp/post-build\n"}


class _OfTheBase:
    """A build pack whose first environments are made of what the base image holds."""

    script: Path

    def get_build_script_files(self) -> dict[str, str]:
        files: dict[str, str] = dict(super().get_build_script_files())  # type: ignore[misc]  # of the pack after it
        del files["conda/install-base-env.bash"]
        return {**files, str(self.script): "/tmp/install-base-env.bash"}  # noqa: S108  of the image


class _Log(logging.Handler):
    """What repo2docker prints."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o644)
    return root


def build(bench: Bench, root: Path, *, early: bool = True) -> Built:
    """The image of a repository, as `repo2docker --no-run` builds it."""
    script = write(bench.directory / "repo2docker", {"base.bash": BASE}) / "base.bash"
    script.chmod(0o755)
    tag = bench.tag(uuid4().hex[:12])
    app: Any = application(root, "--no-run", "--image-name", tag, build=True, early=early)
    app.base_image = CONDA_BASE
    app.config.DockerEngine.extra_buildx_build_args = ["--network=host"]
    app.buildpacks = [
        type(pack.__name__, (_OfTheBase, pack), {"script": script}) if pack in early_packs() else pack
        for pack in app.buildpacks
    ]
    log = _Log()
    app.log.addHandler(log)
    app.log.setLevel(logging.INFO)
    try:
        app.build()
    except Exception as error:  # noqa: BLE001  its log says more
        return Built(tag, ok=False, log="".join([*log.lines, str(error)]))
    return Built(tag, ok=True, log="".join(log.lines))


def installs(built: Built) -> list[str]:
    """The steps that ran for real and install something."""
    assert built.ok, built.log[-5_000:]
    return [title for title in built.executed if "pip install" in title or "env update" in title]


def run(bench: Bench, built: Built, command: str) -> str:
    """What a shell command prints, without repo2docker's entry point, which asks for micromamba."""
    return bench.docker_run(built.tag, "sh", "-c", command, options=("--entrypoint=",))


def twice(bench: Bench, root: Path) -> tuple[Built, Built]:
    """Two builds of a repository, its README changed between them."""
    built = []
    for _ in range(2):
        write(root, {"README.md": uuid4().hex})
        built.append(build(bench, root))
    return built[0], built[1]


def test_a_list_installs_once(bench: Bench, tmp_path: Path) -> None:
    """After a README change the image has the new README, and no step but postBuild has run."""
    root = write(tmp_path, LIST)
    first, second = twice(bench, root)
    assert "pip install --no-cache-dir 'idna' 'six'" in first.log
    assert installs(second) == []
    script = (
        "basename $(command -v tree); cat /tmp/post-build README.md; python -c 'import six, idna'; echo; id -un; pwd"
    )
    assert run(bench, second, script).split() == [
        "tree",
        "done",
        (root / "README.md").read_text("utf-8"),
        "jovyan",
        "/home/jovyan",
    ]


def test_only_the_line_of_the_repository_runs_again(bench: Bench, tmp_path: Path) -> None:
    """`-e .` beside an include: nothing is downloaded again but what builds the project itself."""
    root = write(tmp_path, PYTHON)
    _, second = twice(bench, root)
    assert [title.partition("--no-cache-dir ")[2] for title in installs(second)] == ["-r 'requirements.txt'", "'.'"]
    assert run(bench, second, "python -c 'import mine; print(mine.__name__)'") == "mine"
    assert "Requirement already satisfied: six" in second.log
    assert "Collecting six" not in second.log


def test_an_environment_is_updated_once(bench: Bench, tmp_path: Path) -> None:
    """Of an environment.yml whose pip section has `-e .`, pip alone runs again."""
    root = write(tmp_path, CONDA)
    _, second = twice(bench, root)
    [title] = installs(second)
    assert "-m pip install" in title
    assert run(bench, second, "cd / && python -c 'import mine; print(mine.__file__)'") == "/home/jovyan/mine.py"


def test_a_line_that_cannot_install_ends_the_build(bench: Bench, tmp_path: Path) -> None:
    """It is no failure that a cache keeps, nor one that a later step repeats."""
    root = write(tmp_path, {"requirements.txt": "no-such-package-of-anybody==7\n"})
    assert not build(bench, root).ok


def test_scripts_of_r(bench: Bench, tmp_path: Path) -> None:
    """R's steps over R's base image, as repo2docker has them there: names before any file, a script from its files.

    The whole build pack downloads R and RStudio.
    """
    files = {
        "runtime.txt": "r-4.2-2024-01-10\n",
        "requirements.txt": "",
        "install.R": 'source("more.R")\ninstall.packages("rlang")\n',
        "more.R": 'install.packages("R6")\n',
    }
    root = write(tmp_path, files)
    plan = depnorm.plan(root, max_layers=0)
    listed = depnorm.plan(
        write(tmp_path / "list", {**files, "install.R": 'install.packages("magrittr")\n'}), max_layers=0
    )
    lines = [
        f"FROM {R_BASE}",
        "ENV R_LIBS_USER=/srv/rlibs REPO_DIR=/srv/repo",
        "RUN mkdir /srv/rlibs",
        *(f"RUN {script.text}" for script in listed.to_repo2docker_scripts(Repo2DockerPhase.BUILD)),
        "WORKDIR ${REPO_DIR}",
    ]
    for step in plan.to_repo2docker_scripts(Repo2DockerPhase.PREASSEMBLE):
        lines += [f"COPY {path} ${{REPO_DIR}}/{path}" for path in step.files] + [f"RUN {step.text}"]
    lines.append("COPY . ${REPO_DIR}/")
    lines += [f"RUN {script.text}" for script in plan.to_repo2docker_scripts(Repo2DockerPhase.ASSEMBLE)]
    built = []
    for _ in range(2):
        write(root, {"README.md": uuid4().hex})
        built.append(bench.build_text("\n".join([*lines, ""]), root))
    assert built[1].ok, built[1].log
    found = 'cat(all(c("magrittr", "rlang", "R6") %in% rownames(installed.packages("/srv/rlibs"))))'
    assert bench.run(built[1], f"Rscript -e '{found}'") == "TRUE"
    again = [title for title in built[1].executed if title.startswith("RUN") and ".preassembled" not in title]
    assert again == []
