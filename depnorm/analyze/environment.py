"""Where an environment.yml goes: one early step from canonical text, its pip section beside or after the repository."""

import re
from collections.abc import Iterable, Iterator, Mapping

from depnorm.analyze.placement import plain_requirements, when
from depnorm.analyze.references import FileGraph
from depnorm.model import (
    Dependency,
    Ecosystem,
    Entry,
    EnvironmentPlacement,
    Option,
    ReferenceKind,
    Scope,
    SpecFile,
    When,
    redact,
)

_PLAIN = re.compile(r"[A-Za-z0-9 ._+:/=<>!~*,|\[\]^$()'\"@-]+")
"""What canonical text may hold. Any other file is copied as it is: its text is then never part of an instruction."""
_PRINTABLE = re.compile(r"[ -~]+")
_OTHER_KEYS = re.compile(
    r"[\[,]\s*(?:md5|sha256|build_number|fn|url|license|license_family|track_features|features|namespace|condition|"
    r"extras|flags)\s*="
)
"""Keys of a match spec that its canonical form here has no place for."""
_PLAIN_BUILD = re.compile(r"[^-=,|<>~;\s]+")
_NOT_UNDERSTOOD = frozenset({"DN301", "DN305", "DN401"})


def place_environment(
    root: SpecFile, files: Mapping[str, SpecFile], graph: FileGraph, own: frozenset[str]
) -> EnvironmentPlacement:
    """The placement of an environment file; `own` are the names that the repository itself provides."""
    moments = {**_moments(root, graph), **dict.fromkeys(_held_back(root, files, graph, own), When.LATE)}
    pip = [option for option in root.options if option.name == "pip-requirement"]
    text = environment_text(root, has_pip=bool(pip))
    late = [line for line, moment in moments.items() if moment is When.LATE]
    soft = [line for line, moment in moments.items() if moment is When.SOFT]
    needs = {file for reference in root.references for file in reference.files}
    return EnvironmentPlacement(
        file=root.path,
        directory=root.directory,
        text=text,
        needs=tuple(sorted(needs)) if text is not None else tuple(sorted({root.path, *needs})),
        early_pip=_texts(pip, skip={*late, *soft}) if text is not None else (),
        late_pip=_texts(pip, skip=set()) if text is not None and (late or soft) else (),
        packages=root.dependencies,
        late=text is None and (bool(late) or root.entry is not Entry.FILE),
        soft=text is None and bool(soft),
        plain_pip=_plain_pip(root, pip, skip={*late, *soft}) if text is not None else None,
    )


def _plain_pip(root: SpecFile, options: Iterable[Option], skip: set[int]) -> tuple[str, ...] | None:
    """Canonical lines for the early items of the pip section; None where one is more than a name with a version."""
    items = [option for option in options if option.location.line not in skip]
    early = [each for each in root.dependencies if not _is_conda(each) and each.location.line not in skip]
    beside = any(option.name.startswith("-") for option in root.options)
    refers = any(reference.location.line not in skip for reference in root.references)
    return None if beside or refers or len(items) != len(early) else plain_requirements(early)


def _texts(options: Iterable[Option], skip: set[int]) -> tuple[str, ...]:
    return tuple(option.value for option in options if option.location.line not in skip)


def _moments(root: SpecFile, graph: FileGraph) -> Mapping[int, When]:
    """When each referring line can install: an include counts with all that is below it, for it is not split."""
    moments: dict[int, When] = {}
    for reference in root.references:
        moment = when(reference, graph)
        if moment is When.EARLY and reference.scope not in {Scope.FILES, Scope.REMOTE}:
            moment = When.LATE
        if moments.get(reference.location.line) is not When.LATE:
            moments[reference.location.line] = moment
    return moments


def _held_back(root: SpecFile, files: Mapping[str, SpecFile], graph: FileGraph, own: frozenset[str]) -> Iterator[int]:
    """Lines of the pip section that ask for a name of `own`, by themselves or in a file that they include."""
    yield from (each.location.line for each in root.dependencies if not _is_conda(each) and each.name in own)
    for reference in root.references:
        if own and reference.kind is ReferenceKind.INCLUDE and reference.resolved and reference.resolved in files:
            below = (files[path] for path in graph.reachable(reference.resolved))
            if any(each.name in own for file in below for each in file.dependencies):
                yield reference.location.line


def environment_text(root: SpecFile, *, has_pip: bool) -> str | None:
    """The conda part of an environment file in canonical form; None where not all of it is plain.

    Spec order is free and sorted, channel order is not: the same text for the same specs, whoever wrote them.
    """
    if any(problem.rule in _NOT_UNDERSTOOD for problem in root.problems):
        return None
    if any(reference.kind is ReferenceKind.CHANNEL for reference in root.references):
        return None
    if any(option.name.startswith("variables.") for option in root.options):
        return None
    if any(_OTHER_KEYS.search(each.raw) or each.url or each.hashes for each in root.dependencies if _is_conda(each)):
        return None
    conda = [each for each in root.dependencies if _is_conda(each)]
    specs = {match_spec_text(each) for each in conda}
    if has_pip and not any(each.name == "pip" for each in conda):
        specs.add("pip")
    channels = [option.value for option in root.options if option.name == "channels" and option.value]
    pip = [option.value for option in root.options if option.name == "pip-requirement"]
    if not all(map(_PLAIN.fullmatch, (*specs, *channels))) or not all(map(_may_be_written, (*specs, *channels, *pip))):
        return None
    return "\n".join(
        [
            *(["channels:", *(f'  - "{_escaped(each)}"' for each in channels)] if channels else []),
            *(
                ["dependencies:", *(f'  - "{_escaped(each)}"' for each in sorted(specs))]
                if specs
                else ["dependencies: []"]
            ),
        ]
    )


def _may_be_written(text: str) -> bool:
    """Whether a text may stand in a Dockerfile: no control characters, and no credential."""
    return _PRINTABLE.fullmatch(text) is not None and redact(text) == text


def _is_conda(dependency: Dependency) -> bool:
    return dependency.ecosystem is Ecosystem.CONDA


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def match_spec_text(dependency: Dependency) -> str:
    """The spec as conda spells it: `channel/subdir::name version build`, in brackets what has no place there."""
    if dependency.url:
        return dependency.url
    source = "/".join(filter(None, (dependency.channel, dependency.subdir)))
    name = f"{source}::{dependency.name}" if dependency.channel else f"{dependency.name}"
    is_plain = not dependency.build or _PLAIN_BUILD.fullmatch(dependency.build)
    if is_plain and (dependency.channel or not dependency.subdir):
        spec = dependency.spec or ("*" if dependency.build else "")
        return " ".join(filter(None, (name, spec, dependency.build)))
    keys = {"version": dependency.spec, "build": dependency.build}
    keys |= {} if dependency.channel else {"subdir": dependency.subdir}
    pairs = (f"{key}='{value}'" for key, value in keys.items() if value)
    return f"{name}[{','.join(pairs)}]"
