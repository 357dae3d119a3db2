"""The folder below which code, layers and temporary folders of all functions live while the engine runs."""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

PREFIX = "shoplib-lambda-"


def new_work_folder() -> Path:
    """A new empty folder that names this process. Folders of engines that were killed are removed first."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = old.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
