"""Layers mined from many environments: chosen, scored, and given out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from depnorm.corpus.assign import Assigner, Layers, line_of
from depnorm.corpus.closures import Closures, load_sizes, read_closures
from depnorm.corpus.engine import EngineOptions
from depnorm.corpus.mine import mine
from depnorm.corpus.mined import encode_mined, read_mined
from depnorm.corpus.score import CAPS, score, stored_bytes
from depnorm.corpus.search import SearchOptions
from depnorm.errors import UnusableInputError
from depnorm.model import Emitter, Progress
from depnorm.model.mined import MinedCatalog
from depnorm.model.score import Score

__all__ = ["Assigned", "corpus_assign", "corpus_mine", "corpus_score", "read_mined", "save_catalog"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What was given out: environments, their bytes, and the bytes stored as blobs and as a chain."""

    environments: int
    total: int
    blobs: int
    chain: int


def corpus_mine(
    facts: Path,
    *,
    emitter: Emitter = Emitter.LINK,
    max_layers: int | None = None,
    sizes: Path | None = None,
    hold_out: bool = False,
    progress: Progress | None = None,
    engine: EngineOptions | None = None,
) -> MinedCatalog:
    """The layers that save most bytes in the environments of a file (`depnorm.corpus.closures.read_closures`).

    With `hold_out` only those of one half are looked at, told apart by a hash of their ids. Raises
    `UnusableInputError` for a file that cannot be read, or has no environments, and `UsageError` for an `engine` (which
    reads Parquet) that is not installed.
    """
    closures = _read(facts, sizes, engine)
    options = SearchOptions.of(emitter, max_layers)
    mined = mine(closures.halves()[0] if hold_out else closures, options, progress)
    return replace(mined, held_out="half" if hold_out else None)


def corpus_score(
    facts: Path,
    catalog: MinedCatalog,
    *,
    caps: Sequence[int] = CAPS,
    sizes: Path | None = None,
    engine: EngineOptions | None = None,
) -> Score:
    """How much the environments of a file share with a catalog, and without one.

    Of a catalog that held out a half, that half is scored. Raises what `corpus_mine` does.
    """
    closures = _read(facts, sizes, engine)
    return score(closures.halves()[1] if catalog.held_out else closures, catalog, caps)


def corpus_assign(
    facts: Path,
    catalog: MinedCatalog,
    output: Path,
    *,
    max_layers: int | None = None,
    sizes: Path | None = None,
    engine: EngineOptions | None = None,
) -> Assigned:
    """Write the layers of each environment as a line of JSON: `{"id": …, "layers": [["name==version", …], …]}`.

    Layers stand in the order of their build, the repository's own one last; together they are exactly the environment.
    """
    closures = _read(facts, sizes, engine)
    size = {package: int(each) for package, each in zip(closures.packages, closures.sizes, strict=True)}
    try:
        with output.open("wb") as file:
            blobs, chain, _ = stored_bytes(_written(file, closures, Assigner(catalog, max_layers)), size.__getitem__)
    except OSError as error:
        raise UnusableInputError(f"{output}: cannot be written ({error.strerror})") from error
    total = int(closures.sizes[closures.items].sum())
    return Assigned(environments=len(closures), total=total, blobs=blobs, chain=chain)


def save_catalog(catalog: MinedCatalog, output: Path) -> None:
    """Write a mined catalog; raises `UnusableInputError` where that fails."""
    try:
        output.write_bytes(encode_mined(catalog))
    except OSError as error:
        raise UnusableInputError(f"{output}: cannot be written ({error.strerror})") from error


def _read(facts: Path, sizes: Path | None, engine: EngineOptions | None) -> Closures:
    closures = read_closures(facts, load_sizes(sizes), engine)
    if not len(closures):
        raise UnusableInputError(
            f"{facts}: has no environments",
            hint="Lines of JSON with `id` and `closure`, or facts of repositories with lock files.",
        )
    return closures


def _written(file: BinaryIO, closures: Closures, assigner: Assigner) -> Iterator[Layers]:
    """The layers of each environment, after they are written."""
    for number, identifier in enumerate(closures.ids):
        layers = assigner.layers([closures.packages[item] for item in closures.row(number).tolist()])
        file.write(line_of(identifier, layers))
        yield layers
