"""What one repository gets of a catalog, by ecosystem; conda gets shared layers only from a lock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from depnorm.model import (
    Admission,
    Analysis,
    Builder,
    Catalog,
    CranLock,
    Ecosystem,
    Emitter,
    LayerDecision,
    Lock,
    LockedPackage,
    Problem,
    SharedLayer,
    Sharing,
    Snapshot,
    Subset,
    Target,
)
from depnorm.share.admit import admit, admit_cran
from depnorm.share.catalog import load_snapshot
from depnorm.share.key import layer_key
from depnorm.share.unshared import why_unshared

if TYPE_CHECKING:
    from depnorm.share.nearest import Nearest, Relock

_Keys = Callable[[SharedLayer], str]
_ADMITTED = "the repository asks for it, and its own command keeps every package in it"
_LOCKED = "every artifact of it is in the lock"
_CRAN_LOCKED = "every package that it brings is in the lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDigests:
    """The sha256 of the programs that write shared layers: what they do decides a layer's bytes, so its key too.

    `trim` is that of the one that makes packages smaller, empty where none does; `uv` is `uv 0.9.1` where it installs
    the wheels, not pip.
    """

    python: str
    r: str
    trim: str = ""
    uv: str = ""
    conda: str = ""


def share_with(  # noqa: PLR0913  each is a choice of its own
    analysis: Analysis,
    catalog: Catalog,
    target: Target,
    *,
    max_layers: int,
    tools: ToolDigests,
    emitter: Emitter,
    lock: Lock | None = None,
    cran_lock: CranLock | None = None,
    installer: str | None = None,
    relock: "Relock | None" = None,
) -> Sharing:
    """The shared layers of a repository, at most `max_layers`, with their keys, and why not others it asks for.

    With a `lock` it is the lock that is split; without one, what the repository's own command will keep decides. The
    same holds for R with a `cran_lock`. `installer` is what installs a conda lock; `relock` tries near versions of
    pins.
    """
    if lock is not None and lock.ecosystem is Ecosystem.CONDA:
        from depnorm.share.conda import share_conda_lock  # noqa: PLC0415  few repositories are conda's

        return share_conda_lock(
            analysis, catalog, lock, target, max_layers=max_layers, tools=tools.conda, installer=installer
        )
    if cran_lock is None:
        cran = _share_cran(analysis, catalog, target, max_layers, tools)
    else:
        cran = _share_cran_lock(cran_lock, catalog, target, max_layers, tools)
    if not analysis.uses_prefix or target.python is None:
        return cran
    if target.python not in catalog.pythons:
        return cran if lock else replace(cran, why_own=why_unshared(analysis, None, None))
    snapshot = load_snapshot(catalog, target.python)
    keys = partial(_wheels_key, target, pip=snapshot.pip, tools=tools, emitter=emitter)
    left = max_layers - len(cran.cran)
    if lock is not None:
        return _share_lock(lock, snapshot, cran, keys, max_layers=left, analysis=analysis, relock=relock)
    admission = admit(
        () if analysis.own_index else analysis.asked,
        analysis.constraints,
        snapshot,
        max_layers=left,
        builds_locally=bool(analysis.projects) and not analysis.own_index,
    )
    nearest = () if analysis.own_index else _nearest(analysis, snapshot, admission, left)
    return replace(
        _with_layers(cran, snapshot, admission.layers, admission.refused, keys),
        nearest=nearest,
        why_own=why_unshared(analysis, snapshot, admission),
    )


def _nearest(analysis: Analysis, snapshot: Snapshot, admission: Admission, max_layers: int) -> tuple[Problem, ...]:
    if not any(each.spec for each in (*analysis.asked, *analysis.constraints)):
        return ()
    from depnorm.share.nearest import find_nearest  # noqa: PLC0415  only a pin leads there

    found = find_nearest(
        analysis.asked,
        analysis.constraints,
        snapshot,
        admission,
        max_layers=max_layers,
        builds_locally=bool(analysis.projects),
    )
    return tuple(each.as_problem() for each in found)


def key_layers(
    catalog: Catalog, target: Target, *, tools: ToolDigests, emitter: Emitter
) -> tuple[tuple[SharedLayer, str], ...]:
    """Every layer of wheels that the catalog has for the Target's Python, in order, with the key that it has in a plan.

    Raises `CatalogError` for a Python without a snapshot.
    """
    snapshot = load_snapshot(catalog, target.python or "")
    return tuple((layer, _wheels_key(target, layer, snapshot.pip, tools, emitter)) for layer in snapshot.layers)


def _share_lock(
    lock: Lock,
    snapshot: Snapshot,
    cran: Sharing,
    keys: _Keys,
    *,
    max_layers: int,
    analysis: Analysis,
    relock: "Relock | None",
) -> Sharing:
    from depnorm.share.nearest import find_nearest_locked  # noqa: PLC0415  only for a lock
    from depnorm.share.split import split_lock  # noqa: PLC0415  only a lock is split

    split_it = partial(split_lock, snapshot=snapshot, max_layers=max_layers, builds_locally=bool(analysis.projects))
    split = split_it(lock)
    sharing = _with_layers(cran, snapshot, split.layers, split.refused, keys)
    decisions = (*_decisions(split.layers, split.refused, _LOCKED), *cran.decisions)
    nearest: tuple[Nearest, ...] = ()
    if relock is not None and not analysis.own_index:
        nearest = find_nearest_locked(analysis.asked, analysis.constraints, snapshot, lock, split_it, relock)
    return replace(
        sharing,
        decisions=decisions,
        lock=lock,
        own=split.own,
        why_own=split.why_own,
        nearest=tuple(each.as_problem() for each in nearest),
    )


def _with_layers(
    cran: Sharing, snapshot: Snapshot, layers: Sequence[SharedLayer], refused: Mapping[str, str], keys: _Keys
) -> Sharing:
    keyed = [(layer, keys(layer)) for layer in layers]
    return replace(
        cran,
        installer=snapshot.pip,
        layers=tuple(each for each in keyed if not each[0].wheelhouse),
        wheelhouse=next((each for each in keyed if each[0].wheelhouse), None),
        decisions=(*_decisions(layers, refused), *cran.decisions),
    )


def _share_cran(analysis: Analysis, catalog: Catalog, target: Target, max_layers: int, tools: ToolDigests) -> Sharing:
    if analysis.choice.builder is not Builder.R:
        return Sharing(as_of=catalog.as_of)
    scripts = [script.dependencies for script in analysis.scripts]
    described = [analysis.description.dependencies] if analysis.description else []
    names = {each.name for found in (*scripts, *described) for each in found if each.name and not each.group}
    admission = admit_cran(names, target.r_snapshot, catalog)
    keyed = tuple((subset, _cran_key(target, subset, tools)) for subset in admission.subsets[:max_layers])
    return Sharing(
        as_of=catalog.as_of, cran=keyed, decisions=_decisions([subset for subset, _ in keyed], admission.refused)
    )


def _share_cran_lock(lock: CranLock, catalog: Catalog, target: Target, max_layers: int, tools: ToolDigests) -> Sharing:
    from depnorm.share.split_cran import split_cran  # noqa: PLC0415  only a lock is split

    split = split_cran(lock, target.r_snapshot, catalog, max_layers=max_layers)
    return Sharing(
        as_of=catalog.as_of,
        cran=tuple((subset, _cran_key(target, subset, tools)) for subset in split.subsets),
        decisions=_decisions(split.subsets, split.refused, _CRAN_LOCKED),
        cran_lock=lock,
        own_cran=split.own,
    )


def _decisions(
    taken: Iterable[SharedLayer] | Iterable[Subset], refused: Mapping[str, str], why: str = _ADMITTED
) -> tuple[LayerDecision, ...]:
    admitted = (LayerDecision(name=each.name, admitted=True, why=why) for each in taken)
    return (*admitted, *(LayerDecision(name=name, admitted=False, why=why) for name, why in refused.items()))


def _wheels_key(target: Target, layer: SharedLayer, pip: LockedPackage, tools: ToolDigests, emitter: Emitter) -> str:
    stored = layer.wheelhouse  # files as they are: neither the installer nor what it leaves out matters
    installer = f"{pip.name} {pip.version}, tool {tools.python}, {'store' if stored else 'install'}"
    return layer_key(
        replace(target, r_version=None, r_snapshot=None),
        [package.artifact.sha256 for package in layer.packages],
        installer=f"{tools.uv}, {installer}" if tools.uv and not stored else installer,
        bytecode=f"none, trimmed by {tools.trim}" if tools.trim and not stored else "unchecked-hash",
        emitter=emitter,
    )


def _cran_key(target: Target, subset: Subset, tools: ToolDigests) -> str:
    contents = [f"{name}@{target.r_snapshot}" for name in subset.installs or subset.heads]
    return layer_key(target, contents, installer=f"install.packages, tool {tools.r}", indexes=("cran",))
