"""JupyterLab on the first lesson, with the local AWS ready."""

import os
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from shoplib import localaws, whole_files
from shoplib.errors import LabError

FIRST = "00*.ipynb"


def notebooks() -> Path:
    """The lessons of a checkout, or the packaged ones, copied to ./notebooks once: they are yours to change."""
    packaged = Path(str(files("shoplib") / "_notebooks"))
    if not packaged.is_dir():
        return Path(__file__).parents[1] / "notebooks"
    folder = Path.cwd() / "notebooks"
    folder.mkdir(exist_ok=True)
    for lesson in packaged.glob("*.ipynb"):
        if not (folder / lesson.name).exists():
            whole_files.write(folder / lesson.name, lesson.read_bytes())
    return folder


def open_jupyterlab(browser: bool) -> int:
    """Run JupyterLab until the user ends it; answers its exit code. The local AWS lives as long."""
    folder = notebooks()
    first = next(iter(sorted(folder.glob(FIRST))), None)
    if not first:
        raise LabError(f"there is no first lesson in {folder}", "check out the repository again")
    localaws.start()
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1"]
    command += [f"--LabApp.default_url=/lab/tree/{first.name}", *([] if browser else ["--no-browser"])]
    # Jupyter refuses root for fear of the network; this one listens on 127.0.0.1 and asks for a token.
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    # No news to click away before the first lesson.
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    try:
        return _wait(subprocess.Popen(command))
    finally:
        localaws.leave()


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for its end. Ctrl-C reaches JupyterLab too, which ends its kernels; killing it would leave them. Who ends
    this process alone ends JupyterLab, too."""
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
