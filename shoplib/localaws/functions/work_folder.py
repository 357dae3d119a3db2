"""The folder below which code, layers and temporary folders of all functions live while the engine runs."""

import os
import shutil
import tempfile
from pathlib import Path

from shoplib.localaws.liveness import is_alive

PREFIX = "shoplib-lambda-"


def new_work_folder() -> Path:
    """A new empty folder that names this process. Folders of engines that were killed are removed first."""
    parent = _parent()
    for old in parent.glob(f"{PREFIX}*"):
        owner = old.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not is_alive(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))


def _parent() -> Path:
    """Not /tmp where there is a choice: a worker's own /tmp hides the machine's."""
    large = Path("/var/tmp")
    return large if os.name == "posix" and os.access(large, os.W_OK) else Path(tempfile.gettempdir())
