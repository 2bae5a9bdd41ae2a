"""A plan for people: what counts, what refers back, the stages in order, and what is shared."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from depnorm import model
from depnorm.report import wording
from depnorm.report.display import Display, Hanging
from depnorm.report.redact import printable
from depnorm.report.terminal_findings import finding_line

if TYPE_CHECKING:
    from rich.console import RenderableType

_HEADING = "bold"
_QUIET = "dim"
_STAGE_STYLES = {model.StageKind.SHARED: "green", model.StageKind.LATE: "yellow"}
_MAX_PACKAGES = 5
_MAX_LISTED = 1_000
"""Files or findings of a kind that a tree lists, a tenth of a second's worth."""


def plan_text(plan: model.Plan, display: Display, next_step: str = "") -> str:
    """The plan as a tree that fits the display's width; the next step is a line of its own, to be copied whole."""
    tree = Tree(_title(plan), guide_style=_QUIET)
    _add_spec_files(tree, plan.choice)
    _add_references(tree, plan.findings)
    _add_stages(tree, plan.stages, plan.layers)
    _add_refused_layers(tree, plan.layers)
    _add_left_out(tree, plan.left_out)
    _add_findings(tree, plan.findings)
    after = f"Next: {printable(next_step)}\n" if next_step else ""
    return f"{display.render(tree)}\n{display.render(_summary(plan))}{after}"


def _title(plan: model.Plan) -> Text:
    proof = "locked" if plan.mode is model.Mode.LOCKED else "declared, not locked: versions are unproven"
    return Text.assemble(
        ("Plan", _HEADING),
        printable(f" for {wording.languages(plan.target)} on {plan.target.base_image}, {wording.packages_as_of(plan)}"),
        (f" ({proof})", _QUIET),
    )


def _add_spec_files(tree: Tree, choice: model.SpecChoice) -> None:
    branch = tree.add(Text("Spec files", style=_HEADING))
    for file in choice.used:
        branch.add(
            Hanging(Text("used     "), Text.assemble((printable(file.path), "green"), f": {printable(file.why)}"))
        )
    for file in choice.ignored[:_MAX_LISTED]:
        what = Text.assemble((printable(file.path), "yellow"), f": {printable(file.why)}")
        branch.add(Hanging(Text("ignored  "), what))
    _add_rest(branch, len(choice.ignored), "`depnorm plan REPO --format json`")
    if choice.installs_itself or any(file.format is model.SpecFormat.DESCRIPTION for file in choice.used):
        branch.add(Text("The repository is a package: it is installed itself, after everything else."))
    if choice.builder is model.Builder.NONE and not choice.used:
        _add_what_counts(branch, choice)


def _add_what_counts(branch: Tree, choice: model.SpecChoice) -> None:
    """For somebody who has none: the names of spec files, and what each is for."""
    where = f"in {choice.config_directory}/" if choice.config_directory else "in the root, or all of them in binder/"
    table = branch.add(Text(f"{'no other' if choice.ignored else 'none'}; depnorm looks for these {where}"))
    for name, what in wording.SPEC_FILES:
        table.add(Hanging(Text(f"{name:<17}", style="green"), Text(what)))


def _add_references(tree: Tree, findings: Iterable[model.Finding]) -> None:
    references = [finding for finding in findings if finding.target is not None]
    if not references:
        return
    branch = tree.add(Text("What refers back to the repository, or past it", style=_HEADING))
    _add_first(branch, references)


def _add_findings(tree: Tree, findings: Iterable[model.Finding]) -> None:
    others = [finding for finding in findings if finding.target is None]
    if not others:
        return
    _add_first(tree.add(Text("Findings", style=_HEADING)), others)


def _add_first(branch: Tree, findings: Sequence[model.Finding]) -> None:
    for finding in findings[:_MAX_LISTED]:
        branch.add(_finding(finding))
    _add_rest(branch, len(findings), "`depnorm check REPO`")


def _add_rest(branch: Tree, number: int, place: str) -> None:
    if number > _MAX_LISTED:
        branch.add(Text(f"{number - _MAX_LISTED:,} more; {place} has all of them", style=_QUIET))


def _finding(finding: model.Finding) -> Text:
    hint = f"\nhint: {printable(finding.hint)}" if finding.hint else ""
    return Text.assemble(finding_line(finding), (hint, _QUIET))


