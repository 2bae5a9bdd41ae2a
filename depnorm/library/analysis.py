"""Read and analyzed: what `depnorm inspect` and `depnorm check` tell."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from depnorm.analyze.analysis import analyze
from depnorm.analyze.findings import finding, in_reading_order
from depnorm.errors import UnusableInputError
from depnorm.model import Analysis, Builder, Catalog, ChosenFile, Finding, Problem, SpecChoice, SpecFile, SpecFormat
from depnorm.read.choice import choose_spec_files
from depnorm.read.closure import git_is_hidden, read_choice
from depnorm.read.formats import READERS
from depnorm.read.repository import Repository, open_repository
from depnorm.read.spec_names import format_of
from depnorm.share.catalog import load_catalog

CONDA_PYTHONS = tuple(f"3.{minor}" for minor in range(5, 16))
"""What a conda environment may ask for; conda itself decides."""


def inspect(path: str | Path) -> tuple[SpecFile, ...]:
    """What the spec files of a repository say, or those of one file and its includes, references resolved and scoped.

    Raises `UnusableInputError` for a path that is neither a directory nor a file.
    """
    return analyze_path(Path(path)).files


def check(path: str | Path) -> tuple[Finding, ...]:
    """What there is to say about a repository or a file, by file and line. Raises `UnusableInputError`."""
    return analyze_path(Path(path)).findings


def analyze_path(path: Path) -> Analysis:
    """The analysis of a repository, or of one file and what it includes; raises `UnusableInputError`."""
    catalog = load_catalog()
    if path.is_dir():
        repository = open_repository(path)
        return analyze_repository(repository, choose_spec_files(repository), catalog)
    if not path.exists():
        raise UnusableInputError(f"{path}: there is no such file or directory", hint="Give a repository or a file.")
    repository, name = open_repository(path.parent), path.name
    if format_of(name) not in READERS:
        raise UnusableInputError(
            f"{path}: depnorm does not read files of this name",
            hint="It reads requirements (.txt, .in), environment.yml, install.R, apt.txt, pyproject.toml and the like.",
        )
    chosen = ChosenFile(path=name, format=format_of(name), why="the file that was asked for")
    choice = SpecChoice(builder=Builder.NONE, config_directory="", used=(chosen,), ignored=())
    repository.read_bytes(name)
    return analyze_repository(repository, choice, catalog)


def analyze_repository(
    repository: Repository,
    choice: SpecChoice,
    catalog: Catalog,
    python: str | None = None,
    *,
    dockerignore: bool = True,
) -> Analysis:
    """The analysis of the chosen files, on a Python that the catalog has where they leave it open."""
    files = read_choice(repository, choice, dockerignore=dockerignore)
    return analyze(
        choice,
        files,
        environment_python=_environment_python(files, catalog),
        pythons=catalog.pythons,
        default_python=catalog.default_python,
        python=python,
        git_is_hidden=dockerignore and git_is_hidden(repository),
    )


def with_problems(analysis: Analysis, problems: Iterable[Problem]) -> Analysis:
    """The analysis with what later rooms have to say of its lines among its findings."""
    found = [*map(finding, problems)]
    return replace(analysis, findings=in_reading_order((*analysis.findings, *found))) if found else analysis


def _environment_python(files: Iterable[SpecFile], catalog: Catalog) -> str | None:
    environment = next((file for file in files if file.format is SpecFormat.CONDA), None)
    if environment is None:
        return None
    from depnorm.read.conda import python_minor  # noqa: PLC0415  brings rattler

    return python_minor(environment, CONDA_PYTHONS) or catalog.default_python
