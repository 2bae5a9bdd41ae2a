"""What the owner of a repository should know about the files that do not count."""

from collections.abc import Iterable, Iterator

from depnorm.model import Builder, Location, Problem, SpecFormat
from depnorm.read.evidence import Evidence
from depnorm.read.spec_names import FoundFile, Role

_WITH_R = "Add a runtime.txt such as `r-4.4-2025-01-10` (version of R, day of the packages)."
_WINNERS = {
    Builder.JULIA: ("JuliaProject.toml", "Project.toml", "REQUIRE"),
    Builder.NIX: ("default.nix",),
    Builder.R: ("runtime.txt", "DESCRIPTION"),
    Builder.CONDA: ("environment.yml", "environment.yaml"),
    Builder.PIPFILE: ("Pipfile", "Pipfile.lock"),
    Builder.PYTHON: ("runtime.txt",),
}
_HOW_TO_READ = {
    SpecFormat.REQUIREMENTS: "If it is needed, write `-r` and its path, relative to that file, into requirements.txt.",
    SpecFormat.CONSTRAINTS: "If it is needed, write `-c` and its path, relative to that file, into requirements.txt.",
    SpecFormat.CONDA: "If it is needed, move its packages into environment.yml.",
}
_UNPLANNED = frozenset({Builder.JULIA, Builder.NIX, Builder.PIPFILE})
_LISTS = ("requirements.txt", "environment.yml", "environment.yaml", "Pipfile", "Pipfile.lock", "install.R")


def find_problems(evidence: Evidence, builder: Builder, ignored: Iterable[FoundFile]) -> Iterator[Problem]:
    """Problems DN001 to DN011: the choice itself, and each ignored file whose owner may think that it counts."""
    if evidence.has_both_directories:
        yield _problem(
            ".binder",
            "DN002",
            "binder/ and .binder/ both exist, which repo2docker refuses; the plan is made for binder/",
            "Move everything into one of them and delete the other.",
        )
    if builder is Builder.DOCKER:
        yield _dockerfile(evidence)
    if builder is Builder.NONE:
        yield _problem(
            "",
            "DN008",
            f"no spec file is in {_place(evidence)}, so the image gets the base and the repository alone (looked for"
            " requirements.txt, environment.yml, install.R, runtime.txt, Pipfile, pyproject.toml and the like)",
            f"Write what the code imports into a requirements.txt in {_place(evidence)}, one package a line; or plan"
            f" {_where_else(evidence)}.",
        )
    if builder in _UNPLANNED and (winner := _winner(evidence, builder)) != "REQUIRE":
        yield _unplanned(f"{evidence.directory}/{winner}" if evidence.directory else f"{winner}")
    for file in ignored:
        yield from _ignored(file, evidence, builder)


def _place(evidence: Evidence) -> str:
    return f"{evidence.directory}/" if evidence.directory else "the root"


def _where_else(evidence: Evidence) -> str:
    if not evidence.below:
        return "another directory: --subdir DIR"
    return f"a directory that has one, with --subdir: there is {', '.join(evidence.below)}"


def _ignored(file: FoundFile, evidence: Evidence, builder: Builder) -> Iterator[Problem]:
    if file.role is Role.OTHER:
        yield _unread(file)
    elif file.role is not Role.CONFIG:
        return
    elif not file.directory and evidence.directory:
        yield _shadowed(file, evidence)
    elif file.directory == evidence.directory and builder is not Builder.DOCKER:
        yield from _beaten(file, evidence, builder)


def _beaten(file: FoundFile, evidence: Evidence, builder: Builder) -> Iterator[Problem]:
    """A file of the config directory that the builder leaves out."""
    if file.name == "environment.yaml" and evidence.has("environment.yml"):
        message = "environment.yml stands beside it and wins; the packages in this file are not installed"
        yield _problem(file.path, "DN004", message, "Keep one of the two.")
    elif builder is Builder.CONDA and file.name in ("requirements.txt", "runtime.txt"):
        yield _conda_wins(file)
    elif file.name == "install.R" and builder not in (Builder.NIX, Builder.R):
        message = "is not run: repo2docker sets up R only with an R runtime.txt that has a date, or a DESCRIPTION"
        yield _problem(file.path, "DN005", message, _WITH_R)
    elif file.name in (*_LISTS, "REQUIRE") and (winner := _winner(evidence, builder)) not in (None, file.name):
        message = f"{winner} wins, and nothing in this file is installed"
        yield _problem(
            file.path, "DN007", message, f"Move what is needed to where {winner} brings it in, or delete one."
        )
    elif file.name == "REQUIRE":
        message = "repo2docker does not build REQUIRE any more"
        yield _problem(file.path, "DN007", message, "Write a Project.toml.")


def _conda_wins(file: FoundFile) -> Problem:
    if file.name == "runtime.txt":
        message = "environment.yml wins; the version in this file is not used"
        return _problem(file.path, "DN003", message, "Write `python=3.11` into environment.yml.")
    message = "environment.yml wins; the packages in requirements.txt are NOT installed"
    hint = "Move them into environment.yml below `- pip:`, or write `- -r requirements.txt` there."
    return _problem(file.path, "DN003", message, hint)


def _winner(evidence: Evidence, builder: Builder) -> str | None:
    candidates = _WINNERS.get(builder, ())
    return next((name for name in candidates if evidence.has(name)), None)


def _dockerfile(evidence: Evidence) -> Problem:
    if evidence.is_legacy_dockerfile:
        message = "builds on andrewosh/binder-base, which repo2docker refuses wherever the other files are"
        return _problem("Dockerfile", "DN006", message, "Delete it, or start from another base image.")
    path = f"{evidence.directory}/Dockerfile" if evidence.directory else "Dockerfile"
    message = "wins: the image is built from it, and no other spec file is used"
    return _problem(path, "DN006", message, "Delete it to let the spec files count, or call them from it.")


def _unplanned(path: str) -> Problem:
    message = "wins: repo2docker builds the repository from it, and depnorm has no stages for that"
    return _problem(
        path, "DN007", message, "Write what it lists into requirements.txt or environment.yml, and delete it."
    )


def _shadowed(file: FoundFile, evidence: Evidence) -> Problem:
    directory = evidence.directory
    message = f"{directory}/ exists, so this file is not used"
    return _problem(file.path, "DN001", message, f"Move it to {directory}/, or delete {directory}/.")


def _unread(file: FoundFile) -> Problem:
    if file.meant is not None:
        message = f"is not read: repo2docker looks for {file.meant}, spelled exactly so"
        return _problem(file.path, "DN011", message, f"Rename it to {file.meant}.")
    return _problem(file.path, "DN011", "is not read by itself", _HOW_TO_READ[file.format])


def _problem(path: str, rule: str, message: str, hint: str) -> Problem:
    return Problem(location=Location(path=path), raw="", message=message, hint=hint, rule=rule)
