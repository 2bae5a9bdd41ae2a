"""Packages into layers: each closed over its dependencies, minus what earlier layers hold."""

from collections.abc import Iterable, Mapping, Sequence

from depnorm.model import Ecosystem, LockedPackage, SharedLayer, Subset, requirement_name


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

    A head that `packages` lack is left out, and so is a layer to which nothing is left or which would bring more dead
    bytes than its own (see `_stumbles`). `after` is transitive.
    """
    layers: dict[str, SharedLayer] = {}
    owner: dict[str, str] = {}
    for subset in subsets:
        if subset.ecosystem is not Ecosystem.PYPI:
            continue
        heads = tuple(head for head in subset.heads if head in packages)
        members = closure(heads, packages)
        direct = set() if subset.wheelhouse else {owner[name] for name in members & owner.keys()}
        before = direct.union(*(layers[name].after for name in direct))
        layer = SharedLayer(
            name=subset.name,
            heads=heads,
            packages=tuple(packages[name] for name in sorted(members if subset.wheelhouse else members - owner.keys())),
            after=tuple(name for name in layers if name in before),
            seen_in=subset.seen_in,
            wheelhouse=subset.wheelhouse,
        )
        if layer.packages and not any(_stumbles(layer, layers[name], members) for name in direct):
            layers[layer.name] = layer
            if not layer.wheelhouse:
                owner.update((package.name, layer.name) for package in layer.packages)
    return tuple(layers.values())


def _stumbles(layer: SharedLayer, earlier: SharedLayer, members: frozenset[str]) -> bool:
    """Whether `layer` comes after `earlier` only for a small package of it, so that most of what it brings is dead."""
    needed = sum(package.size for package in earlier.packages if package.name in members)
    return members.isdisjoint(earlier.heads) and earlier.size - needed > layer.size
