"""A plan in a notebook: a fragment that adds its own table to a page, and nothing that a repository says."""

import re

import pytest
from report_samples import HOSTILE, SECRET, URL, plan
from test_corpus_page import BREAKOUTS, Page

from depnorm.model import Plan
from depnorm.report.page import _file as template  # the styles as they are

ATTRIBUTES = {"class", "open", "aria-label", "scope", "data-sort", "style"}


def shown(text: str = "numpy") -> Page:
    return Page(plan(text)._repr_html_())


def test_a_notebook_asks_the_value_itself() -> None:
    """The same plan gives the same text; it starts and ends with one element."""
    made = plan()
    text = made._repr_html_()
    assert text == plan()._repr_html_()
    assert text.startswith('<div class="depnorm-plan')
    assert text.rstrip().endswith("</div>")
    assert text.count("<div") == text.count("</div>")


def test_at_a_prompt_it_is_one_line() -> None:
    """What is not shown as HTML is not shown as a page of values either."""
    said = "declared as of '2026-10-01': stages: 4, shared: 1, findings: 2>"
    assert repr(plan()) == f"<Plan on 'docker.io/library/debian:12-slim', {said}"


def test_it_says_what_a_plan_says() -> None:
    """Stages with their packages, findings, spec files and layers that are not taken."""
    said = " ".join(text for _, text in shown("requirements.txt").texts)
    for word in ("Stages, in build order", "scipy", "48.1 MB", "312", "package19 1.0", "DN101", "geo", "Pipfile wins"):
        assert word.replace("Pipfile", "requirements.txt") in said


@pytest.mark.parametrize("text", [*HOSTILE, *BREAKOUTS, "".join(BREAKOUTS), '" onmouseover="alert(1)'])
def test_no_text_adds_an_element(text: str) -> None:
    """Whatever names and messages say, the elements and their attributes are those of a harmless plan."""
    plain, hostile = shown(), shown(text)
    names = [(tag, sorted(attributes)) for tag, attributes in plain.elements]
    assert [(tag, sorted(attributes)) for tag, attributes in hostile.elements] == names


def test_it_needs_nothing_and_does_nothing() -> None:
    """No script, no handler, no link, no name that a second plan on the page would have as well."""
    page = shown("".join(BREAKOUTS))
    assert not {"script", "link", "img", "iframe", "form", "a", "object"} & set(page.tags())
    assert {name for _, attributes in page.elements for name in attributes} <= ATTRIBUTES
    css = template("fragment.css")
    assert "url(" not in css
    assert "@import" not in css


def test_its_styles_are_for_itself() -> None:
    """Each selector begins with its class, so that no other output of the notebook changes."""
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", template("fragment.css"))
    selectors = [each for rule in rules for each in rule.split(",")]
    assert len(selectors) > 10
    assert all(each.strip().startswith(".depnorm-plan ") or each.strip() == ".depnorm-plan" for each in selectors)


def test_formulas_of_strangers_are_not_typeset() -> None:
    """Notebooks set `$…$` in what they show, and a formula may be a link: both versions of MathJax are told not to."""
    _, attributes = shown(r"$\href{javascript:alert(1)}{x}$").elements[0]
    assert {"tex2jax_ignore", "mathjax_ignore"} <= set((attributes["class"] or "").split())


def test_no_credential_is_shown() -> None:
    """Notebooks are published."""
    assert SECRET not in plan(URL)._repr_html_()


def test_a_repository_without_stages() -> None:
    """It is shown, too, with the reason."""
    empty = Plan(**{name: getattr(plan(), name) for name in Plan.__slots__} | {"stages": ()})
    assert "depnorm has no stages for this repository" in empty._repr_html_()
