"""The steps of a build that install dependencies, under each rule: what a commit makes run again."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from depnorm.corpus.pins import pinned
from depnorm.corpus.rows import StepRow
from depnorm.emit.dockerfile import render_dockerfile
from depnorm.errors import DepnormError, UnusableInputError
from depnorm.library.analysis import analyze_repository
from depnorm.library.corpus_reading import Reading, python_of
from depnorm.library.layer_tools import layer_tools
from depnorm.library.plans import DEFAULT_MAX_LAYERS, target_of
from depnorm.model import Ecosystem, Emitter, Plan, Scope, SpecFile, SpecFormat, Stage, StageKind, StagePackage, redact
from depnorm.model.rebuilds import Rule
from depnorm.read.assemble import physical_lines
from depnorm.read.repo2docker_local import is_local_pip_requirement
from depnorm.read.snapshot import Snapshot
from depnorm.read.text import decode
from depnorm.share.catalog import load_catalog
from depnorm.share.sharing import share_with
from depnorm.stages import plan_repository

_ORDER = (
    SpecFormat.APT,
    SpecFormat.CONDA,
    SpecFormat.REQUIREMENTS,
    SpecFormat.PIPFILE,
    SpecFormat.DESCRIPTION,
    SpecFormat.R_SCRIPT,
)
"""The order in which hand-written Dockerfiles and repo2docker install; projects come after it."""
_PROJECTS = frozenset({SpecFormat.PYPROJECT, SpecFormat.SETUP_CFG, SpecFormat.SETUP_PY})
_EARLY_SCOPES = frozenset({Scope.FILES, Scope.REMOTE})
_EXACT = re.compile(r"={2,3}([^\s,|*<>=!~]+)")
_REPO_DIR = "/home/jovyan"

Package = dict[str, str | None]


@dataclass(slots=True)
class _Steps:
    """The steps of one rule, in order. Each is cached only on top of all that came before it."""

    rule: Rule
    reading: Reading
    rows: list[StepRow] = field(default_factory=list)
    chain: str = ""
    waits: bool = False
    seen: set[tuple[str | None, str | None]] = field(default_factory=set)

    def depend(self, *what: str) -> None:
        """What comes now, and after, is another step where this is another text."""
        self.chain = hashlib.sha256("\0".join((self.chain, *what)).encode("utf-8", "surrogateescape")).hexdigest()

    def install(self, name: str, packages: Iterable[Package], *, waits: bool = False, is_dynamic: bool = False) -> None:
        """A step that installs what no earlier one did; after one that waits, all wait.

        One that `is_dynamic` installs what only running it tells: it counts without packages.
        """
        self.waits = self.waits or waits
        new = [each for each in packages if (each["ecosystem"], each["name"]) not in self.seen]
        self.seen.update((each["ecosystem"], each["name"]) for each in new if each["name"])
        if new or is_dynamic:
            self.rows.append(self._row(len(self.rows), name, new))

    def finish(self) -> list[StepRow]:
        """The rows; one that says so where nothing is installed."""
        return self.rows or [self._row(-1, None, [])]

    def _row(self, step: int, name: str | None, packages: Sequence[Package]) -> StepRow:
        state = self.reading.state
        return StepRow(
            repository=redact(state.repository),
            position=state.position,
            commit=state.commit,
            date=state.date,
            commits=1,
            rule=self.rule,
            step=step,
            name=name,
            key=self.chain if step >= 0 else None,
            waits=self.waits,
            packages=packages,
        )


def steps_of(reading: Reading) -> Iterator[StepRow]:
    """The steps under each rule; none under any for a repository whose builder depnorm has no stages for.

    Raises what a plan raises. `commits` is 1: only what comes later tells it.
    """
    plan, is_dynamic = plan_of(reading)
    for rule, fill in _RULES.items():
        steps = _Steps(rule, reading)
        if plan.stages:
            fill(steps, reading, plan, is_dynamic)
        yield from steps.finish()


def plan_of(reading: Reading) -> tuple[Plan, bool]:
    """The plan of a state, offline, as `depnorm plan` makes it; and whether only running a project tells its needs."""
    catalog = load_catalog()
    analysis = analyze_repository(reading.state.files, reading.choice, catalog)
    target = target_of(analysis, {})
    tools = layer_tools(catalog, target.python)
    sharing = share_with(
        analysis,
        catalog,
        target,
        max_layers=DEFAULT_MAX_LAYERS[Emitter.CHAIN],
        tools=tools.digests,
        emitter=Emitter.CHAIN,
    )
    plan = tools.put_into(plan_repository(analysis, sharing, target, repo_dir=_REPO_DIR))
    return plan, not all(project.static for project in analysis.projects)


def _copy_all(steps: _Steps, reading: Reading, _plan: Plan, is_dynamic: bool) -> None:  # noqa: FBT001  one of a table
    packages = [package for file in _installing(reading) for package in _packages(reading, file)]
    steps.install("everything", packages, waits=True, is_dynamic=is_dynamic)


def _requirements_first(steps: _Steps, reading: Reading, _plan: Plan, is_dynamic: bool) -> None:  # noqa: FBT001
    """A file that needs more than the spec files waits for the copy of the repository."""
    runtime = [file for file in reading.files if file.format is SpecFormat.RUNTIME and file.path in reading.used]
    r = [file.option(name) or "" for file in runtime for name in ("r", "r-snapshot")]
    steps.depend(python_of(reading) or "", *r)  # what the FROM line says
    for file in _installing(reading):
        for path in sorted(reading.graph.reachable(file.path)):
            steps.depend(path, _identity(reading, path))
        waits = file.format in _PROJECTS or not _is_closed(reading, file)
        steps.install(file.path, _packages(reading, file), waits=waits, is_dynamic=is_dynamic and waits)


def _repo2docker(steps: _Steps, reading: Reading, _plan: Plan, is_dynamic: bool) -> None:  # noqa: FBT001
    """apt.txt, then one COPY of all files that can install early, what these install, and the repository."""
    files = [*_installing(reading)]
    late = {file.path for file in files if _is_late_for_repo2docker(reading, file)}
    runtime = (chosen.path for chosen in reading.choice.used if chosen.format is SpecFormat.RUNTIME)
    for path in runtime:
        steps.depend(path, _identity(reading, path))
    for file in files:
        if file.format is SpecFormat.APT:
            steps.depend(file.path, _identity(reading, file.path))
            steps.install(file.path, _packages(reading, file))
    for file in files:
        if file.format not in _PROJECTS and file.format is not SpecFormat.DESCRIPTION:
            steps.depend(file.path, _identity(reading, file.path))
    for file in sorted(files, key=lambda file: file.path in late):
        waits = file.path in late
        steps.install(file.path, _packages(reading, file), waits=waits, is_dynamic=is_dynamic and waits)


def _is_late_for_repo2docker(reading: Reading, file: SpecFile) -> bool:
    """Peeks at whole files, as `_should_preassemble_pip` and `_should_preassemble_env` do."""
    match file.format:
        case SpecFormat.REQUIREMENTS:
            return reading.choice.installs_itself or _has_local_line(reading, file)
        case SpecFormat.CONDA:
            pip = [each.raw for each in file.dependencies if each.ecosystem is Ecosystem.PYPI]
            lines = [*pip, *(each.raw for each in file.references)]
            return any(is_local_pip_requirement(line.strip().removeprefix("- ").strip("\"'")) for line in lines)
        case SpecFormat.R_SCRIPT:  # tried before the copy, and again after it where that failed
            return not _is_closed(reading, file)
        case SpecFormat.APT:
            return False
        case _:
            return True


def _has_local_line(reading: Reading, file: SpecFile) -> bool:
    try:
        text = decode(reading.state.files.read_bytes(file.path)).text
    except UnusableInputError:
        return False  # nobody can install it either
    return any(map(is_local_pip_requirement, physical_lines(text)))


def _depnorm(steps: _Steps, reading: Reading, plan: Plan, is_dynamic: bool) -> None:  # noqa: FBT001
    """The stages of the plan: a stage is what its instructions say, and the files that it copies."""
    waits = False
    for stage in plan.stages:
        waits = waits or stage.kind is StageKind.COPY
        steps.depend(_instructions(plan, stage), *(_identity(reading, path) for path in stage.needs if path != "."))
        if stage.kind not in {StageKind.BASE, StageKind.COPY, StageKind.VERIFY, StageKind.POST_BUILD}:
            name = f"{stage.kind.value} {stage.name}"
            steps.install(name, map(_of_stage, stage.packages), waits=waits, is_dynamic=is_dynamic and waits)


def _instructions(plan: Plan, stage: Stage) -> str:
    """The text that a builder compares: without comments."""
    text = render_dockerfile(replace(plan, stages=(stage,)))
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


_RULES = {
    Rule.COPY_ALL: _copy_all,
    Rule.REQUIREMENTS_FIRST: _requirements_first,
    Rule.REPO2DOCKER: _repo2docker,
    Rule.DEPNORM: _depnorm,
}


def _installing(reading: Reading) -> Iterator[SpecFile]:
    """The used files that something is installed from, in order; a project's where the builder installs it."""
    by_path = {file.path: file for file in reading.files}
    used = [by_path[chosen.path] for chosen in reading.choice.used if chosen.path in by_path]
    for file_format in _ORDER:
        yield from (file for file in used if file.format is file_format)
    if reading.choice.installs_itself:
        yield from (file for file in used if file.format in _PROJECTS)


