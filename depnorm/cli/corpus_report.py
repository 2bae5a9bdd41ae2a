"""`depnorm corpus report`."""

from pathlib import Path
from typing import Annotated

import typer

from depnorm.cli import messages
from depnorm.cli.command import add_command, examples
from depnorm.cli.corpus_catalog import CatalogOption, Facts, FormatOption, SizesOption
from depnorm.cli.corpus_engine import DEFAULT_MEMORY, EngineName, EngineOption, MemoryOption, engine_options
from depnorm.cli.corpus_extra import needs_extra
from depnorm.cli.outcome import Outcome, written
from depnorm.report.formats import Format, format_corpus_report

_REPORT = (
    "depnorm corpus report closures.jsonl.gz --catalog catalog.json --sizes package_sizes.csv -o report.html",
    "depnorm corpus report facts.parquet --catalog catalog.json --each-cap -o report.html",
)


def add_to(app: typer.Typer) -> None:
    """Make this a command of the group."""
    add_command(app, needs_extra(report), epilog=examples(*_REPORT))


def report(  # noqa: PLR0913  each is an option
    facts: Facts,
    *,
    catalog: CatalogOption,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the page goes.")],
    sizes: SizesOption = None,
    each_cap: Annotated[
        bool, typer.Option("--each-cap", help="For the curve, mine a catalog for each number of layers.")
    ] = False,
    engine: EngineOption = EngineName.DUCKDB,
    memory: MemoryOption = DEFAULT_MEMORY,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Write one HTML page: what repositories share, what keeps them apart, and what a changed pin would bring.

    The page needs no network. Where the catalog held out a half of the environments (`mine --hold-out`), it is about
    that half; likewise what is later than the date of `mine --before`. Pins and references are told where FACTS is
    Parquet. The curve of sharing shows the one catalog under each number of layers; with --each-cap also those that are
    mined for each of them, from the same environments, which takes some seconds for each.
    """
    from depnorm.library.corpus_report import corpus_report  # noqa: PLC0415  heavy, and needs the extra
    from depnorm.report.corpus_page import corpus_page  # noqa: PLC0415  as above

    runs = engine_options(engine, memory)
    found = corpus_report(facts, catalog, sizes=sizes, each_cap=each_cap, progress=messages.progress(), engine=runs)
    written(corpus_page(found), output)
    return Outcome(text=format_corpus_report(str(output), found, format), document=format is Format.JSON)
