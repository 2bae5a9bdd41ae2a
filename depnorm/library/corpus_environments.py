"""The environments that a catalog is mined from or scored with, their sizes, and what is known of both."""

from pathlib import Path

from depnorm.corpus.closures import Closures, Sizes, load_sizes, read_closures
from depnorm.corpus.engine import EngineOptions
from depnorm.corpus.selection import Selection
from depnorm.corpus.sizes import DEFAULT_BYTES, known_sizes, median_sizes
from depnorm.errors import UnusableInputError
from depnorm.model.mined import MinedCatalog, Taken
from depnorm.model.score import KnownSizes, MinedFor

_PARQUET = b"PAR1"


def sizes_of(path: Path | None, catalog: MinedCatalog | None = None) -> Sizes:
    """Those of a CSV file; without one those that a catalog was mined with, as far as they are no guesses."""
    if path is not None or catalog is None:
        return load_sizes(path)
    told = {package: known.size for package, known in catalog.packages.items() if known.size != DEFAULT_BYTES}
    return Sizes(told, median_sizes(told))


def where_sizes_come_from(closures: Closures, sizes: Sizes) -> KnownSizes:
    """How many packages of these environments have a size that was told."""
    seen = [0] * len(closures.packages)
    for item in closures.items.tolist():
        seen[item] += 1
    rows = zip(closures.packages, closures.sizes.tolist(), seen, strict=True)
    return known_sizes([row for row in rows if row[2]], sizes.versions, sizes.names)


def environments_of(
    facts: Path, sizes: Sizes, engine: EngineOptions | None, selection: Selection, *, what: str = ""
) -> Closures:
    """The environments of a file; raises `UnusableInputError`, with what to do, where there are none."""
    closures = read_closures(facts, sizes, engine, selection)
    if len(closures):
        return closures
    if selection.is_dated:
        raise UnusableInputError(f"{facts}: has no environments dated {_time(selection)}{what}", hint=_DATES)
    if not is_parquet(facts):
        raise UnusableInputError(f"{facts}: has no environments", hint=_LINES)
    raise UnusableInputError(
        f"{facts}: has no environments: its spec files say what is asked for, not what that resolves to",
        hint=_PINS if selection.taken is Taken.PINNED else _LOCKS,
    )


def unseen(
    facts: Path, sizes: Sizes, engine: EngineOptions | None, catalog: MinedCatalog
) -> tuple[Closures, Selection, MinedFor]:
    """The environments that a catalog left out when it was mined: later ones, another half; else all."""
    selection = Selection(taken=catalog.taken, since=catalog.before)
    closures = environments_of(facts, sizes, engine, selection, what=": nothing is left to score with")
    about = MinedFor(
        max_layers=catalog.max_layers,
        emitter=catalog.emitter,
        held_out=catalog.held_out is not None,
        since=catalog.before,
    )
    return closures.halves()[1] if catalog.held_out else closures, selection, about


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, whatever its name."""
    with path.open("rb") as file:
        return file.read(len(_PARQUET)) == _PARQUET


def _time(selection: Selection) -> str:
    return f"before {selection.before}" if selection.before else f"on or after {selection.since}"


_LINES = 'A line is {"id": "…", "closure": [["numpy", "2.3.4"], …]}.'
_DATES = (
    "Commits of histories have dates, and closures where they are given: depnorm corpus facts CLOSURES --date "
    "YYYY-MM-DD -o facts.parquet"
)
_LOCKS = (
    "Lock each repository (depnorm lock REPO -o REPO/pylock.toml) and read them again (depnorm corpus facts DIR -o "
    "facts.parquet); or take what requirements pin to one version as it stands: --environments pinned"
)
_PINS = (
    "Nothing is pinned to one version either. Lock each repository (depnorm lock REPO -o REPO/pylock.toml) and read "
    "them again (depnorm corpus facts DIR -o facts.parquet)."
)
