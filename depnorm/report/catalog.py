"""Catalogs for people and programs: which shared layers exist, and what is in them."""

from collections.abc import Iterator, Mapping, Sequence

from depnorm import model
from depnorm.report import documents
from depnorm.report.display import Display
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count, megabytes, shortened

_LEFT_OUT = "left out"


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
    table.add_column("layer", no_wrap=True)
    for heading in ("packages", "size", "asked in", "needed in"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("people ask for")
    layers = _layers(snapshot)
    for subset in catalog.subsets:
        layer = layers.get(subset.name)
        table.add_row(
            Text(printable(subset.name)),
            str(len(layer.packages)) if layer else "",
            megabytes(layer.size) if layer else _LEFT_OUT if _is_left_out(subset, layers) else "",
            f"{subset.seen_in:,}",
            "" if subset.needed_in is None else f"{subset.needed_in:,}",
            Text(shortened([printable(head) for head in subset.heads], 12)),
        )
    notes = [_origin_text(catalog, display), *(display.render(Text(each)) for each in _notes(catalog, layers))]
    return f"{title}\n\n{display.render(table)}\n{''.join(notes)}"


def _is_left_out(subset: model.Subset, layers: Mapping[str, model.SharedLayer]) -> bool:
    return subset.ecosystem is model.Ecosystem.PYPI and subset.name not in layers


def _notes(catalog: model.Catalog, layers: Mapping[str, model.SharedLayer]) -> Iterator[str]:
    """What the table cannot say."""
    if any(_is_left_out(subset, layers) for subset in catalog.subsets):
        yield (
            f"\n{_LEFT_OUT}: on this Python it would bring more of another layer, unneeded, than it has itself, or "
            "nothing is left to it."
        )
    ecosystems = {subset.ecosystem for subset in catalog.subsets}
    if model.Ecosystem.CONDA in ecosystems:
        yield "\nconda subsets are names: a layer is what they bring in the lock of an environment, at its artifacts."
    if model.Ecosystem.CRAN in ecosystems:
        yield f"\nR subsets are names, too: what they bring at a dated snapshot ({', '.join(catalog.r_snapshots)})."


def _origin_text(catalog: model.Catalog, display: Display) -> str:
    """Where the numbers come from."""
    from rich.text import Text  # noqa: PLC0415  as above

    origin = catalog.origin
    asked = "asked in: repositories that declare one of its heads"
    if origin is None:
        return display.render(Text(f"{asked}. These layers were chosen by hand."))
    sources = " and ".join(
        f"{printable(name)} ({count(repositories, 'repository')})" for name, repositories in origin.sources
    )
    weigh = ", each file weighing the same" if len(origin.sources) > 1 else ""
    mined = (
        f"{asked}; needed in: those that need all of its packages. Python layers are mined from what {sources} declare"
        f"{weigh}, resolved for Python {origin.python} as of {catalog.as_of}: a layer is what at least "
        f"{origin.min_share:.1%} need with all that it brings, where that saves {origin.min_gain:.2%} of all bytes or "
        f"more. Left out: what needs a package of more than {megabytes(origin.max_bytes)} "
        f"({count(len(origin.left_out), 'package')})."
    )
    reach = (
        f"With {count(origin.max_layers, 'layer')}, images with a lock get {origin.reach.locked:.0%} of their bytes "
        f"from them; images without one {origin.reach.declared:.0%}, and {origin.reach.dead:.1%} that they do not "
        f"need. Where mining did not look (layers of one half, images of the other): {origin.unseen.locked:.0%}, "
        f"{origin.unseen.declared:.0%} and {origin.unseen.dead:.1%}."
    )
    return f"{display.render(Text(mined))}\n{display.render(Text(reach))}"


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
            origin=_origin(catalog.origin) if catalog.origin else None,
        )
    )


def _origin(origin: model.Origin) -> documents.CatalogOrigin:
    return documents.CatalogOrigin(
        sources=tuple(documents.CatalogSource(file=name, repositories=number) for name, number in origin.sources),
        python=origin.python,
        max_layers=origin.max_layers,
        min_share=origin.min_share,
        min_gain=origin.min_gain,
        max_bytes=origin.max_bytes,
        price=origin.price,
        reach=_reach(origin.reach),
        unseen=_reach(origin.unseen),
        left_out=origin.left_out,
    )


def _reach(reach: model.Reach) -> documents.CatalogReach:
    return documents.CatalogReach(locked=reach.locked, declared=reach.declared, dead=reach.dead)


def _layers(snapshot: model.Snapshot) -> Mapping[str, model.SharedLayer]:
    return {layer.name: layer for layer in snapshot.layers}


def _layer(subset: model.Subset, layer: model.SharedLayer | None) -> documents.CatalogLayer:
    return documents.CatalogLayer(
        name=subset.name,
        ecosystem=subset.ecosystem,
        heads=subset.heads,
        seen_in=subset.seen_in,
        needed_in=subset.needed_in,
        why=subset.why,
        packages=None
        if layer is None
        else tuple(
            documents.CatalogPackage(name=package.name, version=package.version, bytes=package.size)
            for package in layer.packages
        ),
        bytes=None if layer is None else layer.size,
    )