def _packages(reading: Reading, file: SpecFile) -> Iterator[Package]:
    """What a file and its includes install; extras and groups that nobody asked for are not."""
    by_path = {each.path: each for each in reading.files}
    for path in sorted(reading.graph.reachable(file.path)):
        included = by_path[path]
        if included.format is SpecFormat.CONSTRAINTS:
            continue
        for each in included.dependencies:
            if each.group is None:
                name, version = each.name or each.url, pinned(each, included.format)[1]
                yield {"ecosystem": each.ecosystem.value, "name": redact(name or ""), "version": version}


def _of_stage(package: StagePackage) -> Package:
    exact = _EXACT.fullmatch(package.spec)
    version = package.version or (exact[1] if exact else None)
    return {"ecosystem": package.ecosystem.value, "name": redact(package.name), "version": version}


def _is_closed(reading: Reading, file: SpecFile) -> bool:
    """Whether a file and its includes refer to known files only."""
    below = reading.graph.reachable(file.path)
    references = (reference for each in reading.files if each.path in below for reference in each.references)
    return all(reference.scope in _EARLY_SCOPES for reference in references)


def _identity(reading: Reading, path: str) -> str:
    files = reading.state.files
    if isinstance(files, Snapshot):
        return files.identity(path)
    try:
        return hashlib.sha256(files.read_bytes(path)).hexdigest()
    except DepnormError:
        return ""
