"""Which layers each repository takes from a mined catalog: an exact partition of its environment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from statistics import median

import msgspec

from depnorm.corpus.sizes import DEFAULT_BYTES
from depnorm.model.mined import Known, MinedCatalog, MinedLayer, Package

Layers = tuple[tuple[Package, ...], ...]


class Assigner:
    """Takes layers by falling value: bundles of the catalog, and packages alone, as far as the cap of layers allows.

    A package is in one layer, and what is left is in one more, the own layer of the repository.
    """

    def __init__(self, catalog: MinedCatalog, max_layers: int | None = None) -> None:
        """Index the catalog; `max_layers` is the cap of shared layers, the catalog's by default."""
        self.cap = catalog.max_layers if max_layers is None else max_layers
        self._known = catalog.packages
        self._medians = _medians(catalog.packages)
        self._bundles: dict[Package, list[tuple[float, MinedLayer, frozenset[Package]]]] = defaultdict(list)
        for layer in catalog.layers:
            rarest = min(layer.packages, key=lambda package: (self._seen(package), package))
            value = value_of_one(layer.size, layer.seen_in)
            self._bundles[rarest].append((value, layer, frozenset(layer.packages)))

    def size(self, package: Package) -> int:
        """Installed bytes: as the catalog says, else the median of other versions, else `DEFAULT_BYTES`."""
        known = self._known.get(package)
        return known.size if known else self._medians.get(package[0], DEFAULT_BYTES)

    def layers(self, environment: Collection[Package]) -> Layers:
        """The layers of an environment in the order of their build, the own one last, packages sorted in each.

        Bundles come with all their packages, of a value before others: in a chain that is the order of all.
        """
        rest = set(environment)
        bundles = (each for package in rest for each in self._bundles.get(package, ()))
        offers: list[tuple[float, tuple[Package, ...], frozenset[Package]]] = [
            (-value, layer.packages, members) for value, layer, members in bundles if members <= rest
        ]
        offers += [
            (-value_of_one(self.size(package), self._seen(package)), (package,), frozenset((package,)))
            for package in rest
        ]
        offers.sort(key=lambda offer: offer[:2])
        taken: list[tuple[Package, ...]] = []
        for _, _, members in offers:
            if len(taken) == self.cap:
                break
            if members <= rest:
                taken.append(tuple(sorted(members)))
                rest -= members
        return (*taken, tuple(sorted(rest))) if rest else tuple(taken)

    def _seen(self, package: Package) -> int:
        known = self._known.get(package)
        return known.seen_in if known else 0


def value_of_one(size: float, seen: float) -> float:
    """`depnorm.corpus.value.value_of` of one layer."""
    return size * (seen + 1) / (seen + 2)


def _medians(packages: Mapping[Package, Known]) -> dict[str, int]:
    sizes: dict[str, list[int]] = defaultdict(list)
    for (name, _), known in packages.items():
        sizes[name].append(known.size)
    return {name: int(median(each)) for name, each in sizes.items()}


def line_of(identifier: str, layers: Iterable[Iterable[Package]]) -> bytes:
    """A line of `depnorm corpus assign`."""
    named = [[f"{name}=={version}" for name, version in layer] for layer in layers]
    return msgspec.json.encode({"id": identifier, "layers": named}) + b"\n"
