"""A plan as scripts of repo2docker's phases; the shell and R run them for real."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import dockerfile  # type: ignore[import-not-found]  # an extension module without stubs
import pytest
from hostile_repositories import MARK, REPOSITORIES, TEXTS, Files
from shell_run import read_shell

import depnorm
from depnorm.emit.repo2docker import r
from depnorm.emit.repo2docker.text import chain, tried
from depnorm.errors import DepnormError, UnsupportedError, UsageError
from depnorm.model import Ecosystem, Mode, Plan, Repo2DockerPhase, RunRScript

MakeRepository = Callable[[Mapping[str, str]], Path]
PIP = "${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir"
R = {"runtime.txt": "r-4.3-2024-01-10\n"}
SETUP = "from setuptools import setup\nsetup(name='own', install_requires=['idna>=2'])\n"
Row = tuple[str, str, tuple[str, ...]]


def plan_of(root: Path) -> Plan:
    return depnorm.plan(root, max_layers=0)


def rows(plan: Plan, hidden: Sequence[str] = ()) -> list[Row]:
    """Phase, text and files of all scripts."""
    phases = [(phase, plan.to_repo2docker_scripts(phase, hidden=hidden)) for phase in Repo2DockerPhase]
    return [(phase.value, script.text, script.files) for phase, scripts in phases for script in scripts]


CASES: Mapping[str, tuple[Mapping[str, str], list[Row]]] = {
    "a list is sorted in the text": (
        {"requirements.txt": "six\nNumPy>=1.2 ; python_version < '3.9'\nsix\nattrs[ Tests ]\n"},
        [("build", f"{PIP} 'attrs[tests]' 'numpy>=1.2; python_version < \"3.9\"' 'six'", ())],
    ),
    "the project's own line waits, and what it declares does not": (
        {"requirements.txt": "six\n-e .\n", "setup.py": SETUP},
        [
            ("build", f"{PIP} 'idna>=2' 'six'", ()),
            ("assemble", f"{PIP} -r 'requirements.txt'", ()),
            ("assemble", f"{PIP} '.'", ()),
        ],
    ),
    "an include brings its file": (
        {"requirements.txt": "six\n-r base.txt\n", "base.txt": "attrs\n"},
        [("preassemble", f"{PIP} -r 'requirements.txt'", ("base.txt", "requirements.txt"))],
    ),
    "an option makes it the user's own file": (
        {"requirements.txt": "--extra-index-url https://user:secret@example.org/simple\nsix\n"},
        [("preassemble", f"{PIP} -r 'requirements.txt'", ("requirements.txt",))],
    ),
    "beside a line that waits, an include is all that is copied": (
        {
            "requirements.txt": "six\n-r base.txt\n-c pins.txt\n--pre\n-e .\n",
            "base.txt": "attrs\n",
            "pins.txt": "six<2\n",
            "setup.py": SETUP,
        },
        [
            (
                "preassemble",
                f"{PIP} '--pre' '-r' 'base.txt' '-c' 'pins.txt' 'idna>=2' 'six'",
                ("base.txt", "pins.txt"),
            ),
            ("assemble", f"{PIP} -r 'requirements.txt'", ()),
            ("assemble", f"{PIP} '.'", ()),
        ],
    ),
    "so does a URL": (
        {"requirements.txt": "six\ngit+https://example.org/a.git\n"},
        [("preassemble", f"{PIP} -r 'requirements.txt'", ("requirements.txt",))],
    ),
    "so does a line that pip refuses, which must not pass unseen": (
        {"requirements.txt": "six\n=== no requirement\n"},
        [("preassemble", f"{PIP} -r 'requirements.txt'", ("requirements.txt",))],
    ),
    "the server's own list goes to the server": (
        {"runtime.txt": "python-2.7\n", "requirements.txt": "six\n", "requirements3.txt": "attrs\n"},
        [
            ("build", f"{PIP} 'six'", ()),
            ("build", "${NB_PYTHON_PREFIX}/bin/pip install --no-cache-dir 'attrs'", ()),
        ],
    ),
    "an empty list installs nothing": ({"requirements.txt": "# nothing\n"}, []),
    "a whole R package waits, its imports do not": (
        {"DESCRIPTION": "Package: own\nVersion: 1\nImports: sf, R6\n"},
        [
            ("build", r.install_packages(["R6", "sf"]), ()),
            (
                "assemble",
                "R --no-save --no-restore --no-init-file --no-environ --quiet -e 'remotes::install_local()'",
                (),
            ),
        ],
    ),
    "a list of R packages is named in the text": (
        {**R, "install.R": "packages <- c('sf', 'R6')\ninstall.packages(packages)\n"},
        [("build", r.install_packages(["R6", "sf"]), ())],
    ),
    "a script that says from where is run": (
        {**R, "install.R": "install.packages('sf', repos = 'https://cran.example.org')\n"},
        [("preassemble", r.run_script(RunRScript(file="install.R", packages=("sf",))), ("install.R",))],
    ),
    "a script that nobody understands is tried, and repeated": (
        {**R, "install.R": "source('R/more.R')\neval(parse(text = x))\n", "R/more.R": "x <- '1'\n"},
        [
            ("preassemble", r.try_script(RunRScript(file="install.R")), ("R/more.R", "install.R")),
            ("assemble", r.repeat_script(RunRScript(file="install.R")), ()),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_scripts(case: str, make_repository: MakeRepository) -> None:
    """What runs in which phase, and which files it reads."""
    files, expected = CASES[case]
    assert rows(plan_of(make_repository(files))) == expected


def test_an_environment_is_one_text_with_its_plain_pip_section(make_repository: MakeRepository) -> None:
    """Sorted specs, channels in their order, and mamba itself runs pip."""
    text = (
        "name: x\nchannels: [conda-forge, bioconda]\ndependencies:\n- scipy\n- numpy=1\n- pip:\n  - Six\n  - attrs>1\n"
    )
    [(phase, script, files)] = rows(plan_of(make_repository({"environment.yml": text})))
    assert (phase, files) == ("build", ())
    [lines] = re.findall(r"printf '%s\\n' (.*?) *\\?\n? *> /tmp/depnorm/environment\.yml", script, re.DOTALL)
    assert re.findall(r"'([^']*)'", lines) == [
        "channels:",
        '  - "conda-forge"',
        '  - "bioconda"',
        "dependencies:",
        '  - "numpy 1.*"',
        '  - "pip"',
        '  - "scipy"',
        "  - pip:",
        '    - "attrs>1"',
        '    - "six"',
    ]
    assert "${MAMBA_EXE} env update -p ${KERNEL_PYTHON_PREFIX} --file /tmp/depnorm/environment.yml" in script


def test_a_pip_section_that_reads_files_follows_the_environment(make_repository: MakeRepository) -> None:
    """In the directory of the file, as conda runs it; the same again late for what waits."""
    section = "dependencies:\n- numpy\n- pip:\n  - -r base.txt\n  - -e ..\n"
    files = {"binder/environment.yml": section, "binder/base.txt": "six\n", "setup.py": SETUP}
    found = rows(plan_of(make_repository(files)))
    assert [(phase, files) for phase, _, files in found] == [
        ("build", ()),
        ("preassemble", ("binder/base.txt",)),
        ("assemble", ()),
    ]
    early, late = found[1][1], found[2][1]
    assert early.startswith("mkdir -p './binder' && cd './binder'")
    assert "printf '%s\\n' '-r base.txt' \\" in early
    assert "'-r base.txt' '-e ..'" in late


def test_what_is_not_understood_runs_as_it_is(make_repository: MakeRepository) -> None:
    """An environment file with variables is mamba's own business, from the file; pip comes after it."""
    files = {
        "environment.yml": "variables: {A: b}\ndependencies:\n- numpy\n",
        "requirements.txt": "six\n",
        **R,
    }
    found = rows(plan_of(make_repository(files)))
    assert [(phase, names) for phase, _, names in found] == [
        ("preassemble", ("environment.yml",)),
        ("preassemble", ("requirements.txt",)),
    ]
    assert "--file 'environment.yml'" in found[0][1]


