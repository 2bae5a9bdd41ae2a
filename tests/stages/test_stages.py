"""The stages of a plan: what installs when, and in which order."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import depnorm
from depnorm.errors import UnsupportedError, UsageError
from depnorm.model import InstallApt, InstallRPackages, PipCommand, Plan, RunPip, Stage, StageKind, Verify

MakeRepository = Callable[[Mapping[str, str]], Path]
PROJECT = '[project]\nname = "demo"\nversion = "1"\ndependencies = ["attrs>=20", "idna"]\n'
BUILD = '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n'


def kinds(plan: Plan) -> list[str]:
    return [stage.kind.value for stage in plan.stages if stage.kind is not StageKind.SHARED]


def only(plan: Plan, kind: StageKind) -> Stage:
    (stage,) = (each for each in plan.stages if each.kind is kind)
    return stage


def commands(stage: Stage) -> tuple[PipCommand, ...]:
    assert isinstance(stage.step, RunPip)
    return stage.step.commands


def test_a_plain_repository_is_verified_before_the_copy(make_repository: MakeRepository) -> None:
    """Nothing waits for the repository, so a change of a README runs the copy alone."""
    plan = depnorm.plan(make_repository({"requirements.txt": "idna\nattrs\n", "README.md": ""}))
    assert kinds(plan) == ["base", "early", "verify", "copy"]
    early = only(plan, StageKind.EARLY)
    assert early.needs == ("requirements.txt",)
    assert [package.name for package in early.packages] == ["attrs", "idna"]


def test_one_line_goes_late_not_thirty_one(make_repository: MakeRepository) -> None:
    """`-e .` beside packages: they install early, that line late, and the command is the user's own."""
    lines = ["idna", "-e .", *(f"pkg{number}" for number in range(30))]
    files = {"requirements.txt": "\n".join(lines), "pyproject.toml": PROJECT}
    plan = depnorm.plan(make_repository(files))
    assert kinds(plan) == ["base", "early", "copy", "late", "verify"]
    (early,) = commands(only(plan, StageKind.EARLY))
    assert early.without == {"requirements.txt": (2,)}
    assert len(only(plan, StageKind.EARLY).packages) == 32  # attrs comes from the project itself
    (late,) = commands(only(plan, StageKind.LATE))
    assert late == PipCommand(files=("requirements.txt",))


def test_what_a_project_declares_installs_early(make_repository: MakeRepository) -> None:
    """The static dependencies of `-e .` are resolved with its file; those of a package repository after it."""
    root = make_repository({"requirements.txt": "-e .\nidna\n", "pyproject.toml": PROJECT})
    (command,) = commands(only(depnorm.plan(root), StageKind.EARLY))
    assert command.requirements == ("attrs>=20", "idna")
    (root / "requirements.txt").write_text("click\n", encoding="utf-8")
    (root / "pyproject.toml").write_text(PROJECT + BUILD, encoding="utf-8")
    stages = [each for each in depnorm.plan(root).stages if each.kind is StageKind.EARLY]
    assert [commands(each)[0].requirements for each in stages] == [(), ("attrs>=20", "idna")]


def test_a_project_is_not_looked_up_by_its_name(make_repository: MakeRepository) -> None:
    """What local projects ask of themselves and of each other is theirs: an index would give a stranger's package."""
    files = {
        "requirements.txt": "-e .[all]\n-e ./other\nidna\n",
        "pyproject.toml": '[project]\nname = "demo"\nversion = "1"\ndependencies = ["Other_Part"]\n'
        '[project.optional-dependencies]\nall = ["demo[test]"]\ntest = ["attrs"]\n',
        "other/pyproject.toml": '[project]\nname = "other-part"\nversion = "1"\n',
    }
    (command,) = commands(only(depnorm.plan(make_repository(files)), StageKind.EARLY))
    assert command.requirements == ("attrs",)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("--extra-index-url https://${TOKEN}@example.org/simple\nidna\n-e .\n", "soft"),
        ("--find-links linked\nidna\n", "late"),
        ("-c linked.txt\nidna\n", "late"),
        ("-r linked.txt\nidna\n", "late"),
        ("-r plain.txt\nidna\n-e .\n", "early"),
    ],
)
def test_an_option_that_has_to_wait_takes_the_others_along(
    make_repository: MakeRepository, text: str, kind: str
) -> None:
    """No line installs early from another index, or without a constraint, than the user's command would use."""
    root = make_repository({"requirements.txt": text, "target.txt": "--pre\n", "plain.txt": "six\n", "w/x": ""})
    (root / "linked.txt").symlink_to("target.txt")
    (root / "linked").symlink_to("w")
    early = [stage.step for stage in depnorm.plan(root).stages if stage.kind is StageKind.EARLY]
    assert [isinstance(step, RunPip) and step.soft for step in early] == {"soft": [True], "late": [], "early": [False]}[
        kind
    ]


