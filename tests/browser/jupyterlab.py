"""A JupyterLab server of the test's own (settings, kernels, engine state) and the page that drives it."""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

READY_LIMIT_SECONDS = 180
# The page's idle dot is idle before the kernel is connected; a Run All then leaves cells waiting for ever.
KERNEL_READY = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
  const kernel = session?.session?.kernel;
  return session?.isReady && kernel?.connectionStatus === 'connected' && kernel.status === 'idle' }"""
# Cells off screen are not in the page, so the notebook's model is asked, not the page.
ALL_CELLS_RAN = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const cells = [...panel.content.model.cells].filter(cell => cell.type === 'code');
  return cells.every(cell => cell.executionCount > 0) && panel.sessionContext.session.kernel.status === 'idle' }"""
ERRORS_IN_OUTPUTS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .filter(cell => cell.type === 'code')
  .flatMap(cell => cell.sharedModel.getOutputs())
  .filter(output => output.output_type === 'error' || output.name === 'stderr')
  .map(output => output.evalue || [output.text].flat().join(''))"""


@dataclass(frozen=True)
class JupyterLab:
    port: int
    token: str

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}?token={self.token}"

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url("api/status"), timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Through its API, so that it ends its kernels first; a signal leaves them behind."""
        request = urllib.request.Request(self.url("api/shutdown"), method="POST")
        urllib.request.urlopen(request, timeout=10).close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def private_environment(home: Path) -> dict[str, str]:
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "SHOPLIB_STATE_DIR")
    quiet = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    return {
        **os.environ,
        **{name: str(home / name.lower()) for name in folders},
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }


@contextlib.contextmanager
def jupyterlab(root: Path, home: Path) -> Iterator[JupyterLab]:
    lab = JupyterLab(free_port(), secrets.token_hex(16))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": lab.port,
        "ServerApp.port_retries": 0,
        "IdentityProvider.token": lab.token,
        "ServerApp.root_dir": root,
    }
    command += [f"--{name}={value}" for name, value in options.items()]
    environment = private_environment(home)
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until_ready(lab, server, home / "server.log")
        yield lab
        lab.stop()
        server.wait(30)
    finally:
        if server.poll() is None:
            server.kill()
            server.wait(10)


def wait_until_ready(lab: JupyterLab, server: subprocess.Popen, log: Path) -> None:
    limit = time.monotonic() + READY_LIMIT_SECONDS
    while not lab.answers():
        if server.poll() is not None or time.monotonic() > limit:
            raise AssertionError(f"JupyterLab did not answer within {READY_LIMIT_SECONDS} s:\n{log.read_text()}")
        time.sleep(0.2)
