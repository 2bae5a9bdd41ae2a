"""repo2docker's build packs, whose dependencies install before the repository is copied, and stay cached.

In a `repo2docker_config.py`:

    from depnorm.integrations.repo2docker import buildpacks, default_buildpack
    c.Repo2Docker.buildpacks = buildpacks()
    c.Repo2Docker.default_buildpack = default_buildpack()

Which build pack takes a repository, base image, user, environment, ports, labels, postBuild, start and entry point are
repo2docker's: the packs here are its own, and only the scripts are others that install what apt.txt, environment.yml,
requirements.txt, install.R and DESCRIPTION list. What depnorm cannot plan is built as by repo2docker, and the log says
why.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from docker.utils.build import exclude_paths
from repo2docker import __version__
from repo2docker.app import Repo2Docker
from repo2docker.buildpacks import CondaBuildPack, PythonBuildPack, RBuildPack

from depnorm.errors import DepnormError, UnsupportedError
from depnorm.library.plans import plan
from depnorm.model import Builder, Ecosystem, Plan, Repo2DockerPhase, Repo2DockerScript, redact

__all__ = ["EarlyCondaBuildPack", "EarlyPythonBuildPack", "EarlyRBuildPack", "buildpacks", "default_buildpack"]

Scripts = list[tuple[str, str]]
BUILD, PREASSEMBLE, ASSEMBLE = Repo2DockerPhase


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """The scripts of each phase; `refused` says what of apt.txt nobody may hand to a shell, empty without that."""

    scripts: Mapping[Repo2DockerPhase, tuple[Repo2DockerScript, ...]]
    refused: str


class _EarlyInstalls(CondaBuildPack):
    """The hooks of a build pack that installs before the repository is copied; stands before one of repo2docker's.

    repo2docker runs its packs in the directory of the repository. What it raises for one, these raise, too.
    """

    builders: frozenset[Builder]

    def get_build_scripts(self) -> Scripts:
        """Those of repo2docker, then what is named in the text of a script: no file of the repository is there."""
        return [*super().get_build_scripts(), *self._of(BUILD)]

    def get_preassemble_script_files(self) -> dict[str, str]:
        """The files that a script reads before the repository is there."""
        if self._planned is None:
            return dict(super().get_preassemble_script_files())
        names = (name.rstrip("/") for script in self._planned.scripts[PREASSEMBLE] for name in script.files)
        return {name: name for name in names}

    def get_preassemble_scripts(self) -> Scripts:
        """What installs from these files; raises `ValueError` for an apt.txt with anything but names, as repo2docker.

        It hands to a shell what only begins like a name.
        """
        own = super().get_preassemble_scripts()
        if self._planned is None:
            return list(own)
        if self._planned.refused:
            raise ValueError(self._planned.refused)
        return self._of(PREASSEMBLE)

    def get_assemble_scripts(self) -> Scripts:
        """What waits for the repository."""
        own = super().get_assemble_scripts()
        return list(own) if self._planned is None else self._of(ASSEMBLE)

    def _of(self, phase: Repo2DockerPhase) -> Scripts:
        """The scripts of a phase; after the environment, what repo2docker adds to one that has R in it."""
        found: Scripts = []
        for script in self._planned.scripts[phase] if self._planned else ():
            found.append((script.user, script.text))
            if script.tool is Ecosystem.CONDA:
                found += self.get_env_scripts()[1:]
        return found

    @cached_property
    def _planned(self) -> _Planned | None:
        """What depnorm plans; None where it plans nothing, and the log has said why."""
        try:
            made = plan(Path.cwd(), max_layers=0, dockerignore=False)
            self._check(made)
            hidden = _hidden(made, [*self._ignore_lines()])
            scripts = {phase: made.to_repo2docker_scripts(phase, hidden=hidden) for phase in Repo2DockerPhase}
        except DepnormError as error:
            self.log.warning("depnorm: %s; repo2docker's own steps build this repository\n", _shown(error))
            return None
        except Exception:
            # The repository's owner can do nothing about it, and the build need not fail; but nobody shall miss it.
            self.log.exception("depnorm: this is a bug of depnorm; repo2docker's own steps build this repository\n")
            return None
        return _Planned(scripts=scripts, refused=_refused(made))

    def _check(self, made: Plan) -> None:
        """Raise `UnsupportedError` unless depnorm reads the repository as this build pack does."""
        if made.choice.builder not in self.builders:
            raise UnsupportedError(f"{type(self).__name__} takes what depnorm would build with {made.choice.builder}")
        unread = {*self._installed_files()} - {each.path for each in made.choice.used}
        if unread:
            raise UnsupportedError(f"repo2docker installs {', '.join(sorted(unread))}, which depnorm ignores")

    def _installed_files(self) -> Iterator[str]:
        """The files that repo2docker installs."""
        names = [self.binder_path("apt.txt"), self.environment_yaml_path]
        return (name for name in names if name and os.path.exists(name))  # noqa: PTH110  as repo2docker asks

    def _ignore_lines(self) -> Iterator[str]:
        """As `BuildPack.build` reads them."""
        for name in (".dockerignore", ".containerignore"):
            path = Path(self.binder_path(name))
            if path.exists():
                lines = (line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
                yield from (line for line in lines if line and not line.startswith("#"))


class EarlyCondaBuildPack(_EarlyInstalls):
    """repo2docker's build pack for an environment.yml."""

    builders = frozenset({Builder.CONDA})


