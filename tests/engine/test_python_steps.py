"""pip's steps with a real engine: early, late, failing and recovering."""

import re
from uuid import uuid4

import pytest
from conftest import Bench, Built, Plans, plan_of
from package_index import PackageIndex

from depnorm.model import (
    AddWheels,
    CreateBase,
    InstallWheels,
    Mode,
    PipCommand,
    Plan,
    RunPip,
    RunPostBuild,
    StageKind,
    Step,
    StoreWheels,
    Target,
    Verify,
)

pytestmark = pytest.mark.engine

FOREVER = 10**6
REQUIREMENTS = PipCommand(files=("requirements.txt",))
PROJECTS = {
    "setuptools": {
        "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "mine"\nversion = "1"\n[tool.setuptools]\npy-modules = ["mine"]\n'
    },
    "hatchling": {
        "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "mine"\nversion = "1"\n[tool.hatch.build.targets.wheel]\ninclude = ["mine.py"]\n'
    },
    "legacy": {"setup.py": "from setuptools import setup\nsetup(name='mine', version='1', py_modules=['mine'])\n"},
}


def early(plans: Plans, step: Step, *needs: str) -> Plan:
    return plans.of(plans.stage(StageKind.EARLY, step, *needs))


def attempts(built: Built) -> int:
    """How many attempts failed and were followed by another. An error repeats the end of the log."""
    return len(set(re.findall("attempt [0-9] failed", built.log)))


def of_each_backend() -> dict[str, str]:
    """The files of a project for each backend, in directories and with modules of their own."""
    return {
        f"of-{name}/{path}": text.replace("mine", f"mine_{name}")
        for name, files in PROJECTS.items()
        for path, text in {**files, f"mine_{name}.py": ""}.items()
    }


def test_a_readme_change_downloads_nothing(bench: Bench, plans: Plans, index: PackageIndex) -> None:
    """With backends in the wheelhouse, only the late steps run again, and they ask the index for nothing."""
    requirements = "six\n" + "".join(f"-e ./of-{name}\n" for name in PROJECTS) + "idna\n"
    files = {**of_each_backend(), "requirements.txt": requirements, "README.md": uuid4().hex}
    own = tuple(range(2, 2 + len(PROJECTS)))
    plan = plans.of(
        plans.stage(StageKind.SHARED, StoreWheels(packages=plans.backends())),
        plans.stage(
            StageKind.EARLY,
            RunPip(commands=(PipCommand(files=("requirements.txt",), without={"requirements.txt": own}),)),
            "requirements.txt",
        ),
        plans.copy(),
        plans.stage(StageKind.LATE, RunPip(commands=(REQUIREMENTS,))),
        plans.stage(StageKind.VERIFY, Verify(commands=(REQUIREMENTS,))),
    )
    first = bench.build(plan, files)
    assert first.ok, first.log
    index.requested.clear()
    second = bench.build(plan, {**files, "README.md": uuid4().hex})
    modules = ", ".join(f"mine_{name}" for name in PROJECTS)
    assert bench.run(second, f"python -c 'import {modules}, six, idna' && cat requirements.txt") == requirements.strip()
    assert [title.split()[0] for title in second.executed] == ["COPY", "RUN", "RUN"]
    assert index.requested == []


@pytest.mark.parametrize("step", ["shared", "early", "wheels"])
def test_a_flaky_index_is_asked_again(bench: Bench, plans: Plans, index: PackageIndex, step: str) -> None:
    """A step gets over an index that fails for a while; it fails hard if that lasts, and nothing of it is cached."""
    steps: dict[str, Step] = {
        "shared": InstallWheels(packages=plans.pick("click")),
        "early": RunPip(commands=(PipCommand(requirements=("click",)),)),
        "wheels": AddWheels(requirements=("click",)),
    }
    plan = early(plans, steps[step])
    index.failures = FOREVER
    lasting = bench.build(plan, patient=False)
    index.failures = 3
    recovering = bench.build(plan, patient=False)
    assert not lasting.ok
    assert attempts(lasting) == 3
    assert recovering.ok, recovering.log
    assert attempts(recovering) in {1, 2, 3}


def test_a_soft_step_leaves_nothing_and_is_repeated(bench: Bench, plans: Plans) -> None:
    """What fails early for want of a file leaves no package behind, and succeeds late."""
    files = {"requirements.txt": "six\n-r more.txt\n", "more.txt": "idna\n"}
    stages = [
        plans.stage(StageKind.EARLY, RunPip(commands=(REQUIREMENTS,), soft=True), "requirements.txt"),
        plans.copy(),
        plans.stage(StageKind.LATE, RunPip(commands=(REQUIREMENTS,))),
    ]
    half = bench.build(plans.of(*stages[:2]), files)
    assert bench.run(half, "pip list --format=freeze") == f"pip=={plans.wheels['pip'].version}"
    assert bench.run(bench.build(plans.of(*stages), files), "python -c 'import six, idna'") == ""