def test_system_packages_come_first(make_repository: MakeRepository) -> None:
    """As root, before what may be built against them; apt-get takes each word for a package."""
    plan = plan_of(make_repository({"apt.txt": "tree\ncurl=7.88.1-10\n", "requirements.txt": "six\n"}))
    first, second = plan.to_repo2docker_scripts("build")
    assert (first.user, first.tool) == ("root", Ecosystem.APT)
    assert "apt-get install --yes --no-install-recommends -- 'curl=7.88.1-10' 'tree'" in first.text
    assert (second.user, second.tool) == ("${NB_USER}", Ecosystem.PYPI)


@pytest.mark.parametrize("hidden", [["base.txt"], ["requirements.txt", "base.txt"]])
def test_what_reads_a_hidden_file_waits(hidden: list[str], make_repository: MakeRepository) -> None:
    """The user's own command, once, with all that it installs."""
    plan = plan_of(
        make_repository({"requirements.txt": "six\n-r base.txt\n-e .\n", "base.txt": "attrs\n", "setup.py": SETUP})
    )
    assert [phase for phase, *_ in rows(plan)] == ["preassemble", "assemble", "assemble"]
    assert rows(plan, hidden) == [
        ("assemble", f"{PIP} -r 'requirements.txt'", ()),
        ("assemble", f"{PIP} '.'", ()),
    ]
    late, _ = plan.to_repo2docker_scripts("assemble", hidden=hidden)
    assert {each.name for each in late.packages} == {"six", "attrs", "idna"}


