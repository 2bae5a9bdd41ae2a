"""The page on many repositories, and that of a plan: complete, self-contained, and deaf to what names say."""

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from corpus_report_samples import corpus_report, score
from report_samples import HOSTILE, SECRET, URL, plan

from depnorm import cli, model
from depnorm.model.mined import Taken
from depnorm.report.charts import chart_library, matrix_chart, sharing_chart
from depnorm.report.corpus_figures import report_json, report_text
from depnorm.report.corpus_page import corpus_page
from depnorm.report.page import json_in_html
from depnorm.report.plan_page import plan_page

BREAKOUTS = (
    "</script><script>window.hacked=1</script>",
    "<!--<script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'; alert(1); '",
    "{{ 7*7 }}{% raw %}",
    "\u2028\u2029\x00\x1b[31m",
    "javascript:alert(1)",
    "datum.x = alert(1)",
)


class Page(HTMLParser):
    """The elements of a page, with their attributes and the text below them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "line"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    def text(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def without_library(text: str) -> str:
    return text.replace(chart_library(), "")


def test_the_page_has_every_part() -> None:
    """The figures in words, three charts, each with a table, the layers, and what keeps repositories apart."""
    text = corpus_page(corpus_report())
    page = Page(text)
    assert page.text("h1") == ["What 1,234 repositories share"]
    assert page.text("h2") == [
        "Sharing against the number of layers",
        "Layers and the repositories that take them",
        "The biggest layers and who uses them",
        "What keeps repositories from sharing",
    ]
    assert "The images of 1,234 repositories hold 100.00 GB of packages. With at most 8 shared layers in" in text
    assert "a registry stores 15.00 GB of them" in text
    assert "Of what could be saved that way, 94.4 % is saved." in text
    assert "these repositories are new to it" in text
    assert [page.text("th").count("numpy 1.26.3 \u2192 1.26.4"), text.count("720.0 MB")] == [1, 1]
    charts = [attributes for tag, attributes in page.elements if tag == "script" and "data-chart" in attributes]
    assert [each["data-chart"] for each in charts] == ["registry", "chain", "matrix-chart"]
    assert {"lang": "en"} in [attributes for tag, attributes in page.elements if tag == "html"]


def test_every_table_has_a_name_and_a_button_in_each_heading() -> None:
    """So that it sorts with a keyboard, and a screen reader says what it is."""
    for text in (corpus_page(corpus_report()), plan_page(plan())):
        tables = re.findall(r"<table.*?</table>", without_library(text), re.DOTALL)
        assert tables
        for table in tables:
            assert re.match(r'<table class="sortable" aria-label="[^"]+">', table)
            headings = re.findall(r'<th scope="col".*?</th>', table)
            assert headings
            assert all("<button" in heading for heading in headings)
            assert len(re.findall(r'<th scope="row"', table)) == table.count("<tr>") - 1


def test_nothing_is_fetched() -> None:
    """No element refers anywhere but into the page, no style does, and the policy forbids every request."""
    for text in (corpus_page(corpus_report()), plan_page(plan("x"))):
        page = Page(text)
        links = [value for _, each in page.elements for name, value in each.items() if name in {"src", "href"}]
        assert all(link and link.startswith("#") for link in links)
        assert "link" not in page.tags()
        assert "://" not in without_library(text).replace(URL, "")
        assert "url(" not in "".join(page.text("style"))
        policies = [each["content"] for tag, each in page.elements if tag == "meta" and "http-equiv" in each]
        assert policies[0] is not None
        assert policies[0].startswith("default-src 'none'; script-src 'sha256-")


@pytest.mark.parametrize("text", [*HOSTILE, *BREAKOUTS])
def test_names_add_no_markup(text: str) -> None:
    """Whatever a repository, a package or a file is called, the elements of the page are the same."""
    for harmless, hostile in (
        (corpus_page(corpus_report("plain")), corpus_page(corpus_report(text))),
        (plan_page(plan("plain")), plan_page(plan(text))),
    ):
        assert Page(hostile).tags() == Page(harmless).tags()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\ud800-\udfff]", without_library(hostile))


@pytest.mark.parametrize("text", BREAKOUTS)
def test_json_in_a_script_ends_no_script(text: str) -> None:
    """No character in it has a meaning in HTML or ends a line of JavaScript; read again it is the printable text."""
    made = json_in_html({"name": text, "items": [{"x": text}]})
    assert not re.search("[<>&\u2028\u2029]", made)
    assert json.loads(made)["items"] == [{"x": json.loads(made)["name"]}]


def test_credentials_do_not_reach_a_page() -> None:
    """Not by a name, a file or a repository, neither in the text nor in a chart."""
    assert SECRET not in corpus_page(corpus_report(URL))
    assert SECRET not in plan_page(plan(URL))


def test_a_page_is_a_function_of_its_report() -> None:
    """The same twice in a process, where chart libraries count up names."""
    assert corpus_page(corpus_report()) == corpus_page(corpus_report())


def test_without_environments_only_what_is_declared_is_said() -> None:
    """No chart, no library, and no figure that nobody knows."""
    text = corpus_page(corpus_report(has_environments=False))
    assert "No environment of these repositories is known" in text
    assert "How versions are asked for" in text
    assert "vega" not in text
    assert len(text) < 50_000
    assert "no environment is known" in report_text("x.html", corpus_report(has_environments=False))
    assert json.loads(report_json("x.html", corpus_report(has_environments=False)))["stored_bytes"] is None


def test_the_page_says_what_its_curves_and_figures_are_of() -> None:
    """One catalog under each cap, or one for each; bounds with figures; guesses; who pins; no cell without a word."""
    report = corpus_report()
    text = html.unescape(corpus_page(report))
    assert "is one catalog, mined for 8 layers (link), under each of the caps. One that is mined for another" in text
    assert (
        "identical environments 5.6 % \u2264 the catalog's layers as a chain 52.8 % \u2264 the same in any order 94.4 %"
        in text
    )
    assert "Sizes of 30 of 100 packages are guesses, 350 kB each, 2.5 % of all bytes" in text
    assert "catalog, mined for 8" in text
    rows = re.findall(r"<tr><th[^>]*>(pinned|unpinned)</th>(.*?)</tr>", text)
    assert [name for name, _ in rows] == ["pinned", "unpinned"]
    assert ">nothing<" in rows[0][1]
    assert ">94.4<" in rows[1][1]
    assert not re.search(r"<td[^>]*></td>", text)
    more = replace(report, each_cap="mined for each cap")
    assert "Beside it catalogs that are mined for each cap" in corpus_page(more)
    later = replace(report, origin=replace(report.origin, since="2022-01-01", taken=Taken.PINNED))
    assert "what was before 2022-01-01" in corpus_page(later)
    assert "what is pinned to one version, without what that needs" in corpus_page(later)


def test_closures_say_that_they_declare_nothing() -> None:
    """A page without facts says so instead of showing empty tables."""
    text = corpus_page(corpus_report(has_facts=False))
    assert "numpy has environments only, and no lines of spec files: whether versions are pinned" in text
    assert "Which packages have no wheel" in text
    assert "How versions are asked for" not in text


def test_charts_hold_the_figures() -> None:
    """One point for each way and cap, the bounds as lines, at both levels."""
    for is_chain in (False, True):
        chart = sharing_chart(score(), is_chain=is_chain, max_layers=8)
        rows = [row for data in chart["datasets"].values() for row in data]
        points = {(row["way"], row["cap"]): row["attained"] for row in rows if "way" in row}
        stored = next(each for each in score().ways if (each.name, each.cap) == ("catalog", 8))
        assert len(points) == 10
        assert points["catalog", 8] == round(score().attained(stored.chain if is_chain else stored.blobs), 2)
        bounds = {row["bound"]: row["attained"] for row in rows if "bound" in row}
        assert bounds == {"each package once": 100.0, "identical environments": 5.56}
    matrix = matrix_chart(corpus_report().matrix)
    cells = [row for data in matrix["datasets"].values() for row in data]
    assert len(cells) == 4
    assert {row["repository"] for row in cells} == {"numpy", "numpy (2)", "numpy-two"}  # equal names stay two


def test_the_figures_are_told_to_people_and_programs() -> None:
    """As the page tells them."""
    assert report_text("r.html", corpus_report()) == (
        "r.html: 1,234 repositories, 100.00 GB if nothing is shared, 15.00 GB stored, "
        "94.4 % of the attainable saving.\n"
    )
    document = json.loads(report_json("r.html", corpus_report()))
    assert (document["level"], document["attained"], document["stored_bytes"]) == ("registry", 94.44, 15 * 10**9)


def test_the_page_of_a_plan_shows_stages_and_findings() -> None:
    """Stages in build order with packages, bytes and repositories; findings with their hints."""
    text = plan_page(plan("requirements.txt"))
    page = Page(text)
    assert page.text("h2")[:3] == ["Stages, in build order", "Findings", "Spec files"]
    assert [row for row in page.text("th") if row[:2] in {"1 ", "2 ", "3 ", "4 "}] == [
        "1 base",
        "2 scipy",
        "3 requirements.txt",
        "4 repository",
    ]
    assert "48.1 MB" in text
    assert "312" in text
    assert "20 packages" in text
    assert '<span class="warning">warning</span>' in text
    assert len(text) < 60_000


def test_a_plan_without_stages_has_a_page() -> None:
    """It says why there is nothing."""
    empty = model.Plan(
        mode=model.Mode.DECLARED,
        as_of="2026-10-01",
        target=plan().target,
        choice=plan().choice,
        findings=(),
        stages=(),
        layers=(),
        repo_dir="/home/jovyan",
    )
    assert "depnorm has no stages for this repository" in plan_page(empty)


def test_the_command_prints_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`depnorm plan --format html`, with stages that the catalog shares."""
    (tmp_path / "requirements.txt").write_text("pandas\n-e .\n", encoding="utf-8")
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup()\n", encoding="utf-8")
    assert cli.run(["plan", str(tmp_path), "--format", "html"]) == 0
    output = capsys.readouterr()
    assert output.out.startswith("<!DOCTYPE html>")
    assert "DN101" in output.out
    assert "pandas" in output.out
    assert output.err == ""
