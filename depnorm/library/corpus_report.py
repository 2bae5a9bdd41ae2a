"""One report on many repositories: what they share, what keeps them from sharing, and what would change that."""

from dataclasses import dataclass
from pathlib import Path

from depnorm.corpus.closures import Closures, load_sizes, read_closures
from depnorm.corpus.declared import ReadDeclarations, read_declarations
from depnorm.corpus.engine import EngineOptions
from depnorm.corpus.layer_use import LayerUse, sample
from depnorm.corpus.mined import read_mined
from depnorm.corpus.score import MINED, score
from depnorm.corpus.versions import pin_changes, versions_beside
from depnorm.errors import UnusableInputError
from depnorm.model.corpus_report import CorpusReport, Origin
from depnorm.model.mined import MinedCatalog

_PARQUET = b"PAR1"
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
    engine: EngineOptions | None = None,
) -> CorpusReport:
    """What the environments of `facts` share with a mined catalog; pins and references where `facts` is Parquet.

    `facts` is what `depnorm.corpus.closures.read_closures` reads, `sizes` a CSV file of `depnorm.corpus.sizes`; the
    `engine` reads Parquet. Raises `CatalogError`, `UsageError` for an engine that is not installed, and
    `UnusableInputError` for a file that holds neither environments nor declarations.
    """
    options = options or ReportOptions()
    mined = read_mined(catalog)
    closures = read_closures(facts, load_sizes(sizes), engine)
    declared = read_declarations(facts, limit=options.listed, engine=engine) if _is_parquet(facts) else None
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
    )
    return _report(origin, scored, mined, declared, options)


def _report(
    origin: Origin,
    closures: Closures,
    mined: MinedCatalog,
    declared: ReadDeclarations | None,
    options: ReportOptions,
) -> CorpusReport:
    use = LayerUse(closures, mined)
    shared = use.shared()
    caps = sorted({*CAPS, mined.max_layers})
    return CorpusReport(
        origin=origin,
        way=MINED,
        score=score(closures, mined, caps) if len(closures) else None,
        layers=use.describe(shared[: options.layers]),
        all_layers=len(shared),
        matrix=use.matrix(shared[: options.matrix_layers], options.matrix_repositories),
        beside=versions_beside(use, options.listed),
        changes=pin_changes(use, options.listed, declared.pinned if declared else None),
        declarations=declared.declarations if declared else None,
    )


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_PARQUET)) == _PARQUET
