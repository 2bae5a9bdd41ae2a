"""A plan as one HTML page: the parts of the report on many repositories, for one."""

from collections.abc import Iterator, Sequence

from depnorm import model
from depnorm.report import wording
from depnorm.report.page import Cell, Column, Figure, Part, Table, render_page
from depnorm.report.sharing import own_bytes

_NEEDED = 3


def plan_page(plan: model.Plan, repository: str = "") -> str:
    """The page, with the repository's name in its title; no text of the repository can add markup or a script to it."""
    values = {"lead": list(lead(plan)), "figures": _figures(plan), "sections": list(sections(plan))}
    return render_page("plan.html.j2", title(plan, repository), values)


def title(plan: model.Plan, repository: str = "") -> str:
    """What the plan is for."""
    name = f"Plan of {repository}" if repository else "Plan"
    return f"{name}, for {wording.languages(plan.target)}"


def lead(plan: model.Plan) -> Iterator[str]:
    """The sentences that say most."""
    proof = "locked" if plan.mode is model.Mode.LOCKED else "declared, not locked: versions are unproven"
    yield f"On {plan.target.base_image}, {wording.packages_as_of(plan)} ({proof})."
    if plan.layers_from:
        yield wording.prebuilt(plan)
    if plan.stages:
        shares = any(stage.kind is model.StageKind.SHARED for stage in plan.stages)
        size = wording.shared_size(plan) if shares else "nothing"
        yield f"Shared with other repositories: {size}. For this repository alone: {wording.own_size(plan)}."
        yield from wording.slim_note(plan)
    else:
        yield "depnorm has no stages for this repository; the spec files say why."


def _figures(plan: model.Plan) -> list[Figure]:
    shared = [stage for stage in plan.stages if stage.kind is model.StageKind.SHARED]
    own = own_bytes(plan)
    return [
        Figure(
            label="Shared with other repositories",
            value=(wording.megabytes(plan.shared_bytes) if plan.shared_bytes else "not known") if shared else "nothing",
            note=wording.count(len(shared), "layer"),
        ),
        Figure(
            label="For this repository alone",
            value="not known" if own is None else wording.own_size(plan),
            note="" if own is None else "downloaded for it",
        ),
        Figure(label="Stages", value=str(len(plan.stages)), note="in build order"),
        Figure(label="Findings", value=str(len(plan.findings)), note=wording.tally(plan.findings)),
    ]


def sections(plan: model.Plan) -> Iterator[Part]:
    """The tables: the stages, where there are any, then the findings, then what else there is."""
    if plan.stages:
        text = (
            "What comes first is shared; what is this repository's alone comes last, so that a commit rebuilds little."
        )
        yield Part(title="Stages, in build order", text=text, table=_stages(plan.stages))
    yield Part(title="Findings", text=f"{wording.tally(plan.findings).capitalize()}.", table=_findings(plan.findings))
    files = [("used", file) for file in plan.choice.used] + [("ignored", file) for file in plan.choice.ignored]
    yield Part(
        title="Spec files",
        text="Which files count, and why." if files else "There are none.",
        table=_plain(
            "Spec files",
            ("file", "counts", "why"),
            [(file.path, word, file.why) for word, file in files],
        ),
    )
    refused = [(layer.name, layer.why) for layer in plan.layers if not layer.admitted]
    if refused:
        text = "Layers of the catalog that hold something of what was asked for."
        yield Part(title="Shared layers not taken", text=text, table=_plain("Not taken", ("layer", "why"), refused))
    if plan.left_out:
        text = "The repository's own command installs it, and what only it needs, unproven."
        left = [(each.name, each.why) for each in plan.left_out]
        yield Part(title="Left out of the lock", text=text, table=_plain("Left out", ("package", "why"), left))


def _stages(stages: Sequence[model.Stage]) -> Table:
    most = max((stage.bytes or 0 for stage in stages), default=0)
    rows = tuple(
        (
            Cell(text=f"{number} {stage.name}", sort=number),
            Cell(text=stage.kind.value),
            _packages(stage),
            Cell(text=wording.shortened(stage.needs, _NEEDED), is_long=True),
            _bytes(stage.bytes, most),
            Cell(text="", sort="") if stage.seen_in is None else Cell(text=f"{stage.seen_in:,}", sort=stage.seen_in),
            Cell(text=stage.why, is_long=True),
        )
        for number, stage in enumerate(stages, 1)
    )
    columns = (
        Column("stage"),
        Column("kind"),
        Column("packages"),
        Column("needs"),
        Column("download", is_number=True),
        Column("seen in", is_number=True),
        Column("why"),
    )
    caption = "Needs: files of the repository that the stage reads. Seen in: repositories of the corpus that ask for it"
    return Table(title="Stages", caption=caption, columns=columns, rows=rows)


def _bytes(size: int | None, most: int) -> Cell:
    if size is None:
        return Cell(text="", sort="")
    return Cell(text=wording.megabytes(size), sort=size, part=size / max(most, 1))


def _packages(stage: model.Stage) -> Cell:
    names = tuple(map(wording.package, stage.packages))
    if len(names) == 1:
        return Cell(text=names[0], sort=1)
    return Cell(text=wording.count(len(names), "package") if names else "", sort=len(names), more=names)


def _findings(findings: Sequence[model.Finding]) -> Table:
    rows = tuple(
        (
            Cell(text=finding.rule),
            Cell(
                text=wording.judgement(finding),
                sort=str(len(model.Severity) - finding.severity.rank),
                tone=finding.severity.value,
            ),
            Cell(text=str(model.Location(path=finding.path, line=finding.line)), is_long=True),
            Cell(text=finding.message, is_long=True),
            Cell(text=finding.hint, is_long=True),
        )
        for finding in findings
    )
    columns = tuple(map(Column, ("rule", "severity", "place", "finding", "hint")))
    caption = "depnorm explain CODE tells more about a rule"
    return Table(title="Findings", caption=caption, columns=columns, rows=rows)


def _plain(title: str, headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Table:
    cells = tuple(tuple(Cell(text=text, is_long=number > 0) for number, text in enumerate(row)) for row in rows)
    return Table(title=title, caption="", columns=tuple(map(Column, headings)), rows=cells)
