"""The application: every command in one place."""

from typing import Annotated

import typer

from depnorm.cli import catalog, check, explain, inspect, plan, schema
from depnorm.cli.command import PlainCommand, PlainGroup

_HELP = """
Split a repository's dependencies into container layers that other repositories share.

Nothing of the repository is run, and no network is used.
"""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))  # click wraps nothing after a \b


app = typer.Typer(
    name="depnorm",
    cls=PlainGroup,
    epilog=examples(
        "depnorm plan .                        what would be built, and why",
        "depnorm dockerfile . -o Dockerfile    the same as a Dockerfile",
        "depnorm check .                       what is wrong, or costs rebuilds",
        "depnorm explain DN101                 what a finding means",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=CONTEXT,
)
app.command(
    cls=PlainCommand,
    epilog=examples(
        "depnorm plan .",
        "depnorm plan . --format json | jq '.stages[].kind'",
        "depnorm plan . --python 3.12 --max-layers 4",
    ),
)(plan.plan)
app.command(
    cls=PlainCommand,
    epilog=examples(
        "depnorm dockerfile . -o Dockerfile",
        "depnorm dockerfile . | docker build -f - .",
    ),
)(plan.dockerfile)
app.command(
    cls=PlainCommand,
    epilog=examples(
        "depnorm check",
        "depnorm check requirements.txt --ignore DN104,DN201",
        "depnorm check . --format github --fail-on error",
    ),
)(check.check)
app.command(
    cls=PlainCommand,
    epilog=examples(
        "depnorm inspect .",
        "depnorm inspect requirements.txt binder/environment.yml --format json",
    ),
)(inspect.inspect)
app.command(cls=PlainCommand, epilog=examples("depnorm explain", "depnorm explain DN101"))(explain.explain)
app.add_typer(catalog.app, name="catalog")
app.command(cls=PlainCommand, epilog=examples("depnorm schema plan > plan.schema.json"))(schema.schema)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  typer passes it by position
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  reading metadata costs 10 ms

        typer.echo(f"depnorm {version('depnorm')}")
        raise typer.Exit


@app.callback(cls=PlainGroup, help=_HELP)
def _root(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What comes before a command."""
