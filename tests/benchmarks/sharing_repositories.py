"""Repositories for `sharing_builds.py`, written from a corpus of what people really ask for."""

import gzip
import json
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import depnorm
from depnorm.errors import DepnormError
from depnorm.model import Builder, InstallWheels, PipCommand, Plan, RunPip, StageKind

PYTHON = "3.11"
# What pip alone installs from requirements: no packages of the system, nothing late, no post-build.
KINDS = {StageKind.BASE, StageKind.SHARED, StageKind.OWN, StageKind.EARLY, StageKind.VERIFY, StageKind.COPY}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository on disk.

    `needs` are the files that `pip install -r REQUIREMENTS` reads, `wheels` what it installs: bytes by file name.
    """

    name: str
    directory: Path
    requirements: str
    needs: tuple[str, ...]
    wheels: Mapping[str, int]

    def write_readme(self, text: str) -> None:
        """Write the file whose change ought to rebuild nothing."""
        write(self.directory / "README.md", f"# {self.name}\n\n{text}\n")


Candidate = tuple[str, Callable[[Path], None]]
"""A name, and what writes the repository into a directory."""


def sources(corpus: Path) -> tuple[list[Candidate], list[Candidate]]:
    """Files of `repos/` as they stand; and the names that each file of `closures.jsonl.gz` declares. By hash of id."""
    with gzip.open(corpus / "closures.jsonl.gz", "rt", encoding="utf-8") as rows:
        declared = {row["id"]: row["declared"] for row in map(json.loads, rows)}
    whole = ((each.name, partial(copy_files, each)) for each in (corpus / "repos").iterdir())
    names = ((name, partial(write_names, lines)) for name, lines in declared.items())
    return sorted(whole, key=by_hash), sorted(names, key=by_hash)


def in_turns(streams: Iterable[Iterator[Repository]]) -> Iterator[Repository]:
    """One of each stream, again and again, until all are at their end."""
    waiting = deque(streams)
    while waiting:
        stream = waiting.popleft()
        for each in stream:
            yield each
            waiting.append(stream)
            break


def by_hash(candidate: tuple[str, object]) -> str:
    return sha256(candidate[0].encode()).hexdigest()


def copy_files(source: Path, place: Path) -> None:
    """Copy a directory that may be read-only; modes are fixed, because the build cache sees them."""
    shutil.copytree(source, place, symlinks=True, copy_function=shutil.copyfile, dirs_exist_ok=True)
    for path in (place, *place.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


def write_names(lines: list[str], place: Path) -> None:
    write(place / "requirements.txt", "".join(f"{line}\n" for line in lines))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    path.chmod(0o644)


class UnfitError(Exception):
    """Why a repository is none of those that are built."""


def make_repository(name: str, fill: Callable[[Path], None], directory: Path, *, max_bytes: int) -> Repository:
    """The repository; raises `UnfitError`."""
    directory.mkdir(parents=True, exist_ok=True)
    fill(directory)
    write(directory / "analysis.py", f'"""Of {name} alone."""\n')
    try:
        declared = depnorm.plan(directory, python=PYTHON)
        check_plan(declared)
        wheels = locked_wheels(depnorm.plan(directory, python=PYTHON, lock=True), max_bytes)
    except DepnormError as error:
        raise UnfitError(str(error).partition("\n")[0]) from error
    (stage,) = (stage for stage in declared.stages if stage.kind is StageKind.EARLY)
    assert isinstance(stage.step, RunPip)
    return Repository(name, directory, stage.step.commands[0].files[0], stage.needs, wheels)


def check_plan(plan: Plan) -> None:
    """Raise `UnfitError` unless all there is to do is `pip install -r FILE` for the one Python."""
    steps = [stage.step for stage in plan.stages if stage.kind is StageKind.EARLY]
    if plan.choice.builder is not Builder.PYTHON or plan.target.python != PYTHON:
        raise UnfitError(f"{plan.choice.builder.value}, Python {plan.target.python}")
    if {stage.kind for stage in plan.stages} - KINDS or len(steps) != 1 or not isinstance(steps[0], RunPip):
        raise UnfitError("more than pip and requirements")
    asked = tuple(replace(each, plain=None, words=()) for each in steps[0].commands)
    if asked != (PipCommand(files=asked[0].files[:1]),):
        raise UnfitError("more than one file of requirements")


def locked_wheels(plan: Plan, max_bytes: int) -> dict[str, int]:
    """Bytes of each wheel, by file name; raises `UnfitError` unless these are all there is to install."""
    steps = [stage.step for stage in plan.stages]
    packages = [each for step in steps if isinstance(step, InstallWheels) for each in step.packages]
    wheels = {each.artifact.filename: each.artifact.size or 0 for each in packages}
    if plan.left_out:
        raise UnfitError(f"not from wheels alone: {', '.join(each.name for each in plan.left_out)}")
    if not 0 < sum(wheels.values()) <= max_bytes:
        raise UnfitError(f"{sum(wheels.values()) / 1e6:.0f} MB of wheels")
    return wheels
