"""Text for people: complete, within its width, and never markup or control sequences of a repository."""

import re

import pytest
from report_samples import HOSTILE, SECRET, finding, plan, spec_file

from depnorm.model import Plan, Severity
from depnorm.report.display import Display
from depnorm.report.terminal_findings import findings_text
from depnorm.report.terminal_inspect import inspect_text
from depnorm.report.terminal_plan import plan_text

WIDE = Display(width=200)
SGR = re.compile(r"\x1b\[[\d;]*m")


def everything(text: str, display: Display) -> str:
    return "".join(
        (
            plan_text(plan(text), display),
            findings_text([finding(text)], display),
            inspect_text([spec_file(text)], display),
        )
    )


def without_color(text: str) -> str:
    return SGR.sub("", text)


def test_a_finding_is_one_line_and_a_hint() -> None:
    """The form that editors and people know: path, line, code, message."""
    text = findings_text([finding(), finding("scipy", severity=Severity.ERROR)], WIDE)
    assert text.splitlines() == [
        "numpy:4: DN101 numpy (warning)",
        "  hint: numpy",
        "scipy:4: DN101 scipy (error)",
        "  hint: scipy",
        "2 findings (1 error, 1 warning).",
    ]


def test_no_findings_are_said() -> None:
    """Silence would look like a failure."""
    assert findings_text([], WIDE) == "No findings.\n"


def test_a_finding_is_never_wrapped() -> None:
    """A line can be searched and copied, however long it is."""
    assert f"{'x' * 500}:4: DN101 {'x' * 500} (warning)\n" in findings_text([finding("x" * 500)], Display(width=40))


@pytest.mark.parametrize("words", [
    "Python 3.12 on docker.io/library/debian:12-slim, shared packages as of 2026-10-01",
    "used     numpy: pip installs numpy",
    "ignored  numpy: numpy wins",
    "What refers back to the repository",
    "numpy:4: DN101 numpy (warning)",
    "scipy: 20 packages, 48.1 MB, wanted by 312 repositories",
    "package0 1.0, package1 1.0",
    "and 15 more",
    "numpy>=1",
    "of the repository it reads only: numpy",
    "geo: numpy excludes shapely 2.1",
    "DN011 numpy",
    "1 layer, 48.1 MB",
    "unknown without a lock",
])  # fmt: skip
def test_a_plan_says_what_a_newcomer_needs(words: str) -> None:
    """Which files count, what refers back, the stages, what is shared and what is not."""
    assert words in plan_text(plan(), WIDE)


def test_a_plan_without_stages_says_so() -> None:
    """For a repository with its own Dockerfile the plan says that there are none."""
    sample = plan()
    none = Plan(**{name: getattr(sample, name) for name in Plan.__slots__} | {"stages": ()})
    assert "no stages" in plan_text(none, WIDE)


def test_a_plan_lists_the_first_of_thousands_and_says_where_the_others_are() -> None:
    """A tree of all of them would take seconds, and nobody reads it."""
    shown = plan_text(plan(findings=tuple(finding(f"p{number}") for number in range(1500))), WIDE)
    assert ("p999:4" in shown, "p1000:4" in shown) == (True, False)
    assert "500 more; `depnorm check REPO` has all of them" in shown


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("text", ["numpy", "x" * 300, *HOSTILE])
def test_a_plan_fits_its_width(text: str, width: int) -> None:
    """A tree whose branches are broken by the terminal cannot be read."""
    assert max(len(line) for line in plan_text(plan(text), Display(width=width)).splitlines()) <= width


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("text", HOSTILE)
def test_repository_text_is_shown_as_it_is(text: str, color: bool) -> None:  # noqa: FBT001  a parameter of the table
    """No markup is interpreted, no control character gets through, nothing is left out."""
    shown = everything(text, Display(width=4000, color=color))
    assert bool(SGR.search(shown)) == color
    plain = without_color(shown)
    assert not set(plain) & {chr(code) for code in (*range(10), *range(11, 32), *range(127, 160), 0x202E)}
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    assert f"{visible}:4: DN101 {visible}" in plain
    assert f"used     {visible}: pip installs {visible}" in plain


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("text", HOSTILE)
def test_fits_the_terminals_encoding(text: str, encoding: str) -> None:
    """Trees are drawn, and letters escaped, in what the terminal can show."""
    everything(text, Display(encoding=encoding)).encode(encoding)


def test_no_text_holds_a_credential() -> None:
    """What a terminal shows is often pasted into an issue."""
    assert SECRET not in everything(f"https://me:{SECRET}@host/x", WIDE)