def test_every_package_of_a_plan_is_listed_once(make_repository: MakeRepository) -> None:
    """The lists of the scripts are those of the stages."""
    files = {
        "requirements.txt": "six\n-r base.txt\n-e .\n",
        "base.txt": "attrs\n",
        "setup.py": SETUP,
        "apt.txt": "git\n",
    }
    plan = plan_of(make_repository(files))
    listed = [each for phase in Repo2DockerPhase for it in plan.to_repo2docker_scripts(phase) for each in it.packages]
    staged = [each for stage in plan.stages for each in stage.packages if stage.kind.value != "shared"]
    assert (
        sorted(each.name for each in listed) == sorted(each.name for each in staged) == ["attrs", "git", "idna", "six"]
    )


@pytest.mark.parametrize("script", ["", "# nothing yet\n", "packages <- c()\n"])
def test_a_script_that_installs_nothing_is_no_step(make_repository: MakeRepository, script: str) -> None:
    """R would be started for no package."""
    assert rows(plan_of(make_repository({**R, "install.R": script}))) == []


def test_a_list_too_long_for_a_line_is_read_from_its_file(make_repository: MakeRepository) -> None:
    """No builder reads longer lines; nothing else changes."""
    lines = [f"package-with-a-rather-long-name-{number}" for number in range(3_000)]
    [row] = rows(plan_of(make_repository({"requirements.txt": "\n".join(lines)})))
    assert row == ("preassemble", f"{PIP} -r 'requirements.txt'", ("requirements.txt",))


def test_lines_of_an_included_file_wait_alone(make_repository: MakeRepository) -> None:
    """They are blank while pip runs, where it cannot be told without the file what else is in it."""
    files = {"requirements.txt": "-r base.txt\n", "base.txt": "six\n-e .\n", "setup.py": SETUP}
    first, *_ = plan_of(make_repository(files)).to_repo2docker_scripts("preassemble")
    assert first.files == ("base.txt", "requirements.txt")
    start = first.text.index("-B /tmp/depnorm/without.py")
    command = " ".join(first.text[start:].split())
    pip = "${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r 'requirements.txt' 'idna>=2'"
    assert command.startswith(f"-B /tmp/depnorm/without.py './base.txt:2' -- \\ {pip}")


@pytest.mark.parametrize(
    "files",
    [
        {
            "requirements.txt": "--extra-index-url https://user:hunter2@example.org/simple\nsix\n-e .\n",
            "setup.py": SETUP,
        },
        {"requirements.txt": "six\nidna @ https://user:hunter2@example.org/idna.zip\n-e .\n", "setup.py": SETUP},
        {"environment.yml": "channels: ['https://user:hunter2@example.org/c']\ndependencies: [numpy]\n"},
        {"environment.yml": "dependencies: [numpy, pip: [--index-url=https://u:hunter2@example.org, six]]\n"},
    ],
)
def test_no_credential_gets_into_a_script(files: Mapping[str, str], make_repository: MakeRepository) -> None:
    """It would be in the log, and in the history of the image: what has one is read from its file."""
    found = rows(plan_of(make_repository(files)))
    assert found
    assert not [text for _, text, _ in found if "hunter2" in text]


def test_what_cannot_be_asked_is_refused(make_repository: MakeRepository) -> None:
    """An unknown phase, a lock for another environment, a repository that another build pack builds."""
    plan = plan_of(make_repository({"requirements.txt": "six\n"}))
    with pytest.raises(UsageError, match="'deploy': repo2docker has no such phase"):
        plan.to_repo2docker_scripts("deploy")
    with pytest.raises(UnsupportedError, match="locked for"):
        replace(plan, mode=Mode.LOCKED).to_repo2docker_scripts("build")
    with pytest.raises(UnsupportedError, match="no stages"):
        replace(plan, stages=()).to_repo2docker_scripts("build")


