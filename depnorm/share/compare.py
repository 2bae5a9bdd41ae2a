"""Two plans side by side: the layers that both have, where that helps, and why not the others.

A layer of the same key has the same bytes, so a registry stores it once, in whatever order images have it. A build
cache of a chain, and the disk of a node, share only equal beginnings: a layer counts with all that is below it
(OCI image spec, ChainID). What is joined by `COPY --link` is cached in any order, over an equal base.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from depnorm.model import CreateBase, Emitter, Plan, Stage, StageKind, StagePackage, StoreWheels
from depnorm.model.diff import LayerDiff, Level, LevelSum, PackagePair, PlanDiff, PlanSide, Reason

_MAX_NAMED = 4


def compare_plans(a: Plan, b: Plan, *, names: tuple[str, str] = ("A", "B")) -> PlanDiff:
    """What a build of `b` finds of `a`, at each level. Reasons call the two A and B, whatever their `names` are."""
    targets = tuple(_targets(a, b))
    parts_at, parts_why = _parting(a, b)
    layers = tuple(_Pair(a, b, parts_at, targets).layers())
    return PlanDiff(
        a=_side(a, names[0]),
        b=_side(b, names[1]),
        layers=layers,
        levels=tuple(_sum(level, layers) for level in Level),
        targets=targets,
        parts_at=parts_at,
        parts_why=parts_why,
        unshared=tuple(_unshared(a, b, {layer.name for layer in layers if layer.levels})),
    )


def _side(plan: Plan, name: str) -> PlanSide:
    sizes = [stage.bytes for stage in _shared(plan).values()]
    return PlanSide(
        name=name,
        python=plan.target.python,
        base_image=plan.target.base_image,
        mode=plan.mode,
        emitter=plan.emitter,
        layers=len(sizes),
        bytes=None if None in sizes else sum(size for size in sizes if size),
    )


def _shared(plan: Plan) -> dict[str, Stage]:
    return {stage.name: stage for stage in plan.stages if stage.kind is StageKind.SHARED}


def _sum(level: Level, layers: Sequence[LayerDiff]) -> LevelSum:
    found = [layer for layer in layers if level in layer.levels]
    return LevelSum(level=level, layers=len(found), bytes=sum(layer.bytes or 0 for layer in found))


def _targets(a: Plan, b: Plan) -> Iterator[str]:
    """What keeps all layers apart, whatever is in them."""
    for what, one, other in (
        ("Python", a.target.python or "of the image", b.target.python or "of the image"),
        ("base image", a.target.base_image, b.target.base_image),
        ("platform", a.target.platform, b.target.platform),
        ("user", f"{a.target.user} {a.target.uid}:{a.target.gid}", f"{b.target.user} {b.target.uid}:{b.target.gid}"),
        ("prefix", a.target.prefix, b.target.prefix),
    ):
        if one != other:
            yield f"{what} {one} and {other}"


def _builds(a: Plan, b: Plan) -> Iterator[str]:
    """How layers are written."""
    for what, one, other in (
        ("--layers", a.emitter.value, b.emitter.value),
        ("--slim", "yes" if a.slim else "no", "yes" if b.slim else "no"),
        ("installer", _installer(a), _installer(b)),
    ):
        if one != other:
            yield f"{what} {one} and {other}"


def _installer(plan: Plan) -> str:
    """What writes wheels; keys have its version."""
    steps = [stage.step for stage in plan.stages if isinstance(stage.step, CreateBase)]
    found = next((each for step in steps for each in (step.uv, step.installer) if each), None)
    return f"{found.name} {found.version}" if found else "none"


def _parting(a: Plan, b: Plan) -> tuple[int | None, str]:
    """The first stage, from 1, that a build cache of one does not have for the other, and what stands there."""
    for number, (one, other) in enumerate(zip_longest(a.stages, b.stages), start=1):
        if one is None or other is None:
            name, more = ("A", one) if other is None else ("B", other)
            return number, f"only {name} has {_called(more)} there"
        if not _is_same(a, one, b, other):
            if _called(one) != _called(other):
                return number, f"A has {_called(one)} there, B {_called(other)}"
            return number, f"{_called(one)} is not the same in both"
    return None, ""


def _called(stage: Stage | None) -> str:
    return f"{stage.kind.value} {stage.name}" if stage else "nothing"


def _is_same(a: Plan, one: Stage, b: Plan, other: Stage) -> bool:
    """Whether both stages have one text. What the files in `needs` say is not known here, and taken for equal."""
    if one.kind is StageKind.BASE:
        return (_based(a), one.step) == (_based(b), other.step)
    return (one.kind, one.key, one.image, one.needs) == (other.kind, other.key, other.image, other.needs) and (
        one.key is not None or one.step == other.step
    )


def _based(plan: Plan) -> tuple[object, ...]:
    """What of a plan the text of its base stage has, beside the step."""
    target = plan.target
    return (target.base_image, target.prefix, target.user, target.uid, target.gid, plan.repo_dir, plan.slim)


class _Pair:
    """Two plans, and what is known of them together."""

    def __init__(self, a: Plan, b: Plan, parts_at: int | None, targets: tuple[str, ...]) -> None:
        self.a, self.b, self.targets = a, b, targets
        self.parts_at = parts_at
        self.of_a, self.of_b = _shared(a), _shared(b)
        self.numbers_a, self.numbers_b = _numbers(a), _numbers(b)
        self.same_base = bool(a.stages and b.stages) and _is_same(a, a.stages[0], b, b.stages[0])

    def layers(self) -> Iterator[LayerDiff]:
        """Those of `a`, those that `b` alone has, those that both ask for and neither gets."""
        for name in dict.fromkeys((*self.of_a, *self.of_b)):
            one, other = self.of_a.get(name), self.of_b.get(name)
            yield self._of_both(one, other) if one and other else self._of_one(name, one, other)
        refused_b = _refused(self.b)
        for name, why in _refused(self.a).items():
            if name in refused_b and name not in self.of_a and name not in self.of_b:
                told = why if why == refused_b[name] else f"A: {why}; B: {refused_b[name]}"
                yield self._diff(name, None, None, reason=Reason.REFUSED, why=f"neither takes it: {told}")

    def _of_both(self, one: Stage, other: Stage) -> LayerDiff:
        if one.key == other.key:
            levels = tuple(self._levels(one))
            return self._diff(one.name, one, other, reason=Reason.SHARED, levels=levels, why=self._why_not_all(levels))
        versions = _versions(one, other)
        if self.targets:
            return self._diff(
                one.name, one, other, reason=Reason.OTHER_TARGET, why="; ".join((*self.targets, *versions))
            )
        if versions:
            return self._diff(one.name, one, other, reason=Reason.OTHER_VERSION, why="; ".join(versions))
        builds = "; ".join(_builds(self.a, self.b)) or "other files of the same versions"
        return self._diff(one.name, one, other, reason=Reason.OTHER_BUILD, why=builds)

    def _levels(self, one: Stage) -> Iterator[Level]:
        is_prefix = self.parts_at is None or self.numbers_a[one.name] < self.parts_at
        linked = self.a.emitter is Emitter.LINK and one.is_wheel_layer and self.same_base
        if is_prefix or linked:
            yield Level.BUILD_CACHE
        yield Level.REGISTRY
        if is_prefix:
            yield Level.NODE_DISK

    def _why_not_all(self, levels: Sequence[Level]) -> str:
        return f"what is below it is not the same from stage {self.parts_at} on" if len(levels) < len(Level) else ""

    def _of_one(self, name: str, one: Stage | None, other: Stage | None) -> LayerDiff:
        who, plan = ("B", self.b) if one else ("A", self.a)
        present = one or other
        assert present  # noqa: S101  for the type checker: one of the two has it
        if not plan.stages:
            reason, why = Reason.NO_PLAN, f"depnorm has no stages for {who}"
        elif why_refused := _refused(plan).get(name):
            reason, why = Reason.REFUSED, f"{who} does not take it: {why_refused}"
        elif isinstance(present.step, StoreWheels):
            reason, why = Reason.NOT_ASKED, f"{who} builds no project of the repository"
        elif elsewhere := _elsewhere(plan, present):
            reason, why = elsewhere[0], f"{who} {elsewhere[1]}"
        else:
            reason, why = Reason.NOT_ASKED, f"{who} does not ask for it"
        return self._diff(name, one, other, reason=reason, why=why)

    def _diff(
        self,
        name: str,
        one: Stage | None,
        other: Stage | None,
        *,
        reason: Reason,
        why: str,
        levels: tuple[Level, ...] = (),
    ) -> LayerDiff:
        sizes = [stage.bytes for stage in (one, other) if stage]
        return LayerDiff(
            name=name,
            stage_a=self.numbers_a[name] if one else None,
            stage_b=self.numbers_b[name] if other else None,
            bytes=next((size for size in sizes if size is not None), None),
            levels=levels,
            reason=reason,
            why=why,
        )


def _numbers(plan: Plan) -> dict[str, int]:
    return {stage.name: number for number, stage in enumerate(plan.stages, start=1) if stage.kind is StageKind.SHARED}


def _refused(plan: Plan) -> Mapping[str, str]:
    return {layer.name: layer.why for layer in plan.layers if not layer.admitted}


def _versions(one: Stage, other: Stage) -> Iterator[str] | list[str]:
    """The packages that are not the same in two layers of one name."""
    a, b = ({each.name: _shown(each) for each in stage.packages} for stage in (one, other))
    found = [
        f"{name} {a.get(name, 'not in it')} and {b.get(name, 'not in it')}"
        for name in sorted(a.keys() | b.keys())
        if a.get(name) != b.get(name)
    ]
    more = [f"{len(found) - _MAX_NAMED} packages more"] if len(found) > _MAX_NAMED else []
    return [*found[:_MAX_NAMED], *more]


def _elsewhere(plan: Plan, layer: Stage) -> tuple[Reason, str] | None:
    """Where a plan has packages of a layer that it does not have as such; None where it has none."""
    names, ecosystem = {each.name for each in layer.packages}, layer.packages[0].ecosystem
    for stage in plan.stages:
        for each in stage.packages:
            if each.name in names and each.ecosystem is not ecosystem:
                return Reason.OTHER_TARGET, f"has {each.name} from {each.ecosystem.value}"
            if each.name in names:
                return Reason.OTHER_VERSION, f"has {each.name} {_shown(each)}".rstrip() + f" in {_called(stage)}"
    return None


def _shown(package: StagePackage) -> str:
    return package.version or package.spec


def _unshared(a: Plan, b: Plan, common: set[str]) -> Iterator[PackagePair]:
    """Packages that both install, in no layer of `common`."""
    of_a, of_b = (
        {
            (each.ecosystem, each.name): _shown(each)
            for stage in plan.stages
            if stage.kind is not StageKind.SHARED or stage.name not in common
            for each in stage.packages
        }
        for plan in (a, b)
    )
    for key in sorted(of_a.keys() & of_b.keys()):
        yield PackagePair(name=key[1], a=of_a[key], b=of_b[key])
