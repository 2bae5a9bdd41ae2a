"""`depnorm corpus mine`, `score` and `assign`."""

from pathlib import Path
from typing import Annotated

import typer

from depnorm.cli import messages
from depnorm.cli.command import add_command, examples
from depnorm.cli.corpus_engine import DEFAULT_MEMORY, EngineName, EngineOption, MemoryOption, engine_options
from depnorm.cli.corpus_extra import needs_extra
from depnorm.cli.options import check_date
from depnorm.cli.outcome import Outcome
from depnorm.cli.terminal import display
from depnorm.model import Emitter
from depnorm.model.mined import MinedCatalog, Taken
from depnorm.report.formats import Format, format_assigned, format_mined, format_score

_MINE = (
    "depnorm corpus mine closures.jsonl.gz --sizes package_sizes.csv -o catalog.json",
    "depnorm corpus mine facts.parquet --layers chain --max-layers 8 --hold-out -o catalog.json",
    "depnorm corpus mine facts.parquet --before 2025-01-01 --environments pinned -o catalog.json",
)
_SCORE = (
    "depnorm corpus score closures.jsonl.gz --catalog catalog.json --sizes package_sizes.csv",
    "depnorm corpus score facts.parquet --catalog catalog.json --max-layers 8 --format json",
)
_ASSIGN = (
    "depnorm corpus assign closures.jsonl.gz --catalog catalog.json --layers chain --max-layers 8 -o layers.jsonl",
)
Facts = Annotated[
    Path,
    typer.Argument(
        metavar="FACTS|CLOSURES",
        help='facts.parquet of `depnorm corpus facts`, or JSON lines {"id":…,"closure":[[name,version],…]} (.gz).',
    ),
]
CatalogOption = Annotated[Path, typer.Option("--catalog", metavar="FILE", help="A catalog of `depnorm corpus mine`.")]
LayersOption = Annotated[
    Emitter | None,
    typer.Option("--layers", help="How images hold layers: in any order (link), or one upon another (chain)."),
]
SizesOption = Annotated[
    Path | None,
    typer.Option(metavar="CSV", help="Sizes of packages: columns name, installed_bytes and, if known, version."),
]
CapOption = Annotated[
    int | None, typer.Option("--max-layers", metavar="N", min=0, max=120, help="Shared layers of one image, at most.")
]
FormatOption = Annotated[Format, typer.Option(help="How to print it.")]


def add_to(app: typer.Typer) -> None:
    """Make these commands of the group."""
    for command, lines in ((mine, _MINE), (score, _SCORE), (assign, _ASSIGN)):
        add_command(app, needs_extra(command), epilog=examples(*lines))


def mine(  # noqa: PLR0913  each is an option
    facts: Facts,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the catalog goes.")],
    layers: LayersOption = Emitter.LINK,
    max_layers: CapOption = None,
    sizes: SizesOption = None,
    hold_out: Annotated[
        bool, typer.Option("--hold-out", help="Look at one half of the environments; score with the other.")
    ] = False,
    before: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Look at what is dated before (YYYY-MM-DD); score with what came later."),
    ] = None,
    environments: Annotated[
        Taken,
        typer.Option(help="What is locked; or, where nothing is, also what is pinned to one version as it stands."),
    ] = Taken.LOCKED,
    engine: EngineOption = EngineName.DUCKDB,
    memory: MemoryOption = DEFAULT_MEMORY,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Find the layers that repositories should share.

    Layers of several packages are chosen so that they save most bytes beside layers of one package, under a cap of
    layers per image: 16 for link, 8 for chain. The same environments give the same catalog.
    """
    from depnorm.library.corpus_catalog import corpus_mine, save_catalog  # noqa: PLC0415  heavy, and needs the extra

    catalog = corpus_mine(
        facts,
        emitter=layers or Emitter.LINK,
        max_layers=max_layers,
        sizes=sizes,
        hold_out=hold_out,
        before=check_date(before, "--before") if before is not None else None,
        taken=environments,
        progress=messages.progress(),
        engine=engine_options(engine, memory),
    )
    save_catalog(catalog, output)
    return Outcome(text=format_mined(str(output), catalog, format, display()), document=format is Format.JSON)


def score(
    facts: Facts,
    *,
    catalog: CatalogOption,
    max_layers: Annotated[
        list[int] | None,
        typer.Option(metavar="N", min=0, max=120, help="A cap to score with; repeat it. By default 4, 8, 16 and 32."),
    ] = None,
    sizes: SizesOption = None,
    engine: EngineOption = EngineName.DUCKDB,
    memory: MemoryOption = DEFAULT_MEMORY,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Show how much environments share with a catalog, and without.

    Where the catalog held out a half of them (`mine --hold-out`), or what is later than a date (`mine --before`), only
    these are scored. Without --sizes packages are as large as when the catalog was mined.
    """
    from depnorm.corpus.score import CAPS  # noqa: PLC0415  as above
    from depnorm.library.corpus_catalog import corpus_score  # noqa: PLC0415  as above

    runs = engine_options(engine, memory)
    found = corpus_score(facts, _read(catalog), caps=max_layers or CAPS, sizes=sizes, engine=runs)
    return Outcome(text=format_score(found, format, display()), document=format is Format.JSON)


def assign(  # noqa: PLR0913  each is an option
    closures: Facts,
    *,
    catalog: CatalogOption,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the lines go.")],
    layers: LayersOption = None,
    max_layers: CapOption = None,
    sizes: SizesOption = None,
    engine: EngineOption = EngineName.DUCKDB,
    memory: MemoryOption = DEFAULT_MEMORY,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Write the layers of each environment: a line {"id":…,"layers":[["name==version",…],…]}, in build order.

    The last layer is the repository's own. All layers of a line together are exactly its environment. With --layers
    chain all lines have their layers in one order, in which most of what lies below is the same; with link the layers
    of most value come first. Without the option it is what the catalog was mined for; of the other one, at most 16
    layers (link) or 8 (chain) unless --max-layers says so.
    """
    from depnorm.library.corpus_catalog import corpus_assign  # noqa: PLC0415  as above

    runs = engine_options(engine, memory)
    found = corpus_assign(
        closures, _read(catalog), output, emitter=layers, max_layers=max_layers, sizes=sizes, engine=runs
    )
    return Outcome(text=format_assigned(str(output), found, format), document=format is Format.JSON)


def _read(path: Path) -> MinedCatalog:
    from depnorm.library.corpus_catalog import read_mined  # noqa: PLC0415  as above

    return read_mined(path)
