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
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from docker.utils.build import exclude_paths
from repo2docker import __version__
from repo2docker.app import Repo2Docker
from repo2docker.buildpacks import CondaBuildPack, PythonBuildPack, RBuildPack

from depnorm.errors import DepnormError, UnsupportedError
from depnorm.library.plans import plan
from depnorm.model import Builder, Ecosystem, Plan, Repo2DockerPhase, redact

__all__ = ["EarlyCondaBuildPack", "EarlyPythonBuildPack", "EarlyRBuildPack", "buildpacks", "default_buildpack"]

Scripts = list[tuple[str, str]]
BUILD, PREASSEMBLE, ASSEMBLE = Repo2DockerPhase


class _EarlyInstalls(CondaBuildPack):
    """The hooks of a build pack that installs before the repository is copied; stands before one of repo2docker's.

    repo2docker runs its packs in the directory of the repository. What it raises for one, these raise, too.
    """

    builders: frozenset[Builder]

    def get_build_scripts(self) -> Scripts:
        """Those of repo2docker, then what is named in the text of a script: no file of the repository is there."""
        return [*super().get_build_scripts(), *self._planned(BUILD)]

    def get_preassemble_script_files(self) -> dict[str, str]:
        """The files that a script reads before the repository is there."""
        if self._plan is None:
            return dict(super().get_preassemble_script_files())
        scripts = self._plan.to_repo2docker_scripts(PREASSEMBLE, hidden=self._hidden)
        return {path: path for script in scripts for path in (name.rstrip("/") for name in script.files)}

    def get_preassemble_scripts(self) -> Scripts:
        """What installs from these files; raises `ValueError` for an apt.txt with anything but names, as repo2docker.

        It hands to a shell what only begins like a name.
        """
        own = super().get_preassemble_scripts()
        if self._plan is None:
            return list(own)
        self._refuse_commands(self._plan)
        return self._planned(PREASSEMBLE)

    def get_assemble_scripts(self) -> Scripts:
        """What waits for the repository."""
        own = super().get_assemble_scripts()
        return list(own) if self._plan is None else self._planned(ASSEMBLE)

    @cached_property
    def _plan(self) -> Plan | None:
        """The plan of the repository; None where there is none, and the log has said why."""
        try:
            made = plan(Path.cwd(), max_layers=0, dockerignore=False)
            self._check(made)
            for phase in Repo2DockerPhase:
                made.to_repo2docker_scripts(phase)
        except DepnormError as error:
            self.log.warning("depnorm: %s; repo2docker's own steps build this repository\n", _shown(error))
            return None
        except Exception:
            # The repository's owner can do nothing about it, and the build need not fail; but nobody shall miss it.
            self.log.exception("depnorm: this is a bug of depnorm; repo2docker's own steps build this repository\n")
            return None
        return made

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

    def _planned(self, phase: Repo2DockerPhase) -> Scripts:
        """The scripts of a phase; after the environment, what repo2docker adds to one that has R in it."""
        found: Scripts = []
        for script in self._plan.to_repo2docker_scripts(phase, hidden=self._hidden) if self._plan else ():
            found.append((script.user, script.text))
            if script.tool is Ecosystem.CONDA:
                found += self.get_env_scripts()[1:]
        return found

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """Files that early scripts would read, but that repo2docker leaves out of the build context.

        Not the root's .dockerignore says so, but that of the configuration directory.
        """
        lines = [*self._ignore_lines()]
        if not lines or self._plan is None:
            return frozenset()
        context = exclude_paths(".", lines)
        needs = {need for stage in self._plan.stages for need in stage.needs}
        return frozenset(need for need in needs if not all(path in context for path in _files(need)))

    def _ignore_lines(self) -> Iterator[str]:
        """As `BuildPack.build` reads them."""
        for name in (".dockerignore", ".containerignore"):
            path = Path(self.binder_path(name))
            if path.exists():
                lines = (line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
                yield from (line for line in lines if line and not line.startswith("#"))

    def _refuse_commands(self, made: Plan) -> None:
        for finding in made.findings:
            if finding.rule == "DN308":
                raise ValueError(
                    f"Found an invalid line in {finding.path}:{finding.line}: {_printable(finding.message)}"
                )


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
        if self._is_python_package() != made.choice.installs_itself:
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
