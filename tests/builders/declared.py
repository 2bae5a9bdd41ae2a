"""Requirements as the reader gives them, for tests of what comes after reading."""

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from depnorm.model import Dependency, Ecosystem, Location


def declare(line: str, number: int = 1, path: str = "requirements.txt") -> Dependency:
    """A line `NAME…`, with ` --hash=` behind it where it has hashes."""
    text, *hashes = line.split(" --hash=")
    requirement = Requirement(text)
    return Dependency(
        ecosystem=Ecosystem.PYPI,
        name=canonicalize_name(requirement.name),
        location=Location(path=path, line=number),
        raw=line,
        spec=str(requirement.specifier),
        extras=tuple(sorted(requirement.extras)),
        marker=str(requirement.marker) if requirement.marker else None,
        url=requirement.url,
        hashes=tuple(hashes),
    )