class EarlyPythonBuildPack(_EarlyInstalls, PythonBuildPack):
    """repo2docker's build pack for a requirements.txt or a Python package, and for what no other pack takes."""

    builders = frozenset({Builder.PYTHON, Builder.NONE})

    def _installed_files(self) -> Iterator[str]:
        yield from super()._installed_files()
        requirements = self.binder_path("requirements.txt")
        if os.path.exists(requirements):  # noqa: PTH110  as repo2docker asks
            yield requirements

    def _check(self, made: Plan) -> None:
        super()._check(made)
        try:
            is_package = self._is_python_package()
        except ValueError as error:  # no TOML, or no UTF-8
            raise UnsupportedError("repo2docker cannot read pyproject.toml") from error
        if is_package != made.choice.installs_itself:
            raise UnsupportedError("repo2docker and depnorm do not agree whether the repository is a Python package")


class EarlyRBuildPack(EarlyPythonBuildPack, RBuildPack):
    """repo2docker's build pack for an R runtime.txt or a DESCRIPTION."""

    builders = frozenset({Builder.R})

    def _installed_files(self) -> Iterator[str]:
        yield from super()._installed_files()
        names = [self.binder_path("install.R"), *([] if self.binder_dir else ["DESCRIPTION"])]
        yield from (name for name in names if os.path.exists(name))  # noqa: PTH110  as repo2docker asks


_EARLY: dict[type, type] = {
    CondaBuildPack: EarlyCondaBuildPack,
    PythonBuildPack: EarlyPythonBuildPack,
    RBuildPack: EarlyRBuildPack,
}


def buildpacks(packs: Iterable[type] | None = None) -> list[type]:
    """repo2docker's build packs (or `packs`) in their order, with those instead that depnorm has steps for.

    A pack that somebody derived from one of these stays as it is. Raises `UnsupportedError` for an older repo2docker.
    """
    if not hasattr(CondaBuildPack, "environment_yaml_path"):
        raise UnsupportedError(
            f"repo2docker {__version__} is too old for depnorm's build packs", hint="They need 2026.4.0 or later."
        )
    found: Iterable[type] = Repo2Docker.buildpacks.default() if packs is None else packs
    return [_EARLY.get(pack, pack) for pack in found]


def default_buildpack() -> type:
    """The build pack for a repository that no other takes: repo2docker's is the one for Python."""
    return EarlyPythonBuildPack


def _hidden(made: Plan, ignored: list[str]) -> frozenset[str]:
    """Files that early scripts would read, but that repo2docker leaves out of the build context.

    Not the root's .dockerignore says so, but that of the configuration directory.
    """
    context = exclude_paths(".", ignored) if ignored else ()
    needs = {need for stage in made.stages for need in stage.needs} if ignored else ()
    return frozenset(need for need in needs if not all(path in context for path in _files(need)))


def _refused(made: Plan) -> str:
    """The first line of apt.txt that is more than names of packages."""
    found = (f"{each.path}:{each.line}: {_printable(each.message)}" for each in made.findings if each.rule == "DN308")
    first = next(found, "")
    return f"Found an invalid line in {first}" if first else ""


def _files(need: str) -> Iterator[str]:
    """The files of a path of the repository, itself for a file, all below it for a directory."""
    if need.endswith("/"):
        yield from (os.path.join(place, name) for place, _, names in os.walk(need) for name in names)  # noqa: PTH118
    elif need != ".":
        yield need


def _shown(error: DepnormError) -> str:
    return _printable(" ".join(filter(None, (f"{error}.", error.hint))).rstrip("."))


def _printable(text: str) -> str:
    """The text without what a terminal would obey, and without credentials."""
    return "".join(c if c.isprintable() else "?" for c in redact(text))
