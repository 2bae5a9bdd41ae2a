"""Why what a repository asks for is in no shared layer, where no lock tells."""

from collections.abc import Mapping

from depnorm.model import Admission, Analysis, Dependency, Ecosystem, SharedLayer, Snapshot


def why_unshared(analysis: Analysis, snapshot: Snapshot | None, admission: Admission | None) -> dict[str, str]:
    """A clause for each Python package that is asked for and that no layer of `admission` holds, by its name.

    `snapshot` is None where the catalog has none for the image's Python.
    """
    asked = {each.name: each for each in analysis.asked if each.ecosystem is Ecosystem.PYPI and each.name}
    if snapshot is None or admission is None:
        return dict.fromkeys(asked, "the catalog has no layers for this version of Python")
    if analysis.own_index:
        return dict.fromkeys(asked, "the repository names its own index, which may have another file for it")
    held = {package.name for package in admission.packages}
    layers = {package.name: layer for layer in snapshot.layers if not layer.wheelhouse for package in layer.packages}
    return {
        name: _clause(each, layers.get(name), snapshot, admission.refused)
        for name, each in asked.items()
        if name not in held
    }


def _clause(asked: Dependency, layer: SharedLayer | None, snapshot: Snapshot, refused: Mapping[str, str]) -> str:
    if asked.url is not None or asked.editable:
        return "it does not come from an index"
    if layer is not None:
        return f"layer {layer.name}: {refused.get(layer.name, 'none of its heads is asked for')}"
    return "no layer of the catalog holds it" if asked.name in snapshot.packages else "the catalog does not know it"
