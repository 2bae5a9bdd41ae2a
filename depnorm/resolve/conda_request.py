"""What a repository asks of conda together: the input of a joint lock."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from depnorm.errors import UnsupportedError
from depnorm.model import (
    Analysis,
    Dependency,
    Ecosystem,
    LeftOut,
    LeftOutKind,
    Location,
    Option,
    ReferenceKind,
    SpecFile,
    SpecFormat,
    Target,
    redact,
)
from depnorm.model.conda import ChannelNames
from depnorm.resolve.conda_channel import CondaChannel, channel_urls, find_channels, shown
from depnorm.resolve.request import Request, with_options

LINUX = "5.10"
"""The kernel that is stated, as conda-lock states it: of the machine that runs an image nothing is known."""
_SUBDIRS = {"linux-64": "x86_64", "linux-aarch64": "aarch64"}
_GLIBC = re.compile(r"manylinux_(\d+)_(\d+)_")
_MATTERS = frozenset({"DN301", "DN305"})
"""Problems after which it is not certain what conda makes of the file."""
_OTHER_KEYS = re.compile(
    r"\[(?:[^\]#]*[,\s])?\s*(?:build_number|fn|url|license|license_family|track_features|features|namespace|condition|when|extras|"
    r"flags)\s*="
)
_NOT_LITERAL = re.compile(r"\\|(?:^|[\[{,:-])\s*\*\w", re.ASCII)
"""Escapes and aliases of YAML: the line does not show what the spec says."""
_COMMENT = re.compile(r"\s#[^\"'\]}\n]*$", re.MULTILINE)
_PLAIN = re.compile(r"[^'\"\[\]\\\x00-\x1f]+")
_INSIDE = (ReferenceKind.EDITABLE, ReferenceKind.PATH, ReferenceKind.ARCHIVE)
_HINT = "Plan without a lock: conda then solves the file as it is."


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaSpec:
    """A match spec: `root` is its name with the URL of its channel, if it has one, and `keys` what else it asks for.

    `written` and `location` are the user's.
    """

    name: str
    root: str
    keys: str = ""
    written: str
    location: Location

    @property
    def text(self) -> str:
        """The spec as the solver takes it."""
        return f"{self.root}{self.keys}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaRequest:
    """What a repository asks of conda together.

    `channels` are in order of priority. `virtual` are the virtual packages of the Target (name, version, build), never
    those of this machine. `pip` is what the pip section asks for, its Python still open; `own` is what of the section
    lies in the repository. `as_of` is the ISO date whose packages still count.
    """

    specs: tuple[CondaSpec, ...]
    channels: tuple[CondaChannel, ...]
    subdir: str
    virtual: tuple[tuple[str, str, str], ...]
    as_of: str
    pip: Request | None = None
    own: tuple[LeftOut, ...] = ()


def conda_request_of(
    analysis: Analysis,
    list_directory: Callable[[str], Iterable[str]],
    names: ChannelNames,
    *,
    target: Target,
    as_of: str,
) -> CondaRequest:
    """The request of a repository with one environment file; raises `UnsupportedError` for what no lock can honour."""
    file = _environment(analysis)
    _check_understood(file)
    channels = find_channels([(each.value, each.location) for each in _options(file, "channels") if each.value], names)
    conda = [each for each in file.dependencies if each.ecosystem is Ecosystem.CONDA]
    specs = {spec.text: spec for spec in (_spec(each, names) for each in reversed(conda))}
    pip, own = _pip(file, analysis, list_directory, target, as_of)
    if pip is not None and not any(each.name == "pip" for each in specs.values()):  # conda adds it, too
        location = next(each.location for each in _options(file, "pip"))
        specs["pip"] = CondaSpec(name="pip", root="pip", written="pip (for the pip: section)", location=location)
    return CondaRequest(
        specs=tuple(specs[text] for text in sorted(specs)),
        channels=(*channels, *_channels_of_specs(conda, channels, names)),
        subdir=target.conda_subdir,
        virtual=virtual_packages(target),
        as_of=as_of,
        pip=pip,
        own=own,
    )


def virtual_packages(target: Target) -> tuple[tuple[str, str, str], ...]:
    """The virtual packages (CEP 30) of a Target: its libc, and the oldest machine that it is for.

    Raises `UnsupportedError` for a subdir that is not of Linux.
    """
    glibc = _GLIBC.match(target.platform)
    if target.conda_subdir not in _SUBDIRS or glibc is None:
        raise UnsupportedError(
            f"conda locks are made for {' and '.join(_SUBDIRS)}, not for {target.conda_subdir} ({target.platform})"
        )
    return (
        ("__archspec", "1", _SUBDIRS[target.conda_subdir]),
        ("__glibc", f"{glibc[1]}.{glibc[2]}", "0"),
        ("__linux", LINUX, "0"),
        ("__unix", "0", "0"),
    )


def _environment(analysis: Analysis) -> SpecFile:
    paths = [each.file for each in analysis.environments]
    if len(paths) != 1:
        raise UnsupportedError(
            f"{len(paths)} environment files make as many environments ({', '.join(paths)}), and a lock is of one",
            hint="Lock the directory of one of them with --subdir, or without --all-specs.",
        )
    if analysis.uses_prefix:
        raise UnsupportedError(
            f"{paths[0]} makes an environment, and pip fills another one beside it: one lock cannot be of both",
            hint="Plan without --all-specs, or put what pip installs into the pip: section.",
        )
    return next(file for file in analysis.files if file.path == paths[0])


def _check_understood(file: SpecFile) -> None:
    for problem in file.problems:
        if problem.rule in _MATTERS:
            raise UnsupportedError(
                f"{problem.location}: {redact(problem.message)}, so what it asks for cannot be locked",
                hint=problem.hint,
            )
    for reference in file.references:
        on_channel = any(option.location == reference.location for option in _options(file, "channels"))
        if reference.kind is ReferenceKind.CHANNEL or (reference.kind is ReferenceKind.VARIABLE and on_channel):
            raise UnsupportedError(
                f"{reference.location}: channel {redact(reference.target)!r:.200} is known only where the image is"
                " built, so it cannot be locked",
                hint=_HINT,
            )


def _spec(dependency: Dependency, names: ChannelNames) -> CondaSpec:
    written = _written(dependency)
    if dependency.url or dependency.name is None:
        raise UnsupportedError(
            f"{dependency.location}: {written:.200} is a file, which takes no part in a solve", hint=_HINT
        )
    if _NOT_LITERAL.search(_COMMENT.sub("", dependency.raw)):
        raise UnsupportedError(
            f"{dependency.location}: {written:.200} stands for a spec that the line does not show",
            hint="Write it there, without an alias and without escapes.",
        )
    if _OTHER_KEYS.search(dependency.raw):
        raise UnsupportedError(f"{dependency.location}: {written:.200} has keys that are not understood", hint=_HINT)
    keys = {"version": dependency.spec, "build": dependency.build, "subdir": dependency.subdir}
    keys |= dict(digest.split(":", 1) for digest in dependency.hashes)
    if not all(_PLAIN.fullmatch(value) for value in keys.values() if value):
        raise UnsupportedError(f"{dependency.location}: {written:.200} is no plain match spec", hint=_HINT)
    pairs = ",".join(f"{key}='{value}'" for key, value in keys.items() if value)
    return CondaSpec(
        name=dependency.name,
        root=f"{_channel_of(dependency, names)}{dependency.name}",
        keys=f"[{pairs}]" if pairs else "",
        written=written,
        location=dependency.location,
    )


def _written(dependency: Dependency) -> str:
    """The spec as its line has it; of a line that has several, in its canonical form."""
    text = " ".join(redact(dependency.raw).strip().removeprefix("- ").split())
    if (
        dependency.name is None
        or dependency.url
        or re.match(rf"['\"]?(\S+::)?{re.escape(dependency.name)}\b", text, re.IGNORECASE)
    ):
        return text
    return " ".join(filter(None, (dependency.name, dependency.spec, dependency.build)))


def _channel_of(dependency: Dependency, names: ChannelNames) -> str:
    if not dependency.channel:
        return ""
    urls = list(channel_urls(dependency.channel, dependency.location, names))
    if len(urls) != 1:
        raise UnsupportedError(
            f"{dependency.location}: {redact(dependency.channel)}:: is several channels, and the solver takes one",
            hint="Name one of them, such as main, or leave it out.",
        )
    return f"{urls[0]}::"


def _channels_of_specs(
    dependencies: Iterable[Dependency], channels: Iterable[CondaChannel], names: ChannelNames
) -> Iterator[CondaChannel]:
    """Channels that only a spec names come last, as conda has them."""
    known = {each.url for each in channels}
    for each in sorted(dependencies, key=lambda each: each.location):
        for url in channel_urls(each.channel, each.location, names) if each.channel else ():
            if url not in known:
                known.add(url)
                yield CondaChannel(name=shown(each.channel or ""), url=url, location=each.location, listed=False)


def _pip(
    file: SpecFile,
    analysis: Analysis,
    list_directory: Callable[[str], Iterable[str]],
    target: Target,
    as_of: str,
) -> tuple[Request | None, tuple[LeftOut, ...]]:
    """What the pip section and all that it includes asks for, and what of that lies in the repository."""
    if not any(True for _ in _options(file, "pip-requirement")):
        return None, ()
    files = _included(file, analysis)
    installing = [each for each in files if each.format is not SpecFormat.CONSTRAINTS]
    asked = [each for found in installing for each in found.dependencies if each.ecosystem is Ecosystem.PYPI]
    binding = [each for found in files if found.format is SpecFormat.CONSTRAINTS for each in found.dependencies]
    request = Request(asked=tuple(asked), constraints=tuple(binding), python="", platform=target.platform, as_of=as_of)
    request = with_options(request, files, [*files, *analysis.files], list_directory)
    return request, tuple(_inside(installing))


def _included(file: SpecFile, analysis: Analysis) -> list[SpecFile]:
    by_path = {each.path: each for each in analysis.files}
    found, waiting = {file.path: file}, [file]
    while waiting:
        for reference in waiting.pop().references:
            target = by_path.get(reference.resolved or "")
            is_read = reference.kind in {ReferenceKind.INCLUDE, ReferenceKind.CONSTRAINT}
            if is_read and target is not None and target.path not in found:
                found[target.path] = target
                waiting.append(target)
    return list(found.values())


def _inside(files: Iterable[SpecFile]) -> Iterator[LeftOut]:
    for reference in (each for file in files for each in file.references if each.kind in _INSIDE):
        yield LeftOut(
            ecosystem=Ecosystem.PYPI,
            name=redact(reference.target),
            version=None,
            kind=LeftOutKind.DIRECTORY,
            why=f"is the repository's own ({reference.location})",
        )


def _options(file: SpecFile, name: str) -> Iterator[Option]:
    return (option for option in file.options if option.name == name)
