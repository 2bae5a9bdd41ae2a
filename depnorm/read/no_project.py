"""Directories that pip is asked to install although there is no project in them."""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import replace

from depnorm.model import Builder, Entry, ReferenceKind, RepoReference, SpecChoice, SpecFile, SpecFormat
from depnorm.read.repository import Repository

_INSTALLED = frozenset({SpecFormat.REQUIREMENTS, SpecFormat.CONDA})
_DIRECTORIES = frozenset({ReferenceKind.EDITABLE, ReferenceKind.PATH})
_PROJECT = ("pyproject.toml", "setup.py")
"""One of them makes a directory installable (pip: `is_installable_dir`)."""


def mark_no_projects(files: tuple[SpecFile, ...], choice: SpecChoice, repository: Repository) -> tuple[SpecFile, ...]:
    """The same files, with `Entry.NO_PROJECT` in each line at which pip stops for certain, since there is no project.

    That is a line of a file that is installed with nothing before it that could make a project of the directory, and
    from a known place: not one that a script leads to, and not a file that was asked for alone. An empty directory may
    be a submodule that is not checked out.
    """
    if choice.builder is Builder.NONE:
        return files

    paths = frozenset(_installed({file.path: file for file in files}, (each.path for each in choice.used)))
    installed = [file for file in files if file.path in paths]
    directories = {each.resolved for file in installed for each in file.references if _is_installed(each)}
    no_projects = {each for each in directories if each and _is_no_project(repository, each)}
    if not no_projects:
        return files

    def marked(reference: RepoReference) -> RepoReference:
        stops = _is_installed(reference) and reference.resolved in no_projects
        return replace(reference, entry=Entry.NO_PROJECT) if stops else reference

    return tuple(
        replace(file, references=tuple(map(marked, file.references))) if file.path in paths else file for file in files
    )


def _is_no_project(repository: Repository, directory: str) -> bool:
    paths = (posixpath.normpath(posixpath.join(directory, name)) for name in _PROJECT)
    is_project = any(repository.entry(path) is Entry.FILE for path in paths)
    return not is_project and bool(repository.list_directory(directory))


def _is_installed(reference: RepoReference) -> bool:
    """Whether pip installs the directory itself, wherever it runs: not one below it, and not only for some Pythons."""
    if reference.kind not in _DIRECTORIES or reference.entry is not Entry.DIRECTORY:
        return False
    return reference.marker is None and "subdirectory=" not in reference.target


def _installed(files: dict[str, SpecFile], used: Iterable[str]) -> Iterator[str]:
    """The files whose lines are installed: those that are used, and what they include."""
    waiting, seen = [*used], set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen or path not in files or files[path].format not in _INSTALLED:
            continue
        seen.add(path)
        yield path
        waiting += [
            reference.resolved
            for reference in files[path].references
            if reference.kind is ReferenceKind.INCLUDE and reference.resolved
        ]
