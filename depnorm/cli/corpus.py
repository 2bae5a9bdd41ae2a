"""`depnorm corpus`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from depnorm.cli.command import PlainCommand, PlainGroup
from depnorm.cli.corpus_extra import needs_extra
from depnorm.cli.options import check_date
from depnorm.cli.outcome import Outcome
from depnorm.cli.progress import show_progress

app = typer.Typer(
    name="corpus",
    cls=PlainGroup,
    help="Read many repositories, and see what they share and rebuild.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _corpus() -> None:
    """What comes before a command: nothing. It keeps `corpus` a group, however many commands it has."""


_FACTS = """\b
Examples:
  depnorm corpus facts repositories/ -o facts.parquet
  depnorm corpus facts closures.jsonl.gz --python 3.10 --date 2023-09-21 -o closures.parquet
"""


@app.command(cls=PlainCommand, epilog=_FACTS)
@needs_extra
def facts(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR|FILE...",
            help="A repository, a directory of them, a git clone (its history), or JSON lines (.gz).",
        ),
    ],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the facts go; errors go beside them.")
    ],
    python: Annotated[str | None, typer.Option(metavar="X.Y", help="The Python that closures are for.")] = None,
    date: Annotated[str | None, typer.Option(metavar="DATE", help="When closures were resolved (YYYY-MM-DD).")] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Processes; by default as many as fit.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do not go on with a run that was interrupted.")] = False,
) -> Outcome:
    """Read repositories into Parquet: what each asks for, and how.

    Nothing of a repository is run, and one that cannot be read stops nothing: it is a row of FILE.errors.parquet. A run
    that was interrupted goes on where it was.
    """
    from depnorm.corpus.facts import FactsOptions  # noqa: PLC0415  heavy, and only there with the extra
    from depnorm.library.corpus_facts import Given, corpus_facts  # noqa: PLC0415

    when = datetime.fromisoformat(check_date(date, "--date")).replace(tzinfo=UTC) if date else None
    options = FactsOptions(workers=workers, progress=show_progress(), resume=not fresh)
    made = corpus_facts(inputs, output, given=Given(date=when, python=python), options=options)
    counts = ", ".join(f"{getattr(made, table):,} {table}" for table in ("facts", "steps", "errors"))
    return Outcome(text=f"{output}: {counts}\n", document=False)
