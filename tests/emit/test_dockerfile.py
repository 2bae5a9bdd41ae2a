"""A plan of every step, read back by Docker's own parser and by hadolint."""

import json
import shlex
from collections.abc import Iterable

import pytest
from render_samples import BASE, CONDA_BASE, CONFIGURATION, COPY, PIP, R_BASE, lint, parse, plan, stage, wheel

from depnorm.emit.dockerfile import render_dockerfile
from depnorm.emit.instruction import comment, quote_word
from depnorm.errors import UnsupportedError, UsageError
from depnorm.model import (
    AddWheels,
    CopyRepository,
    CreateBase,
    CreateEnvironment,
    InstallApt,
    InstallCran,
    InstallRPackages,
    InstallRProject,
    InstallWheels,
    Mode,
    PipCommand,
    RunEnvironmentPip,
    RunPip,
    RunPostBuild,
    RunRScript,
    Stage,
    StageKind,
    Step,
    StoreWheels,
    Target,
    Verify,
)

# Each step, the kind of stage it stands in, and a piece of text that only it writes.
STEPS: list[tuple[StageKind, Step, str]] = [
    (StageKind.SHARED, InstallWheels(packages=(wheel("numpy"),)), "layer.py install"),
    (StageKind.SHARED, StoreWheels(packages=(wheel("setuptools"),)), "layer.py store"),
    (StageKind.SHARED, InstallCran(packages=("sf",), snapshot="2024-01-10", apt=("libgdal-dev",)), "libgdal-dev"),
    (StageKind.SYSTEM, InstallApt(packages=("git", "make")), "'git' 'make'"),
    (StageKind.OWN, InstallWheels(packages=(wheel("own"),)), "'own==1.0 --hash=sha256:ooo"),
    (StageKind.EARLY, AddWheels(requirements=("hatchling>=1",)), "--find-links /opt/wheelhouse 'hatchling>=1'"),
    (StageKind.EARLY, RunPip(commands=(PIP,)), "--into /opt/venv /opt/venv/bin/pip install -r 'requirements.txt'"),
    (StageKind.EARLY, RunPip(commands=(PIP,), soft=True), "retry --once --into /opt/venv /opt/venv/bin/pip"),
    (StageKind.EARLY, CreateEnvironment(text="dependencies:\n- pip\n", file="environment.yml"), "'- pip'"),
    (
        StageKind.EARLY,
        CreateEnvironment(text=None, file="e.yml", soft=True),
        "if /opt/depnorm/environment '/home/jovyan/e.yml';",
    ),
    (StageKind.EARLY, RunEnvironmentPip(lines=("six",), directory=""), "'six'"),
    (StageKind.EARLY, RunEnvironmentPip(lines=("-e .",), directory="binder", soft=True), "'-e .'"),
    (
        StageKind.EARLY,
        RunRScript(file="install.R", packages=("sf",), snapshot="2024-01-10"),
        "packages.R run 'install.R' 'sf'",
    ),
    (StageKind.EARLY, RunRScript(file="install.R", soft=True), "R_LIBS=/tmp/depnorm/library"),
    (StageKind.EARLY, InstallRPackages(packages=("sf",), snapshot="2024-01-10"), "retry Rscript --no-save"),
    (StageKind.COPY, CopyRepository(), '[".", "/home/jovyan/"]'),
    (StageKind.LATE, RunPip(commands=(PipCommand(projects=(".",)),)), "PIP_NO_INDEX=1"),
    (StageKind.LATE, CreateEnvironment(text=None, file="environment.yml"), "[ -e /opt/depnorm/state/environment ]"),
    (StageKind.LATE, RunEnvironmentPip(lines=("-e .",), directory=""), "PIP_NO_INDEX=1 /opt/env/bin/python"),
    (StageKind.LATE, RunRScript(file="install.R"), "[ -e /opt/depnorm/state/r-script ] ||"),
    (StageKind.LATE, InstallRProject(snapshot="2024-01-10"), "remotes::install_local()"),
    (StageKind.VERIFY, Verify(commands=(PIP,)), "pip check"),
    (StageKind.POST_BUILD, RunPostBuild(post_build="postBuild", start="start"), 'ENTRYPOINT ["/home/jovyan/start"]'),
]


def shell_words(text: str, after: str) -> list[str]:
    """The words of a shell from the RUN instructions that hold `after`."""
    [script] = [value[0] for command, value in parse(text) if command == "RUN" and after in value[0]]
    return shlex.split(script[script.index(after) :])


@pytest.mark.parametrize(("kind", "step", "expected"), STEPS, ids=lambda value: type(value).__name__)
def test_every_step_is_rendered(kind: StageKind, step: Step, expected: str) -> None:
    """Each step writes its text, under a comment; hadolint has nothing to say, and lines are short enough."""
    text = render_dockerfile(plan(BASE, stage(kind, step, "a.txt" if kind is StageKind.EARLY else ".")))
    assert expected in text
    assert lint(text, "--config", str(CONFIGURATION)) == ""
    assert max(map(len, text.splitlines())) < 64_000


