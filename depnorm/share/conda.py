"""A conda lock into layers: Python with what it needs, subsets of the catalog, heavy packages alone, and the rest.

A catalog has no artifacts of conda, only names: an environment is one joint solution, and a subset solved alone would
be another. So a subset is what its heads bring in this lock; where another lock has the same artifacts of it, the layer
is the same. What an earlier subset brings is in no later one, taken or not, and neither is what is heavy, since one
byte that differs beside it would store it again.

Byte-safe in more than one layer, by experiment (`tests/engine/test_conda_locked.py`): an image of several layers has
the files, owners, modes and times of one that a single step makes. What could differ is
* which of two packages counts that write the same file: conda takes the one it links last. The step of the rest links
  anew, in conda's own order and together, whatever shares a file over the border of a layer;
* scripts of packages (post-link), which may need others. A package that has some waits for the step of the rest;
* pure Python packages (noarch), whose place and bytecode depend on the interpreter. So that comes first, with its
  closure, which is the same in many repositories anyway.
That is why the step of the rest is given the whole lock: it links what is not there.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from depnorm.errors import UnsupportedError
from depnorm.model import (
    Analysis,
    Catalog,
    Ecosystem,
    LayerDecision,
    Lock,
    LockedPackage,
    SharedLayer,
    Sharing,
    Subset,
    Target,
)
from depnorm.model.conda_order import PYTHON, closure
from depnorm.model.conda_url import conda_url, is_noarch
from depnorm.share.key import layer_key
from depnorm.share.split import HEAVY_BYTES, Split

_INSTALLER = "conda"
_OLDEST_PYTHON = (3, 8)
_WORTH_BYTES = 1_000_000
"""Of a subset that is worth a layer; the packages of a smaller one are the repository's own."""
_FULL = "--max-layers {} is used up by larger ones"
_LOCKED = "every artifact of it is in the lock"


def share_conda_lock(
    analysis: Analysis,
    catalog: Catalog,
    lock: Lock,
    target: Target,
    *,
    max_layers: int,
    tools: str,
    installer: str | None = None,
) -> Sharing:
    """What a repository shares that is built from a conda lock, with keys; `tools` is the sha256 of what writes layers.

    Raises `UnsupportedError` for an environment that no plan can hold as exact
    artifacts, or not all of it.
    """
    installer = installer or _INSTALLER
    _check_repository(analysis)
    _check(lock)
    split = split_conda_lock(lock, catalog.subsets, max_layers=max_layers)
    python = next((each for each in lock.packages if _is_conda(each) and each.name == PYTHON), None)
    keyed = tuple((layer, _key(target, layer, python, tools, installer)) for layer in split.layers)
    decisions = tuple(LayerDecision(name=layer.name, admitted=True, why=_LOCKED) for layer in split.layers)
    return Sharing(
        as_of=catalog.as_of,
        layers=keyed,
        decisions=decisions,
        lock=lock,
        own=split.own,
        why_own=split.why_own,
        conda_installer=installer,
    )


def split_conda_lock(lock: Lock, subsets: Iterable[Subset], *, max_layers: int) -> Split:
    """Split the lock; at most `max_layers` layers are shared: that of Python first, then the larger of the others win.

    They stand in the catalog's order, heavy packages last, by size. The packages of the pip section are all of the
    repository's own.
    """
    conda = {each.name: each for each in lock.packages if _is_conda(each)}
    members = closure([PYTHON], conda) if PYTHON in conda else frozenset()
    python = [_layer("conda python", (PYTHON,), [conda[name] for name in sorted(members)])] if members else []
    named = list(_named(subsets, conda, members))
    heavy = (each for name, each in conda.items() if name not in members and _size(each) >= HEAVY_BYTES)
    alone = [
        _layer(each.name, (each.name,), [each]) for each in sorted(heavy, key=lambda each: (-_size(each), each.name))
    ]
    unworthy = {layer.name: objection for layer in named if (objection := _unworthy(layer))}
    others = [*(layer for layer in named if layer.name not in unworthy), *alone]
    larger = sorted(others, key=lambda layer: (-layer.size, layer.name))[: max(max_layers - len(python), 0)]
    layers = (*python[:max_layers], *(layer for layer in others if layer in larger))
    held = {package.name for layer in layers for package in layer.packages}
    own = tuple(each for each in lock.packages if not _is_conda(each) or each.name not in held)
    full = _FULL.format(max_layers)
    reasons = {each.name: unworthy[layer.name] for layer in named if layer.name in unworthy for each in layer.packages}
    kept_out = {each.name for layer in (*python, *others) if layer not in layers for each in layer.packages}
    why = {each.name: full if each.name in kept_out else _why(each, reasons) for each in own if _is_conda(each)}
    return Split(layers=layers, own=own, why_own=why, refused={})


