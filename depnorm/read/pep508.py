"""One PEP 508 requirement, as project metadata holds it."""

import re
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement

from depnorm.model import (
    Dependency,
    Ecosystem,
    Location,
    PathBase,
    Problem,
    ReferenceKind,
    RepoReference,
    canonical_name,
)

ARCHIVE_SUFFIXES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz")
# Bounds the work on one hostile line; the longest line of 2,500 real files has 400 characters.
MAX_REQUIREMENT_CHARACTERS = 20_000
_LOCAL_URL = re.compile(r"(?:[a-z]+\+)?file:|(?![a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def parse_pep508(
    text: str, *, location: Location, raw: str, group: str | None = None
) -> Iterator[Dependency | RepoReference | Problem]:
    """The dependency that `text` declares, and the reference beside it where its URL is a path.

    A line that PEP 508 does not allow is a problem DN301.
    """
    try:
        requirement = _requirement(text)
    except (ValueError, RecursionError) as error:  # InvalidRequirement, or integers and nesting beyond all reason
        reason = (str(error).splitlines() or [""])[0][:200]
        yield Problem(
            location=location,
            raw=raw,
            message=f"{text[:120]!r} is not a PEP 508 requirement: {reason}",
            hint='Write it as `name[extra] >=1.0; python_version < "3.12"`.',
        )
        return
    yield _dependency(requirement, location=location, raw=raw, group=group)
    if requirement.url:
        yield from url_references(requirement.url, location=location, raw=raw, marker=_marker(requirement))


def url_references(
    url: str, *, location: Location, raw: str, marker: str | None = None
) -> Iterator[RepoReference | Problem]:
    """The reference to the repository that a direct URL is, if it is one; a path without `file:` is a problem too."""
    if not _LOCAL_URL.match(url):
        return
    yield RepoReference(
        kind=path_kind(url), target=url, location=location, raw=raw, base=PathBase.WORKING_DIRECTORY, marker=marker
    )
    if not _SCHEME.match(url):
        yield Problem(
            location=location,
            raw=raw,
            message=f"{url!r} is a path, not a URL: PEP 508 (and pip) want a URL behind the @",
            hint=f"Write `file:{url}`.",
        )


def path_kind(target: str) -> ReferenceKind:
    """Whether a local target is an archive (a wheel, an sdist) or a directory, by its name."""
    bare = target.partition("#")[0].lower()
    return ReferenceKind.ARCHIVE if bare.endswith(ARCHIVE_SUFFIXES) else ReferenceKind.PATH


def _requirement(text: str) -> Requirement:
    if len(text) > MAX_REQUIREMENT_CHARACTERS:
        raise InvalidRequirement(f"longer than {MAX_REQUIREMENT_CHARACTERS:,} characters")
    return Requirement(text)


def _dependency(requirement: Requirement, *, location: Location, raw: str, group: str | None) -> Dependency:
    return Dependency(
        ecosystem=Ecosystem.PYPI,
        name=canonical_name(requirement.name),
        location=location,
        raw=raw,
        spec=",".join(sorted(str(specifier) for specifier in requirement.specifier)),
        extras=tuple(sorted({canonical_name(extra) for extra in requirement.extras})),
        marker=_marker(requirement),
        url=requirement.url,
        group=group,
    )


def _marker(requirement: Requirement) -> str | None:
    return str(requirement.marker) if requirement.marker else None
