"""Python projects that lines install from the repository: what they need, as far as reading alone can tell."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from depnorm.model import Dependency, LocalProject, ReferenceKind, RepoReference, SpecFile, SpecFormat

PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
LEGACY_BACKEND = ("setuptools >= 40.8.0",)
"""What pip builds a project with that declares no build system (PEP 518)."""
IS_PROJECT = frozenset({ReferenceKind.EDITABLE, ReferenceKind.PATH, ReferenceKind.SELF_INSTALL})


def local_projects(
    files: Mapping[str, SpecFile], references: Iterable[RepoReference], *, installs_itself: bool
) -> tuple[LocalProject, ...]:
    """The projects that the references install (and the root, where the builder installs it), each once."""
    extras: dict[str, set[str]] = {"": set()} if installs_itself else {}
    for reference in references:
        if reference.kind in IS_PROJECT and reference.resolved is not None:
            directory = "" if reference.resolved == "." else reference.resolved
            extras.setdefault(directory, set()).update(reference.extras)
    return tuple(_project(files, directory, wanted) for directory, wanted in sorted(extras.items()))


def _project(files: Mapping[str, SpecFile], directory: str, extras: set[str]) -> LocalProject:
    own = [files[path] for name in PROJECT_FILES if (path := posixpath.join(directory, name)) in files]
    groups = {None, *(f"extra:{extra}" for extra in extras)}
    declared = [each for file in own for each in file.dependencies if each.group in groups]
    included = [each for file in own for each in _included(files, file, extras)]
    build = {
        each.requirement for file in own for each in file.dependencies if each.group == "build-system" and not each.url
    }
    return LocalProject(
        directory=directory,
        requirements=tuple(each for each in (*declared, *included) if each.name),
        build_requires=tuple(sorted(build or LEGACY_BACKEND)),
        static=not any(reference.kind is ReferenceKind.DYNAMIC for file in own for reference in file.references),
        reads_git=next((value for file in own if (value := file.option("reads-git"))), None),
    )


def _included(files: Mapping[str, SpecFile], file: SpecFile, extras: set[str]) -> Iterator[Dependency]:
    """Dependencies from the files that metadata names: `dynamic = {file = …}`, `install_requires = file: …`."""
    for reference in file.references:
        wanted = not reference.extras or extras & set(reference.extras)
        target = files.get(reference.resolved or "")
        if reference.kind is ReferenceKind.INCLUDE and wanted and target and target.format is SpecFormat.REQUIREMENTS:
            yield from target.dependencies
