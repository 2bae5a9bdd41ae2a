"""The build packs against the real repo2docker: what it prints with --no-build, with its own packs and with these."""

import contextlib
import json
import logging
import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from repo2docker_render import Instruction, application, description, offline, parse, render, runs, runs_again

from depnorm.integrations import repo2docker

MakeRepository = Callable[[Mapping[str, str]], Path]
SAMPLES = Path(__file__).parents[2] / "corpus"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/repo"))
CONFIG = """\
from depnorm.integrations.repo2docker import buildpacks, default_buildpack
c.Repo2Docker.buildpacks = buildpacks()
c.Repo2Docker.default_buildpack = default_buildpack()
"""


@cache
def rendered(name: str, *, early: bool) -> str:
    """The Dockerfile of a sample, or how repo2docker refuses it."""
    with warnings_of_a_bug() as told:
        text = _rendered_or_refused(name, early=early)
    assert told == []
    return text


def _rendered_or_refused(name: str, *, early: bool) -> str:
    try:
        return render(SAMPLES / name / "repo", early=early)
    except (ValueError, RuntimeError, TypeError) as error:
        return f"# {type(error).__name__}: {error}\nFROM scratch\n"


@contextlib.contextmanager
def warnings_of_a_bug() -> Iterator[list[str]]:
    """Gathers what the log has to say that nobody foresaw."""
    told: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(record.getMessage())

    handler, logger = Handler(logging.ERROR), logging.getLogger("repo2docker")
    logger.addHandler(handler)
    yield told
    logger.removeHandler(handler)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_described_as_by_repo2docker(name: str) -> None:
    """Same base image, variables, ports, labels, directory, user, entry point and command; or the same refusal."""
    own, early = (rendered(name, early=early) for early in (False, True))
    if own.startswith("#"):
        assert early.replace("Early", "") == own
    else:
        assert description(early) == description(own)
        assert {each.name for each in parse(early)} <= {each.name for each in parse(own)}


WAITS = {
    "conda-editable": "the pip section has `-e .`",
    "directory-and-file-url": "a directory and file URLs",
    "dockerignore-hides": "the included file is no part of the build context",
    "editable-hatchling": "`-e .`",
    "editable-legacy-setup-py": "`-e .`",
    "editable-plus-packages": "`-e .`",
    "editable-scm-version": "`-e .`",
    "freeze-of-conda": "paths of the machine that it was frozen on",
    "include-cycle": "pip follows the cycle for ever",
    "missing-include": "the included file is not there",
    "notebooks-and-package": "`-e .`",
    "odd-names": "names that COPY would misread",
    "outside-reference": "paths that leave the repository",
    "postbuild-installs": "the repository is a package",
    "python-package": "the repository is a package",
    "r-dynamic": "only running the script tells",
    "r-package-list": "only running the script tells",
    "r-self": "the repository is an R package",
    "r-self-path": "the repository is an R package",
    "r-source": "only running the script tells",
    "rejected-by-pip": "a local path",
    "variable": "an environment variable",
}
"""Samples in which something has to run with the repository, and why."""


@pytest.mark.parametrize("name", NAMES)
def test_a_readme_change_runs_only_what_needs_the_repository(name: str) -> None:
    """All that a line of its own keeps waiting is that line's command, and `pip install .`; else it is postBuild."""
    if rendered(name, early=True) == rendered(name, early=False):
        return  # repo2docker's own steps
    again = [text for text in runs_again(rendered(name, early=True), "README.md") if not is_a_hook(text)]
    own = [text for text in runs_again(rendered(name, early=False), "README.md") if not is_a_hook(text)]
    assert bool(again) == (name in WAITS)
    assert len(again) <= max(len(own), 1)


def is_a_hook(text: str) -> bool:
    """Whether it belongs to postBuild or start."""
    return text.startswith(("chmod +x", "./"))


