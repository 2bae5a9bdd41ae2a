"""Steps of a conda lock as text: by the packages alone, and nothing of a lock gets out of its word."""

import shlex
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depnorm.emit.conda_locked import install_conda, install_environment_wheels, verify_environment
from depnorm.errors import UnsupportedError
from depnorm.model import (
    Artifact,
    Ecosystem,
    InstallConda,
    InstallEnvironmentWheels,
    LockedPackage,
    VerifyEnvironment,
)


def conda(name: str, channel: str = "https://example.org/conda-forge/noarch/") -> LockedPackage:
    filename = f"{name}-1-0.conda"
    artifact = Artifact(filename=filename, sha256=sha256(name.encode()).hexdigest(), size=1, url=f"{channel}{filename}")
    return LockedPackage(ecosystem=Ecosystem.CONDA, name=name, version="1", artifact=artifact)


SIX = LockedPackage(
    ecosystem=Ecosystem.PYPI,
    name="six",
    version="1.16.0",
    artifact=Artifact(filename="six-1.16.0-py2.py3-none-any.whl", sha256="0" * 64, size=11),
)


def words_of(instruction: str) -> list[str]:
    return shlex.split(instruction.removeprefix("RUN ").replace("\\\n", " "))


def test_packages_stand_in_their_order_below_their_channel() -> None:
    """A channel is named once for the packages that follow."""
    other = conda("c", "https://example.org/bioconda/linux-64/")
    step = InstallConda(packages=(conda("b"), conda("a"), other), installer="mamba")
    (instruction,) = install_conda(step)
    tool, *words = words_of(instruction)
    assert tool == "/opt/depnorm/conda-layer"
    assert words == [
        "install",
        "mamba",
        "https://example.org/conda-forge/",
        f"noarch/b-1-0.conda#{sha256(b'b').hexdigest()}",
        f"noarch/a-1-0.conda#{sha256(b'a').hexdigest()}",
        "https://example.org/bioconda/",
        f"linux-64/c-1-0.conda#{sha256(b'c').hexdigest()}",
    ]
    (alone,) = install_conda(replace(step, alone=True))
    assert words_of(alone)[1] == "alone"


def test_many_packages_are_several_instructions_of_short_lines() -> None:
    """Below what a builder reads and Linux passes, with every package in one of them."""
    packages = tuple(conda(f"package-with-a-long-name-{number}") for number in range(1500))
    instructions = install_conda(InstallConda(packages=packages))
    assert max(len(line) for text in instructions for line in text.splitlines()) < 64_000
    assert max(map(len, instructions)) < 100_000
    assert sum(text.count("#") for text in instructions) == 1500


def test_long_names_of_many_channels_are_no_longer_instructions() -> None:
    """A channel may have names that fill what a URL can hold, and its packages may alternate with another's."""
    channels = [f"https://{host}.example.org/{'d' * 100}/{'e' * 100}/noarch/" for host in "ab"]
    packages = tuple(conda(f"{'p' * 200}{number}", channels[number % 2]) for number in range(700))
    instructions = install_conda(InstallConda(packages=packages))
    assert max(map(len, instructions)) < 100_000
    words = [words_of(each)[3:] for each in instructions]
    assert all(portion[0].startswith("https://") for portion in words)
    assert [word.partition("#")[0] for portion in words for word in portion if "#" in word] == [
        f"noarch/{each.artifact.filename}" for each in packages
    ]


def test_an_escaped_slash_is_no_name_of_a_file() -> None:
    """The image's tool unescapes names, and looks for files by them."""
    package = conda("a")
    artifact = replace(
        package.artifact, filename="a/../../b-1-0.conda", url="https://e.org/c/noarch/a%2F..%2F..%2Fb-1-0.conda"
    )
    with pytest.raises(UnsupportedError, match="not the file that is locked"):
        install_conda(InstallConda(packages=(replace(package, artifact=artifact),)))


@pytest.mark.parametrize("installer", ["uv", "conda; :", "", "$(x)"])
def test_another_installer_is_refused(installer: str) -> None:
    """Nothing but the three names gets into the text."""
    with pytest.raises(UnsupportedError):
        install_conda(InstallConda(packages=(conda("a"),), installer=installer))


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=80))
def test_hostile_text_is_refused_or_one_word(channel: str, name: str, digest: str) -> None:
    """Whatever a lock file says of a package, the text is the command, a channel and one word for it."""
    url = f"https://example.org/{channel}/noarch/{name}"
    artifact = Artifact(filename=name, sha256=digest, size=1, url=url)
    package = LockedPackage(ecosystem=Ecosystem.CONDA, name=name, version="1", artifact=artifact)
    try:
        (instruction,) = install_conda(InstallConda(packages=(package,)))
    except UnsupportedError:
        return
    assert "\n" not in instruction
    assert len(words_of(instruction)) == 5


@pytest.mark.parametrize("name", ["a$(x)", "a;x", "a b", "a'x", 'a"x', "a`x`", "a\nx", "../a", "-a", "A"])
def test_a_file_name_is_that_of_a_package(name: str) -> None:
    """What no conda package is called is no file of one."""
    with pytest.raises(UnsupportedError):
        install_conda(InstallConda(packages=(conda(name),)))


def test_wheels_go_into_the_environment() -> None:
    """By the environment's own Python, by hash."""
    (instruction,) = install_environment_wheels(InstallEnvironmentWheels(packages=(SIX,)))
    assert words_of(instruction) == [
        "/opt/env/bin/python", "-B", "/opt/depnorm/layer.py", "install", f"six==1.16.0 --hash=sha256:{'0' * 64}",
    ]  # fmt: skip


def test_the_check_names_records_and_pins() -> None:
    """Packages of conda by name, version and build; those of pip, and what the lock left out, behind `--`."""
    step = VerifyEnvironment(packages=(conda("b"), conda("a"), SIX), file="environment.yml", beside=("docopt",))
    assert words_of(verify_environment(step))[1:] == ["lock", "a-1-0", "b-1-0", "--", "six==1.16.0", "docopt"]
