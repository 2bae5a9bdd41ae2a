"""Catalogs for people and programs: which shared layers exist, and what is in them."""

from collections.abc import Mapping, Sequence

from depnorm import model
from depnorm.report import documents
from depnorm.report.display import Display
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count, megabytes, shortened


def catalog_list_text(catalogs: Sequence[model.Catalog]) -> str:
    """One line a catalog."""
    return "".join(
        f"{printable(catalog.name)}  as of {catalog.as_of}, {count(len(catalog.subsets), 'shared layer')}, "
        f"Python {', '.join(catalog.pythons)}\n"
        for catalog in catalogs
    )


def catalog_list_json(catalogs: Sequence[model.Catalog]) -> str:
    """The names (`depnorm schema catalog-list`)."""
    names = (
        documents.CatalogName(name=catalog.name, as_of=catalog.as_of, layers=len(catalog.subsets))
        for catalog in catalogs
    )
    return encode_json(documents.CatalogListDocument(schema=1, catalogs=tuple(names)))


def catalog_text(catalog: model.Catalog, snapshot: model.Snapshot, display: Display) -> str:
    """The layers in their global order, as a table."""
    from rich.table import Table  # noqa: PLC0415  rich costs 40 ms, and only text needs it
    from rich.text import Text  # noqa: PLC0415

    title = f"Catalog {printable(catalog.name)}: packages as of {snapshot.as_of}, Python {snapshot.python}"
    table = Table(box=None, pad_edge=False)
    for heading, justify in (("layer", "left"), ("packages", "right"), ("size", "right"), ("seen in", "right")):
        table.add_column(heading, justify="right" if justify == "right" else "left", no_wrap=True)
    table.add_column("people ask for")
    layers = _layers(snapshot)
    for subset in catalog.subsets:
        layer = layers.get(subset.name)
        table.add_row(
            Text(printable(subset.name)),
            str(len(layer.packages)) if layer else "",
            megabytes(layer.size) if layer else "",
            str(subset.seen_in),
            Text(shortened([printable(head) for head in subset.heads], 12)),
        )
    return f"{title}\n\n{display.render(table)}"


def catalog_json(catalog: model.Catalog, snapshot: model.Snapshot) -> str:
    """The layers with their packages (`depnorm schema catalog`)."""
    layers = _layers(snapshot)
    return encode_json(
        documents.CatalogDocument(
            schema=1,
            name=catalog.name,
            as_of=catalog.as_of,
            python=snapshot.python,
            pythons=catalog.pythons,
            r_snapshots=catalog.r_snapshots,
            layers=tuple(_layer(subset, layers.get(subset.name)) for subset in catalog.subsets),
            dropped=dict(snapshot.dropped),
        )
    )


def _layers(snapshot: model.Snapshot) -> Mapping[str, model.SharedLayer]:
    return {layer.name: layer for layer in snapshot.layers}


def _layer(subset: model.Subset, layer: model.SharedLayer | None) -> documents.CatalogLayer:
    return documents.CatalogLayer(
        name=subset.name,
        ecosystem=subset.ecosystem,
        heads=subset.heads,
        seen_in=subset.seen_in,
        why=subset.why,
        packages=None
        if layer is None
        else tuple(
            documents.CatalogPackage(name=package.name, version=package.version, bytes=package.size)
            for package in layer.packages
        ),
        bytes=None if layer is None else layer.size,
    )