def test_hadolint_has_no_more_to_say_than_of_repo2docker(tmp_path: Path) -> None:
    """No rule is broken that repo2docker's own text does not break."""
    for name in NAMES:
        for early in (False, True):
            (tmp_path / f"{name}.{early}").write_text(rendered(name, early=early), "utf-8")
    files = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(["hadolint", "--format", "json", "--no-fail", *files], capture_output=True, check=True)
    found: dict[bool, set[str]] = {False: set(), True: set()}
    for row in json.loads(done.stdout):
        found[row["file"].endswith("True")].add(row["code"])
    assert found[True] <= found[False]
    assert found[False]


LISTS = "pandas\nNumPy >= 1.20\nmatplotlib\n"
KINDS: dict[str, Mapping[str, str]] = {
    "requirements": {"requirements.txt": LISTS},
    "in binder": {"binder/requirements.txt": LISTS, "requirements.txt": "ignored\n"},
    "in .binder": {".binder/requirements.txt": LISTS, ".binder/apt.txt": "git\n", ".binder/start": "#!/bin/sh\n"},
    "Python of a runtime.txt": {"runtime.txt": "python-3.11\n", "requirements.txt": LISTS},
    "runtime.txt alone": {"runtime.txt": "python-3.12\n"},
    "legacy Python": {"runtime.txt": "python-3.5\n", "requirements.txt": "six\n", "requirements3.txt": "numpy\n"},
    "nothing": {"README.md": "# Nothing\n"},
    "apt alone": {"apt.txt": "git\ncurl # too\n"},
    "postBuild and start": {"requirements.txt": LISTS, "postBuild": "#!/bin/sh\n", "start": "#!/bin/sh\n"},
    "package": {"setup.py": "from setuptools import setup\nsetup(name='own', install_requires=['six'])\n"},
    "pyproject": {"pyproject.toml": "[build-system]\nrequires = []\n[project]\nname = 'own'\ndependencies = ['six']\n"},
    "external lines": {"requirements.txt": "git+https://github.com/example/one\nhttps://example.org/two-1.0.zip\n"},
    "conda": {"environment.yml": "dependencies:\n- python=3.11\n- numpy\n- pip:\n  - six\n"},
    "conda in binder": {"binder/environment.yml": "dependencies:\n- numpy\n", "requirements.txt": "ignored\n"},
    "conda with R": {"environment.yml": "channels: [conda-forge]\ndependencies:\n- r-base=4.3\n- r-digest\n"},
    "conda that is empty": {"environment.yml": ""},
    "old Python of conda": {"environment.yml": "dependencies: [python=2.7, numpy]\n"},
    "R": {"runtime.txt": "r-4.3-2024-01-10\n", "install.R": "install.packages('digest')\n"},
    "R of a date": {"runtime.txt": "r-2024-01-10\n", "install.R": "install.packages('digest')\n", "apt.txt": "git\n"},
    "R package": {"DESCRIPTION": "Package: own\nVersion: 1\nImports: digest\n", "install.R": "library(digest)\n"},
    "R beside conda and pip": {
        "runtime.txt": "r-4.3-2024-01-10\n",
        "environment.yml": "dependencies:\n- numpy\n",
        "requirements.txt": "six\n",
        "install.R": "install.packages('digest')\n",
    },
    "Pipfile": {"Pipfile": "[packages]\nsix = '*'\n", "requirements.txt": "ignored\n"},
    "Julia": {"Project.toml": "[deps]\n[compat]\njulia = '1.10'\n", "requirements.txt": "six\n"},
    "nix": {"default.nix": "{}\n", "requirements.txt": "ignored\n"},
    "Dockerfile": {"Dockerfile": "FROM debian:12\nRUN true\n", "requirements.txt": "ignored\n"},
}
ITS_OWN = {"nothing", "runtime.txt alone", "Pipfile", "Julia", "nix", "Dockerfile"}
"""Kinds whose text is repo2docker's, to the byte."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_repository(kind: str, make_repository: MakeRepository) -> None:
    """What repo2docker's own test repositories are like: built from the same base, by the same user, entered alike."""
    root = make_repository(KINDS[kind])
    own, early = (render(root, early=early) for early in (False, True))
    assert description(early) == description(own)
    assert (early == own) == (kind in ITS_OWN)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_build_pack_takes_a_repository(kind: str, make_repository: MakeRepository) -> None:
    """The packs detect what repo2docker's do, in its order."""
    root = make_repository(KINDS[kind])
    assert names_of(picked(root, early=True)) == names_of(picked(root, early=False))


