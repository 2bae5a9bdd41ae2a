"""Lines that need git, or another such program, and images that do not have it."""

import re
from collections.abc import Iterator

from depnorm.model import Analysis, Problem, Target

RULE = "DN311"
_WITHOUT = re.compile(
    r"(?:docker\.io/)?(?:library/)?python:[\w.-]*(?:slim|alpine)[\w.-]*|rocker/r-ver:[\w.-]+", re.ASCII
)
"""Images that are known to have none of the programs. Of others nothing is said."""
_PROGRAMS = {"git": "git", "hg": "mercurial", "svn": "subversion", "bzr": "breezy"}
"""Each scheme that pip knows before a `+`, and the package of Debian that has its program."""


def tell_without_vcs(analysis: Analysis, target: Target) -> tuple[Problem, ...]:
    """A note on each line that pip fetches by a program which the base image lacks and apt.txt does not bring."""
    if not _WITHOUT.fullmatch(target.base_image):
        return ()
    brought = {each.name for each in analysis.apt}
    return tuple(_notes(analysis, target.base_image, brought))


def _notes(analysis: Analysis, image: str, brought: set[str | None]) -> Iterator[Problem]:
    for file in analysis.files:
        rejected = {problem.location.line for problem in file.problems}
        for each in file.dependencies:
            scheme, plus, _ = (each.url or "").partition("+")
            package = _PROGRAMS.get(scheme) if plus else None
            if package and package not in brought and not each.group and each.location.line not in rejected:
                yield Problem(
                    location=each.location,
                    raw=each.raw,
                    message=f"pip fetches {each.name or 'this'} with {scheme}, which {image} does not have",
                    hint=f"Write {package} into apt.txt, or build on an image that has it (--base-image).",
                    rule=RULE,
                )
