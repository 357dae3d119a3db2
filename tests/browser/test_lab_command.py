"""`shoplib lab` serves the first lesson, with the local AWS ready, and leaves nothing behind."""

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.browser.jupyterlab import private_environment
from tests.processes import deaf_to_interrupts, kill_group, living, under_a_parent_that_never_reaps, wait_until

LIMIT_SECONDS = 120
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)\S*\?token=(\w+)")
pytestmark = [
    pytest.mark.timeout(180),
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


def test_the_first_lesson_is_served_and_nothing_stays_behind(tmp_path):
    """In the background of a container without an init: deaf to Ctrl-C, and nobody reaps what it would leave."""
    log, environment = tmp_path / "lab.log", private_environment(tmp_path)
    command = deaf_to_interrupts([sys.executable, "-m", "shoplib", "lab", "--no-browser"])
    with log.open("w") as output:
        adoptive = subprocess.Popen(
            under_a_parent_that_never_reaps(command),
            env=environment,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        port, token = wait_for_text(ADDRESS, log).groups()
        assert status(environment) == 0
        lesson = f"http://127.0.0.1:{port}/api/contents/00-start-here.ipynb?token={token}&content=0"
        with urllib.request.urlopen(lesson, timeout=10) as answer:
            assert answer.status == 200
        started = psutil.Process(adoptive.pid).children(recursive=True)
        assert len(living(started)) >= 3  # the command, JupyterLab and the engine
        adoptive.send_signal(signal.SIGTERM)  # reaches the command alone: it must tell JupyterLab
        wait_for_text("ended 0", log)
        assert living(started) == []
        assert status(environment) == 1
    finally:
        kill_group(adoptive)