def test_a_soft_step_that_succeeds_is_final(bench: Bench, plans: Plans, index: PackageIndex) -> None:
    """After an early success the late command asks the index for nothing."""
    stages = [
        plans.stage(StageKind.EARLY, RunPip(commands=(REQUIREMENTS,), soft=True), "requirements.txt"),
        plans.copy(),
        plans.stage(StageKind.LATE, RunPip(commands=(REQUIREMENTS,))),
    ]
    files = {"requirements.txt": "six\n"}
    assert bench.build(plans.of(*stages[:2]), files).ok
    index.requested.clear()
    built = bench.build(plans.of(*stages), files)
    assert bench.run(built, "python -c 'import six; print(six.__file__)'").startswith("/opt/venv")
    assert index.requested == []


def test_verification_names_what_is_missing(bench: Bench, plans: Plans) -> None:
    """A declared package that nothing installed fails the build, by name."""
    built = bench.build(early(plans, Verify(commands=(PipCommand(requirements=("six",)),))))
    assert not built.ok
    assert f"expected {plans.wheels['six'].version}" in built.log


def test_a_locked_image_holds_the_lock_and_no_more(bench: Bench, plans: Plans) -> None:
    """In locked mode a package beyond the lock fails the build; what a path brings does not."""
    lock = plans.stage(StageKind.OWN, InstallWheels(packages=plans.pick("six")))
    more = plans.stage(StageKind.EARLY, RunPip(commands=(PipCommand(requirements=("idna",)),)))
    project = plans.stage(StageKind.LATE, RunPip(commands=(PipCommand(projects=(".",)),)))
    check = plans.stage(StageKind.VERIFY, Verify(commands=()))
    files = {**PROJECTS["setuptools"], "mine.py": ""}
    failed = bench.build(plans.of(lock, more, check, mode=Mode.LOCKED))
    assert bench.build(plans.of(lock, plans.copy(), project, check, mode=Mode.LOCKED), files).ok
    assert not failed.ok
    assert "idna" in failed.log
    assert "expected none" in failed.log


def test_without_a_pinned_pip_the_base_keeps_its_own(bench: Bench, plans: Plans) -> None:
    """For a Python that no catalog knows, the prefix has the pip that the base image brings."""
    step = CreateBase(python=True)
    target = Target(base_image=plans.base_image, python="3.11")
    built = bench.build(plan_of(target, [plans.stage(StageKind.BASE, step)]))
    assert (
        bench.run(built, "command -v pip && pip install --quiet six && python -c 'import six'") == "/opt/venv/bin/pip"
    )


def test_another_python_is_refused(bench: Bench, plans: Plans) -> None:
    """A base image with another Python than the plan was made for fails at once, with the options to change."""
    built = bench.build(plans.of(python="3.9"))
    assert not built.ok
    assert "has Python 3.11, expected 3.9: change --python or --base-image" in built.log


@pytest.mark.parametrize("buildkit", [True, False])
def test_the_repository_scripts_run(bench: Bench, plans: Plans, *, buildkit: bool) -> None:
    """The postBuild script runs as the user in the repository; start is what the container runs."""
    step = RunPostBuild(post_build="binder/postBuild", start="binder/start")
    files = {
        "binder/postBuild": "#!/bin/sh\nid -u > made; pwd >> made\n",
        "binder/start": '#!/bin/sh\necho started; exec "$@"\n',
    }
    built = bench.build(plans.of(plans.copy(), plans.stage(StageKind.POST_BUILD, step)), files, buildkit=buildkit)
    assert bench.run(built, "cat made").splitlines() == ["started", "1000", "/home/jovyan"]


@pytest.mark.parametrize("buildkit", [True, False])
def test_files_with_hostile_names_are_copied(bench: Bench, plans: Plans, *, buildkit: bool) -> None:
    """Each file arrives under its own name, with its own content, and nothing else does."""
    names = [
        "it's",
        'q"',
        "$HOME",
        "${x}",
        "a b",
        "b\\",
        "<<EOF",
        "0<<E",
        "#c",
        "--from=x",
        "*",
        "[^x]*?",
        "!n",
        "^x",
        " l ",
    ]
    decoys = ["x", "ab", "home", "yz"]
    needs = [*names, *(f"sub dir/{name}" for name in names)]
    command = PipCommand(files=tuple(needs), without=dict.fromkeys(needs, (1,)))
    plan = early(plans, RunPip(commands=(command,)), *needs)
    built = bench.build(
        plan,
        {**{name: f"no such package in {name}\n" for name in needs}, **dict.fromkeys(decoys, "")},
        buildkit=buildkit,
    )
    shown = bench.run(built, "find . -type f -exec cat {} +")
    assert sorted(shown.splitlines()) == sorted(f"no such package in {name}" for name in needs)
    assert bench.run(built, "find . -type f -user jovyan | wc -l").strip() == str(len(needs))
