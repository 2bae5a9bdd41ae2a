"""Python projects that lines install from the repository: what they need, as far as reading alone can tell."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from depnorm.analyze.normalize import MAX_RIVALS, contradict
from depnorm.model import (
    Dependency,
    LocalProject,
    Problem,
    ReferenceKind,
    RepoReference,
    SpecFile,
    SpecFormat,
    canonical_name,
)

PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
LEGACY_BACKEND = ("setuptools >= 40.8.0",)
"""What pip builds a project with that declares no build system (PEP 518)."""
IS_PROJECT = frozenset({ReferenceKind.EDITABLE, ReferenceKind.PATH, ReferenceKind.SELF_INSTALL})


def local_projects(
    files: Mapping[str, SpecFile],
    references: Iterable[RepoReference],
    *,
    installs_itself: bool,
    own_names: frozenset[str] = frozenset(),
) -> tuple[LocalProject, ...]:
    """The projects that the references install (and the root, where the builder installs it), each once.

    What they ask of each other, of extras of their own, or of other `own_names` that lines install from the repository,
    is no requirement: an index would give a stranger's package.
    """
    extras: dict[str, set[str]] = {}
    for reference in references:
        if reference.kind in IS_PROJECT and reference.resolved is not None:
            directory = "" if reference.resolved == "." else reference.resolved
            extras.setdefault(directory, set()).update(reference.extras)
    by_line = frozenset(extras)
    if installs_itself:
        extras.setdefault("", set())
    own = {directory: _project_files(files, directory) for directory in extras}
    names = {directory: project_name(files, directory) for directory in extras}
    strangers = own_names.union(names.values())
    return tuple(
        LocalProject(
            directory=directory,
            by_line=directory in by_line,
            requirements=tuple(
                each
                for each in _requirements(files, own[directory], wanted, names[directory])
                if each.name not in strangers
            ),
            build_requires=_build_requires(own[directory]),
            static=not any(each.kind is ReferenceKind.DYNAMIC for file in own[directory] for each in file.references),
            reads_git=next((value for file in own[directory] if (value := file.option("reads-git"))), None),
        )
        for directory, wanted in sorted(extras.items())
    )


def _project_files(files: Mapping[str, SpecFile], directory: str) -> list[SpecFile]:
    return [files[path] for name in PROJECT_FILES if (path := posixpath.join(directory, name)) in files]


def project_name(files: Mapping[str, SpecFile], directory: str) -> str | None:
    """The canonical name of the project in a directory (`""` the root); None where its files do not tell it."""
    own = _project_files(files, directory)
    return next((canonical_name(name) for file in own if (name := file.option("project-name"))), None)


def _requirements(
    files: Mapping[str, SpecFile], own: list[SpecFile], extras: set[str], name: str | None
) -> list[Dependency]:
    """The static dependencies with `extras`, and with those that they ask of the project (`all = ["x[test]"]`)."""
    declared = [(each.group, each) for file in own for each in file.dependencies]
    declared += [each for file in own for each in _included(files, file)]
    asked: dict[str | None, set[str | None]] = {}
    for group, each in declared:
        if name is not None and each.name == name:
            asked.setdefault(group, set()).update(map(_extra, each.extras))
    wanted: set[str | None] = {None, *map(_extra, extras)}
    waiting = list(wanted)
    while waiting:
        more = asked.get(waiting.pop(), set()) - wanted
        wanted |= more
        waiting += more
    return [each for group, each in declared if group in wanted and each.name]


def _extra(name: str) -> str:
    return f"extra:{name}"


def _build_requires(own: Iterable[SpecFile]) -> tuple[str, ...]:
    asked = {
        each.requirement for file in own for each in file.dependencies if each.group == "build-system" and not each.url
    }
    return tuple(sorted(asked or LEGACY_BACKEND))


def _included(files: Mapping[str, SpecFile], file: SpecFile) -> Iterator[tuple[str | None, Dependency]]:
    """What the files that metadata names declare, with its group: `dynamic = {file = …}`, `install_requires = file: …`.

    A file counts once, however often it is named.
    """
    named = {
        (group, reference.resolved or ""): None
        for reference in file.references
        if reference.kind is ReferenceKind.INCLUDE
        for group in (tuple(map(_extra, reference.extras)) or (None,))
    }
    for group, path in named:
        target = files.get(path)
        if target and target.format is SpecFormat.REQUIREMENTS:
            yield from ((group, each) for each in target.dependencies)


def contradictions(projects: Iterable[LocalProject], lines: Iterable[Dependency]) -> Iterator[Problem]:
    """DN202 where a project asks for a version that a line of a requirements file excludes."""
    by_name: dict[str | None, dict[str, Dependency]] = {}
    for line in lines:
        different = by_name.setdefault(line.name, {})
        if len(different) < MAX_RIVALS:
            different.setdefault(f"{line.spec} {line.url}", line)
    for project in projects:
        for declared in project.requirements:
            rival = next((each for each in by_name.get(declared.name, {}).values() if contradict(each, declared)), None)
            if rival:
                yield Problem(
                    location=rival.location,
                    raw=rival.raw,
                    message=f"{rival.name}{rival.spec} contradicts {declared.requirement} of {declared.location}",
                    hint="Make the two agree: whichever is installed last wins, or pip refuses both.",
                    rule="DN202",
                )
