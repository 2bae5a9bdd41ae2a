"""Names of layers that people can read: what is in them, not `layer-17`."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import networkx as nx

from depnorm.corpus.closures import Closures
from depnorm.model.mined import Package


def name_layers(closures: Closures, layers: Sequence[tuple[Package, ...]]) -> list[str]:
    """A different name for each layer: of its community, and of its largest package where that is another.

    Communities (Louvain, as networkx has it, with a fixed seed) are those of the graph of packages that are in layers
    together; each is named after the package that makes up most bytes of its layers.
    """
    graph: nx.Graph[str] = nx.Graph()
    for layer in layers:
        for one, two in combinations(sorted({name for name, _ in layer}), 2):
            weight = graph.get_edge_data(one, two, {"weight": 0})["weight"]
            graph.add_edge(one, two, weight=weight + 1)
    size = {package: int(closures.sizes[number]) for number, package in enumerate(closures.packages)}
    weights: Counter[str] = Counter()
    for layer in layers:
        for package in layer:
            weights[package[0]] += size[package]
    community: dict[str, str] = {}
    for members in nx.community.louvain_communities(graph, weight="weight", seed=1):
        best = min(members, key=lambda name: (-weights[name], name))
        community |= dict.fromkeys(members, best)
    names: list[str] = []
    taken: Counter[str] = Counter()
    for layer in layers:
        bytes_of: Counter[str] = Counter()
        for package in layer:
            bytes_of[community.get(package[0], package[0])] += size[package]
        largest = max(layer, key=lambda package: (size[package], package))[0]
        home = min(bytes_of, key=lambda name: (-bytes_of[name], name))
        name = largest if largest == home else f"{home}-{largest}"
        taken[name] += 1
        names.append(name if taken[name] == 1 else f"{name}-{taken[name]}")
    return names
