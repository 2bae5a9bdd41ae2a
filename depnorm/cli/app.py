"""The application: every command in one place."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any, cast

import typer

from depnorm.cli.command import PlainGroup, add_command, examples

_HELP = """
Split a repository's dependencies into container layers that other repositories share.

Only `verify` runs anything of the repository, and only `verify`, `lock`, `--lock`, `--layers-from REGISTRY`,
`catalog refresh` and the URL of a repository use a network.
"""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
EXAMPLES = {
    "": (
        "depnorm plan .                        what would be built, and why",
        "depnorm dockerfile . -o Dockerfile    the same as a Dockerfile",
        "depnorm check .                       what is wrong, or costs rebuilds",
        "depnorm explain DN101                 what a finding means",
    ),
    "plan": (
        "depnorm plan .",
        "depnorm plan requirements.txt",
        "depnorm plan https://example.org/owner/name --ref v1.0",
        "depnorm plan . --python 3.12 --max-layers 4",
        "depnorm plan . --format json | jq '.stages[].kind'",
    ),
    "dockerfile": (
        "depnorm dockerfile . -o Dockerfile",
        "depnorm dockerfile . | docker build -f - .",
        "depnorm dockerfile . --layers link --layers-from layers.json",
        "git archive HEAD | depnorm dockerfile -",
    ),
    "lock": (
        "depnorm lock . -o pylock.toml",
        "depnorm lock . --as-of 2026-06-01 --python 3.12",
        "depnorm lock . --ecosystem cran -o renv.lock",
    ),
    "verify": (
        "depnorm verify .",
        "depnorm verify . --engine docker",
        "depnorm verify . --format json | jq '.differences[]'",
    ),
    "diff": (
        "depnorm diff mine/ theirs/",
        "depnorm diff . --ref main",
        "depnorm diff @v1.0 @v2.0",
        "depnorm diff . https://example.org/owner/name@main --lock",
    ),
    "check": (
        "depnorm check",
        "depnorm check requirements.txt --ignore DN104,DN201",
        "depnorm check . --format github --fail-on error",
        "depnorm check . --format sarif > depnorm.sarif",
        "depnorm check . --write-baseline",
    ),
    "fix": (
        "depnorm fix .",
        "depnorm fix . --diff",
        "depnorm fix requirements.txt docs/requirements.txt --check",
    ),
    "inspect": (
        "depnorm inspect .",
        "depnorm inspect requirements.txt binder/environment.yml --format json",
    ),
    "explain": ("depnorm explain", "depnorm explain DN101", "depnorm explain lock file"),
    "schema": ("depnorm schema plan > plan.schema.json",),
}
"""What the help of each command ends with."""
COMMANDS = {
    "plan": "plan",
    "dockerfile": "plan",
    "lock": "lock",
    "verify": "verify",
    "diff": "diff",
    "check": "check",
    "fix": "fix",
    "inspect": "inspect",
    "explain": "explain",
    "catalog": "catalog",
    "corpus": "corpus",
    "schema": "schema",
}
"""Each command, in the order of the help, and its module of `depnorm.cli`."""


class Commands(Mapping[str, Any]):
    """The commands by name. The module of one is imported when it is asked for: a plan pays for no other command."""

    def __getitem__(self, name: str) -> Any:
        return _load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Group(PlainGroup):
    """The group of all commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = cast("Any", Commands())  # nothing adds a command later, so it need not be mutable


@cache
def _load(name: str) -> Any:
    module = import_module(f"depnorm.cli.{COMMANDS[name]}")
    if name in EXAMPLES:
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        add_command(alone, getattr(module, name), epilog=examples(*EXAMPLES[name]))
    else:
        alone = module.app
    return typer.main.get_command(alone)


app = typer.Typer(
    name="depnorm",
    cls=Group,
    epilog=examples(*EXAMPLES[""]),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=CONTEXT,
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  typer passes it by position
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  reading metadata costs 10 ms

        typer.echo(f"depnorm {version('depnorm')}")
        raise typer.Exit


@app.callback(cls=Group, help=_HELP)
def _root(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What comes before a command."""