def test_conda_and_r_have_no_prefix_for_a_project(make_repository: MakeRepository) -> None:
    """A project in a conda pip section installs with conda's pip; an R package with R."""
    conda = {"environment.yml": "dependencies: [pip, {pip: [-e ., six]}]\n", "pyproject.toml": PROJECT}
    assert not any(isinstance(stage.step, RunPip) for stage in depnorm.plan(make_repository(conda)).stages)


def test_an_r_package_is_no_python_package(make_repository: MakeRepository) -> None:
    """A DESCRIPTION alone brings R's install, not `pip install .`."""
    plan = depnorm.plan(
        make_repository({"DESCRIPTION": "Package: x\nImports: sp, methods, privpkg\nRemotes: u/privpkg\n"})
    )
    assert kinds(plan) == ["base", "early", "copy", "late"]
    step = only(plan, StageKind.EARLY).step
    assert isinstance(step, InstallRPackages)
    assert step.packages == ("sp",)


def test_contradicting_commands_are_told_and_not_compared(make_repository: MakeRepository) -> None:
    """Commands of a file and of a package run one after the other: a contradiction is DN202, not a failed check."""
    project = PROJECT.replace("idna", "idna>=3.7") + BUILD
    plan = depnorm.plan(make_repository({"requirements.txt": "idna==3.4\n", "pyproject.toml": project}))
    assert "DN202" in {finding.rule for finding in plan.findings}
    assert only(plan, StageKind.VERIFY).step == Verify(commands=())


@pytest.mark.parametrize("line", ["-c https://example.org/c.txt", "-r ${MORE}.txt", "-r https://example.org/r.txt"])
def test_what_was_not_read_shares_nothing(make_repository: MakeRepository, line: str) -> None:
    """A constraint that nobody read may exclude any shared layer."""
    plan = depnorm.plan(make_repository({"requirements.txt": f"numpy\n{line}\n"}))
    assert StageKind.SHARED not in {stage.kind for stage in plan.stages}
    assert "DN203" in {finding.rule for finding in plan.findings}


def test_a_file_that_is_constraint_and_include_is_installed(make_repository: MakeRepository) -> None:
    """The lines of a -r are installed, also if a -c named the file first (pip)."""
    plan = depnorm.plan(make_repository({"requirements.txt": "-c a.txt\n-r a.txt\n", "a.txt": "idna\n"}))
    assert [package.name for package in only(plan, StageKind.EARLY).packages] == ["idna"]


def test_an_old_python_is_refused_only_where_the_tools_need_it(make_repository: MakeRepository) -> None:
    """A prefix needs Python 3.8; conda brings its own Python, however old."""
    root = make_repository({"requirements.txt": "idna\n", "runtime.txt": "python-3.6"})
    with pytest.raises(UnsupportedError, match=r"Python 3\.6"):
        depnorm.dockerfile(root)
    (root / "environment.yml").write_text("dependencies: [python=3.6]\n", encoding="utf-8")
    assert "FROM" in depnorm.dockerfile(root)


@pytest.mark.parametrize(("ignore", "rule"), [("*\n", "DN110"), ("", None)])
def test_a_hidden_spec_file_is_told(make_repository: MakeRepository, ignore: str, rule: str | None) -> None:
    """A requirements file that the build context lacks cannot be installed."""
    plan = depnorm.plan(make_repository({"requirements.txt": "idna\n", ".dockerignore": ignore}))
    assert (rule in {finding.rule for finding in plan.findings}) is (rule is not None)


def test_extras_of_the_line_count(make_repository: MakeRepository) -> None:
    """`-e .[test]` brings that extra, and no other."""
    extras = '[project.optional-dependencies]\ntest = ["pytest"]\ndocs = ["sphinx"]\n'
    plan = depnorm.plan(make_repository({"requirements.txt": "-e .[test]\n", "pyproject.toml": PROJECT + extras}))
    (command,) = commands(only(plan, StageKind.EARLY))
    assert "pytest" in command.requirements
    assert "sphinx" not in command.requirements