def _named(
    subsets: Iterable[Subset], conda: Mapping[str, LockedPackage], python: frozenset[str]
) -> Iterator[SharedLayer]:
    """What each subset is in this lock."""
    held = set(python)
    for subset in subsets:
        if subset.ecosystem is not Ecosystem.CONDA:
            continue
        found = closure((head for head in subset.heads if head in conda), conda) - held
        packages = [conda[name] for name in sorted(found) if _size(conda[name]) < HEAVY_BYTES]
        held.update(each.name for each in packages)
        if packages:
            yield _layer(subset.name, subset.heads, packages, subset.seen_in)


def _check_repository(analysis: Analysis) -> None:
    """Raise `UnsupportedError` where more than a conda lock is installed, or what needs the repository."""
    hint = "Plan without a lock (verify: --declared)."
    if len(analysis.environments) != 1 or analysis.uses_prefix:
        raise UnsupportedError("a conda lock is for one environment file and no other files", hint=hint)
    (environment,) = analysis.environments
    if environment.text is None or environment.late or environment.soft:
        raise UnsupportedError(f"{environment.file}: needs the repository, or is not understood as a whole", hint=hint)


def _check(lock: Lock) -> None:
    """Raise `UnsupportedError` where not all that conda has to install is an exact artifact."""
    for left in lock.remainder:
        if left.ecosystem is Ecosystem.CONDA:
            raise UnsupportedError(
                f"{left.name} {left.why}, and an environment that is locked in part proves nothing",
                hint="Plan without a lock (verify: --declared).",
            )
    conda = {each.name: each for each in lock.packages if _is_conda(each)}
    for package in conda.values():
        conda_url(package)
    if len(conda) == len(lock.packages) and not any(each.ecosystem is Ecosystem.PYPI for each in lock.remainder):
        return  # pip installs nothing, so conda's records tell all
    if PYTHON not in conda or "pip" not in conda:
        raise UnsupportedError("the lock has something for pip, but not Python and pip", hint="Name pip in the file.")
    if _minor(conda[PYTHON].version) < _OLDEST_PYTHON:
        raise UnsupportedError(f"the lock has Python {conda[PYTHON].version}; the tools of an image need 3.8 or later")


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _is_conda(package: LockedPackage) -> bool:
    return package.ecosystem is Ecosystem.CONDA


def _size(package: LockedPackage) -> int:
    return package.artifact.size or 0


def _layer(name: str, heads: tuple[str, ...], packages: list[LockedPackage], seen_in: int = 0) -> SharedLayer:
    return SharedLayer(name=name, heads=heads, packages=tuple(packages), after=(), seen_in=seen_in)


def _unworthy(layer: SharedLayer) -> str:
    """Why a subset is no layer here; empty where it is."""
    if any(each.artifact.size is None for each in layer.packages):
        return f"the lock does not tell how large {layer.name} is"
    return f"{layer.name} is too small here to be a layer" if layer.size < _WORTH_BYTES else ""


def _why(package: LockedPackage, reasons: Mapping[str, str]) -> str:
    if package.artifact.size is None:
        return "the lock does not tell its size"
    return reasons.get(package.name) or "no subset of the catalog brings it, and it is not heavy"


def _key(target: Target, layer: SharedLayer, python: LockedPackage | None, tools: str, installer: str) -> str:
    """The interpreter compiles what is pure Python, so that it decides about its bytes.

    So does the URL, which conda writes down for each package; of it the key has no more than a hash.
    """
    compiles = python.artifact.sha256 if python and any(map(is_noarch, layer.packages)) else "none"
    how = "install" if layer.heads == (PYTHON,) else "alone"
    kind = f"conda, {how} by {installer} of the base image, tools {tools}, interpreter {compiles}"
    channels = sorted({conda_url(package)[0] for package in layer.packages})
    return layer_key(
        replace(target, python=None, r_version=None, r_snapshot=None),
        [package.artifact.sha256 for package in layer.packages],
        installer=kind,
        indexes=[hashlib.sha256("\n".join(channels).encode()).hexdigest()],
    )
