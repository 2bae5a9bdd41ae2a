"""A plan as Markdown, for an issue, a pull request or a wiki."""

import re
from collections.abc import Iterator

from depnorm import model
from depnorm.report import wording
from depnorm.report.redact import printable

# Whatever Markdown or HTML might give a meaning to, `@` and `#` (mentions, issues) included (CommonMark, 2.4).
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@&]|:(?=//))")
_MAX_PACKAGES = 8


def plan_markdown(plan: model.Plan, next_step: str = "") -> str:
    """The plan as headings and tables, and the next step; no text of the repository can add markup to it."""
    after = ("", f"Next: {_code(next_step) if next_step.startswith('depnorm ') else _plain(next_step)}")
    return "\n".join((*_lines(plan), *(after if next_step else ()))) + "\n"


def _lines(plan: model.Plan) -> Iterator[str]:
    yield "# Plan"
    yield ""
    packages = _plain(wording.packages_as_of(plan)) if plan.lock_file else f"packages as of {_code(plan.as_of)}"
    yield f"{plan.mode.value.capitalize()}, {packages}, on {_code(plan.target.base_image)}."
    yield from _spec_files(plan.choice)
    yield from _stages(plan)
    yield from _layers(plan)
    yield from _findings(plan)


def _spec_files(choice: model.SpecChoice) -> Iterator[str]:
    yield from ("", "## Spec files", "", "| file | | why |", "|---|---|---|")
    for word, files in (("used", choice.used), ("ignored", choice.ignored)):
        yield from (f"| {_code(file.path)} | {word} | {_plain(file.why)} |" for file in files)


def _stages(plan: model.Plan) -> Iterator[str]:
    yield from ("", "## Stages", "")
    if not plan.stages:
        yield _plain(wording.no_stages(plan))
        return
    yield from ("| | kind | name | packages | needs | download | seen in | why |", "|---|---|---|---|---|---|---|---|")
    for number, stage in enumerate(plan.stages, start=1):
        names = [_plain(wording.package(package)) for package in stage.packages]
        cells = (
            str(number),
            stage.kind.value,
            _plain(stage.name),
            wording.shortened(names, _MAX_PACKAGES),
            wording.shortened([_code(path) for path in stage.needs], _MAX_PACKAGES),
            wording.megabytes(stage.bytes),
            "" if stage.seen_in is None else str(stage.seen_in),
            "; ".join(
                (_plain(stage.why), *(f"not shared: {_plain(each)}" for each in wording.reasons(stage, plan.layers)))
            ),
        )
        yield f"| {' | '.join(cells)} |"
    yield from ("", _plain(wording.prebuilt(plan))) if plan.layers_from else ()
    yield ""
    is_shared = any(stage.kind is model.StageKind.SHARED for stage in plan.stages)
    shared = wording.shared_size(plan) if is_shared else _plain(wording.nothing_shared(plan))
    yield " ".join((f"Shared: {shared}. Own: {wording.own_size(plan)}.", *wording.slim_note(plan)))


def _layers(plan: model.Plan) -> Iterator[str]:
    refused = [layer for layer in plan.layers if not layer.admitted]
    if refused:
        yield from ("", "## Shared layers not taken", "")
        yield from (f"- {_plain(layer.name)}: {_plain(layer.why)}" for layer in refused)
    if plan.left_out:
        yield from ("", "## Left out of the lock, unproven", "")
        yield from (f"- {_plain(each.name)} {_plain(each.why)}" for each in plan.left_out)


def _findings(plan: model.Plan) -> Iterator[str]:
    if plan.findings:
        yield from ("", "## Findings", "")
    for finding in plan.findings:
        place = str(model.Location(path=finding.path, line=finding.line))
        hint = f" *{_plain(finding.hint)}*" if finding.hint else ""
        where = f"{_code(place)}: " if place else ""
        said = f"{_plain(finding.message)} ({_plain(wording.judgement(finding))})"
        yield f"- {where}**{_plain(finding.rule)}** {said}{hint}"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", printable(text))


def _code(text: str) -> str:
    """Inline code that ends where it should, and does not end a table cell."""
    text = printable(text).replace("|", "\\|")
    runs = [len(run) for run in re.findall(r"`+", text)]
    fence = "`" * (max(runs, default=0) + 1)
    padding = " " if "`" in text or not text.strip() else ""
    return f"{fence}{padding}{text}{padding}{fence}"