def test_a_package_repository_is_installed_late(make_repository: MakeRepository) -> None:
    """repo2docker runs `pip install .` where the root is a Python package."""
    plan = depnorm.plan(make_repository({"pyproject.toml": PROJECT + BUILD}))
    assert kinds(plan) == ["base", "early", "copy", "late", "verify"]
    assert commands(only(plan, StageKind.LATE)) == (PipCommand(projects=(".",)),)


def test_unknown_lines_are_tried_and_repeated(make_repository: MakeRepository) -> None:
    """A line with a variable is tried early, softly and alone; the user's command runs late."""
    root = make_repository({"requirements.txt": "idna\nhttps://${HOST}/x-1.0-py3-none-any.whl\n"})
    plan = depnorm.plan(root)
    hard, soft = [each.step for each in plan.stages if each.kind is StageKind.EARLY]
    assert isinstance(hard, RunPip)
    assert isinstance(soft, RunPip)
    assert (hard.soft, hard.commands[0].without) == (False, {"requirements.txt": (2,)})
    assert (soft.soft, soft.commands[0].without) == (True, {"requirements.txt": (1,)})
    assert kinds(plan) == ["base", "early", "early", "copy", "late", "verify"]


def test_always_soft_repeats_everything(make_repository: MakeRepository) -> None:
    """`--fallback always` gives every early step the soft form, so the command is repeated late."""
    plan = depnorm.plan(make_repository({"requirements.txt": "idna\n"}), fallback="always")
    assert kinds(plan) == ["base", "early", "copy", "late", "verify"]
    assert plan.stages[1].kind is not StageKind.EARLY or isinstance(plan.stages[1].step, RunPip)


def test_every_dependency_is_in_one_stage(make_repository: MakeRepository) -> None:
    """What a shared layer holds is listed there and nowhere else; the rest is listed once."""
    plan = depnorm.plan(
        make_repository({"requirements.txt": "numpy\nscipy\nmatplotlib\nidna\n-e .\n", "pyproject.toml": PROJECT})
    )
    names = [(package.ecosystem, package.name) for stage in plan.stages for package in stage.packages]
    wheelhouse = {package.name for stage in plan.stages if stage.name == "build-backends" for package in stage.packages}
    listed = [name for name in names if name[1] not in wheelhouse]
    assert len(listed) == len(set(listed))
    assert {"numpy", "scipy", "matplotlib", "idna", "attrs"} <= {name for _, name in listed}


def test_a_plan_does_not_depend_on_line_order(tmp_path: Path) -> None:
    """The shared stages of two repositories that ask the same in another order are equal."""
    plans = []
    for number, text in enumerate(("numpy\nscipy\npandas\n", "pandas\nnumpy\nscipy\n")):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "requirements.txt").write_text(text, encoding="utf-8")
        plans.append(depnorm.plan(tmp_path / str(number)))
    first, second = ([each for each in plan.stages if each.kind is StageKind.SHARED] for plan in plans)
    assert first == second != []


def test_apt_gets_versions_releases_and_architectures(make_repository: MakeRepository) -> None:
    """What apt.txt writes behind a name is asked for, and shown."""
    text = "libc6:i386=2.36\ncurl=7.88.1-10\nlib/testing\ngit\ncurl=7.88.1-10\n"
    plan = depnorm.plan(make_repository({"requirements.txt": "", "apt.txt": text}))
    system = only(plan, StageKind.SYSTEM)
    assert system.step == InstallApt(packages=("curl=7.88.1-10", "git", "lib/testing", "libc6:i386=2.36"))
    assert [(each.name, each.spec) for each in system.packages] == [
        ("curl", "=7.88.1-10"),
        ("git", ""),
        ("lib", "/testing"),
        ("libc6", ":i386=2.36"),
    ]
    assert {"'curl=7.88.1-10'", "'libc6:i386=2.36'"} <= set(depnorm.dockerfile(plan).split())