def picked(root: Path, *, early: bool) -> list[type]:
    """The build packs that would take a directory."""
    app = application(root, early=early)
    with offline(), pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        made = [pack() if pack.__name__.startswith("Legacy") else pack(base_image="x") for pack in app.buildpacks]
        return [type(each) for each in made if each.detect()] or [app.default_buildpack]


def names_of(packs: list[type]) -> list[str]:
    return [pack.__name__.removeprefix("Early") for pack in packs]


def test_a_build_pack_of_somebody_else_stays() -> None:
    """What was derived from one of repo2docker's packs has scripts of its own, and keeps its place."""
    from repo2docker.buildpacks import CondaBuildPack, NixBuildPack  # noqa: PLC0415  without repo2docker_render it warns

    class Mine(CondaBuildPack):  # type: ignore[misc]  # repo2docker has no types
        pass

    assert repo2docker.buildpacks([Mine, NixBuildPack, CondaBuildPack]) == [
        Mine,
        NixBuildPack,
        repo2docker.EarlyCondaBuildPack,
    ]


def test_three_lines_of_configuration_switch_it_on(make_repository: MakeRepository, tmp_path: Path) -> None:
    """repo2docker's own `--config` reads them."""
    config = tmp_path / "repo2docker_config.py"
    config.write_text(CONFIG, "utf-8")
    for files in (KINDS["requirements"], {"README.md": "# Default\n", "apt.txt": "git\n"}):
        root = tmp_path / str(len(files))
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
        assert render(root, "--config", str(config), early=False) == render(root, early=True)
    assert render(make_repository({"README.md": ""}), early=True) != render(root, early=True)


def copies(text: str) -> list[tuple[str, ...]]:
    """The instructions that bring files of the repository."""
    return [each.values for each in parse(text) if each.name == "COPY" and each.values[0].startswith("src/")]


def test_exactly_the_files_of_a_closed_set_are_copied_early(make_repository: MakeRepository) -> None:
    """`-r base.txt` brings base.txt and what it includes, and nothing else, before the repository comes."""
    files = {"requirements.txt": "-r more/base.txt\nsix\n", "more/base.txt": "-c pins.txt\nidna\n"}
    text = render(make_repository({**files, "more/pins.txt": "idna<4\n", "more/other.txt": "x\n"}), early=True)
    assert [source for source, _ in copies(text)] == [
        "src/more/base.txt",
        "src/more/pins.txt",
        "src/requirements.txt",
        "src/",
    ]
    assert runs_again(text, "README.md") == []
    assert len(runs_again(text, "more/pins.txt")) == 1


def test_sourced_scripts_are_copied_with_the_script(make_repository: MakeRepository) -> None:
    """`source("helpers.R")` is read early, at its own path."""
    files = {"runtime.txt": "r-4.3-2024-01-10\n", "install.R": 'source("R/helpers.R")\n', "R/helpers.R": "x <- 1\n"}
    text = render(make_repository(files), early=True)
    assert [source for source, _ in copies(text)] == ["src/install.R", "src/R/helpers.R", "src/"]


