"""The inputs of a corpus as jobs: which directories are repositories, and what each is called."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from depnorm.corpus.jobs import Form, Item, Job
from depnorm.corpus.json_lines import json_line_jobs
from depnorm.corpus.names import Names, directory_names
from depnorm.errors import DepnormError, UnusableInputError
from depnorm.read.git_directory import git_directory
from depnorm.read.repository import open_repository
from depnorm.read.spec_names import find_spec_files

JOB_REPOSITORIES = 20
"""Directories of one job: what is done again after an interruption."""
MAX_LOOKED_INTO = 200
"""Directories that are looked into for repositories that lie deeper than asked for."""
WHAT_FACTS_READ = "Give a repository, a directory of repositories, a git clone, or a file of JSON lines."


@dataclass(slots=True, kw_only=True)
class _Input:
    """One directory or file that somebody gave, and the repositories that are in it."""

    path: Path
    repositories: list[Path] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def input_jobs(paths: Sequence[Path]) -> list[Callable[[], Iterable[Job]]]:
    """The jobs of each input. No two repositories, histories or environments of them have the same name.

    Raises `UnusableInputError` where there is none, or a directory cannot be listed.
    """
    inputs = [_input(path) for path in paths]
    _drop_repeated(inputs)
    directories = [path for each in inputs for path in each.repositories]
    names = Names()
    by_path = {path: names.take(name) for path, name in zip(directories, directory_names(directories), strict=True)}
    return [partial(_jobs, each, by_path, names) for each in inputs]


def _input(path: Path) -> _Input:
    try:
        if path.is_dir():
            return _directories(path)
        found = path.exists()
    except OSError as error:
        raise UnusableInputError(f"{path}: cannot be read ({error.strerror})", hint=WHAT_FACTS_READ) from error
    if not found:
        raise UnusableInputError(f"{path}: there is no such file or directory", hint=WHAT_FACTS_READ)
    return _Input(path=path)


def _directories(path: Path) -> _Input:
    """A directory is a repository if it is a git clone or has a spec file; else each directory in it is one."""
    root = path.resolve()
    inside = sorted(each for each in root.iterdir() if not each.name.startswith("."))
    if is_repository(root):
        return _Input(path=path, repositories=[root])
    links = [each for each in inside if each.is_symlink() and each.is_dir()]
    return _Input(
        path=path,
        repositories=[each for each in inside if each.is_dir() and not each.is_symlink()],
        errors=[f"{each.name}: is a symbolic link, which is not followed" for each in links],
    )


def is_repository(path: Path) -> bool:
    """Whether a directory is a git clone, or has a spec file where these are looked for."""
    try:
        return bool(git_directory(path) or find_spec_files(open_repository(path))[0])
    except (DepnormError, OSError):
        return False


def deeper_repositories(path: Path) -> list[Path]:
    """Repositories that lie one level deeper than they are looked for in a directory; of very many only some."""
    try:
        inside = islice((each for each in path.iterdir() if each.is_dir()), MAX_LOOKED_INTO)
        below = (inner for each in inside for inner in islice(_listed(each), MAX_LOOKED_INTO))
        return sorted(islice((each for each in below if each.is_dir() and is_repository(each)), MAX_LOOKED_INTO))
    except OSError:
        return []


def _listed(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except OSError:
        return []


def _drop_repeated(inputs: Sequence[_Input]) -> None:
    """What is there twice is read once, and a remark says so."""
    seen: set[Path] = set()
    for each in inputs:
        if not each.path.is_dir():
            if each.path.resolve() in seen:
                each.remarks.append("was given before, and is read once")
            seen.add(each.path.resolve())
        new = [path for path in each.repositories if path not in seen]
        each.remarks += [
            f"{path.name}: is in what was given before, and is read once" for path in each.repositories if path in seen
        ]
        each.repositories = new
        seen.update(new)


def _jobs(found: _Input, names_of: dict[Path, str], names: Names) -> Iterator[Job]:
    source = str(found.path)
    for form, sentences in ((Form.ERRORS, found.errors), (Form.REMARKS, found.remarks)):
        if sentences:
            items = tuple(Item(os.fsencode(each)) for each in sentences)
            yield Job(source=source, form=form, items=items, place=form)
    if not found.path.is_dir():
        if not found.remarks:
            yield from json_line_jobs(found.path, names)
        return
    count = len(found.repositories)
    for start in range(0, count, JOB_REPOSITORIES):
        some = found.repositories[start : start + JOB_REPOSITORIES]
        items = tuple(Item(os.fsencode(each), names_of[each]) for each in some)
        stamp = " ".join(map(_stamp, some))
        share = (start + len(some)) / count
        yield Job(source=source, form=Form.DIRECTORIES, items=items, place=str(some[0]), stamp=stamp, share=share)


def _stamp(path: Path) -> str:
    """What changes when the repository does: what HEAD of a clone says, and dates of the directory and of its files."""
    try:
        directory = git_directory(path)
        places = [path, *path.iterdir()] if directory is None else [directory / "HEAD", directory / "logs" / "HEAD"]
        return ",".join(str(each.lstat().st_mtime_ns) for each in sorted(places) if os.path.lexists(each))
    except OSError:  # reading it says so
        return ""