@pytest.mark.parametrize("base", [BASE, CONDA_BASE, R_BASE], ids=["python", "conda", "r"])
def test_every_base_is_clean(base: Stage) -> None:
    """Each kind of base stage pleases hadolint and names one base image."""
    text = render_dockerfile(plan(base))
    assert lint(text, "--config", str(CONFIGURATION)) == ""
    assert [value for command, value in parse(text) if command == "FROM"] == [["python:3.11-slim"]]


def test_the_configuration_ignores_only_what_occurs() -> None:
    """Each rule that .hadolint.yaml ignores does occur in some plan: a reason without a case is dropped."""
    quoted = stage(StageKind.EARLY, InstallRPackages(packages=("back\\",)))
    text = render_dockerfile(plan(BASE, *(stage(kind, step, ".") for kind, step, _ in STEPS), quoted))
    found = lint(text, "--format", "json", "--config", "/dev/null")
    ignored = {line.strip("- \n") for line in CONFIGURATION.read_text().splitlines() if line.startswith("  - ")}
    assert {finding["code"] for finding in json.loads(found)} == ignored


def test_the_conda_image_is_copied_from() -> None:
    """A base image without conda takes /opt/conda from another image."""
    step = CreateBase(conda=True, conda_image="condaforge/miniforge3:24.7.1-2")
    text = render_dockerfile(plan(stage(StageKind.BASE, step)))
    assert "COPY --from=condaforge/miniforge3:24.7.1-2 /opt/conda /opt/conda\n" in text


def blocks(text: str) -> list[str]:
    return text.split("\n\n")


def test_shared_text_is_the_same_in_every_plan() -> None:
    """The text of base and shared stages does not depend on the repository, its mode, or what follows."""
    layers = [stage(kind, step) for kind, step, _ in STEPS if kind is StageKind.SHARED]
    one = render_dockerfile(plan(BASE, *layers, COPY, mode=Mode.LOCKED))
    step = RunPip(commands=(PipCommand(files=("other.txt",)),))
    two = render_dockerfile(plan(BASE, *reversed(layers), stage(StageKind.EARLY, step, "other.txt"), COPY))
    assert set(blocks(one)[1:5]) == set(blocks(two)[1:5])
    assert len(layers) == 3


def test_root_does_only_what_the_repository_did_not_write() -> None:
    """Steps that run the repository's own code run as the user, and so does the image."""
    text = render_dockerfile(plan(BASE, *(stage(kind, step, ".") for kind, step, _ in STEPS)))
    users = [value[0] for command, value in parse(text) if command == "USER"]
    before, _, after = text.partition("USER 1000:1000")
    assert users == ["0:0", "1000:1000"]
    assert "layer.py install" not in after
    assert "install.R" not in before


@pytest.mark.parametrize("stages", [(BASE,), (BASE, stage(StageKind.SYSTEM, InstallApt(packages=("git",))))])
def test_an_image_never_runs_as_root(stages: Iterable[Stage]) -> None:
    """A plan without a step of the user ends with the user all the same."""
    assert render_dockerfile(plan(*stages)).rstrip().endswith("USER 1000:1000")


def test_the_date_of_r_shows_only_after_what_is_shared() -> None:
    """The snapshot date is set for the running image, but after the last shared stage."""
    target = Target(base_image="r-base:4.2.2", python=None, r_version="4.2.2", r_snapshot="2024-01-10")
    text = render_dockerfile(plan(R_BASE, COPY, target=target))
    assert text.index("ENV CRAN_SNAPSHOT") > text.index("WORKDIR")


