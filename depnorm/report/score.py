"""What a mined catalog holds, and how much it makes images share: tables for people, and documents."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from depnorm.model import Emitter
from depnorm.model.mined import MinedCatalog, Taken
from depnorm.model.score import Assigned, Habit, KnownSizes, MinedFor, Score, Split, Stored
from depnorm.report import corpus_documents as documents
from depnorm.report.display import Display
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count, megabytes

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN = 20
_PACKAGES = 60  # columns for the packages of a layer
_GUESS = "350 kB"
_CATALOG = "catalog"
_IDENTICAL = "identical environments"
_HELD = {Emitter.LINK: "in any order", Emitter.CHAIN: "one upon another"}


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
    head = (
        f"{printable(file)}: {count(len(catalog.layers), 'layer')} of several packages, for images with at most "
        f"{count(catalog.max_layers, 'shared layer')}, from {count(catalog.environments, 'environment')}"
        f"{_left_out(catalog)}."
    )
    others = "Packages that are in none of them are layers alone where an image has room, largest first."
    notes = [*_pins_only(catalog), *_guesses(catalog)]
    return "\n".join([head, others, *notes, "", display.render(table).rstrip("\n"), *rest]) + "\n"


def _left_out(catalog: MinedCatalog) -> str:
    """What `depnorm corpus score` scores with."""
    half = ["the other half"] if catalog.held_out else []
    later = [f"what is dated {catalog.before} or later"] if catalog.before else []
    left = " and ".join([*half, *later])
    return f" ({left} is held out: `depnorm corpus score` scores with it)" if left else ""


def _pins_only(catalog: MinedCatalog) -> Iterator[str]:
    if catalog.taken is Taken.PINNED:
        yield "Where nothing is locked, an environment is what is pinned to one version, without what that needs."


def _guesses(catalog: MinedCatalog) -> Iterator[str]:
    if catalog.guesses:
        packages = sum(1 for known in catalog.packages.values() if known.seen_in)
        yield (
            f"The sizes of {catalog.guesses:,} of {count(packages, 'package')} are guesses, "
            f"{_GUESS} each: nothing tells them (see --sizes)."
        )


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
            before=catalog.before,
            environments_are=catalog.taken,
            guessed_sizes=catalog.guesses,
            bundles=layers,
        )
    )


def score_text(score: Score, display: Display) -> str:
    """What each way to split stores, what part of the attainable saving that is, and what the figures mean."""
    if not score.environments:
        return "There are no environments to score.\n"
    title = (
        f"{count(score.environments, 'environment')}{_new_to_it(score.mined_for)}: {megabytes(score.total)} if nothing "
        f"is shared, {megabytes(score.ideal)} if each package is stored once."
    )
    about = "Percentages are parts of that difference: 100 % shares all there is to share."
    notes = "".join(f"\n{note}\n" for note in (*_bounds(score), *_mined_for(score), *sizes_notes(score.sizes)))
    return f"{title}\n{about}\n\n{display.render(_table(score))}{notes}{_splits_text(score.splits, display)}"


def _new_to_it(mined_for: MinedFor | None) -> str:
    if mined_for is None:
        return ""
    half = ["of the half that was held out"] if mined_for.held_out else []
    later = [f"dated {mined_for.since} or later"] if mined_for.since else []
    return f" {', '.join([*half, *later])}, new to the catalog" if half or later else ""


def bounds(score: Score) -> tuple[tuple[str, float], ...]:
    """What can be saved, percent of the attainable, each no more than the next: with the catalog, under its own cap.

    Empty where that cap was not scored.
    """
    cap = score.mined_for.max_layers if score.mined_for else None
    own = next((way for way in score.ways if way.name == _CATALOG and way.cap == cap), None)
    whole = next((way for way in score.ways if way.name == _IDENTICAL), None)
    if own is None or whole is None:
        return ()
    return (
        (_IDENTICAL, score.attained(whole.blobs)),
        ("the catalog's layers as a chain", score.attained(own.chain)),
        ("the same in any order", score.attained(own.blobs)),
        ("each package once", 100.0),
    )


def _bounds(score: Score) -> Iterator[str]:
    if found := bounds(score):
        steps = " \u2264 ".join(f"{name} {percent:.1f} %" for name, percent in found)
        cap = count(score.mined_for.max_layers, "shared layer") if score.mined_for else ""
        yield f"Each is bounded by the next, here with at most {cap}: {steps}."


def _mined_for(score: Score) -> Iterator[str]:
    if score.mined_for is None:
        return
    cap, emitter = score.mined_for.max_layers, score.mined_for.emitter
    yield (
        f"The catalog was mined for at most {count(cap, 'shared layer')}, {_HELD[emitter]} (--layers {emitter.value}). "
        "Under another cap it has the same layers, and one that is mined for that cap can reach more."
    )


def sizes_notes(sizes: KnownSizes | None) -> Iterator[str]:
    """Which sizes are guesses, or medians; nothing where none is."""
    if sizes is None:
        return
    if sizes.guesses:
        yield (
            f"Sizes of {sizes.guesses:,} of {count(sizes.packages, 'package')} are guesses, {_GUESS} each, "
            f"{100 * sizes.guessed_part:.1f} % of all bytes: nothing tells them (see --sizes)"
            + (f"; of {sizes.medians:,} the median of other versions is taken." if sizes.medians else ".")
        )
    elif sizes.medians:
        yield f"Of {sizes.medians:,} of {count(sizes.packages, 'package')} the size is the median of other versions."


def _splits_text(splits: tuple[Split, ...], display: Display) -> str:
    if all(split.habit is Habit.UNKNOWN for split in splits):
        return (
            "\nWhether these repositories pin is not known: closures name what is asked for, and no versions. Facts of "
            "repositories with their lock files tell it.\n"
        )
    return (
        f"\n{display.render(_split_table(splits))}Percentages here are of what these repositories share themselves.\n"
    )


def _split_table(splits: tuple[Split, ...]) -> "Table":
    from rich.table import Table  # noqa: PLC0415  as above

    table = Table(box=None, pad_edge=False)
    table.add_column("repositories that are")
    for heading in ("environments", "if nothing is shared", "registry", "", "build cache", ""):
        table.add_column(heading, justify="right")
    for split in splits:
        found = split.score
        way = catalog_way(found)
        cells = [cell for each in (way.blobs, way.chain) for cell in (megabytes(each), _percent(found, each))]
        table.add_row(split.habit.value, f"{found.environments:,}", megabytes(found.total), *cells)
    return table


def catalog_way(score: Score) -> Stored:
    """The catalog, under the first cap that was scored."""
    return next(way for way in score.ways if way.name == _CATALOG)


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
            catalog=_scored_catalog(score.mined_for) if score.mined_for else None,
            sizes=_sizes_known(score.sizes) if score.sizes else None,
            ways=ways,
            by_pins=tuple(map(_split, score.splits)),
        )
    )


def _scored_catalog(mined_for: MinedFor) -> documents.ScoredCatalog:
    return documents.ScoredCatalog(
        layers=mined_for.emitter,
        max_layers=mined_for.max_layers,
        held_out=mined_for.held_out,
        since=mined_for.since,
    )


def _sizes_known(sizes: KnownSizes) -> documents.SizesKnown:
    return documents.SizesKnown(
        packages=sizes.packages,
        medians=sizes.medians,
        guesses=sizes.guesses,
        guessed_percent=round(100 * sizes.guessed_part, 2),
    )


def _split(split: Split) -> documents.SplitScore:
    score, way = split.score, catalog_way(split.score)
    return documents.SplitScore(
        repositories=split.habit,
        environments=score.environments,
        total_bytes=score.total,
        ideal_bytes=score.ideal,
        registry=_level(score, way.blobs),
        build_cache=_level(score, way.chain),
    )


def assigned_text(file: str, found: Assigned) -> str:
    """Where the lines are, and what they say in sum."""
    cap = count(found.max_layers, "shared layer")
    head = (
        f"{printable(file)}: {count(found.environments, 'environment')}, layers {_HELD[found.emitter]} (--layers "
        f"{found.emitter.value}), at most {cap} and the repository's own: {megabytes(found.total)} in all, "
        f"{megabytes(found.blobs)} as blobs of a registry, {megabytes(found.chain)} as a chain of a build cache.\n"
    )
    return head + "".join(f"{note}\n" for note in sizes_notes(found.sizes))


def assigned_json(file: str, found: Assigned) -> str:
    """The same for programs (`depnorm schema corpus-assign`)."""
    return encode_json(
        documents.AssignedDocument(
            schema=1,
            file=file,
            environments=found.environments,
            layers=found.emitter,
            max_layers=found.max_layers,
            sizes=_sizes_known(found.sizes),
            total_bytes=found.total,
            registry_bytes=found.blobs,
            build_cache_bytes=found.chain,
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
        cap = "any" if way.cap is None else f"{way.cap}"
        if way.name == _IDENTICAL:
            cap = "none"  # the whole environment is one layer
        levels = ((megabytes(each), _percent(score, each)) for each in (way.blobs, way.chain))
        table.add_row(_named(way, score.mined_for), cap, *(cell for level in levels for cell in level))
    return table


def _named(way: Stored, mined_for: MinedFor | None) -> str:
    """The name; where the catalog was mined for another cap it says so."""
    if way.name != _CATALOG or mined_for is None or way.cap == mined_for.max_layers:
        return way.name
    return f"{way.name}, mined for {mined_for.max_layers}"


def _percent(score: Score, stored: int) -> str:
    return f"{score.attained(stored):.1f} %" if score.total > score.ideal else "nothing"


def _ordered(ways: Iterable[Stored]) -> list[Stored]:
    """By cap, those without one last."""
    return sorted(ways, key=lambda way: (way.cap is None, way.cap or 0))
