"""Pages in a real browser: they draw, sort and hover without an error or a request, on a phone and in the dark.

The browser is that of `DEPNORM_CHROMIUM`, else one on PATH; without one there is nothing to test with.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus_report_samples import corpus_report
from report_samples import plan
from test_corpus_page import BREAKOUTS

from depnorm.report.corpus_page import corpus_page
from depnorm.report.plan_page import plan_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")
SIZES = [(390, "light"), (390, "dark"), (1400, "light"), (1400, "dark")]
COLUMN = "table[aria-label='Biggest layers'] tbody tr td:nth-child({})"


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    given = os.environ.get("DEPNORM_CHROMIUM")
    executable = given or next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip("no Chromium on PATH, and DEPNORM_CHROMIUM is not set")
    if not given:
        pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  it may be missing

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """A page that is open, and all that it complained of or asked for."""

    def __init__(self, browser: "Browser", file: Path, width: int, theme: Any) -> None:
        self.noise: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.noise.append(message.text))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("dialog", lambda dialog: self.noise.append(dialog.message))
        self.page.on("request", lambda request: self.noise.append(request.url))
        self.page.goto(file.as_uri())
        assert self.noise == [file.as_uri()]
        self.noise.clear()


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("pages")
    return {
        "corpus": written(root / "corpus.html", corpus_page(corpus_report())),
        "hostile": written(root / "hostile.html", corpus_page(corpus_report("".join(BREAKOUTS)))),
        "plan": written(root / "plan.html", plan_page(plan("".join(BREAKOUTS)))),
    }


@pytest.mark.parametrize(("width", "theme"), SIZES)
def test_a_page_draws_sorts_and_hovers(browser: "Browser", files: dict[str, Path], width: int, theme: str) -> None:
    """Three charts; a table sorts by mouse and by keyboard; a point tells its figures; nothing overflows."""
    visit = Visit(browser, files["corpus"], width, theme)
    page = visit.page
    page.wait_for_selector("#matrix-chart svg")
    assert page.locator(".chart svg").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert dark(page.evaluate("getComputedStyle(document.body).backgroundColor")) == (theme == "dark")

    def sizes() -> list[float]:
        return [
            float(each) for each in page.locator(COLUMN.format(3)).evaluate_all("all => all.map(e => e.dataset.sort)")
        ]

    button = page.locator("table[aria-label='Biggest layers'] thead button").nth(2)
    assert sizes() != sorted(sizes(), reverse=True)
    button.click()
    assert sizes() == sorted(sizes(), reverse=True)
    button.press("Enter")
    assert sizes() == sorted(sizes())
    assert page.locator("table[aria-label='Biggest layers'] th[aria-sort]").get_attribute("aria-sort") == "ascending"
    assert page.locator("#live").text_content() == "Sorted by size, ascending"
    page.locator("#registry svg path[aria-label*='catalog']").last.hover(force=True)
    tooltip = page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert "stored" in tooltip.inner_text()
    assert visit.noise == []


@pytest.mark.parametrize("width", [390, 1400])
@pytest.mark.parametrize("name", ["hostile", "plan"])
def test_a_hostile_name_runs_nothing(browser: "Browser", files: dict[str, Path], name: str, width: int) -> None:
    """Charts and tables show it, no script of it has run, and it widens nothing."""
    visit = Visit(browser, files[name], width, "light")
    if name == "hostile":
        visit.page.wait_for_selector("#matrix-chart svg")
        visit.page.locator("#matrix-chart svg .mark-rect path").first.hover(force=True)
        visit.page.locator("#vg-tooltip-element.visible").wait_for()
    assert visit.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert visit.page.evaluate("window.hacked") is None
    assert "window.hacked=1" in visit.page.inner_text("main")
    assert visit.noise == []


@pytest.mark.parametrize(("background", "ink"), [("#ffffff", "rgb(17, 17, 17)"), ("#111111", "rgb(238, 238, 238)")])
def test_a_plan_in_a_notebook_has_the_colours_of_its_page(
    browser: "Browser", tmp_path: Path, background: str, ink: str
) -> None:
    """Its text is that of the page around it, light or dark; nothing of it runs, asks for anything or is too wide."""
    fragment = plan("".join(BREAKOUTS))._repr_html_()
    page = f"<meta charset=utf-8><main style='background: {background}; color: {ink}'>{fragment}{fragment}</main>"
    visit = Visit(browser, written(tmp_path / "notebook.html", page), 1100, "light")
    found = visit.page.locator(".depnorm-plan td, .depnorm-plan th, .depnorm-plan summary")
    assert found.count() > 50
    assert set(found.evaluate_all("all => all.map(each => getComputedStyle(each).color)")) == {ink}
    assert visit.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert visit.page.evaluate("window.hacked") is None
    assert "window.hacked=1" in visit.page.inner_text("main")
    assert visit.noise == []


def dark(color: str) -> bool:
    return all(int(part) < 64 for part in color.removeprefix("rgb(").removesuffix(")").split(","))
