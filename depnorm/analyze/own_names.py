"""Names that lines install from the repository itself.

An early line cannot ask for one of them: the repository is not there yet, and an index has nothing of that name, or a
stranger's package.
"""

import posixpath
from collections.abc import Iterator, Mapping

from depnorm.analyze.placement import span, when
from depnorm.analyze.projects import IS_PROJECT, project_name
from depnorm.analyze.references import FileGraph
from depnorm.model import Ecosystem, ReferenceKind, RepoReference, SpecFile, SpecFormat, When, canonical_name

_HAS_LINES = frozenset({SpecFormat.REQUIREMENTS, SpecFormat.CONSTRAINTS, SpecFormat.CONDA})


def own_names(files: Mapping[str, SpecFile], graph: FileGraph) -> frozenset[str]:
    """Canonical names that lines of pip provide, but not early: of projects, `NAME @ file:`, `#egg=`, archives."""
    return frozenset(
        name for file in files.values() if file.format in _HAS_LINES for name in _provided(file, files, graph)
    )


def _provided(file: SpecFile, files: Mapping[str, SpecFile], graph: FileGraph) -> Iterator[str]:
    waiting = [each for each in file.references if when(each, graph) is not When.EARLY]
    lines = {line for each in waiting for line in span(each)}
    for dependency in file.dependencies:
        if dependency.name and dependency.ecosystem is Ecosystem.PYPI and dependency.location.line in lines:
            yield dependency.name
    yield from (name for each in waiting if (name := _name(each, files)))


def _name(reference: RepoReference, files: Mapping[str, SpecFile]) -> str | None:
    """What a reference installs, as far as the repository tells."""
    if reference.kind in IS_PROJECT and reference.resolved is not None:
        return project_name(files, "" if reference.resolved == "." else reference.resolved)
    if reference.kind is ReferenceKind.ARCHIVE:  # corp-own-1.0.tar.gz; of a wheel the line itself tells it
        return canonical_name(posixpath.basename(reference.target).rpartition("-")[0]) or None
    return None
