"""A learner opens a lesson in JupyterLab and chooses Run > Run All Cells."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.jupyterlab import ALL_CELLS_RAN, ERRORS_IN_OUTPUTS, KERNEL_READY, jupyterlab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; `shoplib doctor` says how to get one"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    root, home = tmp_path_factory.mktemp("lessons"), tmp_path_factory.mktemp("jupyter")
    for lesson in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(lesson, root)
    with jupyterlab(root, home) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


def run_all_cells(page: Page) -> None:
    page.wait_for_function(KERNEL_READY, timeout=60_000)
    page.locator(".lm-MenuBar-item").filter(has_text=re.compile(r"^Run$")).first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function(ALL_CELLS_RAN, timeout=240_000)


@pytest.mark.parametrize("lesson", sorted(path.name for path in NOTEBOOKS.glob("0[0-3]*.ipynb")))
def test_run_all_cells(lesson, lab, browser, tmp_path):
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
