"""The report on many repositories as one HTML page."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from depnorm.model import Emitter
from depnorm.model.corpus_report import CorpusReport, LayerMatrix, Origin, UsedLayer
from depnorm.model.mined import Taken
from depnorm.model.score import Score, Stored
from depnorm.report import obstacle_tables
from depnorm.report.charts import chart_library, lines_of, matrix_chart, sharing_chart
from depnorm.report.corpus_figures import repository_count, stored_with
from depnorm.report.page import Cell, Column, Figure, Table, render_page
from depnorm.report.score import bounds, sizes_notes
from depnorm.report.wording import count, megabytes

_MOST_LAYERS = 127
"""Of an image, base included: what the overlay file system of engines takes."""


def corpus_page(report: CorpusReport) -> str:
    """The page: 1 to 2 MB, most of it the library that draws the charts. The same report gives the same page."""
    score = _labelled(report) if report.score else None
    values = {
        "lead": _lead(report, report.score),
        "figures": _figures(report, report.score),
        "origin": _origin(report.origin, report.score),
        "has_environments": score is not None,
        "apart": [*obstacle_tables.of_environments(report), *obstacle_tables.of_declarations(report)],
    }
    charts = {}
    if score is not None:
        values |= _sharing(report, score)
        cap = report.origin.max_layers
        charts = {
            "registry": sharing_chart(score, is_chain=False, max_layers=cap),
            "chain": sharing_chart(score, is_chain=True, max_layers=cap),
            "matrix-chart": matrix_chart(report.matrix),
        }
    title = f"What {count(repository_count(report), 'repository')} share"
    return render_page("corpus.html.j2", title, values, charts, [chart_library()] if charts else [])


def _labelled(report: CorpusReport) -> Score:
    """The score, in which the catalog's name says which cap it was mined for."""
    score, origin = cast("Score", report.score), report.origin
    name = f"{report.way}, mined for {origin.max_layers}"
    ways = tuple(replace(way, name=name) if way.name == report.way else way for way in score.ways)
    return replace(score, ways=ways)


def _lead(report: CorpusReport, score: Score | None) -> Iterator[str]:
    if score is None:
        yield "No environment of these repositories is known, so nothing is said of what they share."
        yield "Facts of lock files have environments, and so have closures."
        return
    stored = stored_with(report, score)
    cap = count(report.origin.max_layers, "shared layer")
    place = "a registry" if report.origin.emitter is Emitter.LINK else "a build cache"
    yield (
        f"The images of {count(score.environments, 'repository')} hold {megabytes(score.total)} of packages. "
        f"With at most {cap} in an image, {place} stores {megabytes(stored)} of them."
    )
    yield (
        f"The least would be {megabytes(score.ideal)}: each version of each package once, each in a layer of its own. "
        f"An image would need up to {_most_layers(score)} for that. Of what could be saved that way, "
        f"{score.attained(stored):.1f} % is saved."
    )


def _most_layers(score: Score) -> str:
    most = max(way.most_layers for way in score.ways)
    return count(most, "layer") + (f", and an engine allows {_MOST_LAYERS}" if most > _MOST_LAYERS else "")


def _figures(report: CorpusReport, score: Score | None) -> list[Figure]:
    figures = [Figure(label="Repositories", value=f"{repository_count(report):,}")]
    if score is None:
        return figures
    stored = stored_with(report, score)
    place = "in a registry" if report.origin.emitter is Emitter.LINK else "in a build cache"
    return [
        *figures,
        Figure(label="If nothing is shared", value=megabytes(score.total), note="installed bytes of all images"),
        Figure(
            label="Stored with this catalog",
            value=megabytes(stored),
            note=f"{score.total / max(stored, 1):.1f} times less, {place}",
        ),
        Figure(
            label="Of the attainable saving",
            value=f"{score.attained(stored):.1f} %",
            note=f"100 %: {megabytes(score.ideal)}, each package once",
        ),
    ]


def _origin(origin: Origin, score: Score | None) -> str:
    held = " The catalog was mined from the other half: these repositories are new to it." if origin.held_out else ""
    if origin.since:
        held += f" It was mined from what was before {origin.since}: these environments are of that day or later."
    if not held and origin.environments:
        held = " If the catalog was mined from the same repositories, others will share somewhat less."
    if origin.taken is Taken.PINNED:
        held += " Where nothing is locked, an environment is what is pinned to one version, without what that needs."
    sizes = "".join(f" {note}" for note in sizes_notes(score.sizes if score else None))
    part = f" (of {origin.all_environments:,})" if origin.environments < origin.all_environments else ""
    return (
        f"Repositories: {origin.facts}, {count(origin.environments, 'environment')}{part}. "
        f"Catalog: {origin.catalog}, {count(origin.bundles, 'layer')} of several packages, mined for "
        f"{origin.emitter.value} with at most {count(origin.max_layers, 'layer')} an image, from "
        f"{count(origin.catalog_environments, 'environment')}.{held} Bytes are those of installed files."
        f"{sizes}"
    )


