"""Which line installs when: early from a closed set of files, early and softly, or late with the repository.

Line by line: one `-e .` beside thirty packages sends one line late, not thirty-one (DESIGN: placing a line).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from depnorm.analyze.references import PULLS_IN, FileGraph
from depnorm.model import (
    Dependency,
    Entry,
    Option,
    PipPlacement,
    ReferenceKind,
    RepoReference,
    Scope,
    ScriptPlacement,
    SpecFile,
    SpecFormat,
    When,
    fits_a_line,
    redact,
)
from depnorm.model.cran import BASE_PACKAGES

DECIDES = frozenset({ReferenceKind.FIND_LINKS, ReferenceKind.INDEX, ReferenceKind.CONSTRAINT})
"""Kinds of lines that decide what the other lines mean."""
_REPLACES = frozenset({"--index-url", "--extra-index-url", "--no-index"})
"""Options of which a later line replaces an earlier one, while on a command they add up."""
_LISTS = frozenset({"install", "assign", "message"})
"""Statements of a script that is a list of packages."""


def when(reference: RepoReference, graph: FileGraph) -> When:
    """When the line of a reference can install, given what it needs by itself."""
    if reference.kind in {ReferenceKind.DYNAMIC, ReferenceKind.VARIABLE} or reference.depends_on_environment:
        return When.SOFT
    if reference.entry is None:  # remote: the tool fetches it
        return When.SOFT if reference.kind is ReferenceKind.SCRIPT else When.EARLY
    if not reference.files or graph.closes_cycle(reference.location.path, reference):
        return When.LATE
    if reference.kind in PULLS_IN or reference.scope is Scope.FILES:
        return When.EARLY
    return When.LATE


@dataclass
class _Gathered:
    """What a walk over a file and its includes gathers: files to copy, lines by moment, files read early."""

    needs: set[str]
    lines: Mapping[When, dict[str, set[int]]] = field(default_factory=lambda: {each: defaultdict(set) for each in When})
    early: list[SpecFile] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)

    def moment(self, dependency: Dependency, *, unreached: When) -> When:
        """When the line of a dependency installs; `unreached` for a file that cannot be copied early."""
        path, line = dependency.location.path, dependency.location.line
        for moment in (When.LATE, When.SOFT):
            if line in self.lines[moment].get(path, ()):
                return moment
        return When.EARLY if path in self.reached else unreached


def _gather(root: SpecFile, files: Mapping[str, SpecFile], graph: FileGraph) -> _Gathered:
    gathered, waiting = _Gathered(needs={root.path}, reached={root.path}), [root]
    while waiting:
        file = waiting.pop()
        gathered.early.append(file)
        for reference in file.references:
            moment = when(reference, graph)
            gathered.lines[moment][file.path].update(span(reference))
            if moment is not When.EARLY:
                continue
            gathered.needs.update(reference.files)
            target = files.get(reference.resolved or "")
            if reference.kind in PULLS_IN and target and target.path not in gathered.reached:
                gathered.reached.add(target.path)
                waiting.append(target)
    for path, lines in gathered.lines[When.LATE].items():
        gathered.lines[When.SOFT][path] -= lines
    return gathered


def span(item: RepoReference | Dependency | Option) -> range:
    """The physical lines of an item."""
    return range(item.location.line, item.location.line + item.raw.count("\n") + 1)


def _hold_back(gathered: _Gathered, own: frozenset[str]) -> None:
    """Send early lines with a name that a later line provides to where the repository is: an index has a stranger's."""
    for file in gathered.early:
        for each in file.dependencies if file.format is SpecFormat.REQUIREMENTS else ():
            if each.name in own and gathered.moment(each, unreached=When.LATE) is When.EARLY:
                gathered.lines[When.LATE][file.path].update(span(each))


def place_requirements(
    root: SpecFile, files: Mapping[str, SpecFile], graph: FileGraph, own: frozenset[str]
) -> PipPlacement:
    """The placement of a requirements file; `own` are the names that the repository itself provides."""
    gathered = _gather(root, files, graph)
    _hold_back(gathered, own)
    earliest = _earliest(root, files, graph, gathered)
    dependencies = [
        each
        for path in sorted(graph.reachable(root.path))
        if files[path].format is SpecFormat.REQUIREMENTS
        for each in files[path].dependencies
    ]
    by_moment: dict[When, list[Dependency]] = {each: [] for each in When}
    for dependency in dependencies:
        by_moment[_later(earliest, gathered.moment(dependency, unreached=When.LATE))].append(dependency)
    words = _early_words(root, gathered, graph)
    listed = [each for each in by_moment[When.EARLY] if each.location.path == root.path]
    return PipPlacement(
        file=root.path,
        directory=root.directory,
        needs=tuple(sorted(gathered.needs)),
        when=earliest,
        lines={moment: _frozen(gathered.lines[moment]) for moment in (When.SOFT, When.LATE)},
        packages={moment: tuple(found) for moment, found in by_moment.items()},
        alone=any(dependency.hashes for dependency in dependencies),
        plain=plain_requirements(listed) if earliest is When.EARLY and words is not None else None,
        words=words or (),
    )


