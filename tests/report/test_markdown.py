"""Markdown: tables that stay tables, and no markup of a repository."""

import re

import pytest
from report_samples import HOSTILE, SECRET, plan

from depnorm.report.markdown import plan_markdown


@pytest.mark.parametrize("text", HOSTILE)
def test_repository_text_adds_no_structure(text: str) -> None:
    """As many lines, cells and headings as with a plain name."""

    def shape(markdown: str) -> list[tuple[bool, int]]:
        return [(line.startswith("#"), len(re.findall(r"(?<!\\)\|", line))) for line in markdown.splitlines()]

    assert shape(plan_markdown(plan(text))) == shape(plan_markdown(plan()))


@pytest.mark.parametrize("text", ["<b>", "@someone", "#1", "[a](b)", "*a*", "_a_", "![x](y)", "https://x.example.org"])
def test_markup_outside_code_is_escaped(text: str) -> None:
    """No image is loaded, nobody is mentioned, nothing becomes a link."""
    outside = re.sub(r"(`+).*?\1", "", plan_markdown(plan(text)))
    assert not re.search(r"(?<!\\)[<@\[]|(?<!\\)_a|(?<!\\)\*a|(?<!\\)#1|(?<!\\)://", outside)


def test_a_backtick_stays_inside_its_code() -> None:
    """Code that holds backticks gets a longer fence (CommonMark, 6.1)."""
    assert "`` a`b ``" in plan_markdown(plan("a`b"))


def test_says_what_is_shared() -> None:
    """The table names the layer, its size and how many repositories it was seen in."""
    text = plan_markdown(plan())
    assert re.search(r"\| 2 \| shared \| scipy \| package0 1\.0, .* and 12 more \|  \| 48\.1 MB \| 312 \|", text)
    assert "- geo: numpy excludes shapely 2.1" in text


def test_says_why_and_what_is_next() -> None:
    """Each stage has its reason, as in a terminal; the next step is code that can be copied."""
    made = plan()
    text = plan_markdown(made, "depnorm dockerfile . -o Dockerfile")
    assert all(f" | {stage.why}" in text for stage in made.stages)
    assert text.endswith("\n\nNext: `depnorm dockerfile . -o Dockerfile`\n")
    assert plan_markdown(made, "mend it").endswith("\n\nNext: mend it\n")
    assert "Next:" not in plan_markdown(made)


def test_holds_no_credential() -> None:
    """A plan is pasted into issues."""
    assert SECRET not in plan_markdown(plan(f"https://me:{SECRET}@host/x"))
