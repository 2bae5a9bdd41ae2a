"""`--allow-builds`: sdists tell what they need by being built, and never without being asked to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import depnorm
from depnorm.emit.dockerfile import render_dockerfile
from depnorm.errors import UsageError
from depnorm.model import LeftOutKind, Lock, RunPip, StageKind, Verify

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def repository(tmp_path: Path, index_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """It asks for a package that only its own build backend knows; `built` beside it shows that this ran."""
    monkeypatch.setenv("DEPNORM_TEST_BUILT", str(tmp_path / "built"))
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", index_url)
    root = tmp_path / "repo"
    root.mkdir()
    (root / "runtime.txt").write_text(f"python-{PYTHON}\n", encoding="utf-8")
    (root / "requirements.txt").write_text("zeta>=1\nbeta\n", encoding="utf-8")
    return root


def lock(root: Path, *, allow_builds: bool) -> Lock:
    found = depnorm.lock(root, allow_builds=allow_builds)
    assert isinstance(found, Lock)
    return found


def test_nothing_is_built_by_default(repository: Path) -> None:
    """What no wheel stands for has no version, and none of its code ran."""
    found = lock(repository, allow_builds=False)
    assert [each.name for each in found.packages] == ["beta"]
    assert [(each.name, each.version, each.kind) for each in found.left_out] == [("zeta", None, LeftOutKind.SOURCE)]
    assert not (repository.parent / "built").exists()


def test_a_build_tells_the_version_and_what_it_needs(repository: Path) -> None:
    """The sdist is left out still, at its exact version; the wheels that it needs are in the lock."""
    found = lock(repository, allow_builds=True)
    assert (repository.parent / "built").exists()
    assert [each.name for each in found.packages] == ["beta", "tool"]
    (left,) = found.left_out
    assert (left.name, left.version, left.kind) == ("zeta", "2.0", LeftOutKind.SOURCE)
    assert "built from its source" in left.why


def test_the_two_answers_are_kept_apart(repository: Path) -> None:
    """What is remembered of the one is no answer to the other."""
    built = lock(repository, allow_builds=True)
    assert lock(repository, allow_builds=False) != built
    assert lock(repository, allow_builds=True) == built


def test_a_package_that_cannot_be_built_is_left_out(repository: Path) -> None:
    """By name, without a version, and the rest is locked."""
    (repository / "requirements.txt").write_text("zeta\nomega\n", encoding="utf-8")
    found = lock(repository, allow_builds=True)
    assert {each.name: each.version for each in found.left_out} == {"omega": None, "zeta": "2.0"}
    assert [each.name for each in found.packages] == ["tool"]


def test_the_early_step_installs_that_version(repository: Path) -> None:
    """The user's own command, under a constraint; the verification asks for exactly this version."""
    plan = depnorm.plan(repository, lock=True, allow_builds=True)
    (early,) = (stage for stage in plan.stages if stage.kind is StageKind.EARLY)
    assert isinstance(early.step, RunPip)
    (command,) = early.step.commands
    assert (command.files, command.requirements, command.constraints) == (("requirements.txt",), (), ("zeta==2.0",))
    assert [(each.name, each.version) for each in early.packages] == [("zeta", "2.0")]
    (check,) = (stage.step for stage in plan.stages if isinstance(stage.step, Verify))
    assert check.beside == ("zeta", "zeta==2.0")
    text = render_dockerfile(plan)
    assert "'zeta==2.0' \\\n    > /tmp/depnorm/constraints.txt" in text
    assert "pip install -r 'requirements.txt' -c /tmp/depnorm/constraints.txt" in text


def test_a_late_line_has_that_version_too(repository: Path) -> None:
    """Where the whole file waits for the repository, the constraint binds its command there."""
    (repository / "pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1"\n', encoding="utf-8")
    (repository / "requirements.txt").write_text("-e .\nzeta\n", encoding="utf-8")
    plan = depnorm.plan(repository, lock=True, allow_builds=True)
    commands = [command for stage in plan.stages if isinstance(stage.step, RunPip) for command in stage.step.commands]
    assert len(commands) > 1
    assert all(command.constraints == ("zeta==2.0",) for command in commands)


def test_it_needs_a_lock(repository: Path) -> None:
    """Nothing else is ever built."""
    with pytest.raises(UsageError, match="--allow-builds"):
        depnorm.plan(repository, allow_builds=True)


@pytest.mark.parametrize("command", ["plan", "dockerfile", "lock", "verify"])
def test_the_command_line_warns(command: str) -> None:
    """Its help says that it runs code of packages."""
    done = subprocess.run(
        [sys.executable, "-m", "depnorm", command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    text = " ".join(done.stdout.replace("│", " ").split())
    assert "This runs code of these packages" in text


def test_verification_agrees(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain and staged are the same; the real index has the pip that the plan pins."""
    for name in ("UV_DEFAULT_INDEX", "UV_CACHE_DIR"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)  # it may name sources that tell no dates
    (repository / "requirements.txt").write_text("docopt\nsix\n", encoding="utf-8")
    found = depnorm.verify(repository, allow_builds=True, as_of="2024-06-01")
    assert found.is_equal, found.comparison.differences
    assert found.staged.packages["docopt"] == "0.6.2"
