"""What a mined catalog holds, and how much it makes images share: tables for people, and documents."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from depnorm.model.mined import MinedCatalog
from depnorm.model.score import Score, Stored
from depnorm.report import corpus_documents as documents
from depnorm.report.display import Display
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count, megabytes

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN = 20
_PACKAGES = 60  # columns for the packages of a layer


def mined_text(file: str, catalog: MinedCatalog, display: Display) -> str:
    """Where the catalog is, from what, and its layers of most value."""
    from rich.table import Table  # noqa: PLC0415  rich costs 40 ms, and only text needs it
    from rich.text import Text  # noqa: PLC0415  as above

    table = Table(box=None, pad_edge=False)
    table.add_column("layer")
    for heading in ("packages", "size", "seen in"):
        table.add_column(heading, justify="right")
    table.add_column("with")
    for layer in catalog.layers[:_SHOWN]:
        names = ", ".join(f"{name} {version}" for name, version in layer.packages)
        shown = names if len(names) <= _PACKAGES else f"{names[: _PACKAGES - 1]}…"
        row = (f"{len(layer.packages)}", megabytes(layer.size), f"{layer.seen_in:,}")
        table.add_row(Text(printable(layer.name)), *row, Text(printable(shown)))
    more = len(catalog.layers) - _SHOWN
    rest = [f"… and {count(more, 'more layer')}"] if more > 0 else []
    held = " (the other half is held out: `depnorm corpus score` scores with it)" if catalog.held_out else ""
    head = (
        f"{printable(file)}: {count(len(catalog.layers), 'layer')} of several packages, for images with at most "
        f"{catalog.max_layers} shared layers, from {count(catalog.environments, 'environment')}{held}."
    )
    others = "Packages that are in none of them are layers alone where an image has room, largest first."
    return "\n".join([head, others, "", display.render(table).rstrip("\n"), *rest]) + "\n"


def mined_json(catalog: MinedCatalog) -> str:
    """The same for programs (`depnorm schema corpus-mine`)."""
    layers = tuple(
        documents.MinedLayer(
            name=layer.name,
            packages=tuple(f"{name}=={version}" for name, version in layer.packages),
            bytes=layer.size,
            seen_in=layer.seen_in,
        )
        for layer in catalog.layers
    )
    return encode_json(
        documents.MinedDocument(
            schema=1,
            layers=catalog.emitter,
            max_layers=catalog.max_layers,
            environments=catalog.environments,
            held_out=catalog.held_out is not None,
            bundles=layers,
        )
    )


def score_text(score: Score, display: Display) -> str:
    """What each way to split stores, and what part of the attainable saving that is."""
    if not score.environments:
        return "There are no environments to score.\n"
    title = (
        f"{count(score.environments, 'environment')}: {megabytes(score.total)} if nothing is shared, "
        f"{megabytes(score.ideal)} if each package is stored once."
    )
    about = "Percentages are parts of that difference: 100 % shares all there is to share."
    return f"{title}\n{about}\n\n{display.render(_table(score))}"


def score_json(score: Score) -> str:
    """The same for programs (`depnorm schema corpus-score`)."""
    ways = tuple(
        documents.Way(
            name=way.name,
            max_layers=way.cap,
            most_layers=way.most_layers,
            registry=_level(score, way.blobs),
            build_cache=_level(score, way.chain),
        )
        for way in score.ways
    )
    return encode_json(
        documents.ScoreDocument(
            schema=1,
            environments=score.environments,
            total_bytes=score.total,
            ideal_bytes=score.ideal,
            ways=ways,
        )
    )


def assigned_text(file: str, environments: int, stored: Mapping[str, int]) -> str:
    """Where the lines are, and what they say in sum."""
    return (
        f"{printable(file)}: {count(environments, 'environment')}, {megabytes(stored['total'])} in all, "
        f"{megabytes(stored['blobs'])} as blobs of a registry, {megabytes(stored['chain'])} as a chain of a build "
        "cache.\n"
    )


def assigned_json(file: str, environments: int, stored: Mapping[str, int]) -> str:
    """The same for programs (`depnorm schema corpus-assign`)."""
    return encode_json(
        documents.AssignedDocument(
            schema=1,
            file=file,
            environments=environments,
            total_bytes=stored["total"],
            registry_bytes=stored["blobs"],
            build_cache_bytes=stored["chain"],
        )
    )


def _level(score: Score, stored: int) -> documents.Level:
    ratio = score.total / stored if stored else 1.0
    return documents.Level(bytes=stored, ratio=round(ratio, 4), attained=round(score.attained(stored), 2))


def _table(score: Score) -> "Table":
    from rich.table import Table  # noqa: PLC0415  as above

    table = Table(box=None, pad_edge=False)
    table.add_column("one image's layers")
    for heading in ("shared, at most", "registry", "", "build cache", ""):
        table.add_column(heading, justify="right")
    for way in _ordered(score.ways):
        cap = "" if way.cap is None else f"{way.cap}"
        levels = (f"{megabytes(each)}|{score.attained(each):.1f} %".split("|") for each in (way.blobs, way.chain))
        table.add_row(way.name, cap, *(cell for level in levels for cell in level))
    return table


def _ordered(ways: Iterable[Stored]) -> list[Stored]:
    """By cap, those without one last."""
    return sorted(ways, key=lambda way: (way.cap is None, way.cap or 0))
