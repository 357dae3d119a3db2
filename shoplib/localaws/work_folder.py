"""Folders in which an engine works while it runs: code and temporary files of functions, the copies of queries."""

import os
import shutil
import tempfile
from pathlib import Path

from shoplib.localaws.liveness import is_alive


def new_work_folder(purpose: str) -> Path:
    """A new empty folder that names this process. Folders of engines that were killed are removed first."""
    parent, prefix = _parent(), f"shoplib-{purpose}-"
    for old in parent.glob(f"{prefix}*"):
        owner = old.name.removeprefix(prefix).split("-")[0]
        if owner.isdigit() and not is_alive(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=parent))


def _parent() -> Path:
    """Not /tmp where there is a choice: a worker's own /tmp hides the machine's."""
    large = Path("/var/tmp")
    return large if os.name == "posix" and os.access(large, os.W_OK) else Path(tempfile.gettempdir())
