"""A learner opens a lesson in JupyterLab and chooses Run > Run All Cells."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NOTEBOOKS
from tests.browser.jupyterlab import ALL_CELLS_RAN, ERRORS_IN_OUTPUTS, KERNEL_READY

pytestmark = pytest.mark.timeout(600)
BY_DAY = ("00", "03")  # the first, and one with charts and a stream
LESSONS = [
    pytest.param(path.name, marks=() if path.name.startswith(BY_DAY) else pytest.mark.nightly, id=path.stem)
    for path in sorted(NOTEBOOKS.glob("0[0-3]*.ipynb"))
]


def run_all_cells(page: Page) -> None:
    page.wait_for_function(KERNEL_READY, timeout=60_000)
    page.locator(".lm-MenuBar-item").filter(has_text=re.compile(r"^Run$")).first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function(ALL_CELLS_RAN, timeout=240_000)


@pytest.mark.parametrize("lesson", LESSONS)
def test_run_all_cells(lesson, browser, lab, tmp_path):
    page = browser.new_context(viewport={"width": 1400, "height": 1600}).new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.goto(lab.url(f"lab/tree/{lesson}") + "&reset", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell", timeout=60_000)
    try:
        run_all_cells(page)
        assert page.evaluate(ERRORS_IN_OUTPUTS) == []
        assert mistakes == []
    finally:
        page.screenshot(path=tmp_path / f"{lesson}.png")
        page.context.close()