def scripts_of(files: Files, root: Path) -> list[str]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    try:
        return [text for _, text, _ in rows(plan_of(root))]
    except DepnormError:
        return []


@pytest.mark.parametrize("place", REPOSITORIES)
def test_no_text_of_a_repository_becomes_a_word_of_a_shell(place: str) -> None:
    """Every script is one RUN, in which what the repository says stands between quotes; no copied name says more."""
    with TemporaryDirectory() as directory:
        for number, text in enumerate(TEXTS[::5]):
            root = Path(directory) / str(number)
            root.mkdir()
            for script in scripts_of(REPOSITORIES[place](text), root):
                [_, found] = dockerfile.parse_string(f"FROM scratch\nRUN {script}\n")
                assert found.cmd.upper() == "RUN"
                assert MARK not in read_shell(found.value[0]).skeleton


def attempt(script: str, place: Path) -> subprocess.CompletedProcess[str]:
    """Run an attempt on a prefix that has a directory, some time after that was made. No pip writes at once."""
    prefix = place / "prefix"
    (prefix / "site/__pycache__").mkdir(parents=True)
    text = chain("sleep 0.05", *tried(script, str(prefix)))
    return subprocess.run(["/bin/sh", "-c", text], cwd=prefix, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("script", "goes_on", "told"),
    [
        ("true", True, False),
        ("touch site/x", True, False),
        ("false", True, True),
        ("sh -c 'touch site/__pycache__/x; exit 3'", True, True),
        ("sh -c 'sleep 0.1; touch site/x; exit 3'", False, False),
    ],
)
def test_an_attempt_may_fail_if_it_left_nothing(script: str, goes_on: bool, told: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A half installation would be taken for a whole one later, so the build ends there."""
    done = attempt(script, tmp_path)
    assert (done.returncode == 0) == goes_on
    assert ("it is repeated" in done.stderr) == told


def run_r(text: str, library: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of R over an empty library, with a repository in which nothing is."""
    assert shutil.which("Rscript")
    contrib = library / "cran/src/contrib"
    contrib.mkdir(parents=True, exist_ok=True)
    (contrib / "PACKAGES").write_text("", "utf-8")
    profile = library / "profile.R"
    profile.write_text(f'options(repos = c(CRAN = "file://{library}/cran"))\n', "utf-8")
    variables = {**os.environ, "R_PROFILE": str(profile), "R_LIBS_USER": str(library), "R_LIBS": ""}
    text = text.replace("/tmp", f"{library}/tmp")  # noqa: S108  of the image
    (library / "tmp").mkdir(exist_ok=True)
    return subprocess.run(
        ["/bin/sh", "-c", text], cwd=library, env=variables, capture_output=True, text=True, check=False
    )


def test_a_package_that_r_does_not_find_afterwards_ends_the_build(tmp_path: Path) -> None:
    """install.packages() only warns; repo2docker's own step would go on."""
    done = run_r(r.install_packages(["nosuchpackage", "stats"]), tmp_path)
    assert done.returncode != 0
    assert "not installed: nosuchpackage" in done.stderr
    assert run_r(r.install_packages(["stats", "utils"]), tmp_path).returncode == 0


def test_a_script_of_r_is_checked_and_repeated(tmp_path: Path) -> None:
    """Hard where it is understood; tried, into a library of its own, where it is not; run late unless it succeeded."""
    (tmp_path / "install.R").write_text('install.packages("nosuchpackage")\n', "utf-8")
    step = RunRScript(file="install.R", packages=("nosuchpackage",))
    assert run_r(r.run_script(step), tmp_path).returncode != 0
    tried_once = run_r(r.try_script(step), tmp_path)
    assert tried_once.returncode == 0
    assert "it is repeated" in tried_once.stderr
    assert run_r(r.repeat_script(step), tmp_path).returncode != 0
    (tmp_path / "install.R").write_text('cat("ran\\n", file = "ran", append = TRUE)\n', "utf-8")
    step = RunRScript(file="install.R", packages=("stats",))
    assert run_r(r.try_script(step), tmp_path).returncode == 0
    assert run_r(r.repeat_script(step), tmp_path).returncode == 0
    assert (tmp_path / "ran").read_text("utf-8") == "ran\n"