HOSTILE = [
    "it's.txt",
    'q"q.txt',
    "$(id).txt",
    "`id`.txt",
    "${HOME}.txt",
    "a b.txt",
    "a;b.txt",
    "a&&b.txt",
    "back\\",
    "\\",
    "<<EOF",
    "0<<EOF",
    "#comment.txt",
    "-r",
    "--from=x",
    "*.txt",
    "[a].txt",
    "?",
    "!x",
    "^x",
    " lead",
    "trail ",
    "tab\t.txt",
    "ünï😀.txt",
    "RUN id",
    "'; id; '",
    "a'\\''b",
    "%s%d",
    "# syntax=x",
    "]",
    '"]',
    ",",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_one_word(name: str) -> None:
    """Whatever a file is called, the instructions are the same and the shell sees its name as one word."""
    step = RunPip(commands=(PipCommand(files=(name,), without={name: (3, 7)}),))
    text = render_dockerfile(plan(BASE, stage(StageKind.EARLY, step, name, why=name), COPY))
    plain = RunPip(commands=(PipCommand(files=("x",), without={"x": (3, 7)}),))
    expected = render_dockerfile(plan(BASE, stage(StageKind.EARLY, plain, "x"), COPY))
    assert [command for command, _ in parse(text)] == [command for command, _ in parse(expected)]
    words = shell_words(text, "-B /opt/depnorm/without.py")
    assert words == [
        "-B",
        "/opt/depnorm/without.py",
        f"/home/jovyan/{name}:3,7",
        "--",
        "/opt/venv/bin/pip",
        "install",
        "-r",
        name,
    ]
    assert lint(text, "--config", str(CONFIGURATION)) == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_stays_data(name: str) -> None:
    """Lines of an environment file and requirements arrive as they are, whatever they say."""
    stages = [
        stage(StageKind.EARLY, CreateEnvironment(text=f"- {name}\n{name}\n", file=name)),
        stage(StageKind.EARLY, RunEnvironmentPip(lines=(name, "six"), directory=name)),
        stage(StageKind.POST_BUILD, RunPostBuild(post_build=name, start=name)),
    ]
    text = render_dockerfile(plan(CONDA_BASE, *stages))
    assert shell_words(text, "printf '%s\\n' '- ")[2:4] == [f"- {name}", name]
    assert shell_words(text, "cd '")[:7] == ["cd", f"/home/jovyan/{name}", "&&", "printf", "%s\\n", name, "six"]
    assert ("ENTRYPOINT", [f"/home/jovyan/{name}"]) in parse(text)


@pytest.mark.parametrize("name", ["a\nRUN id", "a\r", "\0", "\x1b[2J", "\x85", "\u2028", "\ud800"])
def test_a_control_character_is_refused(name: str) -> None:
    """A word that no line can hold is an error, never an instruction."""
    with pytest.raises(UnsupportedError, match="control characters"):
        quote_word(name)
    with pytest.raises(UnsupportedError, match="control characters"):
        render_dockerfile(plan(BASE, stage(StageKind.EARLY, RunPip(commands=(PIP,)), name)))


@pytest.mark.parametrize("text", ["a\nRUN id", "a\\", "syntax=x", "a\r\nb", "\x1b[2J", "é\u202e", "x" * 10_000, ""])
def test_a_comment_is_one_line(text: str) -> None:
    """A comment cannot end early, continue or direct the builder."""
    parsed = parse(f"# head of the file\n{comment(text)}\nFROM scratch\n")
    assert parsed == [("FROM", ["scratch"])]
    assert len(comment(text)) < 200


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        (("b.txt", "a.txt"), [["a.txt", "b.txt", "/home/jovyan/"]]),
        (("x/b.txt", "a.txt", "x/a.txt"), [["a.txt", "/home/jovyan/"], ["x/a.txt", "x/b.txt", "/home/jovyan/x/"]]),
        (("wheels/", "a.txt"), [["a.txt", "/home/jovyan/"], ["wheels", "/home/jovyan/wheels/"]]),
        (("a/w/", "b/w/"), [["a/w", "/home/jovyan/a/w/"], ["b/w", "/home/jovyan/b/w/"]]),
        ((), []),
    ],
)
def test_files_are_copied_to_their_own_places(needs: tuple[str, ...], expected: list[list[str]]) -> None:
    """Files of one directory are copied together, a directory alone, each to where it is in the repository."""
    text = render_dockerfile(plan(BASE, stage(StageKind.EARLY, RunPip(commands=(PIP,)), *needs)))
    assert [value for command, value in parse(text) if command == "COPY"] == expected


def test_a_project_is_never_taken_for_a_package() -> None:
    """A directory gets a slash, without which pip asks the index for a package of that name."""
    command = PipCommand(projects=("pkg", "."), directory="sub")
    text = render_dockerfile(plan(BASE, stage(StageKind.LATE, RunPip(commands=(command,)))))
    assert "(mkdir -p '/home/jovyan/sub' && cd '/home/jovyan/sub' && " in text
    assert "/opt/venv/bin/pip install './pkg' '.'" in text


def test_many_wheels_are_split() -> None:
    """A lock of a thousand wheels stays below what a process takes as one argument."""
    packages = tuple(wheel(f"package-{number}") for number in range(1200))
    text = render_dockerfile(plan(BASE, stage(StageKind.OWN, InstallWheels(packages=packages))))
    assert text.count("layer.py install") == 3


def test_an_endless_line_is_refused() -> None:
    """What no builder reads is an error before the build."""
    step = CreateEnvironment(text="x" * 70_000, file="environment.yml")
    with pytest.raises(UnsupportedError, match="longer than"):
        render_dockerfile(plan(CONDA_BASE, stage(StageKind.EARLY, step)))


@pytest.mark.parametrize(
    ("target", "repo_dir"),
    [
        (Target(base_image="a\nRUN id", python="3.11"), "/home/jovyan"),
        (Target(base_image="$X", python="3.11"), "/home/jovyan"),
        (Target(base_image="a", python="3.11", user="a:b"), "/home/jovyan"),
        (Target(base_image="a", python="3.11", prefix="/opt/../x"), "/home/jovyan"),
        (Target(base_image="a", python="3.11"), "relative"),
        (Target(base_image="a", python="3.11"), "/a b"),
    ],
)
def test_a_strange_target_is_refused(target: Target, repo_dir: str) -> None:
    """Options that a Dockerfile or a shell could misread are usage errors."""
    with pytest.raises(UsageError, match="expected"):
        render_dockerfile(plan(BASE, target=target, repo_dir=repo_dir))
