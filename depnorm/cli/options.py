"""The options of a plan, which several commands take."""

import functools
import inspect
from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from depnorm.cli import messages
from depnorm.cli.outcome import Outcome
from depnorm.errors import UsageError
from depnorm.model import Emitter, Progress
from depnorm.model.layer_registry import is_metadata_file

if TYPE_CHECKING:
    import depnorm


class Fallback(StrEnum):
    """Which early steps may fail softly."""

    AUTO = "auto"
    ALWAYS = "always"


class Installer(StrEnum):
    """What installs the packages of a lock."""

    CONDA = "conda"
    MAMBA = "mamba"
    MICROMAMBA = "micromamba"
    UV = "uv"
    PIP = "pip"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOptions:
    """The options of `depnorm plan` and of every command that makes a plan first. None: the library decides."""

    ref: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Of a git repository: this branch, tag or commit, not what is checked out."),
    ] = None
    lock: Annotated[
        bool, typer.Option("--lock", help="Prove the plan by one joint resolution; asks the package index, with uv.")
    ] = False
    allow_builds: Annotated[
        bool,
        typer.Option(
            "--allow-builds",
            help="Let a lock build source distributions to learn what they need. This runs code of these packages, as"
            " you, on this machine; without it nothing is built.",
        ),
    ] = False
    offline: Annotated[
        bool, typer.Option("--offline", help="Use no network. A plan of a directory without --lock never does.")
    ] = False
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Ignore what was published later (YYYY-MM-DD); the catalog's by default."),
    ] = None
    layers: Annotated[
        Emitter,
        typer.Option(help="Shared layers one after another, for any builder; or joined by COPY --link, for BuildKit."),
    ] = Emitter.CHAIN
    layers_from: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|REGISTRY/PREFIX",
            help="Take linked layers from images that `catalog bake` made: named in its metadata file (*.json), or"
            " looked up in the registry, over the network.",
        ),
    ] = None
    max_layers: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, max=99, help="At most this many shared layers; 8, or 32 when linked."),
    ] = None
    catalog: Annotated[str | None, typer.Option(metavar="NAME|PATH", help="Where shared layers come from.")] = None
    base_image: Annotated[
        str | None, typer.Option(metavar="REF", help="The image to build on; it must have the Python of the plan.")
    ] = None
    python: Annotated[
        str | None, typer.Option(metavar="X.Y[.Z]", help="The Python to build for, if the repository leaves it open.")
    ] = None
    fallback: Annotated[
        Fallback, typer.Option(help="Let early steps fail and repeat them late: where unsure, or always.")
    ] = Fallback.AUTO
    all_specs: Annotated[
        bool, typer.Option("--all-specs", help="Use every spec file, also those that repo2docker would ignore.")
    ] = False
    subdir: Annotated[str | None, typer.Option(metavar="DIR", help="Plan for this directory of the repository.")] = None
    repo_dir: Annotated[str | None, typer.Option(metavar="DIR", help="Where the repository goes in the image.")] = None
    user_id: Annotated[int | None, typer.Option(metavar="N", min=0, help="The numeric id of the image's user.")] = None
    installer: Annotated[
        Installer | None,
        typer.Option(help="What installs locked packages: conda, mamba or micromamba for conda, else uv or pip."),
    ] = None
    slim: Annotated[
        bool,
        typer.Option("--slim", help="Smaller Python packages: no bytecode, test suites or static libraries."),
    ] = False

    def as_arguments(self) -> tuple[str, ...]:
        """The options that differ from the defaults, as they are written on a command line."""
        words: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                words.append(f"--{field.name.replace('_', '-')}")
                words += [] if value is True else [str(value)]
        return tuple(words)

    def for_library(self, progress: Progress | None = None) -> "depnorm.PlanOptions":
        """The options that were given, as `depnorm.plan` takes them, with a function that is told how far it is.

        Raises `UsageError` for a date that is none, and for options that exclude each other.
        """
        if self.as_of is not None:
            check_date(self.as_of)
        if self.lock and self.offline:
            raise UsageError("--lock asks the package index, --offline forbids it", hint="Leave one of them out.")
        if self.offline and self.layers_from is not None and not is_metadata_file(self.layers_from):
            raise UsageError(
                "--layers-from asks a registry, --offline forbids it", hint="Give the metadata file of the bake."
            )
        given = {
            "as_of": self.as_of,
            "layers_from": self.layers_from,
            "max_layers": self.max_layers,
            "catalog": self.catalog,
            "base_image": self.base_image,
            "python": self.python,
            "subdir": self.subdir,
            "repo_dir": self.repo_dir,
            "user_id": self.user_id,
            "installer": self.installer and self.installer.value,
            "progress": progress,
            "trace": messages.trace(),
        }
        chosen = {
            "lock": self.lock,
            "allow_builds": self.allow_builds,
            "layers": self.layers.value,
            "fallback": self.fallback.value,
            "all_specs": self.all_specs,
            "slim": self.slim,
        }
        return cast("depnorm.PlanOptions", chosen | {name: value for name, value in given.items() if value is not None})


def takes_plan_options(command: Callable[..., Outcome], hidden: Collection[str] = ()) -> Callable[..., Outcome]:
    """Give a command the options of `CommandOptions` beside its own; it gets them as one value, `options`.

    Its help does not list those of `hidden`, which it takes all the same: the options of a plan do for all commands.
    """
    own = inspect.signature(command)
    shared = inspect.signature(CommandOptions).parameters

    @functools.wraps(command)
    def run(**values: Any) -> Outcome:
        options = CommandOptions(**{name: values.pop(name) for name in shared})
        return command(**values, options=options)

    parameters = [parameter for name, parameter in own.parameters.items() if name != "options"]
    parameters += [_hidden(each) if name in hidden else each for name, each in shared.items()]
    # typer reads both: the signature for names and defaults, the annotations for types.
    vars(run)["__signature__"] = own.replace(parameters=parameters)
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _hidden(parameter: inspect.Parameter) -> inspect.Parameter:
    kind, option = get_args(parameter.annotation)
    option = copy(option)
    option.hidden = True
    return parameter.replace(annotation=Annotated[kind, option])


def check_date(text: str, option: str = "--as-of") -> str:
    """The date as it was given; raises `UsageError` unless it is YYYY-MM-DD, and no later than tomorrow anywhere."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise UsageError(f"{option} {text}: is not a date", hint="Write it as YYYY-MM-DD, such as 2026-01-31.")
    if found > datetime.now(UTC).date() + timedelta(days=1):
        raise UsageError(
            f"{option} {text}: is in the future, so that it would mean something else tomorrow",
            hint="Give today's date, or leave the option out: without it the date is the catalog's.",
        )
    return text
