"""Layers mined from many environments: chosen, scored, and given out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from depnorm.corpus.assign import Assigner, Layers, line_of
from depnorm.corpus.closures import Closures
from depnorm.corpus.engine import EngineOptions
from depnorm.corpus.mine import mine
from depnorm.corpus.mined import encode_mined, read_mined
from depnorm.corpus.score import CAPS, score, score_by_habit, stored_bytes
from depnorm.corpus.search import SearchOptions
from depnorm.corpus.selection import Selection
from depnorm.errors import UnusableInputError
from depnorm.library.corpus_environments import environments_of, is_parquet, sizes_of, unseen, where_sizes_come_from
from depnorm.model import Emitter, Progress
from depnorm.model.mined import MinedCatalog, Taken
from depnorm.model.score import Assigned, Score

__all__ = ["Assigned", "corpus_assign", "corpus_mine", "corpus_score", "read_mined", "save_catalog"]

_STAGES = 4
"""Of mining: reading, what two environments share, what is taken together, counting and naming."""


def corpus_mine(  # noqa: PLR0913  each is an option of the command
    facts: Path,
    *,
    emitter: Emitter = Emitter.LINK,
    max_layers: int | None = None,
    sizes: Path | None = None,
    hold_out: bool = False,
    before: str | None = None,
    taken: Taken = Taken.LOCKED,
    progress: Progress | None = None,
    engine: EngineOptions | None = None,
) -> MinedCatalog:
    """The layers that save most bytes in the environments of a file (`depnorm.corpus.closures.read_closures`).

    With `hold_out` only those of one half are looked at, told apart by a hash of their ids; with `before`, a day
    (YYYY-MM-DD), only what is dated before it. `taken` says what an environment is. Raises `UnusableInputError` for a
    file that cannot be read, or has no such environments, and `UsageError` for an `engine` (which reads Parquet) that
    is not installed.
    """
    tell = progress or _say_nothing
    tell(f"reading {facts.name}", 0, _STAGES)
    known = sizes_of(sizes)
    closures = environments_of(facts, known, engine, Selection(taken=taken, before=before))
    closures = closures.halves()[0] if hold_out else closures
    mined = mine(closures, SearchOptions.of(emitter, max_layers), _in_stages(tell), known)
    tell("mined", _STAGES, _STAGES)
    guesses = where_sizes_come_from(closures, known).guesses
    return replace(mined, held_out="half" if hold_out else None, before=before, taken=taken, guesses=guesses)


def corpus_score(
    facts: Path,
    catalog: MinedCatalog,
    *,
    caps: Sequence[int] = CAPS,
    sizes: Path | None = None,
    engine: EngineOptions | None = None,
) -> Score:
    """How much the environments of a file share with a catalog, and without one.

    Of a catalog that held out a half, that half is scored; of one that was mined from what was before a day, what is of
    that day or later. Without `sizes` packages are as large as when it was mined. Repositories that pin, and those that
    do not, are also scored apart, where Parquet tells. Raises what `corpus_mine` does.
    """
    known = sizes_of(sizes, catalog)
    closures, selection, about = unseen(facts, known, engine, catalog)
    found = replace(score(closures, catalog, caps), mined_for=about, sizes=where_sizes_come_from(closures, known))
    if not is_parquet(facts):
        return found
    from depnorm.corpus.habits import habits  # noqa: PLC0415  ibis: half a second that JSON lines need not wait

    return replace(found, splits=score_by_habit(closures, catalog, habits(facts, selection, engine)))


def corpus_assign(
    facts: Path,
    catalog: MinedCatalog,
    output: Path,
    *,
    emitter: Emitter | None = None,
    max_layers: int | None = None,
    sizes: Path | None = None,
    engine: EngineOptions | None = None,
) -> Assigned:
    """Write the layers of each environment as a line of JSON: `{"id": …, "layers": [["name==version", …], …]}`.

    Layers stand in the order of their build, the repository's own one last; together they are exactly the environment.
    `emitter` and `max_layers` are those of `Assigner`. Without `sizes` packages are as large as when the catalog was
    mined; in either case the layers are chosen by the sizes of the catalog.
    """
    known = sizes_of(sizes, catalog)
    closures = environments_of(facts, known, engine, Selection(taken=catalog.taken))
    assigner = Assigner(catalog, max_layers, emitter)
    size = {package: int(each) for package, each in zip(closures.packages, closures.sizes, strict=True)}
    try:
        with output.open("wb") as file:
            blobs, chain, _ = stored_bytes(_written(file, closures, assigner), size.__getitem__)
    except OSError as error:
        raise UnusableInputError(f"{output}: cannot be written ({error.strerror})") from error
    total = int(closures.sizes[closures.items].sum())
    return Assigned(
        environments=len(closures),
        total=total,
        blobs=blobs,
        chain=chain,
        emitter=assigner.emitter,
        max_layers=assigner.cap,
        sizes=where_sizes_come_from(closures, known),
    )


def save_catalog(catalog: MinedCatalog, output: Path) -> None:
    """Write a mined catalog; raises `UnusableInputError` where that fails."""
    try:
        output.write_bytes(encode_mined(catalog))
    except OSError as error:
        raise UnusableInputError(f"{output}: cannot be written ({error.strerror})") from error


def _written(file: BinaryIO, closures: Closures, assigner: Assigner) -> Iterator[Layers]:
    """The layers of each environment, after they are written."""
    for number, identifier in enumerate(closures.ids):
        layers = assigner.layers([closures.packages[item] for item in closures.row(number).tolist()])
        file.write(line_of(identifier, layers))
        yield layers


def _in_stages(tell: Progress) -> Progress:
    """The search's own progress, of which nobody knows how many rounds it takes, in even stages."""

    def show(what: str, done: int, total: int) -> None:
        if done == total:
            tell("counting and naming layers", _STAGES - 1, _STAGES)
        else:
            tell(what if done == 0 else f"{what}, round {done}", min(1 + done, _STAGES - 2), _STAGES)

    return show


def _say_nothing(what: str, done: int, total: int) -> None:
    del what, done, total
