"""Which spec files count: repo2docker's decision, with nothing left unsaid."""

import itertools
import random
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from repo2docker_oracle import SCRIPTED, decide

import depnorm
from depnorm.model import Builder, SpecChoice
from depnorm.read.choice import choose_spec_files
from depnorm.read.repository import open_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

PACKAGE = "[project]\nname = 'x'\n[build-system]\nrequires = []\n"
CONTENTS = {
    "runtime.txt": "python-3.10\n",
    "environment.yml": "dependencies: [numpy]\n",
    "environment.yaml": "dependencies: [scipy]\n",
    "pyproject.toml": PACKAGE,
    "Pipfile": "[packages]\n",
    "Pipfile.lock": "{}",
    "Dockerfile": "FROM scratch\n",
}
# What the script of a build pack says when it uses a file.
TRACES = {
    "requirements.txt": 'install --no-cache-dir -r "{}"',
    "requirements3.txt": 'NB_PYTHON_PREFIX}}/bin/pip install --no-cache-dir -r "{}"',
    "environment.yml": '--file "{}"',
    "environment.yaml": '--file "{}"',
    "install.R": "--no-environ {}",
    "postBuild": "{}",
    "start": "${{REPO_DIR}}/{}",
}
NAMES = [
    *("Dockerfile", "Project.toml", "JuliaProject.toml", "REQUIRE", "default.nix", "runtime.txt", "environment.yml"),
    *("environment.yaml", "Pipfile", "Pipfile.lock", "requirements.txt", "requirements3.txt", "install.R", "postBuild"),
    *("start", "DESCRIPTION", "setup.py", "setup.cfg", "pyproject.toml"),
]
RUNTIMES = ("python-3.10", "python-3", "python-2.7", "r-4.2-2023-01-10", "r-2023-01-10", "r-4.2", "julia-1.9")


def files(names: Iterable[str], **contents: str) -> dict[str, str]:
    return {name: contents.get(name, CONTENTS.get(name.rpartition("/")[2], "")) for name in names}


def choose(root: Path, *, all_specs: bool = False) -> SpecChoice:
    return choose_spec_files(open_repository(root), all_specs=all_specs)


def used(choice: SpecChoice) -> set[str]:
    return {file.path for file in choice.used}


def rules(choice: SpecChoice) -> set[tuple[str, str]]:
    return {(problem.rule, problem.location.path) for problem in choice.problems}


def random_repositories() -> list[dict[str, str]]:
    """Repositories of one to six spec files, at the root and in a config directory."""
    chance = random.Random(20260101)  # noqa: S311  the same repositories in every run
    repositories = []
    for _ in range(400):
        directory = chance.choice(["", "", "binder/", ".binder/"])
        names = chance.sample(NAMES, chance.randint(1, 6))
        placed = [name if chance.random() < 0.3 else directory + name for name in names]
        repositories.append({path: text_of(path, chance) for path in placed})
    return repositories


def text_of(path: str, chance: random.Random) -> str:
    name = path.rpartition("/")[2]
    return chance.choice(RUNTIMES) if name == "runtime.txt" else CONTENTS.get(name, "")


def check_against_repo2docker(root: Path) -> None:
    choice, decision = choose(root), decide(root)
    if choice.builder is Builder.NONE:
        assert decision.is_default
        assert not choice.used
        return
    assert choice.builder is decision.builder
    if decision.builder in SCRIPTED:
        check_scripts(choice, decision.scripts)


def check_scripts(choice: SpecChoice, scripts: str) -> None:
    by_script = {name for name, trace in TRACES.items() if trace.format(in_directory(choice, name)) in scripts}
    by_choice = {name for name in TRACES if in_directory(choice, name) in used(choice)}
    assert by_choice == by_script
    installs_package = "install --no-cache-dir ." in scripts
    installs_r_package = "install_local()" in scripts
    assert choice.installs_itself == installs_package
    assert ("DESCRIPTION" in used(choice)) == installs_r_package


def in_directory(choice: SpecChoice, name: str) -> str:
    return f"{choice.config_directory}/{name}" if choice.config_directory else name


@pytest.mark.parametrize("pair", list(itertools.combinations(NAMES, 2)), ids="+".join)
def test_two_files_at_the_root_count_as_in_repo2docker(pair: tuple[str, str], make_repository: MakeRepository) -> None:
    """The builder, the files it uses and the self-install are those of repo2docker's own build packs."""
    check_against_repo2docker(make_repository(files(pair)))


@pytest.mark.parametrize("number", range(400))
def test_random_repositories_count_as_in_repo2docker(number: int, make_repository: MakeRepository) -> None:
    """Also with config directories, runtimes and up to six files."""
    check_against_repo2docker(make_repository(random_repositories()[number]))


