"""Which Python a repository gets: runtime.txt, environment.yml, options and the default within requires-python."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from depnorm.model import Location, Problem, SpecFile, SpecFormat, minor_of, patch_release

OLDEST_PYTHON = (3, 8)
"""What the tools that run in an image while it is built need."""

_BASE_IMAGE = "--base-image"
_TAG = re.compile(
    r"(?:^|/)python:(?P<version>(?:2\.7|3\.(?:\d|[1-9]\d))(?:\.(?:\d|[1-9]\d))?)(?:(?:a|b|rc)\d+)?(?![^@-])"
)
"""A tag such as `3.11.4-slim`: neither an older spelling nor the date or the version of an application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonOption:
    """An option that says which Python: its `name`, its `value` as given, and the `X.Y` or `X.Y.Z` of that."""

    name: str
    value: str
    version: str

    @property
    def minor(self) -> str:
        """`X.Y`."""
        return minor_of(self.version)


def python_options(python: str | None, base_image: str | None) -> tuple[PythonOption, ...]:
    """What --python and the tag of an image `python` say, the stronger first."""
    asked = (PythonOption(name="--python", value=minor_of(python), version=python),) if python else ()
    tag = _TAG.search(base_image) if base_image else None
    image = (PythonOption(name=_BASE_IMAGE, value=tag.string, version=tag["version"]),) if tag else ()
    return asked + image


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonChoice:
    """`version` is `X.Y`; `why` completes the sentence "Python X.Y, …"."""

    version: str
    why: str
    problems: tuple[Problem, ...] = ()


def choose_python(
    files: Iterable[SpecFile],
    *,
    options: Sequence[PythonOption],
    environment: str | None,
    available: Sequence[str],
    default: str,
) -> PythonChoice:
    """The Python to build for: what runtime.txt or environment.yml says, else the first fitting option, else `default`.

    The last two only within the requires-python of the projects. `environment` is the Python that environment.yml asks
    for, None without one. A contradiction is a DN009 problem, a base image with another Python DN012.
    """
    by_format = _by_format(files)
    bounds = [
        (file, bound)
        for file_format in (SpecFormat.PYPROJECT, SpecFormat.SETUP_CFG, SpecFormat.SETUP_PY)
        for file in by_format.get(file_format, ())
        if (bound := file.option("requires-python"))
    ]
    runtime = next((file for file in by_format.get(SpecFormat.RUNTIME, ()) if file.option("python")), None)
    if environment:
        version, why = environment, "as environment.yml asks"
    elif runtime:
        version, why = _plain(runtime.option("python")) or default, f"as {runtime.path} says"
    elif fitting := [each for each in options if all(admits(bound, each.minor) for _, bound in bounds)]:
        version, why = fitting[0].minor, f"as {fitting[0].name} says"
    else:
        version, why = _within(bounds, available, default)
    source = None if environment else runtime
    problems = [*_contradictions(version, why, bounds, source)]
    problems += [_unheard(each, version, why, source) for each in options if each.minor != version]
    if version not in available and not environment:
        problems.append(_not_shared(version, why, source, available))
    return PythonChoice(version=version, why=why, problems=tuple(problems))


def _plain(version: str | None) -> str:
    """`X.Y` without leading zeros: it becomes the tag of an image."""
    return ".".join(str(int(part)) for part in version.split(".")) if version else ""


def _unheard(option: PythonOption, version: str, why: str, source: SpecFile | None) -> Problem:
    rule = "DN009"
    message = f"{option.name} {option.value} is not used: the image gets Python {version}, {why}"
    hint = f"{option.name} decides only where the repository leaves it open."
    if option.name == _BASE_IMAGE:
        rule = "DN012"
        message = f"{option.name} {option.value} has Python {option.version}, and the plan is for {version}, {why}"
        hint = f"Give a base image with Python {version}: the build stops in any other."
    return Problem(location=Location(path=source.path if source else ""), raw="", message=message, hint=hint, rule=rule)


def _by_format(files: Iterable[SpecFile]) -> dict[SpecFormat, list[SpecFile]]:
    grouped: dict[SpecFormat, list[SpecFile]] = {}
    for file in files:
        grouped.setdefault(file.format, []).append(file)
    return grouped


def _within(bounds: Sequence[tuple[SpecFile, str]], available: Sequence[str], default: str) -> tuple[str, str]:
    """The default if every bound admits it, else the newest that they do."""
    candidates = [default, *reversed(available)]
    fitting = [each for each in candidates if all(admits(bound, each) for _, bound in bounds)]
    if not bounds or not fitting:
        return default, "the catalog's default"
    return fitting[0], f"the catalog's default within requires-python of {bounds[0][0].path}"


def _contradictions(
    version: str, why: str, bounds: Sequence[tuple[SpecFile, str]], source: SpecFile | None
) -> Iterator[Problem]:
    for file, bound in bounds:
        if not admits(bound, version):
            option = next(each for each in (source or file).options if each.name in {"python", "requires-python"})
            yield Problem(
                location=option.location,
                raw=option.raw,
                message=f"{file.path} requires Python {bound}, but the image gets Python {version}, {why}",
                hint="Make runtime.txt and requires-python agree, or give --python.",
                rule="DN009",
            )


def _not_shared(version: str, why: str, source: SpecFile | None, available: Sequence[str]) -> Problem:
    too_old = tuple(map(int, version.split("."))) < OLDEST_PYTHON
    message = f"the catalog has no shared layers for Python {version}, {why}"
    if too_old:
        message = f"no Dockerfile can be made for Python {version}, {why}: the tools of an image need 3.8 or later"
    return Problem(
        location=Location(path=source.path if source else ""),
        raw="",
        message=message,
        hint=f"Use one of {', '.join(available)} to share layers with other repositories.",
        rule="DN009",
    )


def choose_patch(version: str, options: Sequence[PythonOption]) -> str:
    """The `X.Y.Z` to choose versions for: of the first option with a release of `version` (`X.Y`), else the default."""
    told = (each.version for each in options)
    return next((each for each in told if each.startswith(f"{version}.")), patch_release(version))


def admits(bound: str, version: str) -> bool:
    """Whether some release of Python `X.Y` lies within a requires-python; true for a bound that is not PEP 440."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    try:
        specifiers = SpecifierSet(bound)
    except InvalidSpecifier:
        return True
    return any(specifiers.contains(f"{version}.{patch}", prereleases=True) for patch in (0, 99, *range(1, 30)))