def _add_stages(tree: Tree, stages: Sequence[model.Stage], layers: Sequence[model.LayerDecision]) -> None:
    if not stages:
        return
    branch = tree.add(Text("Stages, in build order", style=_HEADING))
    for number, stage in enumerate(stages, start=1):
        node = branch.add(_stage_title(number, stage))
        for line in _packages(stage, layers):
            node.add(line)
        if stage.needs and "." not in stage.needs:
            node.add(Text(f"of the repository it reads only: {_files(stage.needs)}", style=_QUIET))


def _packages(stage: model.Stage, layers: Sequence[model.LayerDecision]) -> "Iterator[RenderableType]":
    """What a stage installs, and why it is not shared: on one line where it is a single package."""
    names = [printable(wording.package(package)) for package in stage.packages]
    reasons = [Text(printable(reason), style=_QUIET) for reason in wording.reasons(stage, layers)]
    if len(names) == len(reasons) == 1:
        yield Hanging(Text.assemble(names[0], (", not shared: ", _QUIET)), reasons[0])
        return
    if len(names) > 1 or (names and stage.kind is not model.StageKind.SHARED):
        yield Text(wording.shortened(names, _MAX_PACKAGES))
    yield from (Hanging(Text("not shared: ", style=_QUIET), reason) for reason in reasons)


def _files(paths: tuple[str, ...]) -> str:
    return wording.shortened([printable(path) for path in paths], _MAX_PACKAGES)


def _stage_title(number: int, stage: model.Stage) -> Hanging:
    head = Text.assemble(f"{number:>2} ", (f"{stage.kind.value:<11}", _STAGE_STYLES.get(stage.kind, "blue")))
    what = Text.assemble((printable(stage.name), _HEADING), f": {_facts(stage) or printable(stage.why)}")
    return Hanging(head, what)


def _facts(stage: model.Stage) -> str:
    """What there is to say of a shared layer in figures; its reason is that of all of them."""
    if stage.kind is not model.StageKind.SHARED:
        return ""
    wanted = f"wanted by {wording.count(stage.seen_in, 'repository')}" if stage.seen_in else ""
    only = printable(wording.package(stage.packages[0])) if len(stage.packages) == 1 else ""
    image = "prebuilt" if stage.image else ""
    facts = [only or wording.count(len(stage.packages), "package"), wording.megabytes(stage.bytes), wanted, image]
    return ", ".join(fact for fact in facts if fact)


def _add_refused_layers(tree: Tree, layers: Iterable[model.LayerDecision]) -> None:
    refused = [layer for layer in layers if not layer.admitted]
    if not refused:
        return
    branch = tree.add(Text("Shared layers not taken", style=_HEADING))
    for layer in refused:
        branch.add(Text.assemble((printable(layer.name), "yellow"), f": {printable(layer.why)}"))


def _add_left_out(tree: Tree, left_out: Sequence[model.LeftOut]) -> None:
    if not left_out:
        return
    title = "Left out of the lock: the repository's own command installs it, and what only it needs, unproven"
    branch = tree.add(Text(title, style=_HEADING))
    for each in left_out[:_MAX_LISTED]:
        branch.add(Text.assemble((printable(each.name), "yellow"), f" {printable(each.why)}"))
    _add_rest(branch, len(left_out), "`depnorm plan REPO --lock --format json`")


def _summary(plan: model.Plan) -> Text:
    lines = _sharing(plan) if plan.stages else [printable(wording.no_stages(plan))]
    if plan.findings:
        lines.append(f"{wording.tally(plan.findings).capitalize()}; `depnorm explain CODE` tells more about one.")
    return Text("\n".join(lines))


def _sharing(plan: model.Plan) -> list[str]:
    shared = [stage for stage in plan.stages if stage.kind is model.StageKind.SHARED]
    layers = f"{wording.count(len(shared), 'layer')}, {wording.shared_size(plan)}"
    return [
        f"Shared with other repositories: {layers if shared else printable(wording.nothing_shared(plan))}.",
        *([printable(wording.prebuilt(plan))] if plan.layers_from else []),
        f"For this repository alone: {wording.own_size(plan)}.",
        *wording.slim_note(plan),
    ]