@pytest.mark.parametrize(
    "repository",
    [
        {"runtime.txt": "r-4.2-2023-01-10", "setup.py": "", "requirements.txt": "", "environment.yml": "{}"},
        {"runtime.txt": "r-4.2-2023-01-10", "pyproject.toml": PACKAGE, "install.R": ""},
        {"binder/runtime.txt": "r-4.2-2023-01-10", "setup.py": "", "DESCRIPTION": "", "binder/install.R": ""},
        {"runtime.txt": "python-2.7", "requirements.txt": "", "requirements3.txt": ""},
        {"runtime.txt": "python-3.6", "requirements.txt": "", "requirements3.txt": ""},
        {"runtime.txt": "python-3.7", "requirements.txt": "", "requirements3.txt": ""},
        {"runtime.txt": "python-3.10", "requirements.txt": "", "requirements3.txt": ""},
        {"runtime.txt": "python-2.7", "DESCRIPTION": "", "requirements3.txt": ""},
        {"runtime.txt": "r-2023-01-10", "requirements.txt": "", "requirements3.txt": ""},
        {"environment.yml": "dependencies: [python=2.7]", "requirements3.txt": ""},
        {"Pipfile": "[requires]\npython_version = '2.7'\n", "requirements3.txt": ""},
        {"Pipfile": "[requires]\npython_version = '3.10'\n", "requirements3.txt": ""},
        {"Pipfile": "[packages]\n", "runtime.txt": "python-2.7", "requirements3.txt": ""},
        {"binder/Pipfile": "[requires]\npython_full_version = '3.6.1'\n", "binder/requirements3.txt": ""},
        {"Pipfile": "[packages]\n", "runtime.txt": "r-4.2", "requirements.txt": ""},
        {"Pipfile.lock": '{"_meta": {"requires": {"python_version": "3.6"}}}', "requirements3.txt": ""},
    ],
    ids="+".join,
)
def test_languages_and_old_pythons_count_as_in_repo2docker(
    repository: dict[str, str], make_repository: MakeRepository
) -> None:
    """R installs a Python package too; requirements3.txt counts beside a Python that Jupyter does not run on."""
    check_against_repo2docker(make_repository(repository))


@pytest.mark.parametrize("number", range(0, 400, 4))
@pytest.mark.parametrize("all_specs", [False, True])
def test_every_spec_file_is_used_or_ignored_with_a_reason(
    number: int,
    all_specs: bool,  # noqa: FBT001  pytest passes it
    make_repository: MakeRepository,
) -> None:
    """Nothing is silent: each file is in exactly one of the two lists, and says why."""
    repository = random_repositories()[number]
    choice = choose(make_repository(repository), all_specs=all_specs)
    listed = [file.path for file in (*choice.used, *choice.ignored)]
    assert sorted(listed) == sorted(repository)
    assert all(file.why for file in (*choice.used, *choice.ignored))


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a.txt", "my code/environment.yml", "z/Pipfile"], "there is my code/environment.yml, z/Pipfile"),
        (["analysis/install.R", "analysis/environment.yml"], "there is analysis/environment.yml"),
        ([*(f"a{number}" for number in range(60)), "b/Pipfile"], "there is b/Pipfile"),
        ([".github/requirements.txt", "a/b/requirements.txt", "a\nb/install.R"], "another directory: --subdir DIR"),
    ],
)
def test_lists_one_directory_down_are_named(names: list[str], told: str, make_repository: MakeRepository) -> None:
    """Where the root has none; not what is led to by a link."""
    root = make_repository(files(names))
    (root / "A").mkdir()
    (root / "A" / "requirements.txt").symlink_to(root / "README.md")
    (problem,) = choose(root).problems
    assert problem.hint.endswith(f"{told}.")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["binder/requirements.txt", "requirements.txt"], {("DN001", "requirements.txt")}),
        ([".binder/requirements.txt", "environment.yml"], {("DN001", "environment.yml")}),
        (["binder/requirements.txt", "setup.py"], set()),
        (
            ["binder/requirements.txt", ".binder/environment.yml"],
            {("DN002", ".binder")},
        ),
        (["environment.yml", "requirements.txt"], {("DN003", "requirements.txt")}),
        (["environment.yml", "runtime.txt"], {("DN003", "runtime.txt")}),
        (["environment.yml", "environment.yaml"], {("DN004", "environment.yaml")}),
        (["requirements.txt", "install.R"], {("DN005", "install.R")}),
        (["environment.yml", "install.R"], {("DN005", "install.R")}),
        (["install.R"], {("DN005", "install.R"), ("DN008", "")}),
        (["install.R", "DESCRIPTION"], set()),
        (["Dockerfile", "requirements.txt", "install.R"], {("DN006", "Dockerfile")}),
        (["Pipfile", "requirements.txt"], {("DN007", "Pipfile"), ("DN007", "requirements.txt")}),
        (["Project.toml", "Pipfile"], {("DN007", "Project.toml"), ("DN007", "Pipfile")}),
        (["default.nix", "requirements.txt"], {("DN007", "default.nix"), ("DN007", "requirements.txt")}),
        (["REQUIRE", "requirements.txt"], {("DN007", "requirements.txt"), ("DN007", "REQUIRE")}),
        (["environment.yml", "Pipfile"], {("DN007", "Pipfile")}),
        (["Project.toml", "requirements.txt", "environment.yml"], {("DN007", "Project.toml")}),
        (["README.md"], {("DN008", "")}),
        (["binder/data.csv", "requirements.txt"], {("DN001", "requirements.txt"), ("DN008", "")}),
        (["requirements.txt", "requirements-dev.txt"], {("DN011", "requirements-dev.txt")}),
        (["requirements.txt", "requirements/test.txt"], {("DN011", "requirements/test.txt")}),
        (["requirements.txt", "constraints.txt"], {("DN011", "constraints.txt")}),
        (["requirements.txt", "environment-dev.yml"], {("DN011", "environment-dev.yml")}),
        (["Requirements.txt"], {("DN011", "Requirements.txt"), ("DN008", "")}),
        (["requirements.txt", "uv.lock", "pylock.toml", "conda-lock.yml", "renv.lock", "poetry.lock"], set()),
        (["requirements.txt", "apt.txt", "postBuild", "start", "runtime.txt"], set()),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_a_file_that_does_not_count_is_a_problem(
    names: list[str], expected: set[tuple[str, str]], make_repository: MakeRepository
) -> None:
    """Each surprise has its rule, its file and a hint."""
    choice = choose(make_repository(files(names)))
    assert rules(choice) == expected
    assert all(problem.hint for problem in choice.problems)


