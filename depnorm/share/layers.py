"""Packages into layers: each closed over its dependencies, minus what earlier layers hold."""

import re
from collections.abc import Iterable, Mapping, Sequence

from depnorm.model import Ecosystem, LockedPackage, SharedLayer, Subset

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def requirement_name(line: str) -> str:
    """The name a canonical PEP 508 line begins with."""
    match = _NAME.match(line)
    return match[0] if match else ""


def closure(names: Iterable[str], packages: Mapping[str, LockedPackage]) -> frozenset[str]:
    """Those of `names` that `packages` hold, and all they require, transitively."""
    found: set[str] = set()
    pending = [name for name in names if name in packages]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += [required for required in map(requirement_name, packages[name].requires) if required in packages]
    return frozenset(found)


def split_layers(subsets: Sequence[Subset], packages: Mapping[str, LockedPackage]) -> tuple[SharedLayer, ...]:
    """The shared layers of `subsets` at the artifacts of `packages`, in the global order.

    A head that `packages` lack is left out, and so is a layer to which nothing is left, or which would come after
    another without needing one of its heads: for a small package that both need, all of the other would be dead bytes.
    `after` is transitive.
    """
    layers: dict[str, SharedLayer] = {}
    owner: dict[str, str] = {}
    for subset in subsets:
        if subset.ecosystem is not Ecosystem.PYPI:
            continue
        heads = tuple(head for head in subset.heads if head in packages)
        members = closure(heads, packages)
        own = members if subset.wheelhouse else members - owner.keys()
        if not own:
            continue
        before = set() if subset.wheelhouse else {owner[name] for name in members & owner.keys()}
        before |= {earlier for name in before for earlier in layers[name].after}
        if any(members.isdisjoint(layers[name].heads) for name in before):
            continue
        layers[subset.name] = SharedLayer(
            name=subset.name,
            heads=heads,
            packages=tuple(packages[name] for name in sorted(own)),
            after=tuple(name for name in layers if name in before),
            seen_in=subset.seen_in,
            wheelhouse=subset.wheelhouse,
        )
        if not subset.wheelhouse:
            owner.update(dict.fromkeys(own, subset.name))
    return tuple(layers.values())
