"""What may be asked of a plan, and what of it cannot be."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal, TypedDict

from depnorm.errors import CatalogError, UsageError
from depnorm.model import Builder, Catalog, Progress, Trace, redact


class PlanOptions(TypedDict, total=False):
    """What may be asked of a plan; every key may be left out.

    `lock`: prove it by one joint resolution (network, and uv), or by a lock file of the repository that fits.
    `allow_builds`: let it build sdists to learn what they need, which runs code of packages. `as_of`: the ISO date
    whose packages count; without a lock that of the catalog. `layers`: how shared layers get into the image, `link`
    needs BuildKit. `layers_from`: what has images of them, a metadata file of a bake (`*.json`) or REGISTRY/PREFIX
    (network). `max_layers`: shared layers at most. `catalog`: a name, a directory, or what `load_catalog` gave.
    `base_image`: what the image builds on; the tag of a `python` image stands for `python` where that is not given.
    `python`: `X.Y`, or `X.Y.Z` for one patch release, over what the repository leaves open. `fallback`: `always` gives
    every early step the soft form. `all_specs`: plan every spec file, not only those that repo2docker would use.
    `subdir`: the directory to build, relative to the repository. `repo_dir`: where the repository goes in the image.
    `user_id`: its owner. `installer`: what installs the locked packages, one of `INSTALLERS`. `slim`: leave out what
    Python packages can do without. `dockerignore`: whether the repository's .dockerignore decides what is in the build
    context, which it does unless another program makes that. `progress` is told how far a lock is, `trace` of each step
    that is done.
    """

    lock: bool
    base_image: str | None
    python: str | None
    catalog: str | Path | Catalog
    as_of: str | None
    layers: Literal["chain", "link"]
    layers_from: str | None
    max_layers: int
    fallback: Literal["auto", "always"]
    all_specs: bool
    subdir: str
    repo_dir: str | None
    user_id: int
    allow_builds: bool
    installer: Literal["conda", "mamba", "micromamba", "uv", "pip"] | None
    slim: bool
    dockerignore: bool
    progress: Progress | None
    trace: Trace | None


def check_options(options: PlanOptions, catalog: Catalog) -> None:
    """Raise `UsageError` or `CatalogError` for an option that cannot be used."""
    if unknown := options.keys() - PlanOptions.__annotations__.keys():
        from difflib import get_close_matches  # noqa: PLC0415  only for a mistake

        near = [name for each in sorted(unknown) for name in get_close_matches(each, PlanOptions.__annotations__, n=1)]
        hint = f"Did you mean {', '.join(near)}?" if near else "depnorm.PlanOptions lists them."
        raise UsageError(f"{', '.join(sorted(unknown))}: there is no such option of a plan", hint=hint)
    as_of, python = options.get("as_of"), options.get("python")
    if options.get("allow_builds") and not options.get("lock"):
        raise UsageError("--allow-builds is for a lock, and nothing is locked", hint="Add --lock, or leave it out.")
    if as_of and not is_date(as_of):
        raise UsageError(f"--as-of {as_of}: expected a date such as {catalog.as_of}")
    if as_of and as_of != catalog.as_of and not options.get("lock"):
        raise CatalogError(
            f"catalog {catalog.name} has snapshots as of {catalog.as_of}, not {as_of}",
            hint=f"With --lock any date will do; or make a catalog: depnorm catalog refresh DIR --as-of {as_of}",
        )
    if python is not None:
        check_python(python, example=catalog.default_python)
    check_forms(options)


_MINOR = r"[23]\.(0|[1-9]\d?)"
_PATCH = r"(\.(0|[1-9]\d?))?"


def check_python(python: str, *, example: str, patch: bool = True) -> None:
    """Raise `UsageError` unless this is an `X.Y` of Python, or where `patch` says so an `X.Y.Z`."""
    if not re.fullmatch(_MINOR + (_PATCH if patch else ""), python, re.ASCII):
        expected = "X.Y or X.Y.Z" if patch else "X.Y"
        raise UsageError(
            f"--python {redact(python)!r}: expected {expected}, such as {example}",
            hint="Write a version of Python 2 or 3 without leading zeros.",
        )


INSTALLERS = {True: ("conda", "mamba", "micromamba"), False: ("uv", "pip")}
"""What can install a lock: of repositories that conda builds (True), and of all others."""


def check_installer(installer: str | None, builder: Builder) -> None:
    """Raise `UsageError` for an installer of another ecosystem than the one that builds the repository."""
    fitting = INSTALLERS[builder is Builder.CONDA]
    if installer is not None and installer not in fitting:
        raise UsageError(
            f"--installer {redact(str(installer))}: does not install what this repository is built with",
            hint=f"Choose one of {', '.join(fitting)}.",
        )


def check_forms(options: Mapping[str, object]) -> None:
    """Raise `UsageError` for an option that no image could have, of those that reach a Dockerfile as they are."""
    for name, pattern in _OPTION_PATTERNS.items():
        value = options.get(name)
        if value is not None and not pattern.fullmatch(str(value)):
            option = f"--{name.replace('_', '-')} {redact(str(value))!r}"
            raise UsageError(f"{option}: has a form that no image could have", hint=_OPTION_HINTS[name])
        if name in _NUMBERS and value is not None and not isinstance(value, int):
            raise UsageError(
                f"{name}: expected a whole number, found {redact(repr(value))}", hint="Leave out the quotes."
            )


_OPTION_PATTERNS = {
    # https://pkg.go.dev/github.com/distribution/reference: host, path, tag, digest
    "base_image": re.compile(r"[a-z0-9][A-Za-z0-9._:/-]{0,255}(@sha256:[0-9a-f]{64})?"),
    "user_id": re.compile(r"[0-9]{1,9}"),
    "layers": re.compile("chain|link"),
    "max_layers": re.compile(r"[0-9]{1,2}"),
}


_OPTION_HINTS = {
    "base_image": "Write an image as docker does, such as python:3.12-slim.",
    "user_id": "Write a number, such as 1000.",
    "layers": "Write chain or link.",
    "max_layers": "Write a number up to 99.",
}
_NUMBERS = frozenset({"max_layers"})


def is_date(text: str) -> bool:
    """Whether the text is an ISO date."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
