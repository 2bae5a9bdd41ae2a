"""Steps of a conda lock: exact packages in the environment of the image."""

from collections.abc import Iterable, Iterator

from depnorm.emit import layout
from depnorm.emit.instruction import run, words
from depnorm.emit.python import add_layer
from depnorm.errors import UnsupportedError
from depnorm.model import (
    Ecosystem,
    InstallConda,
    InstallEnvironmentWheels,
    InstallWheels,
    LockedPackage,
    VerifyEnvironment,
)
from depnorm.model.conda_url import conda_stem, conda_url

INSTALLERS = frozenset({"conda", "mamba", "micromamba"})
_PORTION = 90_000  # characters in one RUN: its text is an argument of one process, and must stay below 128 kB
_QUOTED = len(" \\\n    ''")


def install_conda(step: InstallConda) -> list[str]:
    """RUN instructions whose text, and whose layers, depend on the packages and the installer alone.

    Raises `UnsupportedError` for a package whose URL no Dockerfile can hold, and for another installer.
    """
    if step.installer not in INSTALLERS:
        raise UnsupportedError(f"{step.installer!r}: expected one of {', '.join(sorted(INSTALLERS))}")
    tool = f"{layout.CONDA_LAYER} {'alone' if step.alone else 'install'} {step.installer}"
    return [run(words(tool, portion)) for portion in _portions(step.packages)]


def install_environment_wheels(step: InstallEnvironmentWheels) -> list[str]:
    """RUN instructions for the pip section: the environment's own pip, wheels by hash, nothing that they need."""
    return add_layer(InstallWheels(packages=step.packages), layout.ENVIRONMENT)


def verify_environment(step: VerifyEnvironment) -> str:
    """Exactly the lock, as conda's records and the metadata of Python packages tell."""
    conda = sorted(conda_stem(each) for each in step.packages if each.ecosystem is Ecosystem.CONDA)
    pins = sorted(f"{each.name}=={each.version}" for each in step.packages if each.ecosystem is Ecosystem.PYPI)
    return run(words(f"{layout.CONDA_LAYER} lock", [*conda, "--", *pins, *step.beside]))


def _portions(packages: Iterable[LockedPackage]) -> Iterator[list[str]]:
    """The channel before the first of its packages, then each file with its hash, in the order of the links."""
    portion: list[str] = []
    current, used = "", 0
    for package in packages:
        channel, file = conda_url(package)
        more = [*([channel] if channel != current else []), f"{file}#{package.artifact.sha256}"]
        size = sum(len(word) + _QUOTED for word in more)
        if portion and used + size > _PORTION:
            yield portion
            portion, used, more = [], 0, [channel, more[-1]]
        portion += more
        current, used = channel, used + size
    if portion:
        yield portion
