"""Read and analyzed: what `depnorm inspect` and `depnorm check` tell."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from depnorm.analyze.analysis import analyze
from depnorm.analyze.python_version import PythonOption
from depnorm.errors import UnusableInputError
from depnorm.library.ignores import mark_by_comments, unused_ignores, with_problems
from depnorm.model import Analysis, Builder, Catalog, ChosenFile, Finding, SpecChoice, SpecFile, SpecFormat, Trace
from depnorm.read.choice import choose_spec_files
from depnorm.read.closure import git_is_hidden, read_choice
from depnorm.read.formats import READERS
from depnorm.read.missing_path import missing
from depnorm.read.repository import Repository, open_repository
from depnorm.read.spec_names import format_of
from depnorm.share.catalog import load_catalog

CONDA_PYTHONS = tuple(f"3.{minor}" for minor in range(5, 16))
"""What a conda environment may ask for; conda itself decides."""


def inspect(path: str | Path, *, trace: Trace | None = None) -> tuple[SpecFile, ...]:
    """What the spec files of a repository say, or those of one file and its includes, references resolved and scoped.

    `trace` is told of each step. Raises `UnusableInputError` for a path that is neither a directory nor a file.
    """
    return analyze_path(path, trace).files


def check(path: str | Path, *, inline_ignores: bool = True, trace: Trace | None = None) -> tuple[Finding, ...]:
    """What there is to say about a repository or a file, by file and line. Raises `UnusableInputError`.

    What a comment of the repository ignores (`# depnorm: ignore[DN103] reason`) is among the findings, with `ignored`
    saying so. Without `inline_ignores` such comments are comments: for a service that wants to hear all. `trace` is
    told of each step.
    """
    analysis = analyze_path(path, trace, inline_ignores=inline_ignores)
    if not (inline_ignores and os.path.isdir(path)):  # noqa: PTH112  Path raises for what cannot be asked
        return analysis.findings
    return with_problems(analysis, unused_ignores(analysis)).findings  # of one file alone not all is known


def analyze_path(given: str | Path, trace: Trace | None = None, *, inline_ignores: bool = True) -> Analysis:
    """The analysis of a repository, or of one file and what it includes; raises `UnusableInputError`."""
    if not os.fspath(given):
        raise UnusableInputError("the empty text names nothing to read", hint="Write . for the working directory.")
    analysis = _analyze_path(Path(given), inline_ignores=inline_ignores)
    for step in steps_of_reading(analysis):
        if trace:
            trace(step)
    return analysis


def steps_of_reading(analysis: Analysis) -> Iterator[str]:
    """What was read, and why, a clause for each file; then what was not, and why."""
    reasons = {file.path: file.why for file in analysis.choice.used}
    for file in analysis.files:
        numbers = (len(file.dependencies), len(file.references), len(file.problems))
        found = "{} dependencies, {} references, {} problems".format(*numbers)
        why = reasons.get(file.path, "another one includes it")
        yield f"read {file.path} ({file.format}, {file.encoding}): {found}; {why}"
    for ignored in analysis.choice.ignored:
        yield f"left {ignored.path} alone: {ignored.why}"


def _analyze_path(path: Path, *, inline_ignores: bool) -> Analysis:
    catalog = load_catalog()
    if os.path.isdir(path):  # noqa: PTH112  Path raises for what cannot be asked
        repository = open_repository(path)
        choice = choose_spec_files(repository)
        return analyze_repository(repository, choice, catalog, inline_ignores=inline_ignores)
    if not os.path.exists(path):  # noqa: PTH110  as above
        raise missing(path)
    repository, name = open_repository(path.parent), path.name
    if format_of(name) not in READERS:
        raise UnusableInputError(
            f"{path}: depnorm does not read files of this name",
            hint="It reads requirements (.txt, .in), environment.yml, install.R, apt.txt, pyproject.toml and the like.",
        )
    chosen = ChosenFile(path=name, format=format_of(name), why="the file that was asked for")
    choice = SpecChoice(builder=Builder.NONE, config_directory="", used=(chosen,), ignored=())
    repository.read_bytes(name)
    return analyze_repository(repository, choice, catalog, inline_ignores=inline_ignores)


def analyze_repository(
    repository: Repository,
    choice: SpecChoice,
    catalog: Catalog,
    python_options: Sequence[PythonOption] = (),
    *,
    inline_ignores: bool = True,
    dockerignore: bool = True,
) -> Analysis:
    """The analysis of the chosen files, on a Python that the catalog has where they leave it open.

    What comments of the repository ignore is marked among its findings, if they count. Without `dockerignore` the build
    context is everything, whatever .dockerignore says.
    """
    files = read_choice(repository, choice, dockerignore=dockerignore)
    analysis = analyze(
        choice,
        files,
        environment_python=_environment_python(files, catalog),
        pythons=catalog.pythons,
        default_python=catalog.default_python,
        python_options=python_options,
        git_is_hidden=dockerignore and git_is_hidden(repository),
    )
    return mark_by_comments(repository, analysis) if inline_ignores else analysis


def _environment_python(files: Iterable[SpecFile], catalog: Catalog) -> str | None:
    environment = next((file for file in files if file.format is SpecFormat.CONDA), None)
    if environment is None:
        return None
    from depnorm.read.conda import python_minor  # noqa: PLC0415  brings rattler

    return python_minor(environment, CONDA_PYTHONS) or catalog.default_python