def test_equal_lists_are_equal_steps_below_anything_of_the_repository(tmp_path: Path) -> None:
    """Written differently, in another place, beside another README: one text, and no file is copied before it."""
    texts = []
    repositories = [
        {"requirements.txt": "six\nNumPy>=1.2\n# why\n"},
        {"binder/requirements.txt": "numpy >= 1.2  # first\n\nSIX\nsix\n", "README.md": "x\n"},
    ]
    for number, files in enumerate(repositories):
        root = tmp_path / str(number)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
        texts.append(render(root, early=True).partition("# ensure root user after build scripts")[0])
    assert texts[0] == texts[1]
    assert "'numpy>=1.2' 'six'" in texts[0]


def test_a_line_of_the_repository_sends_nothing_else_late(make_repository: MakeRepository) -> None:
    """`-e .` waits; what stands beside it and what the project declares is there before."""
    files = {"requirements.txt": "pandas\n-e .\n", "setup.py": "from setuptools import setup\nsetup(name='own')\n"}
    text = render(make_repository(files), early=True)
    pip = "${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir"
    assert f"{pip} 'pandas'" in runs(text)
    assert runs_again(text, "README.md") == [f"{pip} -r 'requirements.txt'", f"{pip} '.'"]


def test_what_repo2docker_adds_to_r_follows_the_environment(make_repository: MakeRepository) -> None:
    """Of an environment.yml with R in it: RStudio and the kernel, in their order, wherever the environment went."""
    root = make_repository(KINDS["conda with R"])
    own, early = (runs(render(root, early=early)) for early in (False, True))
    after, start = (next(n for n, text in enumerate(texts, 1) if "env update" in text) for texts in (own, early))
    added = own[after:]
    assert added
    assert [text for text in early[start:] if text in added] == added


@pytest.mark.parametrize("name", [".dockerignore", ".containerignore"])
def test_a_file_that_is_no_part_of_the_build_waits(name: str, make_repository: MakeRepository) -> None:
    """COPY of a file that repo2docker leaves out would fail the build before anything else could."""
    files = {"requirements.txt": "-r base.txt\n", "base.txt": "six\n", name: "# not this\nbase.txt\n"}
    text = render(make_repository(files), early=True)
    assert copies(text) == [("src/", "${REPO_DIR}/")]
    assert len(runs_again(text, "README.md")) == 1


def test_the_ignore_file_of_the_configuration_directory_counts(make_repository: MakeRepository) -> None:
    """repo2docker does not look at the root's where there is a binder/."""
    files = {"binder/requirements.txt": "-r base.txt\n", "binder/base.txt": "six\n", ".dockerignore": "binder\n"}
    assert runs_again(render(make_repository(files), early=True), "README.md") == []


@pytest.mark.parametrize(
    "name", ["more files/base.txt", "$(id).txt", "it's.txt", "a;b.txt", "${HOME}.txt", "[a].txt", "<<EOF", "!a.txt"]
)
def test_a_name_that_copy_would_misread_waits(name: str, make_repository: MakeRepository) -> None:
    """repo2docker writes names into COPY as they are, so such a one is never there."""
    files = {"requirements.txt": f'-r "{name}"\nsix\n', name: "idna\n"}
    root = make_repository(files)
    text = render(root, early=True)
    assert copies(text) == [("src/", "${REPO_DIR}/")]
    assert name not in text
    assert runs_again(text, "README.md") == [
        "${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r 'requirements.txt'"
    ]


@pytest.mark.parametrize("line", ["less; touch /tmp/oops", "vim -oAPT::X=1", "a$(id)", "g'", "git &&", "vim-"])
def test_apt_gets_nothing_but_names(line: str, make_repository: MakeRepository) -> None:
    """repo2docker's own script hands the rest of a line to a shell, as root; here the build ends with the line."""
    root = make_repository({"apt.txt": f"git\n{line}\n"})
    assert line.split(maxsplit=1)[0] in render(root, early=False)
    with pytest.raises(ValueError, match=r"apt\.txt:2"):
        render(root, early=True)


