"""`shoplib lab`: a learner opens lessons in a browser and runs them, and nothing stays behind.

One JupyterLab for all of it: it takes ten seconds to start.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests
from playwright.sync_api import Browser

from shoplib.lessons.task_sources import task_source
from tests.browser.jupyterlab import (
    ERRORS_IN_OUTPUTS,
    KERNEL_READY,
    NOTIFICATIONS,
    SHOW_CELL,
    choose,
    edit_file,
    run_all_cells,
    run_cell,
)
from tests.nightly import sized
from tests.processes import deaf_to_interrupts, kill_group, living, under_a_parent_that_never_reaps, wait_until

LIMIT_SECONDS = 120
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)\S*\?token=(\w+)")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LEARNT = "01-synchronous-rest.ipynb"
ASKS, CHECKS = "0743dd5e", "61224696"
# By day the one in which a learner passes, too; it deploys little, and shows pictures, tables and an experiment.
LESSONS = sized([path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))], [LEARNT])
pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform != "linux", reason="a parent that never reaps is made by Linux's prctl"),
]


def status(environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "shoplib", "status"]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def wait_for_text(pattern: str | re.Pattern[str], log: Path) -> re.Match[str]:
    wait_until(lambda: re.search(pattern, log.read_text()) is not None, f"{pattern} in {log}", LIMIT_SECONDS)
    found = re.search(pattern, log.read_text())
    assert found
    return found


def as_a_new_user(home: Path) -> dict[str, str]:
    """Nothing of Jupyter's is there yet, and nothing says how quiet it shall be; its page can be asked by the test."""
    (home / ".jupyter").mkdir()
    (home / ".jupyter" / "jupyter_lab_config.json").write_text('{"LabApp": {"expose_app_in_browser": true}}')
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    return {**kept, "HOME": str(home), "SHOPLIB_STATE_DIR": str(home / "state")}


@contextmanager
def lab(environment: dict[str, str], folder: Path, log: Path) -> Iterator[subprocess.Popen]:
    """In the background of a container without an init: deaf to Ctrl-C, and nobody reaps what it would leave."""
    words = [sys.executable, "-m", "shoplib", "lab", "--no-browser", "--folder", str(folder)]
    with log.open("w") as output:
        adoptive = subprocess.Popen(
            under_a_parent_that_never_reaps(deaf_to_interrupts(words)),
            env=environment,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield adoptive
    finally:
        kill_group(adoptive)


def test_lessons_run_in_a_browser_and_nothing_stays_behind(tmp_path: Path, browser: Browser):
    log, environment, folder = tmp_path / "lab.log", as_a_new_user(tmp_path), tmp_path / "lessons"
    with lab(environment, folder, log) as adoptive:
        port, token = wait_for_text(ADDRESS, log).groups()
        assert status(environment) == 0
        for lesson in LESSONS:
            assert_it_runs(browser, f"http://127.0.0.1:{port}/lab/tree/{lesson}?token={token}&reset", tmp_path)
        assert_a_learner_passes(browser, f"http://127.0.0.1:{port}/lab/tree/{LEARNT}?token={token}&reset")
        assert_it_shows_its_forms_again(browser, f"http://127.0.0.1:{port}", token)
        started = psutil.Process(adoptive.pid).children(recursive=True)
        assert len(living(started)) >= 3 + len(LESSONS)  # the command, JupyterLab, the engine, and kernels
        adoptive.send_signal(signal.SIGTERM)  # reaches the command alone: it must tell JupyterLab
        wait_for_text("ended 0", log)
        assert living(started) == []
        assert status(environment) == 1
    assert not re.search("Traceback|WARNING|without encryption", log.read_text())
    assert {path.name for path in folder.iterdir()} == {"tasks", *(path.name for path in NOTEBOOKS.glob("*.ipynb"))}


def assert_it_runs(browser: Browser, url: str, tmp_path: Path) -> None:
    page = browser.new_context(viewport={"width": 1400, "height": 1600}).new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.goto(url, wait_until="domcontentloaded")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell", timeout=60_000)
    try:
        run_all_cells(page)
        assert page.evaluate(ERRORS_IN_OUTPUTS) == []
        assert mistakes == []
        assert [each.inner_text() for each in page.locator(NOTIFICATIONS).all()] == []
    finally:
        page.screenshot(path=tmp_path / "page.png")
        page.context.close()


def assert_a_learner_passes(browser: Browser, url: str) -> None:
    """By hand, in a lesson after it was run: a wrong choice, a right one, and a task that is mended in the editor."""
    page = browser.new_context(viewport={"width": 1400, "height": 1600}).new_page()
    page.goto(url, wait_until="domcontentloaded")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function(KERNEL_READY, timeout=60_000)
    try:
        run_cell(page, ASKS)
        assert "Not answered yet" in run_cell(page, CHECKS)
        choose(page, ASKS, "200")
        assert "Not yet: you predicted 200" in run_cell(page, CHECKS)
        choose(page, ASKS, "401")
        assert "Right: you predicted 401" in run_cell(page, CHECKS)
        assert "401" in run_cell(page, ASKS), "a form keeps its answer when the cell runs again"

        run_cell(page, "01-task")
        assert "the role may not do" in run_cell(page, "01-check")
        for file, mended in task_source("01-wishes").solution.items():
            edit_file(page, file, mended.decode())
        assert "Mended" in run_cell(page, "01-check")
        assert "2 of 5" in run_cell(page, "01-progress")
        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    finally:
        page.context.close()


def assert_it_shows_its_forms_again(browser: Browser, server: str, token: str) -> None:
    """A learner comes back to a lesson whose kernel has ended: forms are there, not the error that they are not."""
    asked = {"params": {"token": token}, "timeout": LIMIT_SECONDS}
    for session in requests.get(f"{server}/api/sessions", **asked).json():
        if session["path"] == LEARNT:
            requests.delete(f"{server}/api/sessions/{session['id']}", **asked).raise_for_status()
    page = browser.new_context(viewport={"width": 1400, "height": 1600}).new_page()
    page.goto(f"{server}/lab/tree/{LEARNT}?token={token}&reset", wait_until="domcontentloaded")
    page.wait_for_function(KERNEL_READY, timeout=60_000)
    try:
        form = page.locator(".jp-OutputArea .widget-toggle-button").first
        wait_until(lambda: page.evaluate(SHOW_CELL, ASKS) or form.is_visible(), "the form is shown", LIMIT_SECONDS)
        assert page.get_by_text("Error displaying widget").count() == 0
    finally:
        page.context.close()
