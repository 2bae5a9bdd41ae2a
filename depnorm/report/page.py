"""Pages: one HTML file each, with everything inside it, so that it opens without a network.

What a page shows was written by strangers. Every text that a template prints is redacted, made printable and escaped
here; JSON is escaped for the script element that it stands in; and the policy of the page admits no script but those
that were put into it, and no request at all.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from depnorm.report.redact import printable

if TYPE_CHECKING:
    from jinja2 import Environment

_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number at the head of a page."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and whether it sorts by number, the largest first."""

    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell: its text, what it sorts by where that is not the text, and what it opens to.

    `part`, from 0 to 1, is drawn as a bar. `tone` is error, warning or info.
    """

    text: str
    sort: float | str | None = None
    more: tuple[str, ...] = ()
    part: float | None = None
    tone: str = ""
    is_long: bool = False

    @property
    def percent(self) -> str:
        """`part` in percent."""
        return f"{100 * (self.part or 0):.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that sorts. `title` names it for screen readers; `sorted_by` is the column it comes sorted by."""

    title: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sorted_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading, a paragraph and a table."""

    title: str
    text: str
    table: Table


def render_page(
    template: str,
    title: str,
    values: Mapping[str, Any],
    charts: Mapping[str, Mapping[str, Any]] | None = None,
    libraries: Sequence[str] = (),
) -> str:
    """A page of a template; `charts` are Vega-Lite specifications by the id of their element.

    `libraries` are the scripts that draw charts. The same values give the same text.
    """
    own = ["tables.js", "charts.js"] if charts else ["tables.js"]
    scripts = [*libraries, *(_file(name) for name in own)]
    return (
        _environment()
        .get_template(template)
        .render(
            values,
            title=title,
            policy=_policy(scripts),
            css=_file("page.css"),
            scripts=scripts,
            charts={name: json_in_html(chart) for name, chart in (charts or {}).items()},
        )
    )


def render_fragment(template: str, title: str, values: Mapping[str, Any]) -> str:
    """A part of somebody else's page: without a script, with styles for nothing but itself.

    Its colours are those of the text around it, so that it reads on a light and on a dark page.
    """
    return _environment().get_template(template).render(values, title=title, css=_file("fragment.css"))


def json_in_html(value: Mapping[str, Any]) -> str:
    """JSON that can stand in a script element: no text in it can end that, or begin a comment."""
    return json.dumps(_shown(value), separators=(",", ":"), ensure_ascii=True).translate(_UNSAFE)


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return value


def _policy(scripts: Sequence[str]) -> str:
    """Charts and their tooltips style themselves, so that styles are admitted."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    admitted = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {admitted}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415  30 ms, and only pages need it

    return Environment(
        loader=FunctionLoader(_file),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _final(value: object) -> object:
    """What a template prints; text that is no markup yet is made printable first."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(value)
    return value


@cache
def _file(name: str) -> str:
    return files("depnorm.report").joinpath("templates", name).read_text(encoding="utf-8")
