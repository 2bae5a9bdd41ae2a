"""`depnorm catalog`."""

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import depnorm
from depnorm.cli import messages
from depnorm.cli.command import PlainGroup, add_command, examples
from depnorm.cli.corpus_engine import DEFAULT_MEMORY, EngineName, EngineOption, MemoryOption, engine_options
from depnorm.cli.corpus_extra import needs_extra
from depnorm.cli.options import check_date
from depnorm.cli.outcome import Outcome
from depnorm.cli.terminal import display
from depnorm.errors import UsageError
from depnorm.model import canonical_name
from depnorm.report.formats import Format, format_bake, format_catalog, format_catalog_list

app = typer.Typer(
    name="catalog",
    cls=PlainGroup,
    help="Show, mine, refresh or build the shared layers.",
    epilog=examples("depnorm catalog show", "depnorm catalog bake layers --registry registry.example.org/depnorm"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
DEFAULT = "default"


class WheelInstaller(StrEnum):
    """What installs wheels."""

    UV = "uv"
    PIP = "pip"


LABEL = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXAMPLES = {
    "list": ("depnorm catalog list",),
    "show": ("depnorm catalog show", "depnorm catalog show --python 3.11 --format json"),
    "refresh": ("depnorm catalog refresh catalog/ --as-of 2026-11-01",),
    "mine": (
        "depnorm corpus facts repositories/ -o facts.parquet",
        "depnorm catalog mine facts.parquet -o catalog --label geopandas=geo",
        "depnorm plan . --catalog catalog",
    ),
    "bake": (
        "depnorm catalog bake layers --registry registry.example.org/depnorm",
        "(cd layers && docker buildx bake -f docker-bake.json --push --metadata-file layers.json)",
        "depnorm dockerfile . --layers link --layers-from layers/layers.json -o Dockerfile",
    ),
}
FormatOption = Annotated[Format, typer.Option(help="How to print it.")]
NameArgument = Annotated[str, typer.Argument(metavar="[NAME|PATH]", help="A catalog that ships, or a directory.")]


def list_all(*, format: FormatOption = Format.TEXT) -> Outcome:  # noqa: A002  --format
    """List the catalogs that ship."""
    catalogs = [depnorm.load_catalog(name) for name in depnorm.list_catalogs()]
    return Outcome(text=format_catalog_list(catalogs, format), document=format is Format.JSON)


def show(
    name: NameArgument = DEFAULT,
    *,
    python: Annotated[str | None, typer.Option(metavar="X.Y", help="For this Python.")] = None,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Show the layers of a catalog, in order."""
    catalog = depnorm.load_catalog(name)
    snapshot = depnorm.load_snapshot(catalog, python or catalog.default_python)
    return Outcome(text=format_catalog(catalog, snapshot, format, display()), document=format is Format.JSON)


def refresh(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The catalog's directory.")] = None,
    *,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Ignore what was published later (YYYY-MM-DD).")],
    python: Annotated[
        list[str] | None, typer.Option(metavar="X.Y", help="For these Pythons only; repeat the option for several.")
    ] = None,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Resolve a catalog anew as of a date.

    Uses the network and uv, and takes minutes.
    """
    place = directory or Path(depnorm.load_catalog(DEFAULT).source)
    depnorm.refresh_catalog(place, as_of=check_date(as_of), pythons=tuple(python or ()), progress=messages.progress())
    return Outcome(text=format_catalog_list([depnorm.load_catalog(str(place))], format), document=format is Format.JSON)


def mine(  # noqa: PLR0913  each is an option
    facts: Annotated[
        list[Path], typer.Argument(metavar="FACTS...", help="Files of `depnorm corpus facts`; each weighs the same.")
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the catalog goes.")],
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Ignore what was published later; by default as --from.")
    ] = None,
    start: Annotated[
        str,
        typer.Option(
            "--from", metavar="NAME|PATH", help="The catalog whose Pythons, build backends and R subsets it takes."
        ),
    ] = DEFAULT,
    max_layers: Annotated[
        int, typer.Option(metavar="N", min=1, max=120, help="Shared layers of one image, at most.")
    ] = 8,
    min_share: Annotated[
        float, typer.Option(metavar="PERCENT", min=0, max=100, help="How many repositories need what has a layer.")
    ] = 1.0,
    label: Annotated[
        list[str] | None,
        typer.Option(metavar="HEAD=NAME", help="What a layer is called, by the package most ask for; repeat it."),
    ] = None,
    engine: EngineOption = EngineName.DUCKDB,
    memory: MemoryOption = DEFAULT_MEMORY,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Make a catalog of what repositories have in common.

    Resolves what they ask for, as of a date, and groups what they need into layers that plans can take. Uses the
    network and uv, and takes minutes for each Python.
    """
    from depnorm.corpus.subsets import SubsetOptions  # noqa: PLC0415  heavy, and needs the extra
    from depnorm.library.catalog_mining import MiningOptions, mine_catalog  # noqa: PLC0415  as above

    mine_catalog(
        facts,
        output,
        as_of=check_date(as_of) if as_of else depnorm.load_catalog(start).as_of,
        base=start,
        options=MiningOptions(
            subsets=SubsetOptions(max_layers=max_layers, min_share=min_share / 100), labels=_labels(label or ())
        ),
        progress=messages.progress(),
        engine=engine_options(engine, memory),
    )
    catalog = depnorm.load_catalog(str(output))
    return Outcome(text=format_catalog_list([catalog], format), document=format is Format.JSON)


def _labels(given: Iterable[str]) -> dict[str, str]:
    labels = {}
    for each in given:
        head, equals, name = each.partition("=")
        if not equals or not LABEL.fullmatch(name):
            raise UsageError(
                f"--label {each}: expected HEAD=NAME, the name in small letters", hint="--label geopandas=geo"
            )
        labels[canonical_name(head)] = name
    return labels


def bake(  # noqa: PLR0913  each is an option
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the files; made if it is missing.")],
    *,
    registry: Annotated[
        str, typer.Option(metavar="REGISTRY/PREFIX", help="Where the images go: REGISTRY/PREFIX/LAYER:KEY.")
    ],
    catalog: Annotated[str, typer.Option(metavar="NAME|PATH", help="The catalog whose layers they are.")] = DEFAULT,
    python: Annotated[
        list[str] | None, typer.Option(metavar="X.Y", help="For these Pythons only; repeat the option for several.")
    ] = None,
    base_image: Annotated[
        str | None, typer.Option(metavar="REF", help="The --base-image of the plans that will use them.")
    ] = None,
    user_id: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="The --user-id of the plans that will use them.")
    ] = None,
    slim: Annotated[bool, typer.Option("--slim", help="For plans with --slim.")] = False,
    installer: Annotated[
        WheelInstaller | None, typer.Option(help="The --installer of the plans that will use them.")
    ] = None,
    format: FormatOption = Format.TEXT,  # noqa: A002  --format
) -> Outcome:
    """Write what builds every shared layer as an image.

    A file for `docker buildx bake` and a Dockerfile for each Python. Plans take the images with --layers-from, so that
    no repository builds what is shared. Writing them uses no network.
    """
    asked: depnorm.BakeOptions = {"catalog": catalog, "pythons": tuple(python or ()), "base_image": base_image}
    asked["slim"] = slim
    if user_id is not None:
        asked["user_id"] = user_id
    if installer is not None:
        asked["installer"] = installer.value
    made = depnorm.bake_catalog(directory, registry, **asked)
    return Outcome(text=format_bake(made, str(directory), format), document=format is Format.JSON)


for _name, _command in (
    ("list", list_all),
    ("show", show),
    ("refresh", refresh),
    ("mine", needs_extra(mine)),
    ("bake", bake),
):
    add_command(app, _command, _name, examples(*_EXAMPLES[_name]))