def _early_words(root: SpecFile, gathered: _Gathered, graph: FileGraph) -> tuple[str, ...] | None:
    """The early lines of a file that are no packages, as words of one command: options, and files with their options.

    None where a line needs its file: one that pip refuses, one with options of its own, one of an included file that
    has to wait, one with a credential; and where an included file has options, because pip reads them in the order of
    the lines, and those of a command before all files.
    """
    packages = {each.location.line for each in root.dependencies}
    waiting = [each for moment in (When.LATE, When.SOFT) for each in gathered.lines[moment].items()]
    own = {line for path, lines in waiting if path == root.path for line in lines}
    is_elsewhere = any(lines for path, lines in waiting if path != root.path)
    is_refused = any(each.location.line not in own for each in root.problems)
    if any(each.options for each in gathered.early if each.path != root.path):
        return None
    if is_elsewhere or is_refused or any(each.location.line in packages for each in root.options):
        return None
    early = [each for each in root.references if when(each, graph) is When.EARLY]
    words = [*map(_option_word, root.options), *map(_file_words, early)]
    return tuple(word for each in words for word in each or ()) if None not in words else None


def _option_word(option: Option) -> tuple[str, ...] | None:
    if option.name in _REPLACES:
        return None
    word = f"{option.name}={option.value}" if option.value else option.name
    return (word,) if option.name.startswith("--") and fits_a_line(word) and redact(word) == word else None


def _file_words(reference: RepoReference) -> tuple[str, ...] | None:
    flag = {ReferenceKind.INCLUDE: "-r", ReferenceKind.CONSTRAINT: "-c"}.get(reference.kind)
    path = reference.resolved if reference.entry is Entry.FILE else None
    return (flag, path) if flag and path and fits_a_line(path) else None


def plain_requirements(dependencies: Iterable[Dependency]) -> tuple[str, ...] | None:
    """Sorted canonical lines for dependencies that are names with versions; None where one is more than that."""
    found = [*dependencies]
    if not all(map(_is_named, found)):
        return None
    return tuple(sorted({each.requirement for each in found}))


def _is_named(dependency: Dependency) -> bool:
    is_more = dependency.url or dependency.hashes or dependency.editable
    return bool(dependency.name) and not is_more and fits_a_line(dependency.requirement)


def _earliest(root: SpecFile, files: Mapping[str, SpecFile], graph: FileGraph, gathered: _Gathered) -> When:
    """The earliest moment of any line: no command can leave out an option that decides for all of them."""
    if root.entry is not Entry.FILE:
        return When.LATE
    deciding = graph.above(path for path, file in files.items() if _decides(file))
    return _later(When.EARLY, *(moment for file in gathered.early for moment in _decided(file, deciding, graph)))


def _decided(file: SpecFile, deciding: frozenset[str], graph: FileGraph) -> Iterator[When]:
    """When the other lines can install, for each line that decides something for them."""
    on_option = {option.location for option in file.options}
    for reference in file.references:
        includes = reference.kind is ReferenceKind.INCLUDE and reference.resolved in deciding
        in_option = reference.kind is ReferenceKind.VARIABLE and reference.location in on_option
        if reference.kind in DECIDES or includes or in_option:
            yield when(reference, graph)


def _decides(file: SpecFile) -> bool:
    return bool(file.options) or any(reference.kind in DECIDES for reference in file.references)


def _later(*moments: When) -> When:
    return max(moments, key=list(When).index)


def _frozen(lines: Mapping[str, set[int]]) -> dict[str, tuple[int, ...]]:
    return {path: tuple(sorted(found)) for path, found in sorted(lines.items()) if found}


def place_script(root: SpecFile, files: Mapping[str, SpecFile], graph: FileGraph) -> ScriptPlacement:
    """The placement of an install.R: it is split only if every statement is understood, else stays whole."""
    gathered = _gather(root, files, graph)
    moments = {moment for moment, found in gathered.lines.items() if any(found.values())}
    statements = {option.value for file in gathered.early for option in file.options if option.name == "statement"}
    understood = not statements & {"dynamic", "system"}
    late = When.LATE in moments or root.entry is not Entry.FILE
    soft = not late and (When.SOFT in moments or not understood)
    dependencies = [each for file in gathered.early for each in file.dependencies]
    installs = [each for each in root.options if each.name == "statement" and each.value == "install"]
    lines = {line for statement in installs for line in span(statement)}
    plain = {each.name for each in root.dependencies if each.name and _is_plain(each, lines)}
    return ScriptPlacement(
        file=root.path,
        needs=tuple(sorted(gathered.needs)),
        dependencies=tuple(dependencies),
        when=When.LATE if late else When.SOFT if soft else When.EARLY,
        plain=tuple(sorted(plain)) if understood else (),
        certain=tuple(sorted(plain)),
        listed=None if late or soft else _listed(root, gathered),
    )


def _listed(root: SpecFile, gathered: _Gathered) -> tuple[str, ...] | None:
    """The packages of a script that does nothing else, and does not even say from where or in which way; else None."""
    does = {option.value if option.name == "statement" else "setting" for option in root.options}
    if gathered.needs != {root.path} or root.problems or root.references or not does <= _LISTS:
        return None
    names = {each.name for each in root.dependencies if each.name and _is_of_default(each)}
    return tuple(sorted(names)) if len(names) == len({each.name for each in root.dependencies}) else None


def _is_plain(dependency: Dependency, lines: set[int]) -> bool:
    """Whether `install.packages(name)` from the snapshot is all that one of the `lines` that install asks for."""
    return _is_of_default(dependency) and dependency.location.line in lines


def _is_of_default(dependency: Dependency) -> bool:
    """Whether it is a package by name, of the default repository."""
    return not (dependency.url or dependency.spec or dependency.channel or dependency.name in BASE_PACKAGES)
