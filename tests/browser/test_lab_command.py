"""`shoplib lab` serves the first lesson, with the laptop's AWS ready, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.browser.jupyterlab import private_environment

LIMIT_SECONDS = 60
pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent to a child on Windows"),
]


def wait_for(found, what: str, log: Path):
    limit = time.monotonic() + LIMIT_SECONDS
    while not (value := found()):
        assert time.monotonic() < limit, f"{what} did not come within {LIMIT_SECONDS} s:\n{log.read_text()}"
        time.sleep(0.2)
    return value


def status(environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "shoplib", "status"]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def test_the_first_lesson_is_served_and_nothing_stays_behind(tmp_path):
    log, environment = tmp_path / "lab.log", private_environment(tmp_path)
    with log.open("w") as output:
        command = [sys.executable, "-m", "shoplib", "lab", "--no-browser"]
        lab = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        address = r"http://127\.0\.0\.1:(\d+)\S*\?token=(\w+)"
        port, token = wait_for(lambda: re.search(address, log.read_text()), "the address", log).groups()
        assert status(environment) == 0
        lesson = f"http://127.0.0.1:{port}/api/contents/00-start-here.ipynb?token={token}&content=0"
        with urllib.request.urlopen(lesson, timeout=10) as answer:
            assert answer.status == 200
        jupyterlab = psutil.Process(lab.pid).children()
        lab.send_signal(signal.SIGTERM)  # to this process alone: JupyterLab must hear of it
        lab.wait(30)
        assert not psutil.wait_procs(jupyterlab, timeout=10)[1]
    finally:
        if lab.poll() is None:
            os.killpg(lab.pid, signal.SIGKILL)
            lab.wait(10)
    wait_for(lambda: status(environment) == 1, "the engine's end", log)
