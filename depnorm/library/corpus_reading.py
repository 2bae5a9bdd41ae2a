"""A state of a repository as facts, and as the steps of its build under each rule."""

import posixpath
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from depnorm.analyze.python_version import choose_python
from depnorm.analyze.references import FileGraph, file_graph, scope_references
from depnorm.corpus.pins import pinned
from depnorm.corpus.rows import Fact
from depnorm.corpus.schema import FactKind, Pinned
from depnorm.library.analysis import CONDA_PYTHONS
from depnorm.library.corpus_states import Reached, State
from depnorm.model import ChosenFile, Dependency, Ecosystem, RepoReference, SpecChoice, SpecFile, SpecFormat, redact
from depnorm.model.remembered import remembered
from depnorm.read.choice import choose_spec_files
from depnorm.read.closure import PROJECT_FILES, PROJECTS, read_choice
from depnorm.read.formats import READERS
from depnorm.read.spec_names import format_of

_redact = remembered(64 * 1024)(redact)  # the same few texts, over and over
_NO_PYTHON = "0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Every spec file of a state and what it includes, with references scoped, and what repo2docker would use."""

    state: State
    choice: SpecChoice
    files: tuple[SpecFile, ...]
    graph: FileGraph

    @property
    def used(self) -> frozenset[str]:
        """The paths of the files that are installed, and of all that these pull in."""
        by_path = {file.path: file for file in self.files}
        used: set[str] = set()
        waiting = [chosen.path for chosen in self.choice.used]
        while waiting:
            path = waiting.pop()
            if path not in used and path in by_path:
                used |= self.graph.reachable(path)
                waiting += [file for each in self.graph.reachable(path) for file in _projects(by_path[each])]
        return frozenset(used)


def read_state(state: State) -> Reading:
    """Read every spec file of a state, used or not, and whatever they include."""
    choice = choose_spec_files(state.files)
    found = (*choice.used, *choice.ignored)
    found += tuple(_given(state, {chosen.path for chosen in found}))
    everything = SpecChoice(builder=choice.builder, config_directory=choice.config_directory, used=found, ignored=())
    files = read_choice(state.files, everything)
    graph = file_graph(files)
    return Reading(state=state, choice=choice, files=scope_references(files, graph), graph=graph)


def _given(state: State, found: Collection[str]) -> Iterator[ChosenFile]:
    for path in state.given:
        if path not in found and (file_format := format_of(path)) in READERS:
            yield ChosenFile(path=path, format=file_format, why="somebody named it")


def reached_by(reading: Reading) -> Reached:
    """What the files say that other files decide, there or not."""
    files = {file.path for file in reading.files} | {".dockerignore"}
    directories: set[str] = set()
    for file in reading.files:
        files.update(reference.resolved for reference in file.references if reference.resolved)
        files.update(_projects(file))
        directories.update(
            path for reference in file.references for path in reference.files if path.endswith("/") and path != "/"
        )
    return Reached(files, tuple(sorted(directories)))


def _projects(file: SpecFile) -> Iterator[str]:
    """The files of the projects that lines of a file install."""
    for reference in file.references:
        if reference.kind in PROJECTS and reference.resolved is not None:
            for name in PROJECT_FILES:
                yield posixpath.normpath(posixpath.join(reference.resolved, name))


def facts_of(reading: Reading) -> Iterator[Fact]:
    """A row for each dependency and each reference of each file."""
    used = reading.used
    target = python_of(reading)
    for file in sorted(reading.files, key=lambda file: file.path):
        for dependency in file.dependencies:
            yield _dependency(reading.state, file, dependency, used=file.path in used, target=target)
        for reference in file.references:
            yield _reference(reading.state, reference, used=file.path in used, target=target)


def python_of(reading: Reading) -> str | None:
    """The Python minor that the used files ask for, None where they leave it open."""
    used = {chosen.path for chosen in reading.choice.used}
    files = [file for file in reading.files if file.path in used]
    environment = next((file for file in files if file.format is SpecFormat.CONDA), None)
    if environment:
        return _only_python(environment)
    version = choose_python(files, options=(), environment=None, available=(), default=_NO_PYTHON).version
    return None if version == _NO_PYTHON else version


def _only_python(environment: SpecFile) -> str | None:
    """The minor that an environment.yml asks for, where it is one."""
    if not any(each.ecosystem is Ecosystem.CONDA and each.name == "python" for each in environment.dependencies):
        return None
    from depnorm.read.conda import python_minor  # noqa: PLC0415  brings rattler

    fitting = [each for each in CONDA_PYTHONS if python_minor(environment, (each,))]
    return fitting[0] if len(fitting) == 1 else None


def _dependency(state: State, file: SpecFile, each: Dependency, *, used: bool, target: str | None) -> Fact:
    how, version = pinned(each, file.format)
    spec = each.url if how is Pinned.URL else each.spec
    return Fact(
        repository=_redact(state.repository),
        position=state.position,
        commit=state.commit,
        date=state.date,
        path=_redact(each.location.path),
        line=each.location.line,
        kind=FactKind.DEPENDENCY,
        ecosystem=each.ecosystem,
        name=_redact(each.name) if each.name else None,
        spec=_redact(spec or ""),
        version=_redact(version) if version else None,
        pinned=how,
        marker=_redact(each.marker) if each.marker else None,
        extras=_redact(",".join(each.extras)) if each.extras else None,
        reference_kind=None,
        scope=None,
        group=_redact(each.group) if each.group else None,
        used=used,
        target=target,
    )


def _reference(state: State, each: RepoReference, *, used: bool, target: str | None) -> Fact:
    return Fact(
        repository=_redact(state.repository),
        position=state.position,
        commit=state.commit,
        date=state.date,
        path=_redact(each.location.path),
        line=each.location.line,
        kind=FactKind.REFERENCE,
        ecosystem=None,
        name=None,
        spec=_redact(each.target),
        version=None,
        pinned=None,
        marker=_redact(each.marker) if each.marker else None,
        extras=_redact(",".join(each.extras)) if each.extras else None,
        reference_kind=each.kind,
        scope=each.scope,
        group=None,
        used=used,
        target=target,
    )
