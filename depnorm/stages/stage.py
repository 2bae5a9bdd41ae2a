"""What the stages of every ecosystem share: which packages a stage lists."""

from collections.abc import Iterable

from depnorm.model import Dependency, Ecosystem, StagePackage, redact

Shared = frozenset[tuple[Ecosystem, str]]
"""What shared layers hold, so that no other stage lists it."""


def packages(dependencies: Iterable[Dependency], shared: Shared = frozenset()) -> tuple[StagePackage, ...]:
    """What a stage of the repository's own installs: sorted, without what a shared layer holds."""
    found = {
        StagePackage(ecosystem=each.ecosystem, name=each.name or redact(each.url or each.raw), spec=each.spec)
        for each in dependencies
        if (each.ecosystem, each.name) not in shared
    }
    return tuple(sorted(found, key=lambda each: (each.ecosystem, each.name, each.spec)))


def of(dependencies: Iterable[Dependency], ecosystem: Ecosystem) -> list[Dependency]:
    """Those of one ecosystem."""
    return [each for each in dependencies if each.ecosystem is ecosystem]