def test_both_config_directories_are_planned_for_binder(make_repository: MakeRepository) -> None:
    """repo2docker refuses; the plan goes on with binder/ and says so."""
    choice = choose(make_repository(files(["binder/requirements.txt", ".binder/requirements.txt"])))
    assert used(choice) == {"binder/requirements.txt"}
    assert "binder/" in choice.ignored[0].why


def test_the_first_binders_base_image_is_refused(make_repository: MakeRepository) -> None:
    """repo2docker stops at it even where a config directory would win."""
    root = make_repository({"Dockerfile": "FROM andrewosh/binder-base\n", "binder/requirements.txt": ""})
    assert rules(choose(root)) >= {("DN006", "Dockerfile")}
    assert not choose(root).used
    with pytest.raises(RuntimeError):
        decide(root)


def test_a_link_out_of_the_repository_is_not_there(make_repository: MakeRepository, tmp_path: Path) -> None:
    """It is a problem DN402, and the next file wins."""
    (tmp_path / "outside.yml").write_text("dependencies: [x]")
    root = make_repository({"requirements.txt": "numpy"})
    (root / "environment.yml").symlink_to(tmp_path / "outside.yml")
    choice = choose(root)
    assert choice.builder is Builder.PYTHON
    assert ("DN402", "environment.yml") in rules(choice)
    assert "environment.yml" not in {file.path for file in (*choice.used, *choice.ignored)}


