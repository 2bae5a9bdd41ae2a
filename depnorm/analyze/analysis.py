"""All that the spec files of a repository mean together, in one value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from depnorm.analyze.environment import place_environment
from depnorm.analyze.findings import file_findings, in_reading_order, problem_findings
from depnorm.analyze.normalize import applies, duplicates, in_canonical_order
from depnorm.analyze.own_names import own_names
from depnorm.analyze.placement import DECIDES, place_requirements, place_script
from depnorm.analyze.projects import contradictions, local_projects
from depnorm.analyze.python_version import PythonChoice, PythonOption, choose_python
from depnorm.analyze.references import PULLS_IN, FileGraph, file_graph, scope_references
from depnorm.model import (
    Analysis,
    Dependency,
    Entry,
    LocalProject,
    Location,
    Option,
    Problem,
    ReferenceKind,
    RepoReference,
    SpecChoice,
    SpecFile,
    SpecFormat,
)
from depnorm.model.environment import marker_environment

OWN_INDEX = frozenset({"--index-url", "--no-index", "--no-binary"})
"""Options after which a name may mean another package, or another build of it, than a wheel of the public index."""
OWN_SOURCES = frozenset({*OWN_INDEX, "--extra-index-url", "--find-links"})
"""Options that say where packages come from."""

Value = TypeVar("Value")


def analyze(
    choice: SpecChoice,
    files: Iterable[SpecFile],
    *,
    pythons: Sequence[str],
    default_python: str,
    python_options: Sequence[PythonOption] = (),
    environment_python: str | None = None,
    git_is_hidden: bool = False,
) -> Analysis:
    """The analysis of what was read.

    `pythons` are those the catalog has snapshots for, `python_options` is the user's own choice, `environment_python`
    what an environment.yml asks for; `git_is_hidden` tells that .dockerignore leaves `.git` out of the build context.
    """
    read = _Read(choice, tuple(files))
    version = choose_python(
        read.files,
        options=python_options,
        environment=environment_python,
        available=pythons,
        default=default_python,
    )
    problems = (
        *(problem for problem in choice.problems if not _is_read_after_all(problem, read)),
        *version.problems,
        *duplicates(read.installed),
        *_unreachable(read),
        *contradictions(read.projects, read.installed),
        *_hidden_git(read.projects, is_hidden=git_is_hidden),
        *_own_index(read.requirement_files),
    )
    return Analysis(
        choice=replace(choice, ignored=tuple(each for each in choice.ignored if each.path not in read.by_path)),
        files=read.files,
        findings=in_reading_order((*problem_findings(problems), *file_findings(read.files, read.graph))),
        python=version.version,
        python_why=version.why,
        r_version=read.option(SpecFormat.RUNTIME, "r"),
        r_snapshot=read.option(SpecFormat.RUNTIME, "r-snapshot"),
        asked=_asked(read, version),
        constraints=in_canonical_order(read.constraints),
        own_index=any(True for file in read.requirement_files for _ in _deciding_lines(file)),
        own_sources=any(_has_sources(file) for file in read.requirement_files),
        pip=tuple(
            place_requirements(root, read.by_path, read.graph, read.own) for root in read.roots(SpecFormat.REQUIREMENTS)
        ),
        environments=tuple(
            place_environment(root, read.by_path, read.graph, read.own) for root in read.roots(SpecFormat.CONDA)
        ),
        scripts=tuple(place_script(root, read.by_path, read.graph) for root in read.roots(SpecFormat.R_SCRIPT)),
        projects=read.projects,
        apt=in_canonical_order(each for root in read.roots(SpecFormat.APT) for each in root.dependencies),
        description=_first(read.roots(SpecFormat.DESCRIPTION)),
        post_build=read.script("postBuild"),
        start=read.script("start"),
    )


@dataclass(frozen=True)
class _Read:
    """What was read, seen in the ways the analysis needs."""

    choice: SpecChoice
    read: tuple[SpecFile, ...]

    @cached_property
    def graph(self) -> FileGraph:
        return file_graph(self.read)

    @cached_property
    def files(self) -> tuple[SpecFile, ...]:
        return scope_references(self.read, self.graph)

    @cached_property
    def by_path(self) -> Mapping[str, SpecFile]:
        return {file.path: file for file in self.files}

    def roots(self, file_format: SpecFormat) -> Iterator[SpecFile]:
        """The used files of a format, in the order they were chosen."""
        for chosen in self.choice.used:
            if chosen.format is file_format and chosen.path in self.by_path:
                yield self.by_path[chosen.path]

    @cached_property
    def requirement_files(self) -> tuple[SpecFile, ...]:
        """The requirements files that count and all that they include, constraints too."""
        paths = {
            path: None
            for root in self.roots(SpecFormat.REQUIREMENTS)
            for path in sorted(self.graph.reachable(root.path))
        }
        return tuple(self.by_path[path] for path in paths)

    @cached_property
    def installed(self) -> tuple[Dependency, ...]:
        """Every dependency that some tool will install because of a line of a used file."""
        others = [root for each in SpecFormat if each in _INSTALLS for root in self.roots(each)]
        files = [file for file in self.requirement_files if file.format is SpecFormat.REQUIREMENTS]
        return tuple(each for file in (*files, *others) for each in _accepted(file))

    @property
    def constraints(self) -> Iterator[Dependency]:
        for file in self.requirement_files:
            if file.format is SpecFormat.CONSTRAINTS:
                yield from file.dependencies

    @cached_property
    def projects(self) -> tuple[LocalProject, ...]:
        references = (each for file in self.requirement_files for each in file.references)
        return local_projects(self.by_path, references, installs_itself=self.choice.installs_itself, own_names=self.own)

    @cached_property
    def own(self) -> frozenset[str]:
        """The names that lines install from the repository."""
        return own_names(self.by_path, self.graph)

    def option(self, file_format: SpecFormat, name: str) -> str | None:
        return _first(value for root in self.roots(file_format) if (value := root.option(name)))

    def script(self, name: str) -> str | None:
        return _first(root.path for root in self.roots(SpecFormat.SHELL_SCRIPT) if root.path.endswith(name))


_READ_BY_THE_BUILD = (SpecFormat.REQUIREMENTS, SpecFormat.R_SCRIPT, SpecFormat.SHELL_SCRIPT)
_INSTALLS = frozenset({SpecFormat.CONDA, SpecFormat.R_SCRIPT, SpecFormat.APT})


def _accepted(file: SpecFile) -> Iterator[Dependency]:
    """Without lines that their own tool refuses, so that they repeat and contradict nothing."""
    refused = {problem.location.line for problem in file.problems if problem.rule in {"DN114", "DN301"}}
    return (each for each in file.dependencies if each.location.line not in refused)


def _is_read_after_all(problem: Problem, read: _Read) -> bool:
    """Whether a file that nobody looks for by name is included by one that counts."""
    return problem.rule == "DN011" and problem.location.path in read.by_path


def _first(values: Iterable[Value]) -> Value | None:
    return next(iter(values), None)


def _asked(read: _Read, version: PythonChoice) -> tuple[Dependency, ...]:
    """The PyPI packages that pip will be asked for in the prefix, on this Python: lines and static project metadata."""
    environment = marker_environment(version.version, "manylinux_2_28_x86_64")
    lines = [
        each for file in read.requirement_files if file.format is SpecFormat.REQUIREMENTS for each in file.dependencies
    ]
    declared = [each for project in read.projects for each in project.requirements]
    return in_canonical_order(each for each in (*lines, *declared) if applies(each, environment))


def _unreachable(read: _Read) -> Iterator[Problem]:
    """Spec files that a step of the build has to read, but that COPY of their path would not bring."""
    for root in (root for each in _READ_BY_THE_BUILD for root in read.roots(each)):
        if root.entry is Entry.HIDDEN:
            message = "is left out of the build context by .dockerignore, so no step of the build can read it"
            hint = f"Add a line `!{root.path}` to .dockerignore."
            yield Problem(location=Location(path=root.path), raw="", message=message, hint=hint, rule="DN110")
        elif root.entry is not Entry.FILE:
            message = "is reached through a symbolic link, so what it asks for waits for the whole repository"
            hint = "Put the file itself where the link is, to have what it installs cached."
            yield Problem(location=Location(path=root.path), raw="", message=message, hint=hint, rule="DN112")


def _hidden_git(projects: Iterable[LocalProject], *, is_hidden: bool) -> Iterator[Problem]:
    for project in projects:
        if is_hidden and project.reads_git:
            name = project.directory or "the project"
            yield Problem(
                location=Location(path=".dockerignore"),
                raw="",
                message=f"hides .git, which {project.reads_git} reads for the version of {name}",
                hint="Add a line `!.git`, or give the version in SETUPTOOLS_SCM_PRETEND_VERSION.",
                rule="DN113",
            )


def _deciding_lines(file: SpecFile) -> Iterator[Option | RepoReference]:
    """Lines after which nothing is known of the names in other lines: an index, and a constraint that was not read."""
    yield from (option for option in file.options if option.name in OWN_INDEX)
    for reference in file.references:
        unread = reference.kind in PULLS_IN and reference.resolved is None
        if unread or reference.kind is ReferenceKind.INDEX:
            yield reference


def _has_sources(file: SpecFile) -> bool:
    """Whether packages come from elsewhere, too: a build that starts without the file's options misses them."""
    return any(option.name in OWN_SOURCES for option in file.options) or any(
        reference.kind in DECIDES for reference in file.references
    )


def _own_index(files: Iterable[SpecFile]) -> Iterator[Problem]:
    for file in files:
        for line in _deciding_lines(file):
            if isinstance(line, RepoReference) and line.entry is Entry.OUTSIDE:
                continue  # DN109 says enough
            unread = isinstance(line, RepoReference) and line.kind is not ReferenceKind.INDEX
            what = "what this reads is not known" if unread else "this decides what every name means"
            yield Problem(
                location=line.location,
                raw=line.raw,
                message=f"{what}, so no shared layer can stand in for any line",
                hint="Nothing to do if it is needed; without it this repository shares layers with others.",
                rule="DN203",
            )
