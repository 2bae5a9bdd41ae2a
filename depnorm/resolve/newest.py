"""Which of two answers pip would settle on: a newer package that holds back another, or that one and an older package.

uv keeps the version that it chose first, and goes on to older versions of what does not go with it. pip chooses the
first one anew (https://pip.pypa.io/en/stable/topics/more-dependency-resolution/): for it, a package is older than its
newest version only because of what others require of it, never because of what it requires of them.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from packaging.version import Version

from depnorm.model import Lock, LockedPackage, requirement_name
from depnorm.resolve.uv_command import NoSolutionError, Query, compile_pylock_text


def newest_possible(lock: Lock, newest: Mapping[str, str], query: Query, refused: Container[str]) -> str | None:
    """A constraint to a newer version of a package of the lock that goes with all lines of `query`; None without one.

    `newest` has the version of each that fits all that is required of it, whatever that one requires. What is asked for
    comes first, as in pip. Those in `refused` are not looked at.
    """
    for pin in _newer(lock, newest, query):
        if pin not in refused and _is_possible(replace(query, constraints=(*query.constraints, pin))):
            return pin
    return None


def _newer(lock: Lock, newest: Mapping[str, str], query: Query) -> Iterator[str]:
    asked = {requirement_name(line) for line in query.requirements}

    def order(each: LockedPackage) -> tuple[bool, str]:
        return each.name not in asked, each.name

    for package in sorted(lock.packages, key=order):
        version = Version(newest.get(package.name, package.version))
        if version > Version(package.version) and not version.is_prerelease:
            yield f"{package.name}=={version}"


def _is_possible(query: Query) -> bool:
    try:
        compile_pylock_text(query)
    except NoSolutionError:
        return False
    return True
