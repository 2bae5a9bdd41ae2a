"""Which layers each repository takes from a mined catalog: an exact partition of its environment."""

from collections import defaultdict
from collections.abc import Collection, Iterable

import msgspec

from depnorm.corpus.search import DEFAULT_LAYERS
from depnorm.corpus.sizes import DEFAULT_BYTES, median_sizes
from depnorm.model import Emitter
from depnorm.model.mined import MinedCatalog, MinedLayer, Package

Layers = tuple[tuple[Package, ...], ...]


class Assigner:
    """Takes layers by falling value: bundles of the catalog, and packages alone, as far as the cap of layers allows.

    A package is in one layer, and what is left is in one more, the own layer of the repository. One upon another
    (chain), layers stand in the one order in which images share most of what is below: see `value_in_chain`.
    """

    def __init__(self, catalog: MinedCatalog, max_layers: int | None = None, emitter: Emitter | None = None) -> None:
        """Index the catalog.

        `emitter` is how images hold layers, by default that which the catalog was mined for; `max_layers` is the cap of
        shared layers, by default the catalog's, or for another emitter the usual one of that.
        """
        self.emitter = emitter or catalog.emitter
        usual = catalog.max_layers if self.emitter is catalog.emitter else DEFAULT_LAYERS[self.emitter]
        self.cap = usual if max_layers is None else max_layers
        self._known = catalog.packages
        self._medians = median_sizes({package: known.size for package, known in catalog.packages.items()})
        self._in_chain: dict[tuple[Package, ...], float] = {}
        self._bundles: dict[Package, list[tuple[float, MinedLayer, frozenset[Package]]]] = defaultdict(list)
        for layer in catalog.layers:
            rarest = min(layer.packages, key=lambda package: (self._seen(package), package))
            value = value_of_one(layer.size, layer.seen_in)
            self._bundles[rarest].append((value, layer, frozenset(layer.packages)))
            if len(layer.packages) > 1:
                self._in_chain[layer.packages] = value_in_chain(layer.size, layer.seen_in)

    def size(self, package: Package) -> int:
        """Installed bytes: as the catalog says, else the median of other versions, else `DEFAULT_BYTES`."""
        known = self._known.get(package)
        return known.size if known else self._medians.get(package[0], DEFAULT_BYTES)

    def layers(self, environment: Collection[Package]) -> Layers:
        """The layers of an environment in the order of their build, the own one last, packages sorted in each."""
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
        taken: list[tuple[tuple[float, tuple[Package, ...]], tuple[Package, ...]]] = []
        for value, packages, members in offers:
            if len(taken) == self.cap:
                break
            if members <= rest:
                taken.append(((self._place(value, packages), packages), tuple(sorted(members))))
                rest -= members
        ordered = [layer for _, layer in sorted(taken)]
        return (*ordered, tuple(sorted(rest))) if rest else tuple(ordered)

    def _place(self, value: float, packages: tuple[Package, ...]) -> float:
        """What a layer is sorted by; `value` is its negative one."""
        if self.emitter is Emitter.LINK:
            return value
        if len(packages) == 1:
            return -value_in_chain(self.size(packages[0]), self._seen(packages[0]))
        return -self._in_chain[packages]

    def _seen(self, package: Package) -> int:
        known = self._known.get(package)
        return known.seen_in if known else 0


def value_of_one(size: float, seen: float) -> float:
    """`depnorm.corpus.value.value_of` of one layer."""
    return size * (seen + 1) / (seen + 2)


def value_in_chain(size: float, seen: float) -> float:
    """What a layer is worth below others that are stored again over each other one.

    A prior of one in ten, worth three observations, so that what nobody else was seen to have lies further up. On
    halves of the training half of 3,342 environments this order reached 1.1 to 2.2 points more of the attainable than
    that of `value_of_one`; the most common first, or only what nobody has last, reached less than both.
    """
    return size * (seen + 0.3) / (seen + 3)


def line_of(identifier: str, layers: Iterable[Iterable[Package]]) -> bytes:
    """A line of `depnorm corpus assign`."""
    named = [[f"{name}=={version}" for name, version in layer] for layer in layers]
    return msgspec.json.encode({"id": identifier, "layers": named}) + b"\n"