def _sharing(report: CorpusReport, score: Score) -> dict[str, object]:
    matrix = report.matrix
    shown = f"the {len(report.layers)} that save most" if len(report.layers) < report.all_layers else "all"
    return {
        "lines": lines_of(score),
        "marks": f"The upright line: the cap of this catalog, {report.origin.max_layers}.",
        "catalogs": _catalogs(report),
        "bounds": _bounds(report),
        "ways": _ways(score),
        "sample": (
            f"A sample: the {len(matrix.layers)} layers that save most, of {matrix.all_layers:,} that several "
            f"images take, and the {count(len(matrix.repositories), 'repository')} that take most of them, of "
            f"{matrix.all_repositories:,}."
        ),
        "takers": _takers(matrix),
        "layers_note": (
            f"{count(report.all_layers, 'layer')} are in more than one image; here are {shown}. A layer of "
            "several packages is taken whole. An image with all packages of a layer may still have them in other ones."
        ),
        "layers": _layers(report.layers),
    }


def _catalogs(report: CorpusReport) -> str:
    """Which catalogs the curves are of."""
    cap = report.origin.max_layers
    one = (
        f"The line of the catalog is one catalog, mined for {count(cap, 'layer')} ({report.origin.emitter.value}), "
        "under each of the caps."
    )
    if report.each_cap is None:
        return f"{one} One that is mined for another cap can reach more there: with --each-cap this page shows it."
    return (
        f"{one} Beside it catalogs that are mined for each cap: in the registry for any order, in the cache for chains."
    )


def _bounds(report: CorpusReport) -> str:
    """The nested bounds; nothing where they are not known."""
    found = bounds(report.score) if report.score else ()
    if not found:
        return ""
    steps = " \u2264 ".join(f"{name} {percent:.1f} %" for name, percent in found)
    return f"Each is bounded by the next, here with at most {count(report.origin.max_layers, 'layer')}: {steps}."


def _ways(score: Score) -> Table:
    columns = (
        Column("way to split"),
        Column("layers, at most", is_number=True),
        Column("registry", is_number=True),
        Column("% attained", is_number=True),
        Column("build cache", is_number=True),
        Column("% attained there", is_number=True),
    )
    rows = tuple(
        (
            Cell(text=way.name, is_long=True),
            _cap(way),
            Cell(text=megabytes(way.blobs), sort=way.blobs),
            _percent(score.attained(way.blobs)),
            Cell(text=megabytes(way.chain), sort=way.chain),
            _percent(score.attained(way.chain)),
        )
        for way in score.ways
    )
    return Table(
        title="Sharing", caption="Bytes stored, and their part of the attainable saving", columns=columns, rows=rows
    )


def _cap(way: Stored) -> Cell:
    if way.cap is not None:
        return Cell(text=str(way.cap), sort=way.cap)
    return Cell(text="none", sort=0) if way.most_layers == 1 else Cell(text="any", sort=10**6)


def _percent(value: float) -> Cell:
    return Cell(text=f"{value:.1f}", sort=round(value, 4))


def _takers(matrix: LayerMatrix) -> Table:
    taken: defaultdict[int, list[int]] = defaultdict(list)
    for layer, repository in matrix.taken:
        taken[repository].append(layer)
    rows = tuple(
        (
            Cell(text=repository),
            Cell(text=str(len(taken[number])), sort=len(taken[number])),
            _size(sum(matrix.bytes[layer] for layer in taken[number])),
            Cell(text=", ".join(matrix.layers[layer] for layer in taken[number]), is_long=True),
        )
        for number, repository in enumerate(matrix.repositories)
    )
    columns = (
        Column("repository"),
        Column("layers", is_number=True),
        Column("bytes", is_number=True),
        Column("which"),
    )
    return Table(
        title="Layers of repositories", caption="The same repositories", columns=columns, rows=rows, sorted_by=1
    )


def _layers(layers: Sequence[UsedLayer]) -> Table:
    most = max((layer.saved for layer in layers), default=0)
    rows = tuple(
        (
            Cell(text=layer.name),
            Cell(text=megabytes(layer.saved), sort=layer.saved, part=layer.saved / max(most, 1)),
            _size(layer.bytes),
            Cell(text=f"{layer.seen_in:,}", sort=layer.seen_in),
            Cell(text=f"{layer.taken_by:,}", sort=layer.taken_by),
            _packages(layer.packages),
            Cell(
                text=layer.repositories[0] if layer.repositories else "",
                more=layer.repositories[1:] and _named(layer),
                is_long=True,
            ),
        )
        for layer in layers
    )
    columns = (
        Column("layer"),
        Column("saved", is_number=True),
        Column("size", is_number=True),
        Column("seen in", is_number=True),
        Column("taken by", is_number=True),
        Column("packages"),
        Column("repositories"),
    )
    caption = (
        "Seen in: repositories with all of its packages. Taken by: images with this layer. Saved: not stored again"
    )
    return Table(title="Biggest layers", caption=caption, columns=columns, rows=rows, sorted_by=1)


def _named(layer: UsedLayer) -> tuple[str, ...]:
    rest = layer.taken_by - len(layer.repositories)
    return (*layer.repositories[1:], *([f"and {rest:,} more"] if rest > 0 else []))


def _packages(packages: Sequence[str]) -> Cell:
    if len(packages) == 1:
        return Cell(text=packages[0], sort=1)
    return Cell(text=count(len(packages), "package"), sort=len(packages), more=tuple(packages))


def _size(size: int) -> Cell:
    return Cell(text=megabytes(size), sort=size)