def test_a_marker_that_no_line_can_hold_waits_with_its_project(make_repository: MakeRepository) -> None:
    """TOML escapes control characters; the Dockerfile of the rest is made all the same."""
    odd = "; platform_version == 'a\\u0001b'"
    build = f'[build-system]\nrequires = ["hatchling", "foo{odd}"]\nbuild-backend = "hatchling.build"\n'
    project = f'[project]\nname = "demo"\nversion = "1"\ndependencies = ["attrs{odd}", "idna"]\n'
    plan = depnorm.plan(make_repository({"requirements.txt": "-e .\nsix\n", "pyproject.toml": build + project}))
    assert "attrs" in [each.name for each in only(plan, StageKind.LATE).packages]
    assert "\x01" not in depnorm.dockerfile(plan)


def test_a_system_directory_is_no_place_for_a_repository(make_repository: MakeRepository) -> None:
    """The plan is refused, not only its Dockerfile."""
    with pytest.raises(UsageError, match="--repo-dir /etc"):
        depnorm.plan(make_repository({"requirements.txt": ""}), repo_dir="/etc")


def test_no_own_stage_precedes_a_shared_one(make_repository: MakeRepository) -> None:
    """apt.txt and everything else of the repository comes after the shared layers."""
    plan = depnorm.plan(make_repository({"requirements.txt": "numpy\n", "apt.txt": "tree\njq\n"}))
    shared = [number for number, stage in enumerate(plan.stages) if stage.kind is StageKind.SHARED]
    assert shared == list(range(1, len(shared) + 1)) != []
    assert kinds(plan) == ["base", "system", "early", "verify", "copy"]


def test_an_own_index_shares_nothing(make_repository: MakeRepository) -> None:
    """Behind another index a name may be another package."""
    plan = depnorm.plan(make_repository({"requirements.txt": "--index-url https://example.org/simple\nnumpy\n"}))
    assert StageKind.SHARED not in {stage.kind for stage in plan.stages}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("install.packages(c('sf', 'sp'))\n", ["base", "early", "copy"]),
        ("source('more.R')\n", ["base", "early", "copy"]),
        ("install.packages(Sys.getenv('PKG'))\n", ["base", "early", "copy", "late"]),
        ("install.packages('sp')\nremotes::install_local('.')\n", ["base", "early", "copy", "late"]),
    ],
)
def test_r_scripts(make_repository: MakeRepository, script: str, expected: list[str]) -> None:
    """A plain script runs early; what only running tells runs twice; what installs the repository is split."""
    root = make_repository({"runtime.txt": "r-4.2-2024-01-10", "install.R": script, "more.R": "install.packages('sp')"})
    assert kinds(depnorm.plan(root)) == expected


def test_a_script_that_is_understood_is_split(make_repository: MakeRepository) -> None:
    """Its plain packages install early; the script itself runs late, whole."""
    root = make_repository(
        {"runtime.txt": "r-4.2-2024-01-10", "install.R": "install.packages('sp')\nremotes::install_local('.')\n"}
    )
    assert isinstance(only(depnorm.plan(root), StageKind.EARLY).step, InstallRPackages)


def test_conda_is_one_early_step_from_sorted_text(make_repository: MakeRepository) -> None:
    """Two orders of the same specs give the same step; the pip section is another one, late where it must be."""
    head = "channels: [conda-forge]\ndependencies:\n"
    root = make_repository({"environment.yml": head + "  - scipy\n  - numpy=1.26\n  - pip:\n    - idna\n"})
    first = depnorm.plan(root)
    (root / "environment.yml").write_text(
        head + "  - numpy 1.26.*\n  - scipy\n  - pip:\n    - idna\n", encoding="utf-8"
    )
    second = depnorm.plan(root)
    assert first.stages[1].step == second.stages[1].step
    assert kinds(first) == ["base", "early", "early", "copy"]


def test_verification_repeats_the_users_commands(make_repository: MakeRepository) -> None:
    """It asks pip about the unmodified command."""
    plan = depnorm.plan(make_repository({"requirements.txt": "idna\n"}))
    step = only(plan, StageKind.VERIFY).step
    assert step == Verify(commands=(PipCommand(files=("requirements.txt",)),))


def test_unknown_options_are_refused(make_repository: MakeRepository) -> None:
    """A typo in a keyword, or an option beside a plan that is already made, is an error."""
    root = make_repository({"requirements.txt": "idna\n"})
    typo: dict[str, str] = {"pyton": "3.11"}
    with pytest.raises(UsageError, match="pyton"):
        depnorm.plan(root, **typo)  # type: ignore[arg-type]  # the typo is the point
    with pytest.raises(UsageError, match="python"):
        depnorm.dockerfile(depnorm.plan(root), python="3.11")
