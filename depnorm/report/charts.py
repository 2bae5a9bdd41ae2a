"""Charts of sharing, as Vega-Lite specifications; and the scripts that draw them, from installed packages.

Colours are CSS variables of the page (`templates/page.css`), so that one chart serves both themes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from depnorm.model.corpus_report import LayerMatrix
from depnorm.model.score import Score
from depnorm.report.wording import megabytes

_STYLES = (
    ("var(--s1)", ()),
    ("var(--s2)", (7, 3)),
    ("var(--s3)", (3, 3)),
    ("var(--s4)", (9, 3, 2, 3)),
    ("var(--s5)", (1, 3)),
)
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
_CELL = 15


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: what it is, its colour and its dashes."""

    name: str
    color: str
    dash: str


def chart_library() -> str:
    """Vega, Vega-Lite and vega-embed in one script (0.9 MB), as vl-convert-python brings them for this altair."""
    import vl_convert  # noqa: PLC0415  30 MB, and 2 s to bundle

    version = alt.SCHEMA_VERSION.lstrip("v").rpartition(".")[0]
    return str(vl_convert.javascript_bundle(vl_version=version))  # type: ignore[call-arg]  # its stub knows no default


def lines_of(score: Score) -> tuple[Line, ...]:
    """The ways to split that depend on a cap, the best first: each a line."""
    most: Counter[str] = Counter()
    for way in score.ways:
        most[way.name] += way.blobs if way.cap is not None else 0
    names = sorted({way.name for way in score.ways if way.cap is not None}, key=lambda name: (most[name], name))
    return tuple(
        Line(name, color, ",".join(map(str, dash)) or "none")
        for name, (color, dash) in zip(names, _cycled(len(names)), strict=True)
    )


def _cycled(number: int) -> list[tuple[str, tuple[int, ...]]]:
    return [_STYLES[index % len(_STYLES)] for index in range(number)]


def sharing_chart(score: Score, *, is_chain: bool, max_layers: int) -> dict[str, Any]:
    """Percent of the attainable saving against the cap of shared layers, with the bounds as horizontal lines."""
    lines = [line.name for line in lines_of(score)]
    rows = [
        {
            "cap": way.cap,
            "way": way.name,
            "attained": round(score.attained(stored), 2),
            "stored": megabytes(stored),
            "percent": f"{score.attained(stored):.1f} %",
        }
        for way in score.ways
        if way.cap is not None
        for stored in (way.chain if is_chain else way.blobs,)
    ]
    x = alt.X("cap:O", title="shared layers in an image, at most", axis=alt.Axis(labelAngle=0))
    y = alt.Y(
        "attained:Q",
        title="% of the attainable saving",
        scale=alt.Scale(domain=[0, 110], nice=False),
        axis=alt.Axis(values=[0, 20, 40, 60, 80, 100]),
    )
    styles = _cycled(len(lines))
    color = alt.Color("way:N", scale=alt.Scale(domain=lines, range=[each for each, _ in styles]), legend=None)
    dash = alt.StrokeDash("way:N", scale=alt.Scale(domain=lines, range=[list(each) for _, each in styles]), legend=None)
    shapes = [_SHAPES[index % len(_SHAPES)] for index in range(len(lines))]
    shape = alt.Shape("way:N", scale=alt.Scale(domain=lines, range=shapes), legend=None)
    tooltip = [
        alt.Tooltip("way:N", title="way"),
        alt.Tooltip("cap:O", title="layers"),
        alt.Tooltip("percent:N", title="attained"),
        alt.Tooltip("stored:N", title="stored"),
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x, y=y, color=color)
    drawn = base.mark_line(strokeWidth=2.5).encode(strokeDash=dash)
    points = base.mark_point(filled=True, size=55, opacity=1).encode(shape=shape)
    targets = base.mark_point(filled=True, size=500, opacity=0).encode(tooltip=tooltip)  # large enough for a finger
    chart = alt.layer(*_bounds(score, y), _cap_rule(max_layers, x), drawn, points, targets)
    where = "a build cache" if is_chain else "a registry"
    description = f"Percent of the attainable saving in {where} against the number of shared layers; a table follows."
    return _finished(chart.properties(width="container", height=280, description=description))


def _bounds(score: Score, y: alt.Y) -> list[Any]:
    """What no line can pass, and what needs no layers at all."""
    capped = {way.name for way in score.ways if way.cap is not None}
    rows = [{"attained": 100.0, "bound": "each package once"}]
    rows += [
        {"attained": round(score.attained(way.blobs), 2), "bound": way.name}
        for way in score.ways
        if way.cap is None and way.name not in capped
    ]
    data = alt.InlineData(values=rows)
    rule = alt.Chart(data).mark_rule(color="var(--muted)", strokeDash=[2, 3]).encode(y=y)
    text = alt.Chart(data).mark_text(align="right", dx=-4, dy=-7, fontSize=11, color="var(--muted)")
    return [rule, text.encode(y=y, x=alt.value("width"), text="bound:N")]


def _cap_rule(max_layers: int, x: alt.X) -> Any:
    rule = alt.Chart(alt.InlineData(values=[{"cap": max_layers}])).mark_rule(color="var(--muted)", opacity=0.6)
    return rule.encode(x=x)


def matrix_chart(matrix: LayerMatrix) -> dict[str, Any]:
    """A cell for each layer that a repository takes."""
    layers = _distinct(matrix.layers)
    repositories = _distinct(matrix.repositories)
    rows = [
        {"layer": layers[layer], "repository": repositories[number], "bytes": megabytes(matrix.bytes[layer])}
        for layer, number in matrix.taken
    ]
    x = alt.X(
        "repository:N",
        sort=None,
        scale=alt.Scale(domain=repositories, paddingInner=0.1),
        axis=alt.Axis(title=None, domain=False, ticks=False, labelAngle=-90, labelLimit=90),
    )
    y = alt.Y(
        "layer:N",
        sort=None,
        scale=alt.Scale(domain=layers, paddingInner=0.1),
        axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=170),
    )
    tooltip = [
        alt.Tooltip("layer:N", title="layer"),
        alt.Tooltip("repository:N", title="repository"),
        alt.Tooltip("bytes:N", title="size"),
    ]
    cells = alt.Chart(alt.InlineData(values=rows)).mark_rect(color="var(--s1)", cornerRadius=2)
    chart = cells.encode(x=x, y=y, tooltip=tooltip).properties(
        width=alt.Step(_CELL),
        height=alt.Step(_CELL),
        view=alt.ViewConfig(fill="var(--cell)", stroke=None),
        description="Layers by repositories: which image has which layer; a table follows.",
    )
    return _finished(chart)


def _distinct(names: Sequence[str]) -> list[str]:
    """The names; one that was there before with its number."""
    seen: set[str] = set()
    found = []
    for number, name in enumerate(names, 1):
        shown = f"{name} ({number})" if name in seen else name
        seen.add(shown)
        found.append(shown)
    return found


def _finished(chart: Any) -> dict[str, Any]:
    """The specification, for both themes. No name of a schema: that is a URL, and vega-embed is told the language."""
    styled = (
        chart.configure(background="transparent", font=_FONT)
        .configure_axis(
            labelColor="var(--muted)",
            titleColor="var(--muted)",
            titleFontWeight="normal",
            domainColor="var(--line)",
            tickColor="var(--line)",
            gridColor="var(--grid)",
            labelFontSize=11,
            titleFontSize=12,
        )
        .configure_axisX(grid=False)
        .configure_view(stroke=None)
    )
    specification: dict[str, Any] = styled.to_dict()
    specification.pop("$schema", None)
    return specification
