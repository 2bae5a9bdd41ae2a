"""`depnorm schema`."""

from typing import Annotated

import typer

from depnorm.cli.outcome import Outcome
from depnorm.report.formats import SchemaFormat, SchemaName


def schema(
    name: Annotated[SchemaName, typer.Argument(help="The document, by the command that prints it.")],
    *,
    format: Annotated[SchemaFormat, typer.Option(help="A schema is JSON.")] = SchemaFormat.JSON,  # noqa: A002, ARG001
) -> Outcome:
    """Print the JSON Schema of a document."""
    from depnorm.report.schema import format_schema  # noqa: PLC0415  msgspec costs 20 ms

    return Outcome(text=format_schema(name))