def test_a_repository_that_depnorm_refuses_is_built_by_repo2docker(
    make_repository: MakeRepository, caplog: pytest.LogCaptureFixture
) -> None:
    """The build goes on as if depnorm was not there, and the log says why."""
    root = make_repository({"other.txt": "six\n"})
    (root.parent / "outside.txt").write_text("six\n", "utf-8")
    (root / "requirements.txt").symlink_to("../outside.txt")
    assert render(root, early=True) == render(root, early=False)
    [line] = [record.getMessage() for record in caplog.records if "depnorm" in record.getMessage()]
    assert line == (
        "depnorm: repo2docker installs requirements.txt, which depnorm ignores; "
        "repo2docker's own steps build this repository\n"
    )


def test_a_bug_is_told_and_breaks_no_build(
    make_repository: MakeRepository, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw is an error with its traceback in the log, and repo2docker's own steps."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("never thought of that")

    monkeypatch.setattr(repo2docker, "plan", fail)
    root = make_repository(KINDS["requirements"])
    assert render(root, early=True) == render(root, early=False)
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "bug of depnorm" in record.getMessage()
    assert record.exc_info
    assert record.exc_info[0] is ZeroDivisionError


@pytest.mark.parametrize("runtime", ["python-3.11", "r-4.3-2024-01-10"])
@pytest.mark.parametrize("text", [b"[project\n", b"name = '\xff'\n"])
def test_a_broken_pyproject_is_no_bug_of_depnorm(
    make_repository: MakeRepository, caplog: pytest.LogCaptureFixture, text: bytes, runtime: str
) -> None:
    """repo2docker refuses it in its own words."""
    root = make_repository({"runtime.txt": f"{runtime}\n", "requirements.txt": "six\n"})
    (root / "pyproject.toml").write_bytes(text)
    messages = []
    for early in (False, True):
        with pytest.raises(ValueError) as caught:  # noqa: PT011  the same, whatever it says
            render(root, early=early)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert not [record for record in caplog.records if "bug of depnorm" in record.getMessage()]


def test_the_same_words_for_what_repo2docker_refuses(make_repository: MakeRepository) -> None:
    """Its errors are its own: depnorm's reading comes after."""
    broken: list[dict[str, Any]] = [
        {"runtime.txt": "python-3.11.4-x\n", "requirements.txt": "six\n"},
        {"apt.txt": "LibreOffice\n"},
        {"environment.yml": "- a list\n"},
        {"environment.yml": "dependencies:\n"},
        {"binder/requirements.txt": "", ".binder/requirements.txt": ""},
    ]
    for number, files in enumerate(broken):
        root = make_repository({f"{number}/{name}": text for name, text in files.items()}) / str(number)
        messages = []
        for early in (False, True):
            with pytest.raises((ValueError, RuntimeError, TypeError)) as caught:
                render(root, early=early)
            messages.append(str(caught.value))
        assert messages[0] == messages[1]
        root.parent.rename(root.parent.with_name(f"done-{number}"))


def test_rendering_leaves_the_directory_alone(make_repository: MakeRepository) -> None:
    """Where the process works, and what is in the repository."""
    before = Path.cwd()
    root = make_repository(KINDS["R beside conda and pip"])
    files = sorted(root.rglob("*"))
    render(root, early=True)
    assert Path.cwd() == before
    assert sorted(root.rglob("*")) == files


def test_instructions_are_read_as_buildkit_does() -> None:
    """The helper that says what runs again knows flags, directories and files."""
    text = "FROM x\nCOPY --chown=1:1 src/a/ /a/\nRUN one\nCOPY src/ /\nRUN two\n"
    assert parse(text)[1] == Instruction("COPY", ("src/a/", "/a/"), ("--chown=1:1",))
    assert runs_again(text, "a/b") == ["one", "two"]
    assert runs_again(text, "README.md") == ["two"]
