"""Which layers the images of many repositories take, and who takes them."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from depnorm.corpus.assign import Assigner, Layers
from depnorm.corpus.closures import Closures
from depnorm.model.corpus_report import LayerMatrix, UsedLayer
from depnorm.model.mined import MinedCatalog, Package

_EXAMPLES = 5
Layer = tuple[Package, ...]


def sample(closures: Closures, limit: int) -> Closures:
    """At most so many environments: all, or every n-th by id."""
    step = max(1, -(-len(closures) // max(limit, 1)))
    return closures if step == 1 else closures.select(np.arange(0, len(closures), step))


class LayerUse:
    """Every environment with its layers, once for all that is asked of them.

    The own layer of a repository counts as shared where another one has the same.
    """

    def __init__(self, closures: Closures, catalog: MinedCatalog) -> None:
        """Assign all environments, under the cap of the catalog."""
        self.closures = closures
        self.assigner = Assigner(catalog)
        self.sizes = {package: int(size) for package, size in zip(closures.packages, closures.sizes, strict=True)}
        self.assigned: list[Layers] = [self.assigner.layers(self.environment(row)) for row in range(len(closures))]
        self.use: Counter[Layer] = Counter(layer for layers in self.assigned for layer in layers)
        self._names = {tuple(sorted(layer.packages)): layer.name for layer in catalog.layers}
        self.rows: defaultdict[Package, set[int]] = defaultdict(set)
        for row, item in zip(closures.rows().tolist(), closures.items.tolist(), strict=True):
            self.rows[closures.packages[item]].add(row)

    def environment(self, row: int) -> list[Package]:
        """The packages of an environment."""
        return [self.closures.packages[item] for item in self.closures.row(row).tolist()]

    def size(self, layer: Layer) -> int:
        """Installed bytes of a layer."""
        return sum(self.sizes[package] for package in layer)

    def shared(self) -> list[Layer]:
        """The layers of at least two images, those that save most bytes first."""
        many = [layer for layer, count in self.use.items() if count > 1]
        return sorted(many, key=lambda layer: (-self.size(layer) * (self.use[layer] - 1), layer))

    def name(self, layer: Layer) -> str:
        """That of the catalog; of others that of the largest package, with the number of the others."""
        if layer in self._names:
            return self._names[layer]
        name, version = max(layer, key=lambda package: (self.sizes[package], package))
        return f"{name} {version}" + (f" and {len(layer) - 1} more" if len(layer) > 1 else "")

    def holders(self, layer: Layer) -> int:
        """How many environments have all packages of a layer."""
        return len(set.intersection(*(self.rows[package] for package in layer)))

    def describe(self, layers: Sequence[Layer]) -> tuple[UsedLayer, ...]:
        """These layers, as they are shown."""
        rows = self._rows(layers)
        return tuple(self._described(layer, rows[layer]) for layer in layers)

    def matrix(self, layers: Sequence[Layer], repositories: int) -> LayerMatrix:
        """These layers, and the repositories that take most of them (so many; with the most bytes of equal ones)."""
        wanted = {layer: number for number, layer in enumerate(layers)}
        taken = [[wanted[layer] for layer in layers if layer in wanted] for layers in self.assigned]
        size = [self.size(layer) for layer in layers]
        weight = [(-len(own), -sum(size[number] for number in own), row) for row, own in enumerate(taken) if own]
        rows = [row for _, _, row in sorted(weight)[:repositories]]
        return LayerMatrix(
            layers=tuple(map(self.name, layers)),
            bytes=tuple(size),
            repositories=tuple(self.closures.ids[row] for row in rows),
            taken=tuple((layer, number) for number, row in enumerate(rows) for layer in sorted(taken[row])),
            all_layers=sum(count > 1 for count in self.use.values()),
            all_repositories=len(self.closures),
        )

    def _rows(self, layers: Sequence[Layer]) -> dict[Layer, list[int]]:
        found: dict[Layer, list[int]] = {layer: [] for layer in layers}
        for row, own in enumerate(self.assigned):
            for layer in own:
                if layer in found:
                    found[layer].append(row)
        return found

    def _described(self, layer: Layer, rows: list[int]) -> UsedLayer:
        ordered = sorted(layer, key=lambda package: (-self.sizes[package], package))
        return UsedLayer(
            name=self.name(layer),
            packages=tuple(f"{name} {version}" for name, version in ordered),
            bytes=self.size(layer),
            seen_in=self.holders(layer),
            taken_by=len(rows),
            repositories=tuple(self.closures.ids[row] for row in rows[:_EXAMPLES]),
        )