def test_a_config_directory_out_of_the_repository_is_not_there(make_repository: MakeRepository, tmp_path: Path) -> None:
    """Following it would read what is not the repository's."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "requirements.txt").write_text("x")
    root = make_repository({"requirements.txt": "numpy"})
    (root / "binder").symlink_to(tmp_path / "elsewhere")
    choice = choose(root)
    assert choice.config_directory == ""
    assert ("DN402", "binder") in rules(choice)
    assert used(choice) == {"requirements.txt"}


@pytest.mark.parametrize("name", ["requirements/a\nRUN id.txt", "requirements-\x1b.txt", "a\n-requirements.txt"])
def test_a_name_that_no_dockerfile_can_hold_is_told(name: str, make_repository: MakeRepository) -> None:
    """Such a file cannot be named in a step of the build, so it is not used; the others are."""
    root = make_repository({"requirements.txt": "numpy", name: "scipy"})
    for choice in (choose(root), choose(root, all_specs=True)):
        assert ("DN112", name) in rules(choice)
        assert used(choice) == {"requirements.txt"}
        assert not choice.ignored


@pytest.mark.parametrize("name", ["environment.yml", "setup.py", "uv.lock", "requirements-dev.txt", "binder"])
@pytest.mark.parametrize("target", ["nowhere", "{name}"])
def test_a_link_to_nothing_is_told(name: str, target: str, make_repository: MakeRepository) -> None:
    """It is not there, as for repo2docker, but its owner thinks it is."""
    root = make_repository({"requirements.txt": "numpy"})
    (root / name).symlink_to(target.format(name=name))
    choice = choose(root)
    assert ("DN307", name) in rules(choice)
    assert used(choice) == {"requirements.txt"}
    assert choice.config_directory == ""


def test_a_link_inside_the_repository_counts(make_repository: MakeRepository) -> None:
    """As it does for repo2docker."""
    root = make_repository({"conda/env.yml": "dependencies: [x]"})
    (root / "environment.yml").symlink_to("conda/env.yml")
    assert used(choose(root)) == {"environment.yml"}


def test_a_directory_with_the_name_of_a_spec_file_is_a_problem(make_repository: MakeRepository) -> None:
    """It cannot be read, and is not used."""
    choice = choose(make_repository({"requirements.txt/x": "", "apt.txt": "git"}))
    assert ("DN307", "requirements.txt") in rules(choice)
    assert used(choice) == {"apt.txt"}


@pytest.mark.parametrize("text", ["", "[project]\nname='x'", "[build-system]\n", "not toml", "\xff"])
def test_a_pyproject_without_both_tables_installs_nothing(text: str, make_repository: MakeRepository) -> None:
    """repo2docker asks for [project] and [build-system]; requires-python counts all the same."""
    choice = choose(make_repository({"pyproject.toml": text, "requirements.txt": ""}))
    assert not choice.installs_itself
    assert used(choice) == {"requirements.txt", "pyproject.toml"}


@pytest.mark.parametrize(
    ("names", "builder", "expected"),
    [
        (["requirements.txt", "install.R", "environment.yml"], Builder.R, None),
        (["requirements.txt", "environment.yml", "requirements/dev.txt"], Builder.CONDA, None),
        (["requirements.txt", "requirements-dev.txt", "setup.py"], Builder.PYTHON, None),
        (["requirements.txt", "binder/environment.yml", "pyproject.toml"], Builder.CONDA, None),
        (["requirements.in", "requirements.txt"], Builder.PYTHON, {"requirements.txt"}),
        (["requirements.in"], Builder.PYTHON, {"requirements.in"}),
        (["requirements.txt", "constraints.txt", "uv.lock"], Builder.PYTHON, {"requirements.txt"}),
        (["Dockerfile", "requirements.txt"], Builder.PYTHON, {"requirements.txt"}),
        (["runtime.txt", "binder/runtime.txt"], Builder.PYTHON, {"binder/runtime.txt"}),
        (["Dockerfile"], Builder.NONE, set()),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_all_specs_uses_every_list(
    names: list[str], builder: Builder, expected: set[str] | None, make_repository: MakeRepository
) -> None:
    """For users who are not on Binder: every list of dependencies, wherever it is (None: all of them)."""
    choice = choose(make_repository(files(names)), all_specs=True)
    assert choice.builder is builder
    assert used(choice) == (set(names) if expected is None else expected)


def test_real_repositories_are_decided_as_by_repo2docker(real_corpus: Path) -> None:
    """On every repository of the corpus that repo2docker itself does not refuse."""
    compared = 0
    for root in sorted(path for path in (real_corpus / "repos").iterdir() if path.is_dir()):
        try:
            decision = decide(root)
        except Exception:  # noqa: BLE001, S112  repo2docker raises whatever the files make it raise
            continue
        choice = choose(root)
        compared += 1
        assert choice.builder in {decision.builder, Builder.NONE}, root.name
        assert choice.builder is not Builder.NONE or decision.is_default
    assert compared > 100


def test_all_specs_takes_one_environment(make_repository: MakeRepository) -> None:
    """An image has one conda environment; the others are ignored, and that is said."""
    root = make_repository({"environment.yml": "", "environment-dev.yml": "", "binder/environment.yml": ""})
    choice = choose_spec_files(open_repository(root), all_specs=True)
    assert used(choice) == {"binder/environment.yml"}
    assert all("binder/environment.yml" in file.why for file in choice.ignored)


def test_a_dockerfile_of_depnorm_decides_nothing(make_repository: MakeRepository) -> None:
    """`depnorm dockerfile . -o Dockerfile` can be repeated: what it wrote does not replace the spec files."""
    root = make_repository({"requirements.txt": "idna\n"})
    (root / "Dockerfile").write_text(depnorm.dockerfile(root), encoding="utf-8")
    assert choose(root).builder is Builder.PYTHON
    (root / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    assert choose(root).builder is Builder.DOCKER
