"""The page for operators: what it shows is read by the programs that it is for, and runs."""

import doctest
import re
import shlex
import sys
from pathlib import Path

import dockerfile  # type: ignore[import-not-found]  # an extension module without stubs
import pytest
import yaml
from repo2docker_render import application, render

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "depnorm/integrations/README.md"
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code of one language on the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def commands() -> list[list[str]]:
    """The words of what a person types."""
    lines = "".join(blocks("console")).replace("\\\n", " ").splitlines()
    return [shlex.split(line.removeprefix("$ ")) for line in lines]


def test_the_configuration_is_what_repo2docker_reads(tmp_path: Path) -> None:
    """Its three lines, the same here and in the README, switch the build packs on."""
    [config] = blocks("python")
    lines = [line for line in config.splitlines() if line]
    assert len(lines) == 3
    assert "".join(f"    {line}\n" for line in lines) in README
    (tmp_path / "repo2docker_config.py").write_text(config, "utf-8")
    root = tmp_path / "repository"
    root.mkdir()
    (root / "requirements.txt").write_text("six\n", "utf-8")
    configured = render(root, "--config", str(tmp_path / "repo2docker_config.py"), early=False)
    assert configured == render(root, early=True) != render(root, early=False)


def test_the_values_name_the_file_that_the_image_holds() -> None:
    """The arguments are repo2docker's, and the path is where the Dockerfile copies the configuration to."""
    [values], [image] = map(yaml.safe_load, blocks("yaml")), blocks("dockerfile")
    executor = values["config"]["KubernetesBuildExecutor"]
    [option] = executor["repo2docker_extra_args"]
    copied = [each for each in dockerfile.parse_string(image) if each.cmd.upper() == "COPY"]
    assert option == f"--config={copied[0].value[-1]}"
    assert application(Path("repository"), option, early=False).dry_run
    assert executor["build_image"] in [word for words in commands() for word in words]


def test_the_image_is_one_that_builders_read() -> None:
    """It installs the extra that the project has, over an image with a repo2docker that is new enough."""
    [image] = blocks("dockerfile")
    found = dockerfile.parse_string(image)
    assert [each.cmd.upper() for each in found] == ["FROM", "RUN", "COPY"]
    year, month = map(int, found[0].value[0].rpartition(":")[2].split(".")[:2])
    assert (year, month) >= (2026, 4)
    assert "'depnorm[repo2docker]'" in found[1].value[0]
    assert 'repo2docker = ["jupyter-repo2docker>=2026.4"]' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_the_commands_are_repo2dockers() -> None:
    """Its parser takes every option that a person is told to type."""
    typed = [words[words.index("jupyter-repo2docker") + 1 :] for words in commands() if "jupyter-repo2docker" in words]
    assert len(typed) == 2
    for words in typed:
        app = application(Path("x"), *words[:-1], early=False)
        assert app.dry_run
        assert words[-1] == "https://example.org/some/repository"


def test_the_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctests of the page, from the root of the project."""
    monkeypatch.chdir(ROOT)
    results = doctest.testfile(str(PAGE), module_relative=False)
    assert results.attempted > 0
    assert results.failed == 0


def test_the_table_of_the_readme_is_what_the_script_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row of it."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "tests/benchmarks"), *sys.path])
    from repo2docker_steps import SHOWN, table  # noqa: PLC0415  a script, not on the path

    assert "\n".join(table(SHOWN)) in README


def test_nothing_installs_again_that_needs_no_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each sample the table could show: never more than with repo2docker, and nothing but what had to wait."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "tests/benchmarks"), *sys.path])
    from repo2docker_again import again  # noqa: PLC0415  needs repo2docker

    installs = {}
    for path in sorted((ROOT / "corpus").glob("*/repo")):
        if path.parent.name in {"apt-bad-names", "both-binder-dirs", "runtime-patch-version", "python-contradiction"}:
            continue  # repo2docker refuses these
        own, early = again(path)
        installs[path.parent.name] = early.packages
        assert early.packages <= own.packages or path.parent.name == "rejected-by-pip"
    assert {name: count for name, count in installs.items() if count} == {
        "freeze-of-conda": 2,  # paths of another machine
        "odd-names": 4,  # COPY would misread them
        "outside-reference": 1,
        "rejected-by-pip": 1,  # repo2docker's step fails before the repository is there
    }
