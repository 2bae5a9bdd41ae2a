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
from depnorm.cli.config import ConfigOption, NoConfigOption, configuration
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
        Emitter | None,
        typer.Option(
            help="Shared layers one after another, for any builder (the default); or joined by COPY --link, for"
            " BuildKit."
        ),
    ] = None
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
        str | None,
        typer.Option(
            metavar="REF",
            help="The image to build on. The tag of a `python` image says which Python, as --python does.",
        ),
    ] = None
    python: Annotated[
        str | None, typer.Option(metavar="X.Y[.Z]", help="The Python to build for, if the repository leaves it open.")
    ] = None
    fallback: Annotated[
        Fallback | None,
        typer.Option(help="Let early steps fail and repeat them late: where unsure (the default), or always."),
    ] = None
    all_specs: Annotated[
        bool | None,
        typer.Option(
            "--all-specs/--no-all-specs", help="Use every spec file, also those that repo2docker would ignore."
        ),
    ] = None
    subdir: Annotated[str | None, typer.Option(metavar="DIR", help="Plan for this directory of the repository.")] = None
    repo_dir: Annotated[str | None, typer.Option(metavar="DIR", help="Where the repository goes in the image.")] = None
    user_id: Annotated[int | None, typer.Option(metavar="N", min=0, help="The numeric id of the image's user.")] = None
    installer: Annotated[
        Installer | None,
        typer.Option(help="What installs locked packages: conda, mamba or micromamba for conda, else uv or pip."),
    ] = None
    slim: Annotated[
        bool | None,
        typer.Option("--slim/--no-slim", help="Smaller Python packages: no bytecode, test suites or static libraries."),
    ] = None
    config: ConfigOption = None
    no_config: NoConfigOption = False

    def as_arguments(self) -> tuple[str, ...]:
        """The options that differ from the defaults, as they are written on a command line."""
        words: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                name = field.name.replace("_", "-")
                words.append(f"--no-{name}" if value is False else f"--{name}")
                words += [] if isinstance(value, bool) else [str(value)]
        return tuple(words)

    def for_library(self, progress: Progress | None = None) -> "depnorm.PlanOptions":
        """The options that were given, as `depnorm.plan` takes them, with a function that is told how far it is.

        What was not given is what the configuration says. Raises `UsageError` for a date that is none, for options that
        exclude each other, and for a configuration that cannot be used.
        """
        configured = configuration(self.config, no_config=self.no_config).plan_options()
        if self.as_of is not None:
            check_date(self.as_of)
        if self.lock and self.offline:
            raise UsageError("--lock asks the package index, --offline forbids it", hint="Leave one of them out.")
        layers_from = self.layers_from or configured.get("layers_from")
        if self.offline and layers_from is not None and not is_metadata_file(layers_from):
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
            "layers": self.layers and self.layers.value,
            "fallback": self.fallback and self.fallback.value,
            "trace": messages.trace(),
            "all_specs": self.all_specs,
            "slim": self.slim,
            "progress": progress,
        }
        chosen = {"lock": self.lock, "allow_builds": self.allow_builds, **configured}
        return cast("depnorm.PlanOptions", chosen | {name: value for name, value in given.items() if value is not None})


def takes_plan_options(command: Callable[..., Outcome], hidden: Collection[str] = ()) -> Callable[..., Outcome]:
    """Give a command the options of `CommandOptions` beside its own; it gets them as one value, `options`.

    Its help does not list those of `hidden`, which it takes all the same: the options of a plan do for all commands.
    """
    return takes_options(CommandOptions, command, hidden)


def takes_options(
    kind: type[object], command: Callable[..., Outcome], hidden: Collection[str] = ()
) -> Callable[..., Outcome]:
    """The same for the options that are the fields of a dataclass."""
    own = inspect.signature(command)
    shared = inspect.signature(kind).parameters

    @functools.wraps(command)
    def run(**values: Any) -> Outcome:
        options = kind(**{name: values.pop(name) for name in shared})
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
