"""Two installations, compared."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from depnorm.model import CreateBase, Plan
from depnorm.model.verification import Comparison, Difference, DifferenceKind, Installation

PERMITTED: Mapping[str, str] = {
    r".*\.dist-info/INSTALLER": "INSTALLER names the tool that installed, not what is installed",
    r".*\.dist-info/REQUESTED": "REQUESTED marks what a command names: a lock names every package",
    r".*\.dist-info/direct_url\.json": "direct_url.json says where a package came from: a URL, or an index by its hash",
    r".*\.dist-info/RECORD": "RECORD lists the files above and bytecode, in the order in which they were written",
    r"(.*\W)?conda-meta/(history|[^/]+\.json)": "conda-meta says when and from where conda linked what it lists",
    r".*\.py[co]|(.*/)?__pycache__/.*": "bytecode of the same source, checked by time or by hash",
}
"""Patterns of paths that may differ between installations of the same packages, each with the reason: the one list."""
PERMITTED_WITHOUT: Mapping[str, str] = {
    r".*/site-packages/[^/]+/(.*/)?tests?/.*": "test suites are what --slim leaves out, where no module imports them",
    r".*\.(a|la)": "static libraries are what --slim leaves out: they serve who links a program of his own",
}
"""The same of files that only the plain installation may have, where the plan is slim."""
PERMITTED_BY_UV: Mapping[str, str] = {
    r"bin/[^/]+": "the script that calls an entry point is worded by the tool that installed it",
}
"""The same of files that both have, where uv installed one of them."""
_PATTERNS = tuple((re.compile(pattern), reason) for pattern, reason in PERMITTED.items())
_INSTALLER = re.compile(r"(.*/)?site-packages/pip(-[^/]*)?/.*|(.*/)?bin/pip[0-9.]*")
"""The pip that both were installed with: it comes with the environment."""
_PASSING = re.compile(r"0x[0-9a-f]+|\d+", re.IGNORECASE)
"""What differs in the message of one error from run to run: addresses, process ids."""
_SHOWN_DIGITS = 12


def compare(plain: Installation, staged: Installation, plan: Plan | None = None) -> Comparison:
    """What differs: packages first, then files, `pip check`, imports. What the `plan` was asked for is permitted.

    Files are compared where the packages are equal: where those differ their files do, and say nothing more.
    """
    packages = tuple(_differences(DifferenceKind.PACKAGE, _without_pip(plain.packages), _without_pip(staged.packages)))
    one, other = ({}, {}) if packages else (_counted(plain.files), _counted(staged.files))
    files = tuple(_differences(DifferenceKind.FILE, one, other))
    asked = tuple(_asked_for(plan)) if plan else ()
    reasons = {each.name: reason for each in files if (reason := permitted(each.name) or _permits(asked, each))}
    return Comparison(
        differences=(
            *packages,
            *(_shortened(each) for each in files if each.name not in reasons),
            *_differences(DifferenceKind.CHECK, _broken(plain), _broken(staged)),
            *_imports(plain, staged),
        ),
        permitted=Counter(sorted(reasons.values())),
    )


def permitted(path: str) -> str:
    """Why a file may differ; empty where it must not."""
    return next((reason for pattern, reason in _PATTERNS if pattern.fullmatch(path)), "")


def _asked_for(plan: Plan) -> Iterator[tuple[str, str, bool]]:
    """Patterns with their reasons, and whether such a file is missing in the staged installation."""
    if plan.slim:
        yield from ((pattern, reason, True) for pattern, reason in PERMITTED_WITHOUT.items())
    if any(isinstance(stage.step, CreateBase) and stage.step.uv for stage in plan.stages):
        yield from ((pattern, reason, False) for pattern, reason in PERMITTED_BY_UV.items())


def _permits(asked: Iterable[tuple[str, str, bool]], difference: Difference) -> str:
    missing = bool(difference.plain) and not difference.staged
    changed = bool(difference.plain) and bool(difference.staged)
    found = (
        reason
        for pattern, reason, without in asked
        if (missing if without else changed) and re.fullmatch(pattern, difference.name)
    )
    return next(found, "")


def _without_pip(packages: Mapping[str, str]) -> dict[str, str]:
    return {name: version for name, version in packages.items() if name != "pip"}


def _counted(files: Mapping[str, str]) -> dict[str, str]:
    return {path: digest for path, digest in files.items() if not _INSTALLER.fullmatch(path)}


def _shortened(difference: Difference) -> Difference:
    return Difference(
        kind=difference.kind,
        name=difference.name,
        plain=_short(difference.plain),
        staged=_short(difference.staged),
    )


def _short(content: str) -> str:
    digest, space, mode = content.partition(" ")
    return f"{digest[:_SHOWN_DIGITS]}{space}{mode}"


def _broken(installation: Installation) -> dict[str, str]:
    return dict.fromkeys(installation.broken, "broken")


def _imports(plain: Installation, staged: Installation) -> Iterator[Difference]:
    """Modules that only one has, or can import, or that fail in another way."""
    for each in _differences(DifferenceKind.IMPORT, _said(plain), _said(staged)):
        if _PASSING.sub("N", each.plain) != _PASSING.sub("N", each.staged):
            yield each


def _said(installation: Installation) -> dict[str, str]:
    return {name: error or "can be imported" for name, error in installation.imports.items()}


def _differences(kind: DifferenceKind, plain: Mapping[str, str], staged: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted({*plain, *staged}):
        one, other = plain.get(name, ""), staged.get(name, "")
        if one != other:
            yield Difference(kind=kind, name=name, plain=one, staged=other)
