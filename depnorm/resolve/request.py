"""What a repository asks of pip together: the input of a joint lock."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from depnorm.errors import ResolutionError
from depnorm.model import (
    Analysis,
    Dependency,
    Option,
    ReferenceKind,
    RepoReference,
    SpecFile,
    SpecFormat,
    canonical_name,
    patch_release,
    redact,
)

_INDEXES = ("--index-url", "--extra-index-url")
_REQUIREMENTS = (SpecFormat.REQUIREMENTS, SpecFormat.CONSTRAINTS)
_URL = re.compile(r"https?://[^\s\"'`]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a repository asks of pip together.

    `options` are lines that say where packages come from (`--extra-index-url https://…`), in the order pip sees them.
    `own` are names of its own projects and of wheels in it, which no index decides, `built` those that it forbids
    wheels of. With `builds` sdists may be built to learn what they need: their code runs. `python` is `X.Y`, `platform`
    a manylinux tag, `as_of` the ISO date whose uploads still count.
    `python_patch` is `X.Y.Z` where it is known. `installed` are names and versions that are there already, and stay.
    """

    asked: tuple[Dependency, ...]
    constraints: tuple[Dependency, ...] = ()
    options: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    built: frozenset[str] = frozenset()
    prereleases: bool = False
    builds: bool = False
    python: str
    platform: str
    as_of: str
    python_patch: str | None = None
    installed: tuple[tuple[str, str], ...] = ()

    @property
    def release(self) -> str:
        """The `X.Y.Z` that versions are chosen for."""
        return self.python_patch or patch_release(self.python)

    @property
    def direct(self) -> tuple[Dependency, ...]:
        """The lines that say that a package is a URL or a path: requirements, and constraints, which bind others."""
        bound = (each for each in self.constraints if each.name and each.url is not None)
        return (*(each for each in self.asked if each.url is not None or each.editable), *bound)


def request_of(
    analysis: Analysis, list_directory: Callable[[str], Iterable[str]], *, python: str, platform: str, as_of: str
) -> Request:
    """The request of a repository, or of one file; raises `ResolutionError` for what no lock can honour.

    `list_directory` tells the names in a directory of the repository.
    """
    files = [file for file in analysis.files if file.format in _REQUIREMENTS]
    request = Request(
        asked=analysis.asked, constraints=analysis.constraints, python=python, platform=platform, as_of=as_of
    )
    return with_options(request, files, analysis.files, list_directory)


def with_options(
    request: Request,
    files: Sequence[SpecFile],
    everything: Iterable[SpecFile],
    list_directory: Callable[[str], Iterable[str]],
) -> Request:
    """The request with what the options of its `files` say; `everything` that was read names the repository's own."""
    _check_references(reference for file in files for reference in file.references)
    options = [option for file in files for option in file.options]
    return replace(
        request,
        options=tuple(line for option in options if (line := _source(option))),
        own=frozenset(_own(everything, list_directory)),
        built=frozenset(name for option in options if option.name == "--no-binary" for name in _built(option)),
        prereleases=any(option.name == "--pre" for option in options),
    )


_DECIDES = (ReferenceKind.INCLUDE, ReferenceKind.CONSTRAINT, ReferenceKind.FIND_LINKS, ReferenceKind.INDEX)
"""References that say what other lines mean. An index in the repository is read by nothing here."""


def _check_references(references: Iterable[RepoReference]) -> None:
    for each in references:
        if each.kind in _DECIDES and (each.kind is ReferenceKind.INDEX or each.resolved is None):
            raise ResolutionError(
                f"{each.location}: {redact(each.target)} was not read, and it decides what is installed",
                hint="Put what it says into the repository, or plan without --lock.",
            )


def _source(option: Option) -> str:
    """The option as a line that uv and pip read elsewhere; empty for what says nothing about an index."""
    if option.name == "--no-index":
        return option.name
    if option.name == "--find-links" and not _URL.fullmatch(option.value):
        return ""  # a directory of the repository: `_own`
    if option.name not in (*_INDEXES, "--find-links"):
        return ""
    if not _URL.fullmatch(option.value):
        raise ResolutionError(
            f"{option.location}: {option.name} {redact(option.value)} is no URL that can be asked",
            hint="Lock with an http or https index, or plan without --lock.",
        )
    return f"{option.name} {option.value}"


def _built(option: Option) -> Iterator[str]:
    names = [name.strip() for name in option.value.split(",")]
    if ":all:" in names:
        raise ResolutionError(
            f"{option.location}: --no-binary :all: leaves nothing to lock: building runs code",
            hint="Plan without --lock.",
        )
    return (canonical_name(name) for name in names if name != ":none:")


def _own(files: Iterable[SpecFile], list_directory: Callable[[str], Iterable[str]]) -> Iterator[str]:
    """Names that mean something of the repository: its projects, and the files that `--find-links` finds in it."""
    for file in files:
        yield from (canonical_name(option.value) for option in file.options if option.name == "project-name")
        for reference in file.references:
            if reference.kind is ReferenceKind.FIND_LINKS:
                found = [each for path in reference.files for each in _names_in(path, list_directory)]
                yield from (canonical_name(each.partition("-")[0]) for each in found if "-" in each)


def _names_in(path: str, list_directory: Callable[[str], Iterable[str]]) -> Iterable[str]:
    """The file's name; of a directory (`wheels/`) those in it."""
    return list_directory(path.rstrip("/")) if path.endswith("/") else [path.rpartition("/")[2]]
