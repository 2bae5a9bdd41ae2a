"""One report on many repositories: what they share, what keeps them from sharing, and what would change that."""

from dataclasses import dataclass, replace
from pathlib import Path

from depnorm.corpus.closures import Closures, Sizes, read_closures
from depnorm.corpus.declared import ReadDeclarations, read_declarations
from depnorm.corpus.engine import EngineOptions
from depnorm.corpus.layer_use import LayerUse, sample
from depnorm.corpus.mined import read_mined
from depnorm.corpus.score import EACH, MINED, score, score_by_habit, score_each_cap
from depnorm.corpus.selection import Selection
from depnorm.corpus.versions import pin_changes, versions_beside
from depnorm.errors import UnusableInputError
from depnorm.library.corpus_environments import environments_of, is_parquet, sizes_of, where_sizes_come_from
from depnorm.model import Progress
from depnorm.model.corpus_report import CorpusReport, Origin
from depnorm.model.mined import MinedCatalog
from depnorm.model.score import Habit, MinedFor, Score

CAPS = (1, 2, 4, 8, 16, 32, 64)
"""Caps of the curve; that of the catalog is one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """How much a report shows, so that its size does not grow with the corpus.

    Of more than `environments` a sample is scored: every n-th by id, so that the same file gives the same report.
    """

    environments: int = 20_000
    layers: int = 60
    matrix_layers: int = 30
    matrix_repositories: int = 60
    listed: int = 20


def corpus_report(
    facts: Path,
    catalog: Path,
    *,
    sizes: Path | None = None,
    options: ReportOptions | None = None,
    each_cap: bool = False,
    progress: Progress | None = None,
    engine: EngineOptions | None = None,
) -> CorpusReport:
    """What the environments of `facts` share with a mined catalog; pins and references where `facts` is Parquet.

    `facts` is what `depnorm.corpus.closures.read_closures` reads, `sizes` a CSV file of `depnorm.corpus.sizes`; without
    one packages are as large as when the catalog was mined. The `engine` reads Parquet. With `each_cap` further
    catalogs are mined, one for each cap and emitter, from what the given one was mined from. Raises `CatalogError`,
    `UsageError` for an engine that is not installed, and `UnusableInputError` for a file without environments and
    without declarations.
    """
    options = options or ReportOptions()
    mined = read_mined(catalog)
    known = sizes_of(sizes, mined)
    selection = Selection(taken=mined.taken, since=mined.before)
    closures = read_closures(facts, known, engine, selection)
    declared = read_declarations(facts, limit=options.listed, engine=engine) if is_parquet(facts) else None
    if not len(closures) and declared is None:
        raise UnusableInputError(
            f"{facts}: has no environments and no declarations",
            hint="Lines of JSON with `id` and `closure`, or facts.parquet of `depnorm corpus facts`.",
        )
    scored = sample(closures.halves()[1] if mined.held_out else closures, options.environments)
    origin = Origin(
        facts=facts.name,
        catalog=catalog.name,
        emitter=mined.emitter,
        max_layers=mined.max_layers,
        environments=len(scored),
        all_environments=len(closures),
        held_out=mined.held_out is not None,
        catalog_environments=mined.environments,
        bundles=len(mined.layers),
        since=mined.before,
        taken=mined.taken,
    )
    found = _score(scored, mined, known, _habits(facts, selection, engine)) if len(scored) else None
    if found and each_cap:
        training = environments_of(facts, known, engine, Selection(taken=mined.taken, before=mined.before))
        training = training.halves()[0] if mined.held_out else training
        ways = score_each_cap(training, scored, _caps(mined), known, progress)
        found = replace(found, ways=(*found.ways, *ways))
    return _report(origin, scored, mined, declared, found, options)


def _caps(mined: MinedCatalog) -> list[int]:
    return sorted({*CAPS, mined.max_layers})


def _habits(facts: Path, selection: Selection, engine: EngineOptions | None) -> dict[str, Habit]:
    if not is_parquet(facts):
        return {}
    from depnorm.corpus.habits import habits  # noqa: PLC0415  ibis: half a second that JSON lines need not wait

    return habits(facts, selection, engine)


def _score(closures: Closures, mined: MinedCatalog, known: Sizes, habits: dict[str, Habit]) -> Score:
    about = MinedFor(
        max_layers=mined.max_layers,
        emitter=mined.emitter,
        held_out=mined.held_out is not None,
        since=mined.before,
    )
    return replace(
        score(closures, mined, _caps(mined)),
        mined_for=about,
        sizes=where_sizes_come_from(closures, known),
        splits=score_by_habit(closures, mined, habits),
    )


def _report(
    origin: Origin,
    closures: Closures,
    mined: MinedCatalog,
    declared: ReadDeclarations | None,
    found: Score | None,
    options: ReportOptions,
) -> CorpusReport:
    use = LayerUse(closures, mined)
    shared = use.shared()
    return CorpusReport(
        origin=origin,
        way=MINED,
        score=found,
        layers=use.describe(shared[: options.layers]),
        all_layers=len(shared),
        matrix=use.matrix(shared[: options.matrix_layers], options.matrix_repositories),
        beside=versions_beside(use, options.listed),
        changes=pin_changes(use, options.listed, declared.pinned if declared else None),
        declarations=declared.declarations if declared else None,
        each_cap=EACH if found and any(way.name == EACH for way in found.ways) else None,
    )
