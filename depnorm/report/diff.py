"""What two plans share, for people and programs."""

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from depnorm.model import Emitter
from depnorm.model.diff import LayerDiff, Level, PackagePair, PlanDiff, PlanSide, Reason
from depnorm.report import documents, wording
from depnorm.report.display import Display, Hanging
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable

_MAX_PACKAGES = 12
_WIDE = 76
"""Columns from which the table has room for the numbers of stages."""
_HEADING = "bold"
_LEVELS = {Level.BUILD_CACHE: "build cache", Level.REGISTRY: "registry", Level.NODE_DISK: "node disk"}
_BEFORE = {
    Reason.OTHER_TARGET: "other target: ",
    Reason.OTHER_BUILD: "written otherwise: ",
    Reason.OTHER_VERSION: "other versions: ",
}
"""What stands before the reason, where it does not speak for itself."""


def diff_text(found: PlanDiff, display: Display) -> str:
    """The two, a table of what they share, the reasons for the rest, and sums; it fits the display's width."""
    parts: list[str] = [display.render(each) for each in _sides(found)]
    shared = [layer for layer in found.layers if layer.levels]
    apart = [layer for layer in found.layers if not layer.levels]
    if shared:
        parts += ["\n", display.render(_table(shared, found, stages=display.width >= _WIDE))]
    if apart:
        parts += ["\n", display.render(Text("Not shared", style=_HEADING))]
        parts += [display.render(each) for each in _apart(apart)]
    parts.append("\n")
    parts += [display.render(each) for each in _summary(found)]
    return "".join(parts)


def _sides(found: PlanDiff) -> Iterator[Hanging]:
    for letter, side in (("A", found.a), ("B", found.b)):
        yield Hanging(Text(f"{letter}  ", style=_HEADING), Text(f"{printable(side.name)}: {_side(side)}"))


def _side(side: PlanSide) -> str:
    python = f"Python {side.python}" if side.python else "the base image's Python"
    size = f", {wording.megabytes(side.bytes)}" if side.bytes else ""
    layers = f"{wording.count(side.layers, 'shared layer')}{size}" if side.layers else "no shared layers"
    return f"{python} on {printable(side.base_image)}, {side.mode.value}, {layers}"


def _table(layers: Iterable[LayerDiff], found: PlanDiff, *, stages: bool) -> Table:
    """What is shared at which level; with the numbers of `stages` where there is room."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=_HEADING, pad_edge=False)
    table.add_column("Shared", overflow="fold")
    for name in ("bytes", *(("stage in A", "in B") if stages else ())):
        table.add_column(name, justify="right", no_wrap=True)
    for level in Level:
        table.add_column(_LEVELS[level], no_wrap=True)
    for layer in layers:
        marks = [Text("yes", style="green") if level in layer.levels else Text("no", style="yellow") for level in Level]
        numbers = (str(layer.stage_a), str(layer.stage_b)) if stages else ()
        table.add_row(printable(layer.name), wording.megabytes(layer.bytes), *numbers, *marks)
    sums = {each.level: wording.megabytes(each.bytes) for each in found.levels}
    table.add_row("in all", "", *(("", "") if stages else ()), *(sums[level] for level in Level), style=_HEADING)
    return table


def _apart(layers: Iterable[LayerDiff]) -> Iterator[Hanging]:
    for layer in layers:
        size = f" ({wording.megabytes(layer.bytes)})" if layer.bytes else ""
        both = layer.stage_a is not None and layer.stage_b is not None
        before = _BEFORE.get(layer.reason, "") if both else ""
        body = Text.assemble((printable(layer.name), "yellow"), f"{size}: {before}{printable(layer.why)}")
        yield Hanging(Text("  "), body)


def _summary(found: PlanDiff) -> Iterator[Text]:
    if found.targets:
        yield Text(f"No layer can be shared: {printable('; '.join(found.targets))}.")
    elif found.parts_at is None:
        yield Text("All stages are the same: a build of B finds every step of A, as long as the files are the same.")
    else:
        is_linked = found.a.emitter is found.b.emitter is Emitter.LINK
        after = "Linked layers are cached all the same." if is_linked else "From there on B is built anew."
        yield Text(f"The two part at stage {found.parts_at}: {printable(found.parts_why)}. {after}")
    if found.unshared and found.parts_at is not None:
        shown = [printable(_pair(each)) for each in found.unshared]
        yield Text(f"Both need, and do not share: {wording.shortened(shown, _MAX_PACKAGES)}.")


def _pair(pair: PackagePair) -> str:
    if pair.a == pair.b:
        return f"{pair.name} {pair.a}".rstrip()
    return f"{pair.name} ({pair.a or 'any'} and {pair.b or 'any'})"


def diff_json(found: PlanDiff) -> str:
    """The same as a document (`depnorm schema diff`)."""
    return encode_json(
        documents.DiffDocument(
            schema=1,
            a=_document(found.a),
            b=_document(found.b),
            targets=found.targets,
            layers=tuple(
                documents.LayerDiff(
                    name=layer.name,
                    stage_a=layer.stage_a,
                    stage_b=layer.stage_b,
                    bytes=layer.bytes,
                    levels=layer.levels,
                    reason=layer.reason,
                    why=layer.why,
                )
                for layer in found.layers
            ),
            shared=tuple(
                documents.LevelSum(level=each.level, layers=each.layers, bytes=each.bytes) for each in found.levels
            ),
            parts_at=found.parts_at,
            parts_why=found.parts_why,
            unshared=tuple(documents.PackagePair(name=each.name, a=each.a, b=each.b) for each in found.unshared),
        )
    )


def _document(side: PlanSide) -> documents.PlanSide:
    return documents.PlanSide(
        name=side.name,
        python=side.python,
        base_image=side.base_image,
        mode=side.mode,
        emitter=side.emitter,
        layers=side.layers,
        bytes=side.bytes,
    )
