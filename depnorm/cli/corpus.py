"""`depnorm corpus`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from depnorm.cli import corpus_catalog, corpus_report, messages
from depnorm.cli.command import PlainGroup, add_command, examples
from depnorm.cli.corpus_engine import DEFAULT_MEMORY, EngineName, MemoryOption, engine_options
from depnorm.cli.corpus_extra import needs_extra
from depnorm.cli.options import check_date
from depnorm.cli.outcome import Outcome
from depnorm.cli.terminal import display
from depnorm.report.formats import Format, format_facts, format_rebuilds
from depnorm.report.redact import printable

app = typer.Typer(
    name="corpus",
    cls=PlainGroup,
    help="Read many repositories, and see what they share and rebuild.",
    epilog=examples(
        "depnorm corpus facts repositories/ -o facts.parquet",
        "depnorm corpus mine facts.parquet --hold-out -o catalog.json",
        "depnorm corpus score facts.parquet --catalog catalog.json",
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _corpus() -> None:
    """What comes before a command: nothing. It keeps `corpus` a group, however many commands it has."""


_FACTS = (
    "depnorm corpus facts repositories/ -o facts.parquet",
    "depnorm corpus facts closures.jsonl.gz --python 3.10 --date 2023-09-21 -o closures.parquet",
)
_REBUILDS = (
    "depnorm corpus rebuilds clone/",
    "depnorm corpus rebuilds facts.parquet --sizes package_sizes.csv --format json",
)
Inputs = Annotated[
    list[Path],
    typer.Argument(
        metavar="DIR|FILE...",
        help="A repository, a directory of them, a git clone (its history), or JSON lines (.gz).",
    ),
]
Workers = Annotated[int | None, typer.Option(metavar="N", min=1, help="Processes; by default one for each processor.")]
FormatOption = Annotated[Format, typer.Option(help="How to print it.")]


def facts(  # noqa: PLR0913  each is an option
    inputs: Inputs,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the facts go; steps and errors go beside it.")
    ],
    python: Annotated[str | None, typer.Option(metavar="X.Y", help="The Python that closures are for.")] = None,
    date: Annotated[str | None, typer.Option(metavar="DATE", help="When closures were resolved (YYYY-MM-DD).")] = None,
    workers: Workers = None,
    memory: MemoryOption = DEFAULT_MEMORY,
    engine: Annotated[EngineName, typer.Option(help="What sorts them.")] = EngineName.DUCKDB,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do not go on with a run that was interrupted.")] = False,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Read repositories into Parquet: what each asks for, and how.

    Nothing of a repository is run, and one that cannot be read stops nothing: it is a row of FILE.errors.parquet, as is
    each line that is broken. A run that was interrupted goes on where it was.
    """
    from depnorm.corpus.facts import FactsOptions  # noqa: PLC0415  heavy, and only there with the extra
    from depnorm.library.corpus_facts import Given, corpus_facts  # noqa: PLC0415
    from depnorm.library.corpus_nothing import check_found  # noqa: PLC0415
    from depnorm.library.options import check_python  # noqa: PLC0415

    if python is not None:
        check_python(python, example="3.10", patch=False)
    when = datetime.fromisoformat(check_date(date, "--date")).replace(tzinfo=UTC) if date is not None else None
    runs = engine_options(engine, memory, workers)
    options = FactsOptions(workers=workers, engine=runs, progress=messages.progress(), resume=not fresh)
    with _says_how_to_go_on(output):
        made = corpus_facts(inputs, output, given=Given(date=when, python=python), options=options)
    summary = made.summary()
    check_found(inputs, summary)
    return Outcome(text=format_facts(summary, format), document=format is Format.JSON)


@contextmanager
def _says_how_to_go_on(output: Path) -> Iterator[None]:
    """After an interruption: that what was read is kept, and for which command."""
    try:
        yield
    except KeyboardInterrupt:
        from depnorm.corpus.facts import parts_directory  # noqa: PLC0415  as above

        kept = parts_directory(output)
        if kept.is_dir():
            clear = "\r\x1b[K" if sys.stderr.isatty() else ""
            sys.stderr.write(
                f"{clear}depnorm: interrupted; what was read is kept in {printable(str(kept))}\n"
                "hint: The same command goes on where it stopped; with --fresh it begins anew.\n"
            )
        raise


def rebuilds(
    inputs: Annotated[
        list[Path],
        typer.Argument(metavar="FACTS|DIR|FILE...", help="facts.parquet, or what `depnorm corpus facts` reads."),
    ],
    *,
    sizes: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Sizes of packages: name, version, installed_bytes, install_ms."),
    ] = None,
    repositories: Annotated[int, typer.Option(metavar="N", min=0, help="List so many repositories.")] = 20,
    workers: Workers = None,
    memory: MemoryOption = DEFAULT_MEMORY,
    engine: Annotated[EngineName, typer.Option(help="What computes it.")] = EngineName.DUCKDB,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Count the commits that make a build install dependencies again.

    Under four rules: COPY everything first, COPY requirements first, repo2docker's, and depnorm's. Seconds and bytes
    are those of the packages that the files name, without what these need; for depnorm also of what else its shared
    layers bring, and the output says how much that is. Needs histories: git clones, or lines of JSON with commits.
    """
    from depnorm.corpus.facts import FactsOptions  # noqa: PLC0415  as above
    from depnorm.library.corpus_rebuilds import corpus_rebuilds  # noqa: PLC0415

    runs = engine_options(engine, memory, workers)
    options = FactsOptions(workers=workers, engine=runs, progress=messages.progress())
    found = corpus_rebuilds(inputs, sizes=sizes, repositories=repositories, options=options)
    return Outcome(text=format_rebuilds(found, format, display()), document=format is Format.JSON)


for _command, _lines in ((facts, _FACTS), (rebuilds, _REBUILDS)):
    add_command(app, needs_extra(_command), epilog=examples(*_lines))
corpus_catalog.add_to(app)
corpus_report.add_to(app)
